import Bytes

/// The text of an unfolded field value, in UTF-8 with encoded words decoded: RFC 2047.
///
/// It is valid UTF-8 without blanks at the ends; each C0 control or DEL, even from an encoded word, becomes a
/// blank. Text over `Limits.text` bytes is cut off between two characters.
public func decodedText(of raw: Span<UInt8>, tables: CharsetTables = .none) -> [UInt8] {
  var decoder = FieldDecoder(tables)
  return decoder.text(of: raw)
}

/// Decodes the texts of the fields of a message.
struct FieldDecoder {
  private var tables: CharsetTables
  /// The label of a text that needs missing tables; empty if all texts could be decoded.
  private(set) var undecodedLabel: [UInt8] = []
  /// The label of the body's charset; empty if the message gives none.
  private var bodyLabel: [UInt8] = []

  init(_ tables: CharsetTables) { self.tables = tables }

  mutating func forgetUndecodedLabel() { undecodedLabel.removeAll() }

  /// Reads the label of the body's charset, for the texts of one message, from its Content-Type.
  mutating func takeBodyLabel(of contentType: Span<UInt8>) {
    bodyLabel.removeAll()
    guard let range = contentType.rangeOfCharsetLabel else { return }
    bodyLabel.append(contentType.extracting(range).prefix(Limits.charsetLabel))
  }

  /// Bytes in one charset: raw text, or consecutive encoded words.
  private struct Run {
    var bytes: [UInt8] = []
    var charset = Charset.unknown
    var label: [UInt8] = []
    var isWord = false

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func begin(_ charset: Charset, _ label: Span<UInt8>?) {
      bytes.removeAll(keepingCapacity: true)
      self.charset = charset
      isWord = label != nil
      self.label.removeAll()
      if let label {
        self.label.append(label.prefix(Limits.charsetLabel))
      }
    }
  }

  // Blanks between two encoded words are dropped: section 6.2. Words in the same charset are joined before
  // they are decoded, because mailers such as Outlook split characters, although section 5 forbids it.
  /// The text of a field's value, as for `decodedText(of:tables:)`.
  mutating func text(of raw: Span<UInt8>) -> [UInt8] {
    var writer = TextWriter()
    var run = Run(capacity: raw.count)
    var base64 = Base64Decoder()
    /// Blanks since the last encoded word.
    var blanks = 0
    var index = 0
    while index < raw.count {
      if let word = EncodedWord(in: raw, at: index) {
        let label = raw.extracting(word.label)
        let charset = Charset(label: label)
        if !run.isWord || run.charset != charset {
          write(run, to: &writer)
          run.begin(charset, label)
          base64 = Base64Decoder()
        }
        blanks = 0
        word.decode(from: raw, &base64) { run.bytes.append($0) }
        index = word.end
      } else {
        let byte = raw[index]
        index += 1
        if run.isWord {
          if byte.isCollapsible {
            blanks += 1
            continue
          }
          write(run, to: &writer)
          run.begin(.unknown, nil)
          for _ in 0..<blanks { run.bytes.append(.space) }
        }
        run.bytes.append(byte)
      }
    }
    write(run, to: &writer)
    return writer.text
  }

  private mutating func write(_ run: Run, to writer: inout TextWriter) {
    let charset = charset(of: run)
    charset.decode(run.bytes.span, tables) { character in
      if let character { writer.write(character) } else { writer.write(0xFFFD) }
    }
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

  /// The charset with which a run is decoded: that of its label if this decodes it without errors, otherwise
  /// UTF-8 if the run is valid UTF-8.
  ///
  /// A label that decodes characters beyond ASCII is kept even if others do not decode; these become U+FFFD.
  /// Text without a label that is not UTF-8 is in the body's charset. If no charset decodes it, it is
  /// Windows-1252, as in mail programs.
  private mutating func charset(of run: Run) -> Charset {
    let bytes = run.bytes.span
    var charset = run.charset
    if charset == .unknown, bytes.isISO2022JP { charset = .multiByte(.iso2022JP) }
    let isUsable = isUsable(charset)
    let quality = quality(of: bytes, in: charset)
    guard quality.bad > 0 else { return charset }
    guard isUsable else {
      undecodedLabel = run.isWord ? run.label : [UInt8]("ISO-2022-JP")
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
