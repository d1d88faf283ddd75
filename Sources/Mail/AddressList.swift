import Bytes

/// The addresses of a field such as To, one after the other: RFC 5322 section 3.4.
///
/// Display names and comments are passed over and never looked into. Addresses come with the domain
/// in lower case and without needless quotes: `"Alarm"@Panel.Example` is `Alarm@panel.example`.
/// After an error it goes on behind the next comma.
public struct AddressList: ~Escapable {
  private var scanner: FieldScanner
  private var isInGroup = false

  /// Whether a group has begun so far.
  public private(set) var hasGroup = false

  @_lifetime(copy text)
  public init(_ text: Span<UInt8>) { scanner = FieldScanner(text) }

  /// Whether all of the text has been read.
  public var isAtEnd: Bool { scanner.next == nil }

  /// The next address; nil after the last.
  @inline(never)
  @_lifetime(self: copy self)
  public mutating func next() throws(FieldError) -> [UInt8]? {
    do throws(FieldError) {
      return try element()
    } catch {
      while let byte = scanner.next, byte != .ascii(",") { scanner.offset += 1 }
      throw error
    }
  }

  // address-list = address *("," address) ; address = mailbox / group
  // obs-addr-list: elements may be empty                         ; RFC 5322 section 4.4
  @_lifetime(self: copy self)
  private mutating func element() throws(FieldError) -> [UInt8]? {
    while true {
      try scanner.skipBlanksAndComments()
      switch scanner.next {
      case nil where isInGroup:
        isInGroup = false
        throw scanner.error(.unterminated)
      case nil: return nil
      case .ascii(","): scanner.offset += 1
      case .ascii(";") where isInGroup:
        scanner.offset += 1
        isInGroup = false
      default:
        if let address = try mailbox() { return address }
      }
    }
  }

  // mailbox = name-addr / addr-spec ; name-addr = [display-name] angle-addr
  // group = display-name ":" [group-list] ";" [CFWS]
  //
  // Devices write "[UPS 2] <ups@…>" and 8-bit names: both are taken in a display name. An "@" in
  // one that is not quoted is not: which address is meant, readers see differently.
  /// Returns nil where it was the head of a group.
  @_lifetime(self: copy self)
  private mutating func mailbox() throws(FieldError) -> [UInt8]? {
    let start = scanner.offset
    while let byte = scanner.next {
      switch byte {
      case .ascii("<"): return try last(scanner.angleAddress())
      case .ascii("@"):
        scanner.offset = start
        return try last(scanner.addressSpecification())
      case .ascii(":") where !isInGroup && scanner.offset > start:
        scanner.offset += 1
        (isInGroup, hasGroup) = (true, true)
        return nil
      case .ascii("\""): try scanner.skipQuotedString()
      case .ascii("("), .space, .horizontalTab: try scanner.skipBlanksAndComments()
      case .ascii(","), .ascii(";"): throw scanner.error(.missingDomain)
      case .ascii("."), .ascii("["), .ascii("]"), 0x80...: scanner.offset += 1
      default:
        guard byte.isAtomText else { throw scanner.error(.unexpectedByte) }
        scanner.offset += 1
      }
    }
    throw scanner.error(.missingDomain)
  }

  /// Makes sure that nothing but comments stands between `address` and the end of its element.
  @_lifetime(self: copy self)
  private mutating func last(_ address: [UInt8]) throws(FieldError) -> [UInt8] {
    try scanner.skipBlanksAndComments()
    switch scanner.next {
    case nil, .ascii(","): return address
    case .ascii(";") where isInGroup: return address
    default: throw scanner.error(.unexpectedByte)
    }
  }
}

/// The address in `text` where that is exactly one, outside of a group.
public func soleAddress(in text: Span<UInt8>) throws(FieldError) -> [UInt8] {
  var list = AddressList(text)
  let first = try list.next()
  let second = try list.next()
  guard !list.hasGroup else { throw FieldError(reason: .group, offset: 0) }
  guard second == nil else { throw FieldError(reason: .severalAddresses, offset: 0) }
  guard let first else { throw FieldError(reason: .noAddress, offset: 0) }
  return first
}
