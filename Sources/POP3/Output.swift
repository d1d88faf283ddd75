internal import Bytes

/// What waits to be written; a line with a secret in it is wiped when all of it was.
struct Output: ~Copyable {
  private var buffer = Limits.Output()
  private var start = 0
  private var holdsSecret = false

  /// How many octets wait.
  var count: Int { buffer.count - start }
  var isEmpty: Bool { count == 0 }

  var bytes: Span<UInt8> {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { buffer.bytes.extracting(start...) }
  }

  /// From here until all is written, it holds a secret.
  mutating func markSecret() { holdsSecret = true }

  mutating func append(_ byte: UInt8) {
    if buffer.isFull {
      buffer.removeFirst(start)
      start = 0
    }
    precondition(buffer.append(byte), "Limits.Output holds the longest line")
  }

  mutating func append(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { append(text.byte(at: index)) }
  }

  mutating func append(_ bytes: Span<UInt8>) {
    for index in bytes.indices { append(bytes[index]) }
  }

  mutating func append(_ bytes: [UInt8]) { append(bytes.span) }

  mutating func append(decimal number: UInt64) {
    var digits: [UInt8] = []
    digits.append(decimal: number)
    append(digits)
  }

  /// Drops the first `count` octets, which were written; must not be more than wait.
  mutating func didWrite(_ count: Int) {
    precondition(count >= 0 && count <= self.count)
    start += count
    if isEmpty { clear() }
  }

  mutating func clear() {
    start = 0
    if holdsSecret { buffer.wipe() } else { buffer.removeAll() }
    holdsSecret = false
  }
}
