/// Decodes base64 a byte at a time: RFC 4648 section 4.
///
/// Bytes outside of the alphabet are ignored, as RFC 2045 section 6.8 demands, and so is everything after the
/// first `=`. An incomplete group yields the bytes that are complete.
public struct Base64Decoder: Sendable {
  private var group: UInt32 = 0
  private var bits = 0
  private var ended = false

  public init() {}

  /// True if the remaining bits are an incomplete byte: they are not all zero, as those of padding would be.
  public var isWithinByte: Bool { group & (1 << UInt32(bits) - 1) != 0 }

  /// Decodes a byte of base64. Returns a decoded byte if one is complete; nil otherwise.
  public mutating func decode(_ byte: UInt8) -> UInt8? {
    if byte == .ascii("=") { ended = true }
    guard !ended, let value = base64Value(of: byte) else { return nil }
    group = (group << 6 | UInt32(value)) & 0xFFFF
    bits += 6
    guard bits >= 8 else { return nil }
    bits -= 8
    return UInt8(truncatingIfNeeded: group >> UInt32(bits))
  }
}

/// The value of a base64 digit, 0 to 63; nil for other bytes.
public func base64Value(of byte: UInt8) -> UInt8? {
  switch byte {
  case 0x41...0x5A: byte - 0x41
  case 0x61...0x7A: byte - 0x61 + 26
  case 0x30...0x39: byte - 0x30 + 52
  case 0x2B: 62
  case 0x2F: 63
  default: nil
  }
}

/// Encodes base64 with padding, a byte at a time: RFC 4648 section 4.
public struct Base64Encoder: Sendable {
  private var group: UInt32 = 0
  private var bits = 0
  private var digits = 0

  public init() {}

  /// Encodes a byte. Calls `body` with the one or two digits that are complete.
  public mutating func encode(_ byte: UInt8, _ body: (UInt8) -> Void) {
    group = (group << 8 | UInt32(byte)) & 0xFFFF
    bits += 8
    while bits >= 6 {
      bits -= 6
      emit(group >> UInt32(bits), body)
    }
  }

  /// Calls `body` with the last digit and the padding.
  public mutating func finish(_ body: (UInt8) -> Void) {
    if bits > 0 { emit(group << UInt32(6 - bits), body) }
    bits = 0
    while digits % 4 != 0 {
      digits += 1
      body(.ascii("="))
    }
  }

  private mutating func emit(_ value: UInt32, _ body: (UInt8) -> Void) {
    digits += 1
    switch UInt8(truncatingIfNeeded: value & 63) {
    case let value where value < 26: body(0x41 + value)
    case let value where value < 52: body(0x61 + value - 26)
    case let value where value < 62: body(0x30 + value - 52)
    case 62: body(0x2B)
    default: body(0x2F)
    }
  }
}
