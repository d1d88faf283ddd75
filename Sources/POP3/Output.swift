internal import Bytes

/// Bytes to be written to the server; a line with a secret is wiped once everything is written.
struct Output: ~Copyable {
  private var buffer = Limits.Output()
  private var start = 0
  private var holdsSecret = false

  /// Number of octets to be written.
  var count: Int { buffer.count - start }
  var isEmpty: Bool { count == 0 }

  var bytes: Span<UInt8> {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { buffer.bytes.extracting(start...) }
  }

  /// Notes that the output holds a secret, until everything is written.
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

  /// Drops the first `count` octets, which were written; requires that there are as many.
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
