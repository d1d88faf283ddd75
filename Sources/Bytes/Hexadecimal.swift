/// The value of a hexadecimal digit of either case, 0 to 15; nil for other bytes.
public func hexadecimalValue(of byte: UInt8) -> UInt8? {
  switch byte.lowercased {
  case 0x30...0x39: byte - 0x30
  case 0x61...0x66: byte.lowercased - 0x61 + 10
  default: nil
  }
}

extension [UInt8] {
  /// Appends two lower-case hexadecimal digits for each of `bytes`.
  public mutating func append(hexadecimal bytes: Span<UInt8>) {
    for index in bytes.indices {
      append(hexadecimalDigit(bytes[index] >> 4))
      append(hexadecimalDigit(bytes[index]))
    }
  }
}

/// The lower-case hexadecimal digit for the low four bits of `value`.
public func hexadecimalDigit(_ value: UInt8) -> UInt8 {
  let nibble = value & 0x0F
  return nibble < 10 ? 0x30 + nibble : 0x61 + nibble - 10
}
