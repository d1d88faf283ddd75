import Bytes

extension FieldScanner {
  // angle-addr = [CFWS] "<" [obs-route] addr-spec ">" [CFWS]     ; RFC 5322 sections 3.4, 4.4
  @_lifetime(self: copy self)
  mutating func angleAddress() throws(FieldError) -> [UInt8] {
    try expect("<")
    try skipBlanksAndComments()
    if next == .ascii("@") { try skipRoute() }
    let address = try addressSpecification()
    try skipBlanksAndComments()
    try expect(">")
    return address
  }

  // obs-route = obs-domain-list ":"
  // obs-domain-list = *(CFWS / ",") "@" domain *("," [CFWS] ["@" domain])
  @_lifetime(self: copy self)
  private mutating func skipRoute() throws(FieldError) {
    while let byte = next, byte != .ascii(":") {
      guard byte.isDomainByte || byte.isBlank || byte == .ascii("@") || byte == .ascii(",") else {
        throw error(.unexpectedByte)
      }
      offset += 1
    }
    guard take(":") else { throw error(.unterminated) }
    try skipBlanksAndComments()
  }

  // addr-spec = local-part "@" domain ; local-part = dot-atom / quoted-string / obs-local-part
  //                                                              ; RFC 5322 section 3.4.1
  // Blanks and comments inside of it, and words quoted in part, are obsolete and are refused:
  // nobody sends them, and readers differ about them. So are bytes over 127.
  @_lifetime(self: copy self)
  mutating func addressSpecification() throws(FieldError) -> [UInt8] {
    var address: [UInt8] = []
    if next == .ascii("\"") {
      try appendQuotedLocalPart(to: &address)
    } else {
      try appendLabels(to: &address) { $0.isAtomText }
    }
    guard address.count <= Limits.localPart else { throw error(.tooLong) }
    guard next == .ascii("@") else { throw error(.missingDomain) }
    offset += 1
    address.append(.ascii("@"))

    let start = address.count
    if next == .ascii("[") {
      try appendLiteral(to: &address)
    } else {
      try appendLabels(to: &address) { $0.isDomainByte }
    }
    guard address.count - start <= Limits.domain else { throw error(.tooLong) }
    for index in start..<address.count { address[index] = address[index].lowercased }
    return address
  }

  // dot-atom-text = 1*atext *("." 1*atext)                       ; RFC 5322 section 3.2.3
  @_lifetime(self: copy self)
  private mutating func appendLabels(
    to address: inout [UInt8], where isMember: (UInt8) -> Bool
  ) throws(FieldError) {
    repeat {
      guard let byte = next, byte != .ascii("."), isMember(byte) else {
        throw error(.unexpectedByte)
      }
      while let byte = next, byte != .ascii("."), isMember(byte) { try append(byte, to: &address) }
      guard next == .ascii(".") else { return }
      try append(.ascii("."), to: &address)
    } while true
  }

  // domain-literal = "[" *dtext "]"                              ; RFC 5322 section 3.4.1
  @_lifetime(self: copy self)
  private mutating func appendLiteral(to address: inout [UInt8]) throws(FieldError) {
    try append(.ascii("["), to: &address)
    while let byte = next, byte.isDomainByte || byte == .ascii(":") {
      try append(byte, to: &address)
    }
    guard let end = next else { throw error(.unterminated) }
    guard end == .ascii("]") else { throw error(.unexpectedByte) }
    try append(end, to: &address)
  }

  @_lifetime(self: copy self)
  private mutating func append(_ byte: UInt8, to address: inout [UInt8]) throws(FieldError) {
    guard address.count < Limits.address else { throw error(.tooLong) }
    address.append(byte)
    offset += 1
  }

  /// Appends it bare where it is a dot-atom; else quoted, with no more backslashes than needed.
  @_lifetime(self: copy self)
  private mutating func appendQuotedLocalPart(to address: inout [UInt8]) throws(FieldError) {
    let start = offset
    try skipQuotedString()
    var content = FieldScanner(text.extracting((start + 1)..<(offset - 1)))
    var plain: [UInt8] = []
    while content.next != nil {
      let byte =
        switch try content.textByte() {
        case .plain(let byte), .quoted(let byte): byte
        }
      guard byte >= 0x20, byte < 0x80 else {
        throw FieldError(reason: .unexpectedByte, offset: start + content.offset)
      }
      guard plain.count < Limits.localPart else { throw error(.tooLong) }
      plain.append(byte)
    }
    let needsQuotes = !plain.span.isDotAtom
    if needsQuotes { address.append(.ascii("\"")) }
    for byte in plain {
      if byte == .ascii("\"") || byte == .ascii("\\") { address.append(.ascii("\\")) }
      address.append(byte)
    }
    if needsQuotes { address.append(.ascii("\"")) }
  }
}

extension UInt8 {
  /// What a host name has in real life: letters, digits, "-", "_" and ".".
  fileprivate var isDomainByte: Bool {
    isLetter || isDigit || self == .ascii("-") || self == .ascii("_") || self == .ascii(".")
  }
}

extension Span<UInt8> {
  fileprivate var isDotAtom: Bool {
    var isAfterDot = true
    for index in indices {
      let isDot = self[index] == .ascii(".")
      guard isDot ? !isAfterDot : self[index].isAtomText else { return false }
      isAfterDot = isDot
    }
    return !isAfterDot
  }
}
