import Bytes

extension FieldScanner {
  // angle-addr = [CFWS] "<" [obs-route] addr-spec ">" [CFWS]     ; RFC 5322 sections 3.4, 4.4
  // A route is refused: it is obsolete, and readers differ about which address it contains.
  @_lifetime(self: copy self)
  mutating func angleAddress() throws(FieldError) -> [UInt8] {
    try expect("<")
    try skipBlanksAndComments()
    guard next != .ascii("@") else { throw error(.route) }
    let address = try addressSpecification()
    try skipBlanksAndComments()
    try expect(">")
    return address
  }

  // addr-spec = local-part "@" domain ; local-part = dot-atom / quoted-string / obs-local-part
  //                                                              ; RFC 5322 section 3.4.1
  // Blanks and comments within an address, and partly quoted local parts, are obsolete and refused: nobody
  // sends them, and readers differ about them. So are bytes over 127 that are not UTF-8 (RFC 6532), or that
  // are quoted.
  @_lifetime(self: copy self)
  mutating func addressSpecification() throws(FieldError) -> [UInt8] {
    var address: [UInt8] = []
    let localStart = offset
    if next == .ascii("\"") {
      try appendQuotedLocalPart(to: &address)
    } else {
      try appendLocalPart(to: &address)
    }
    guard address.count <= Limits.localPart else { throw error(.tooLong) }
    guard !address.span.isMisleading else {
      throw FieldError(reason: .misleadingLocalPart, offset: localStart)
    }
    guard next == .ascii("@") else { throw error(.missingDomain) }
    offset += 1
    address.append(.ascii("@"))

    let start = address.count
    if next == .ascii("[") {
      try appendLiteral(to: &address)
    } else {
      try appendDomain(to: &address)
    }
    guard address.count - start <= Limits.domain else { throw error(.tooLong) }
    for index in start..<address.count { address[index] = address[index].lowercased }
    return address
  }

  // local-part = 1*(atext / UTF8-non-ascii / ".")
  // Dots may stand at the ends and next to each other, as in addresses of DoCoMo and au.
  @_lifetime(self: copy self)
  private mutating func appendLocalPart(to address: inout [UInt8]) throws(FieldError) {
    var isOnlyDots = true
    while let byte = next {
      let isText = byte == .ascii(".") || byte.isAtomText
      let length = isText ? 1 : text.lengthOfAddressCharacter(at: offset)
      guard length > 0 else { break }
      if byte != .ascii(".") { isOnlyDots = false }
      for _ in 0..<length { try append(text[offset], to: &address) }
    }
    guard !isOnlyDots else { throw error(.unexpectedByte) }
  }

  // domain = 1*letter *("." 1*letter) ["."]                      ; RFC 5322 section 3.2.3
  // letter = ldh / "_" / UTF8-non-ascii
  // A dot at the end, which DNS allows, is dropped.
  @_lifetime(self: copy self)
  private mutating func appendDomain(to address: inout [UInt8]) throws(FieldError) {
    repeat {
      let start = offset
      while case let length = text.lengthOfDomainLetter(at: offset), length > 0 {
        for _ in 0..<length { try append(text[offset], to: &address) }
      }
      guard offset > start else { throw error(.unexpectedByte) }
      guard next == .ascii(".") else { return }
      let isFollowed = offset + 1 < text.count && text[offset + 1] == .ascii(".")
      guard isFollowed || text.lengthOfDomainLetter(at: offset + 1) > 0 else {
        offset += 1
        return
      }
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

  /// Appends a quoted local part: bare if possible, otherwise quoted with no more backslashes than needed.
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
    let needsQuotes = !plain.span.isLocalPart
    if needsQuotes { address.append(.ascii("\"")) }
    for byte in plain {
      if byte == .ascii("\"") || byte == .ascii("\\") { address.append(.ascii("\\")) }
      address.append(byte)
    }
    if needsQuotes { address.append(.ascii("\"")) }
  }
}

extension UInt8 {
  /// True for the ASCII bytes of actual host names: letters, digits, "-", "_" and ".".
  fileprivate var isDomainByte: Bool {
    isLetter || isDigit || self == .ascii("-") || self == .ascii("_") || self == .ascii(".")
  }
}

extension Span<UInt8> {
  // UTF8-non-ascii = UTF8-2 / UTF8-3 / UTF8-4                    ; RFC 6532 section 3.1
  //
  // Invisible characters are refused, and so are variants of ASCII characters such as "＠" and "。", which some
  // readers take for these.
  /// Length in bytes of the character beyond ASCII at `index`, if an address may contain it; otherwise 0.
  fileprivate func lengthOfAddressCharacter(at index: Int) -> Int {
    guard index < count, self[index] >= 0x80,
      let (scalar, length) = decodeUTF8(extracting(index...))
    else { return 0 }
    return switch (scalar, Visibility(of: scalar)) {
    case (0x3002, _), (0xFE10...0xFE1F, _), (0xFE30...0xFE6F, _), (0xFF00...0xFFFF, _): 0
    case (_, .character): length
    case (_, .blank), (_, .nothing): 0
    }
  }

  /// Length in bytes of the character at `index`, if a host name may contain it between dots; otherwise 0.
  fileprivate func lengthOfDomainLetter(at index: Int) -> Int {
    guard index < count, self[index] != .ascii(".") else { return 0 }
    return self[index].isDomainByte ? 1 : lengthOfAddressCharacter(at: index)
  }

  /// True if the bytes can be a local part without quotes.
  fileprivate var isLocalPart: Bool {
    var isOnlyDots = true
    for index in indices where self[index] != .ascii(".") {
      guard self[index].isAtomText else { return false }
      isOnlyDots = false
    }
    return !isOnlyDots
  }

  /// True if a reader may take part of the local part for an address: it has one of `@ < > ,`, or `=?`.
  fileprivate var isMisleading: Bool {
    for index in indices {
      switch self[index] {
      case .ascii("@"), .ascii("<"), .ascii(">"), .ascii(","): return true
      case .ascii("=") where extracting(index...).hasPrefix("=?"): return true
      default: break
      }
    }
    return false
  }
}
