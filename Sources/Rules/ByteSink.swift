public import Bytes

/// A destination for text, a byte at a time: an array, or a buffer of fixed size.
public protocol ByteSink: ~Copyable {
  /// Writes a byte. Returns `false`, and changes nothing, when full.
  @discardableResult
  mutating func write(_ byte: UInt8) -> Bool
}

extension ByteBuffer: ByteSink {
  @discardableResult
  public mutating func write(_ byte: UInt8) -> Bool { append(byte) }
}

extension [UInt8]: ByteSink {
  @discardableResult
  public mutating func write(_ byte: UInt8) -> Bool {
    append(byte)
    return true
  }
}

extension ByteSink where Self: ~Copyable {
  /// Writes as many of `bytes` as fit. Returns `false` if some did not.
  @discardableResult
  public mutating func write(_ bytes: Span<UInt8>) -> Bool {
    for index in bytes.indices {
      guard write(bytes[index]) else { return false }
    }
    return true
  }

  @discardableResult
  public mutating func write(_ bytes: [UInt8]) -> Bool { write(bytes.span) }

  @discardableResult
  public mutating func write(_ text: StaticString) -> Bool {
    for index in 0..<text.utf8CodeUnitCount {
      guard write(text.byte(at: index)) else { return false }
    }
    return true
  }

  public mutating func write(decimal number: Int) {
    var digits: [UInt8] = []
    if number < 0 { digits.append(.ascii("-")) }
    digits.append(decimal: UInt64(number.magnitude))
    write(digits)
  }

  /// Writes `interval` as in the configuration, in the largest unit that is exact: `90s`.
  public mutating func write(_ interval: Interval) {
    let count = interval.milliseconds.magnitude
    let (divisor, unit): (UInt64, StaticString) =
      switch count {
      case 0: (1, "s")
      case _ where count % 86_400_000 == 0: (86_400_000, "d")
      case _ where count % 3_600_000 == 0: (3_600_000, "h")
      case _ where count % 60_000 == 0: (60_000, "m")
      case _ where count % 1000 == 0: (1000, "s")
      default: (1, "ms")
      }
    var digits: [UInt8] = []
    digits.append(decimal: count / divisor)
    write(digits)
    write(unit)
  }

  /// Writes at most `limit` bytes of `text`, escaped as for a log, but with its backslashes; `...` marks a cut.
  public mutating func write(printable text: Span<UInt8>, limit: Int = 64) {
    var end = 0
    while end < text.count {
      let length = text.characterLength(at: end)
      guard end + length <= limit else { break }
      end += length
    }
    var escaped: [UInt8] = []
    escaped.append(escaping: text.extracting(..<end), doublesBackslashes: false)
    write(escaped)
    if end < text.count { write("...") }
  }
}
