import Bytes

/// Reads the lexical tokens of structured fields: RFC 5322 section 3.2.
struct FieldScanner: ~Escapable {
  let text: Span<UInt8>
  var offset = 0

  @_lifetime(copy text)
  init(_ text: Span<UInt8>) { self.text = text }

  /// The byte at the offset; nil at the end.
  var next: UInt8? { offset < text.count ? text[offset] : nil }

  func error(_ reason: FieldError.Reason) -> FieldError {
    FieldError(reason: reason, offset: offset)
  }

  /// Skips `byte` if it comes next. Returns `true` if it did.
  @_lifetime(self: copy self)
  mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard next == .ascii(byte) else { return false }
    offset += 1
    return true
  }

  @_lifetime(self: copy self)
  mutating func expect(_ byte: Unicode.Scalar) throws(FieldError) {
    guard take(byte) else { throw error(.unexpectedByte) }
  }

  // CFWS = (1*([FWS] comment) [FWS]) / FWS                       ; RFC 5322 section 3.2.2
  // Not inlined: it is called from twenty places, and the board's flash is small.
  @inline(never)
  @_lifetime(self: copy self)
  mutating func skipBlanksAndComments() throws(FieldError) {
    while let byte = next, byte.isBlank || byte == .ascii("(") {
      if byte.isBlank { offset += 1 } else { try skipComment() }
    }
  }

  // comment = "(" *([FWS] ccontent) [FWS] ")"
  // ccontent = ctext / quoted-pair / comment
  @_lifetime(self: copy self)
  private mutating func skipComment() throws(FieldError) {
    var depth = 0
    repeat {
      switch try textByte() {
      case .plain(.ascii("(")): depth += 1
      case .plain(.ascii(")")): depth -= 1
      case .plain, .quoted: break
      }
    } while depth > 0
  }

  // quoted-string = DQUOTE *([FWS] qcontent) [FWS] DQUOTE        ; RFC 5322 section 3.2.4
  @_lifetime(self: copy self)
  mutating func skipQuotedString() throws(FieldError) {
    offset += 1
    while try textByte() != .plain(.ascii("\"")) {}
  }

  enum TextByte: Equatable {
    case plain(UInt8)
    case quoted(UInt8)
  }

  // quoted-pair = "\" (VCHAR / WSP)                              ; RFC 5322 section 3.2.1
  //
  // 8-bit bytes are taken, RFC 6532; obs-NO-WS-CTL and NUL are not: no honest sender needs them.
  @_lifetime(self: copy self)
  mutating func textByte() throws(FieldError) -> TextByte {
    let isQuoted = take("\\")
    guard let byte = next else { throw error(.unterminated) }
    guard byte.isBlank || !byte.isControl else { throw error(.unexpectedByte) }
    offset += 1
    return isQuoted ? .quoted(byte) : .plain(byte)
  }
}

extension UInt8 {
  // atext = ALPHA / DIGIT / "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "/" / "=" / "?" /
  //         "^" / "_" / "`" / "{" / "|" / "}" / "~"              ; RFC 5322 section 3.2.3
  var isAtomText: Bool {
    switch self {
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2F...0x39, 0x3D, 0x3F, 0x41...0x5A, 0x5E...0x7E:
      true
    default: false
    }
  }
}
