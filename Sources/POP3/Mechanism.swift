internal import Bytes

/// The login mechanism of a session, as the owner chooses it.
public enum Mechanism: Equatable, Sendable {
  /// AUTH PLAIN if it is announced, otherwise USER and PASS; never APOP.
  ///
  /// If the server's capabilities have neither, USER and PASS are used under TLS, where the list must be
  /// wrong. In the clear there is no login, as the server may not want a password there (RFC 2595 section 4).
  case automatic
  /// AUTH PLAIN in one line if that fits into 255 octets, otherwise in two.
  case plain
  /// AUTH PLAIN in two lines.
  case plainChallenge
  case user
  /// APOP. Not possible after STLS, as the timestamp came in the clear.
  case apop
}

/// A SASL mechanism that popbell supports: RFC 4422.
public enum SASLMechanism: UInt8, CaseIterable, Sendable {
  case plain

  /// Its name in IANA's registry.
  var name: StaticString {
    switch self {
    case .plain: "PLAIN"
    }
  }

  /// The mechanism with the name `word`, in either case; nil if popbell does not support it.
  init?(named word: Span<UInt8>) {
    for mechanism in Self.allCases where word.equalsIgnoringCase(mechanism.name) {
      self = mechanism
      return
    }
    return nil
  }
}

/// The SASL mechanisms that a server announces and popbell supports.
public struct SASLMechanisms: Equatable, Sendable {
  private var bits: UInt16 = 0

  init() {}

  public func contains(_ mechanism: SASLMechanism) -> Bool { bits & Self.bit(of: mechanism) != 0 }
  mutating func insert(_ mechanism: SASLMechanism) { bits |= Self.bit(of: mechanism) }
  mutating func formUnion(_ other: Self) { bits |= other.bits }

  private static func bit(of mechanism: SASLMechanism) -> UInt16 { 1 << mechanism.rawValue }
}
