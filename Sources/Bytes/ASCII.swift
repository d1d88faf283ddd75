extension UInt8 {
  public static let horizontalTab: UInt8 = 0x09
  public static let lineFeed: UInt8 = 0x0A
  public static let carriageReturn: UInt8 = 0x0D
  public static let space: UInt8 = 0x20

  /// The byte of an ASCII character, for literals: `.ascii(".")`.
  public static func ascii(_ character: Unicode.Scalar) -> UInt8 {
    precondition(character.value < 0x80)
    return UInt8(truncatingIfNeeded: character.value)
  }

  /// 0 to 9.
  public var isDigit: Bool { self >= 0x30 && self <= 0x39 }

  /// A to Z or a to z.
  public var isLetter: Bool { lowercased >= 0x61 && lowercased <= 0x7A }

  /// A space or a horizontal tab: WSP, RFC 5234 appendix B.1.
  public var isBlank: Bool { self == .space || self == .horizontalTab }

  /// C0 and DEL: CTL, RFC 5234 appendix B.1.
  public var isControl: Bool { self < 0x20 || self == 0x7F }

  /// The second and later bytes of a UTF-8 character: UTF8-tail, RFC 3629 section 4.
  public var isUTF8Tail: Bool { self & 0xC0 == 0x80 }

  /// A to Z as a to z; anything else as it is.
  public var lowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
}

extension StaticString {
  /// The UTF-8 byte at `index`, which must be less than `utf8CodeUnitCount`.
  public func byte(at index: Int) -> UInt8 {
    precondition(index >= 0 && index < utf8CodeUnitCount && hasPointerRepresentation)
    // SAFETY: the literal lives as long as the program, and `index` was checked against its length.
    return unsafe utf8Start[index]
  }
}
