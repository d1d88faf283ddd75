/// Why the value of a field could not be parsed, and at which byte.
public struct FieldError: Error, Equatable, Sendable {
  public enum Reason: Sendable {
    case unexpectedByte
    /// A quoted string, comment, route or group that nothing ends.
    case unterminated
    /// No "@" where it must come.
    case missingDomain
    /// `name@a.b <c@d.e>`: which of both is meant, readers see differently.
    case otherAddress
    /// `<@a.b:c@d.e>`, an address with a way to it.
    case route
    /// A local part that reads as another address, or as an encoded word.
    case misleadingLocalPart
    /// A comma without an address in front of it.
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
