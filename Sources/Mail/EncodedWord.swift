import Bytes

/// The positions of the parts of an encoded word: RFC 2047 section 2.
struct EncodedWord {
  enum Encoding {
    case base64
    case quoted
  }

  let encoding: Encoding
  /// The label of the charset, without or with a language.
  let label: Range<Int>
  /// The encoded text.
  let text: Range<Int>
  /// The index behind the word.
  let end: Int

  // encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?="
  //                                              ; RFC 2047 section 2, RFC 2231 section 5
  // Deviations, all seen in mail and accepted by mail programs: a word may be longer than 75 bytes, stand
  // within other text or a quoted string, or directly behind another word. There may be blanks around its
  // charset and its encoding. Its text may be empty or contain blanks and "?". Its end may be missing, or be
  // "?" only.
  /// The encoded word that begins at `start`; nil if there is none.
  init?(in field: Span<UInt8>, at start: Int) {
    guard let head = Head(in: field, at: start) else { return nil }
    let found: (textEnd: Int, end: Int)? =
      switch head.encoding {
      case .base64: Self.endOfBase64(in: field, from: head.textStart)
      case .quoted: Self.endOfQuoted(in: field, from: head.textStart)
      }
    guard let found else { return nil }
    encoding = head.encoding
    label = head.label
    text = head.textStart..<found.textEnd
    end = found.end
  }

  /// The parts of a word before its text.
  private struct Head {
    let encoding: Encoding
    let label: Range<Int>
    let textStart: Int

    // charset = token = 1*<any CHAR except SPACE, CTLs and especials>
    // Bytes that end the search for a word are excluded; others are accepted.
    init?(in field: Span<UInt8>, at start: Int) {
      guard field.extracting(start...).hasPrefix("=?") else { return nil }
      let labelStart = field.skipTextBlanks(from: start + 2)
      var index = labelStart
      while index < field.count, field[index] > 0x20, field[index] < 0x7F,
        field[index] != .ascii("?"), field[index] != .ascii("=")
      {
        index += 1
      }
      label = labelStart..<index
      index = field.skipTextBlanks(from: index)
      guard !label.isEmpty, index < field.count, field[index] == .ascii("?") else { return nil }
      index = field.skipTextBlanks(from: index + 1)
      guard index < field.count else { return nil }
      switch field[index].lowercased {
      case .ascii("b"): encoding = .base64
      case .ascii("q"): encoding = .quoted
      default: return nil
      }
      index = field.skipTextBlanks(from: index + 1)
      guard index < field.count, field[index] == .ascii("?") else { return nil }
      textStart = index + 1
    }
  }

  /// The end of the text, and of the word; nil if the text is not base64.
  ///
  /// A word without "?=" extends to the end of its base64 or to the first blank: what follows may be plain
  /// text. Mailers cut long subjects, and append "...".
  private static func endOfBase64(in field: Span<UInt8>, from start: Int) -> (Int, Int)? {
    let first = field.skipTextBlanks(from: start)
    var blank: Int?
    var index = first
    scan: while index < field.count {
      switch field[index] {
      case .ascii("?"):
        if let end = field.endOfWord(at: index) { return (index, end) }
        guard index > first, Head(in: field, at: index - 1) != nil else { return nil }
        index -= 1
        break scan
      case .ascii("="): break
      case let byte where byte.isTextBlank: blank = blank ?? index
      case let byte where base64Value(of: byte) != nil: break
      default:
        guard blank != nil || field.extracting(index...).equals("...") else { return nil }
        break scan
      }
      index += 1
    }
    let end = blank ?? index
    return end > first ? (end, end) : nil
  }

  // encoded-text = 1*<any printable ASCII character other than "?" or SPACE>
  /// The end of the text, and of the word; nil if the word has neither a text nor an end.
  ///
  /// A word without "?=" extends to the next word or to the end of the field.
  private static func endOfQuoted(in field: Span<UInt8>, from start: Int) -> (Int, Int)? {
    var index = start
    while index < field.count, Head(in: field, at: index) == nil {
      if field[index] == .ascii("?"), let end = field.endOfWord(at: index),
        end == index + 2 || end == field.count
      {
        return index > start || end == index + 2 ? (index, end) : nil
      }
      index += 1
    }
    while index > start, field[index - 1].isTextBlank { index -= 1 }
    return index > start ? (index, index) : nil
  }

  /// Calls `body` with the decoded bytes. `base64` has the bits that the word before left over.
  func decode(
    from field: Span<UInt8>, _ base64: inout Base64Decoder, _ body: (UInt8) -> Void
  ) {
    switch encoding {
    case .base64: decodeBase64(field, &base64, body)
    case .quoted:
      var quoted = field.extracting(text)
      while let byte = quoted.takeQuotedByte() { body(byte) }
      base64 = Base64Decoder()
    }
  }

  /// Decodes base64. Padding ends a group and not the text, as some mailers encode in pieces. Others encode
  /// the whole text and split it anywhere: a word may end within a byte, and the next continues there.
  private func decodeBase64(
    _ field: Span<UInt8>, _ decoder: inout Base64Decoder, _ body: (UInt8) -> Void
  ) {
    if text.count % 4 == 0 { decoder = Base64Decoder() }
    for index in text {
      if field[index] == .ascii("=") {
        decoder = Base64Decoder()
      } else if let byte = decoder.decode(field[index]) {
        body(byte)
      }
    }
    if !decoder.isWithinByte { decoder = Base64Decoder() }
  }
}

extension Span<UInt8> {
  /// The end of a word that ends with the "?" at `index`, even if the "=" is missing; nil if no word ends
  /// there.
  fileprivate func endOfWord(at index: Int) -> Int? {
    guard index + 1 < count else { return index + 1 }
    if self[index + 1] == .ascii("=") { return index + 2 }
    return self[index + 1].isTextBlank ? index + 1 : nil
  }

  // Q: "=" 2HEXDIG / "_" for a space / any other byte for itself  ; RFC 2047 section 4.2
  // A "=" without two digits stands for itself.
  /// Removes one byte, in the Q encoding, from the front; nil at the end.
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
