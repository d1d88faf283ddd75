import Bytes

/// Decodes the texts of the fields of a message.
package struct FieldDecoder {
  private var tables: CharsetTables
  /// The label of a text that needs missing tables; empty if all texts could be decoded.
  private(set) var undecodedLabel: [UInt8] = []
  /// The label of the body's charset; empty if the message gives none.
  private var bodyLabel: [UInt8] = []

  package init(_ tables: CharsetTables) { self.tables = tables }

  mutating func forgetUndecodedLabel() { undecodedLabel.removeAll() }

  /// Reads the label of the body's charset, for the texts of one message, from its Content-Type.
  mutating func takeBodyLabel(of contentType: Span<UInt8>) {
    bodyLabel.removeAll()
    guard let range = contentType.rangeOfCharsetLabel else { return }
    bodyLabel.append(contentType.extracting(range).prefix(Limits.charsetLabel))
  }

  /// Consecutive encoded words in one charset, decoded to bytes.
  ///
  /// They are joined before their characters are read, because mailers such as Outlook split characters,
  /// although RFC 2047 section 5 forbids it.
  private struct Words {
    var bytes: [UInt8] = []
    let charset: Charset
    let label: [UInt8]
    private var base64 = Base64Decoder()

    init(_ charset: Charset, _ label: Span<UInt8>) {
      self.charset = charset
      self.label = [UInt8](label.prefix(Limits.charsetLabel))
    }

    mutating func append(_ word: EncodedWord, of raw: Span<UInt8>) {
      var base64 = base64
      word.decode(from: raw, &base64) { bytes.append($0) }
      self.base64 = base64
    }
  }

  // Blanks between two encoded words are dropped: section 6.2.
  /// Calls `body` with each character of an unfolded field value, with encoded words decoded: RFC 2047. A byte
  /// that is no character in its charset is U+FFFD. Controls and blanks are as they come, even from an encoded
  /// word.
  package mutating func decode(_ raw: Span<UInt8>, _ body: (UInt32) -> Void) {
    var words: Words?
    /// The start of the text behind the last word.
    var start = 0
    var index = 0
    while index < raw.count {
      guard let word = EncodedWord(in: raw, at: index) else {
        index += 1
        continue
      }
      let between = raw.extracting(start..<index)
      let label = raw.extracting(word.label)
      let charset = Charset(label: label)
      if words?.charset != charset || !between.isCollapsible {
        decode(words, body)
        if words == nil || !between.isCollapsible { decode(between, .unknown, nil, body) }
        words = Words(charset, label)
      }
      words?.append(word, of: raw)
      index = word.end
      start = index
    }
    decode(words, body)
    decode(raw.extracting(start...), .unknown, nil, body)
  }

  private mutating func decode(_ words: Words?, _ body: (UInt32) -> Void) {
    guard let words else { return }
    decode(words.bytes.span, words.charset, words.label, body)
  }

  /// Calls `body` with the characters of bytes in one charset: those of encoded words, or (`label` is nil) raw
  /// text.
  private mutating func decode(
    _ bytes: Span<UInt8>, _ charset: Charset, _ label: [UInt8]?, _ body: (UInt32) -> Void
  ) {
    guard !bytes.isEmpty else { return }
    self.charset(of: bytes, charset, label).decode(bytes, tables) { body($0 ?? 0xFFFD) }
  }

  /// How well bytes decode in a charset.
  private struct Quality {
    /// Characters beyond ASCII.
    var good = 0
    /// Bytes, or beginnings of characters, that do not decode.
    var bad = 0
    var isLastBad = false

    /// True if only the last character is incomplete: devices cut subjects after a number of bytes.
    var isCut: Bool { good > 0 && bad == 1 && isLastBad }
  }

  private func quality(of bytes: Span<UInt8>, in charset: Charset) -> Quality {
    var quality = Quality()
    charset.decode(bytes, tables) { character in
      if character != .some(UInt32(UInt8.space)) { quality.isLastBad = character == nil }
      if let character { quality.good += character < 0x80 ? 0 : 1 } else { quality.bad += 1 }
    }
    return quality
  }

  /// The charset with which bytes are decoded: that of their label if this decodes them without errors,
  /// otherwise UTF-8 if they are valid UTF-8.
  ///
  /// A label that decodes characters beyond ASCII is kept even if others do not decode; these become U+FFFD.
  /// Text without a label that is not UTF-8 is in the body's charset. If no charset decodes it, it is
  /// Windows-1252, as in mail programs.
  private mutating func charset(
    of bytes: Span<UInt8>, _ charset: Charset, _ label: [UInt8]?
  ) -> Charset {
    var charset = charset
    if charset == .unknown, bytes.isISO2022JP { charset = .multiByte(.iso2022JP) }
    let isUsable = isUsable(charset)
    let quality = quality(of: bytes, in: charset)
    guard quality.bad > 0 else { return charset }
    guard isUsable else {
      undecodedLabel = label ?? [UInt8]("ISO-2022-JP")
      return charset
    }
    switch charset {
    case .unknown where quality.isCut, .utf8 where quality.good > 0: return .utf8
    case .unknown: return bodyCharset(for: bytes) ?? .singleByte(.windows1252)
    case .utf8: return .singleByte(.windows1252)
    case .utf7, .singleByte, .multiByte:
      let asUTF8 = self.quality(of: bytes, in: .utf8)
      if asUTF8.bad == 0, asUTF8.good > 0 { return .utf8 }
      return quality.good > 0 ? charset : .singleByte(.windows1252)
    }
  }
}

extension FieldDecoder {
  private mutating func isUsable(_ charset: Charset) -> Bool {
    switch charset {
    case .multiByte: tables.isUsable()
    case .utf8, .utf7, .unknown, .singleByte: true
    }
  }

  /// The body's charset if it decodes text without a label that is not UTF-8, as devices write both in one
  /// charset; nil otherwise.
  private mutating func bodyCharset(for bytes: Span<UInt8>) -> Charset? {
    let charset = Charset(label: bodyLabel.span)
    switch charset {
    case .utf8, .utf7, .unknown: return nil
    case .singleByte, .multiByte: break
    }
    guard isUsable(charset) else {
      undecodedLabel = bodyLabel
      return nil
    }
    let quality = quality(of: bytes, in: charset)
    return quality.bad == 0 || quality.isCut ? charset : nil
  }
}

extension Span<UInt8> {
  /// True if there is nothing but blanks.
  fileprivate var isCollapsible: Bool { indices.allSatisfy { self[$0].isCollapsible } }

  /// The first `limit` bytes.
  @_lifetime(copy self)
  fileprivate func prefix(_ limit: Int) -> Span<UInt8> { extracting(..<Swift.min(count, limit)) }

  /// True for seven-bit text with an escape to JIS X 0208, which Japanese devices write without encoded
  /// words.
  fileprivate var isISO2022JP: Bool {
    var hasEscape = false
    for index in indices {
      guard self[index] < 0x80 else { return false }
      let rest = extracting(index...)
      if rest.hasPrefix("\u{1B}$B") || rest.hasPrefix("\u{1B}$@") { hasEscape = true }
    }
    return hasEscape
  }
}
