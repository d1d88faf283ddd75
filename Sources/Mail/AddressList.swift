import Bytes

/// Reads the addresses of a field such as To one by one: RFC 5322 section 3.4.
///
/// Display names and comments are skipped, and never searched for addresses. Addresses are returned with the
/// domain in lower case and without needless quotes: `"Alarm"@Panel.Example` becomes `Alarm@panel.example`.
/// After an error, reading continues behind the next comma or semicolon.
public struct AddressList: ~Escapable {
  private var scanner: FieldScanner
  private var isInGroup = false
  /// True between an address and the separator that follows it.
  private var isBehindAddress = false

  /// True if a group has begun so far.
  public private(set) var hasGroup = false
  /// Offset of the first empty element so far; nil if there is none. One behind the last separator does not
  /// count.
  public private(set) var emptyElement: Int?

  @_lifetime(copy text)
  public init(_ text: Span<UInt8>) { scanner = FieldScanner(text) }

  /// True if the whole text has been read.
  public var isAtEnd: Bool { scanner.next == nil }

  /// The next address; nil after the last.
  @inline(never)
  @_lifetime(self: copy self)
  public mutating func next() throws(FieldError) -> [UInt8]? {
    do throws(FieldError) {
      return try element()
    } catch {
      while let byte = scanner.next, byte != .ascii(","), byte != .ascii(";") {
        scanner.offset += 1
      }
      isBehindAddress = true
      throw error
    }
  }

  // address-list = address *("," address) ; address = mailbox / group
  // obs-addr-list: elements may be empty                         ; RFC 5322 section 4.4
  // Outlook writes ";" between addresses.
  @_lifetime(self: copy self)
  private mutating func element() throws(FieldError) -> [UInt8]? {
    while true {
      try scanner.skipBlanksAndComments()
      switch scanner.next {
      case nil where isInGroup:
        isInGroup = false
        throw scanner.error(.unterminated)
      case nil: return nil
      case .ascii(";") where isInGroup:
        scanner.offset += 1
        (isInGroup, isBehindAddress) = (false, true)
      case .ascii(","), .ascii(";"):
        if !isBehindAddress { emptyElement = emptyElement ?? scanner.offset }
        scanner.offset += 1
        isBehindAddress = false
      default:
        if let address = try mailbox() {
          isBehindAddress = true
          return address
        }
      }
    }
  }

  // mailbox = name-addr / addr-spec ; name-addr = [display-name] angle-addr
  // group = display-name ":" [group-list] ";" [CFWS]
  //
  // Devices write "[UPS 2] <ups@…>" and 8-bit names: both are accepted in a display name. An unquoted "@" in
  // a display name is refused unless the name is the same address, because readers differ about which
  // address is meant.
  /// Returns nil if the element is the beginning of a group.
  @_lifetime(self: copy self)
  private mutating func mailbox() throws(FieldError) -> [UInt8]? {
    let start = scanner.offset
    while let byte = scanner.next {
      switch byte {
      case .ascii("<"): return try last(scanner.angleAddress())
      case .ascii("@"):
        scanner.offset = start
        return try last(bareAddress())
      case .ascii(":") where !isInGroup && scanner.offset > start:
        scanner.offset += 1
        (isInGroup, hasGroup) = (true, true)
        return nil
      case .ascii(","), .ascii(";"): throw scanner.error(.missingDomain)
      default: try scanner.skipInDisplayName(byte)
      }
    }
    throw scanner.error(.missingDomain)
  }

  // addr-spec / addr-spec angle-addr / "'" addr-spec "'" angle-addr / word angle-addr
  // word = "=?" charset "?Q?" addr-spec "?="
  // A display name that is the address itself is common; Outlook puts it in apostrophes, and others
  // needlessly in an encoded word.
  @_lifetime(self: copy self)
  private mutating func bareAddress() throws(FieldError) -> [UInt8] {
    let start = scanner.offset
    let isWord = scanner.takeStartOfWord()
    if isWord || scanner.take("'"), let name = try? scanner.addressSpecification(),
      scanner.take(isWord ? "?" : "'"), !isWord || scanner.take("=")
    {
      try scanner.skipBlanksAndComments()
      return try angleAddress(repeating: name)
    }
    scanner.offset = start
    let address = try scanner.addressSpecification()
    try scanner.skipBlanksAndComments()
    return scanner.next == .ascii("<") ? try angleAddress(repeating: address) : address
  }

  @_lifetime(self: copy self)
  private mutating func angleAddress(repeating address: [UInt8]) throws(FieldError) -> [UInt8] {
    let start = scanner.offset
    let angle = try scanner.angleAddress()
    guard angle.span.equalsIgnoringCase(address.span) else {
      throw FieldError(reason: .otherAddress, offset: start)
    }
    return angle
  }

  /// Returns `address` if only comments and a dot follow it in its element; throws otherwise.
  @_lifetime(self: copy self)
  private mutating func last(_ address: [UInt8]) throws(FieldError) -> [UInt8] {
    try scanner.skipBlanksAndComments()
    if scanner.take(".") { try scanner.skipBlanksAndComments() }
    switch scanner.next {
    case nil, .ascii(","), .ascii(";"): return address
    default: throw scanner.error(.unexpectedByte)
    }
  }
}

extension FieldScanner {
  /// Skips the part of an encoded word before its text, if one comes next.
  @_lifetime(self: copy self)
  fileprivate mutating func takeStartOfWord() -> Bool {
    guard text.extracting(offset...).hasPrefix("=?") else { return false }
    var marks = 0
    while marks < 3, let byte = next, byte.isAtomText {
      offset += 1
      if byte == .ascii("?") { marks += 1 }
    }
    return marks == 3
  }

  /// Skips `byte` in a display name, or the quoted string or comment that begins with it.
  @_lifetime(self: copy self)
  mutating func skipInDisplayName(_ byte: UInt8) throws(FieldError) {
    switch byte {
    case .ascii("\""): try skipQuotedString()
    case .ascii("("), .space, .horizontalTab: try skipBlanksAndComments()
    case .ascii("."), .ascii("["), .ascii("]"), 0x80...: offset += 1
    default:
      guard byte.isAtomText else { throw error(.unexpectedByte) }
      offset += 1
    }
  }
}
