/// Why the value of a field could not be parsed, and at which byte.
public struct FieldError: Error, Equatable, Sendable {
  public enum Reason: Sendable {
    case unexpectedByte
    /// A quoted string, comment, route or group has no end.
    case unterminated
    /// An address has no "@".
    case missingDomain
    /// `name@a.b <c@d.e>`: readers differ about which address is meant.
    case otherAddress
    /// `<@a.b:c@d.e>`, an address with a source route.
    case route
    /// The local part looks like another address or an encoded word.
    case misleadingLocalPart
    /// A comma or semicolon without an address before it.
    case emptyElement
    case tooLong
    case noAddress
    case severalAddresses
    case group
    case outOfRange
  }

  public var reason: Reason
  public var offset: Int

  public init(reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}
