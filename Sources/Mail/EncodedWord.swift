import Bytes

/// Where the parts of an encoded word are: RFC 2047 section 2.
struct EncodedWord {
  enum Encoding {
    case base64
    case quoted
  }

  let charset: Charset
  let encoding: Encoding
  /// The encoded text.
  let text: Range<Int>
  /// Behind the word.
  let end: Int

  // encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?="
  //                                              ; RFC 2047 section 2, RFC 2231 section 5
  // Deviations, all seen in mail: a word may be longer than 75 bytes, stand inside of other text or
  // right behind another word; its text may be empty and may have blanks and "?" in it.
  /// The encoded word that begins at `start`; nil where none does.
  init?(in field: Span<UInt8>, at start: Int) {
    guard field.extracting(start...).hasPrefix("=?") else { return nil }
    guard let charsetEnd = Self.endOfCharset(in: field, from: start + 2) else { return nil }
    guard charsetEnd + 2 < field.count, field[charsetEnd + 2] == .ascii("?") else { return nil }
    switch field[charsetEnd + 1].lowercased {
    case .ascii("b"): encoding = .base64
    case .ascii("q"): encoding = .quoted
    default: return nil
    }
    let textStart = charsetEnd + 3
    guard let textEnd = Self.endOfText(in: field, from: textStart, encoding) else { return nil }
    charset = Charset(name: field.extracting((start + 2)..<charsetEnd))
    text = textStart..<textEnd
    end = textEnd + 2
  }

  // charset = token = 1*<any CHAR except SPACE, CTLs and especials>
  // Only the bytes that end the search for a word are told apart.
  private static func endOfCharset(in field: Span<UInt8>, from start: Int) -> Int? {
    var index = start
    while index < field.count, field[index] != .ascii("?") {
      guard field[index] > 0x20, field[index] < 0x7F, field[index] != .ascii("=") else {
        return nil
      }
      index += 1
    }
    return index > start && index < field.count ? index : nil
  }

  // encoded-text = 1*<any printable ASCII character other than "?" or SPACE>
  /// Where the "?=" is; nil where another word begins before it, or what it ends is no base64.
  private static func endOfText(
    in field: Span<UInt8>, from start: Int, _ encoding: Encoding
  ) -> Int? {
    var index = start
    while index < field.count {
      let byte = field[index]
      if byte == .ascii("?") {
        if index + 1 < field.count, field[index + 1] == .ascii("=") { return index }
        guard encoding == .quoted, index == start || field[index - 1] != .ascii("=") else {
          return nil
        }
      }
      let isBase64 = base64Value(of: byte) != nil || byte == .ascii("=") || byte.isTextBlank
      guard encoding == .quoted || isBase64 else { return nil }
      index += 1
    }
    return nil
  }

  /// Writes the characters that it stands for.
  func write(from field: Span<UInt8>, to writer: inout TextWriter) {
    switch encoding {
    case .base64:
      var decoder = Base64Decoder()
      for index in text {
        if let byte = decoder.decode(field[index]) { charset.write(byte, to: &writer) }
      }
    case .quoted:
      var quoted = field.extracting(text)
      while let byte = quoted.takeQuotedByte() { charset.write(byte, to: &writer) }
    }
  }
}

extension Span<UInt8> {
  // Q: "=" 2HEXDIG / "_" for a space / any other byte for itself  ; RFC 2047 section 4.2
  // A "=" without its digits stands for itself.
  /// Removes a byte in the Q encoding from the front; nil at the end.
  @_lifetime(self: copy self)
  fileprivate mutating func takeQuotedByte() -> UInt8? {
    guard !isEmpty else { return nil }
    let first = self[0]
    if first == .ascii("="), count >= 3, let high = hexadecimalValue(of: self[1]),
      let low = hexadecimalValue(of: self[2])
    {
      self = extracting(3...)
      return high << 4 | low
    }
    self = extracting(1...)
    return first == .ascii("_") ? .space : first
  }
}
