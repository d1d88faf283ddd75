extension [UInt8] {
  /// Appends `bytes` as text that is harmless in a terminal or a journal, and hides nothing. Each byte of a
  /// control character (C0, DEL, C1), a line separator, an invisible character (bidirectional controls,
  /// zero-width characters, tags) or of invalid UTF-8 becomes `\xNN`; a backslash is doubled, unless
  /// `doublesBackslashes` is false, for text in which they are the reader's own.
  public mutating func append(escaping bytes: Span<UInt8>, doublesBackslashes: Bool = true) {
    var index = 0
    while index < bytes.count {
      let length = printableLength(bytes.extracting(index...))
      if length == 0 {
        appendEscape(bytes[index])
        index += 1
      } else {
        if doublesBackslashes, bytes[index] == .ascii("\\") { append(.ascii("\\")) }
        append(bytes.extracting(index..<(index + length)))
        index += length
      }
    }
  }

  /// Appends `text` so that each character can be seen: one that is invisible, a blank other than the space,
  /// or not printable becomes `\u{…}`, and a byte that is not UTF-8 `\xNN`.
  ///
  /// Backslashes are not escaped, so that the result may be passed through again.
  public mutating func append(showing text: Span<UInt8>) {
    var index = 0
    while index < text.count {
      let rest = text.extracting(index...)
      guard let (scalar, length) = decodeUTF8(rest) else {
        appendEscape(text[index])
        index += 1
        continue
      }
      if scalar == 0x20 || (Visibility(of: scalar) == .character && printableLength(rest) > 0) {
        append(text.extracting(index..<(index + length)))
      } else {
        append("\\u{")
        append(hexadecimal: scalar)
        append("}")
      }
      index += length
    }
  }

  /// Appends `number` in hexadecimal, with at least two digits.
  private mutating func append(hexadecimal number: UInt32) {
    var shift: UInt32 = 4
    while shift < 28, number >> (shift + 4) > 0 { shift += 4 }
    while true {
      append(hexadecimalDigit(UInt8(truncatingIfNeeded: number >> shift) & 0xF))
      if shift == 0 { return }
      shift -= 4
    }
  }

  private mutating func appendEscape(_ byte: UInt8) {
    append("\\x")
    append(hexadecimalDigit(byte >> 4))
    append(hexadecimalDigit(byte))
  }
}

/// Length in bytes of the first character of `bytes`; 0 if it must not be shown.
private func printableLength(_ bytes: Span<UInt8>) -> Int {
  guard let (scalar, length) = decodeUTF8(bytes) else { return 0 }
  switch scalar {
  case 0..<0x20, 0x7F..<0xA0: return 0  // C0, DEL, C1
  case 0x2028, 0x2029: return 0  // LINE and PARAGRAPH SEPARATOR
  case 0xFFF9...0xFFFB: return 0  // INTERLINEAR ANNOTATION
  default: return Visibility(of: scalar) == .nothing ? 0 : length
  }
}

// UTF8-char = UTF8-1 / UTF8-2 / UTF8-3 / UTF8-4                     ; RFC 3629 section 4
//
/// The first character of `bytes`, and its length in bytes; nil if it is not valid UTF-8.
public func decodeUTF8(_ bytes: Span<UInt8>) -> (scalar: UInt32, length: Int)? {
  guard let first = bytes.first else { return nil }
  let (length, lowest): (Int, UInt32)
  switch first {
  case 0x00...0x7F: return (UInt32(first), 1)
  case 0xC2...0xDF: (length, lowest) = (2, 0x80)
  case 0xE0...0xEF: (length, lowest) = (3, 0x800)
  case 0xF0...0xF4: (length, lowest) = (4, 0x10000)
  default: return nil
  }
  guard bytes.count >= length else { return nil }
  var scalar = UInt32(first) & (0x7F >> UInt32(length))
  for index in 1..<length {
    guard bytes[index].isUTF8Tail else { return nil }
    scalar = scalar << 6 | UInt32(bytes[index] & 0x3F)
  }
  guard scalar >= lowest, scalar <= 0x10FFFF, !(0xD800...0xDFFF).contains(scalar) else {
    return nil
  }
  return (scalar, length)
}

/// Length of a character in UTF-8, 1 to 4 bytes.
public func utf8Length(of scalar: UInt32) -> Int {
  scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4
}

/// Calls `body` with each byte of a character, which must be a Unicode scalar, in UTF-8.
public func forEachUTF8Byte(of scalar: UInt32, _ body: (UInt8) -> Void) {
  let length = utf8Length(of: scalar)
  guard length > 1 else { return body(UInt8(truncatingIfNeeded: scalar)) }
  // The first byte begins with as many ones as there are bytes.
  let mark = ~(UInt32(0xFF) >> UInt32(length)) & 0xFF
  body(UInt8(truncatingIfNeeded: mark | scalar >> UInt32(6 * (length - 1))))
  for index in (0..<length - 1).reversed() {
    body(UInt8(truncatingIfNeeded: 0x80 | scalar >> UInt32(6 * index) & 0x3F))
  }
}

extension [UInt8] {
  /// Appends a character, which must be a Unicode scalar, in UTF-8.
  public mutating func append(utf8 scalar: UInt32) {
    forEachUTF8Byte(of: scalar) { append($0) }
  }
}

extension Span<UInt8> {
  public var first: UInt8? { isEmpty ? nil : self[0] }
}
