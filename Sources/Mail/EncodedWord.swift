import Bytes

/// The places of the parts of an encoded word: RFC 2047 section 2.
struct EncodedWord {
  enum Encoding {
    case base64
    case quoted
  }

  let encoding: Encoding
  /// The charset's name, perhaps with a language.
  let label: Range<Int>
  /// The encoded text.
  let text: Range<Int>
  /// Behind the word.
  let end: Int

  // encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?="
  //                                              ; RFC 2047 section 2, RFC 2231 section 5
  // Deviations, all seen in mail and shown by mail programs: a word may be longer than 75 bytes, stand
  // inside of other text or a quoted string, or right behind another word; there may be blanks around
  // its charset and its encoding; its text may be empty, may have blanks and "?" in it, and what ends it
  // may be missing, or be "?" only.
  /// The encoded word that begins at `start`; nil where none does.
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

  /// A word's parts in front of its text.
  private struct Head {
    let encoding: Encoding
    let label: Range<Int>
    let textStart: Int

    // charset = token = 1*<any CHAR except SPACE, CTLs and especials>
    // Only the bytes that end the search for a word are told apart.
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

  /// Where its text, and where the word ends; nil where it is no base64.
  ///
  /// A word that nothing ends goes as far as its base64, and no further than a blank: what is behind
  /// that may be text. Mailers cut long subjects, and write "..." behind them.
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
  /// Where its text, and where the word ends; nil where it has none and nothing ends it.
  ///
  /// A word that nothing ends goes up to the next one, or to the end of the field.
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

  /// Calls `body` with the bytes that it stands for; `base64` is what the word before it left over.
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

  /// Padding ends a group, and not the text: some mailers encode in pieces. Others encode the whole
  /// text and cut that anywhere: a word ends within a byte, and the next is no whole number of groups.
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
  /// Where a word ends that the "?" at `index` ends, "?=" or damaged; nil where it does not end one.
  fileprivate func endOfWord(at index: Int) -> Int? {
    guard index + 1 < count else { return index + 1 }
    if self[index + 1] == .ascii("=") { return index + 2 }
    return self[index + 1].isTextBlank ? index + 1 : nil
  }

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
