internal import Bytes

/// How a session logs in.
public enum Mechanism: Equatable, Sendable {
  /// AUTH PLAIN where it is announced, else USER and PASS; never APOP.
  ///
  /// A server whose capabilities have neither gets USER and PASS under TLS (its list is wrong), and
  /// nothing in the clear (it does not want a password there, as RFC 2595 section 4 lets it say).
  case automatic
  /// AUTH PLAIN in one line where that fits 255 octets, else in two.
  case plain
  /// AUTH PLAIN in two lines.
  case plainChallenge
  case user
  /// Not after STLS: the stamp came in the clear.
  case apop
}

/// A SASL mechanism that a login can use: RFC 4422.
public enum SASLMechanism: UInt8, CaseIterable, Sendable {
  case plain

  /// Its name in IANA's registry.
  var name: StaticString {
    switch self {
    case .plain: "PLAIN"
    }
  }

  /// The mechanism that a server announces as `word`, in either case; nil where there is no login
  /// for it.
  init?(named word: Span<UInt8>) {
    for mechanism in Self.allCases where word.equalsIgnoringCase(mechanism.name) {
      self = mechanism
      return
    }
    return nil
  }
}

/// The mechanisms that a server announces, as far as there is a login for them.
public struct SASLMechanisms: Equatable, Sendable {
  private var bits: UInt16 = 0

  init() {}

  public func contains(_ mechanism: SASLMechanism) -> Bool { bits & Self.bit(of: mechanism) != 0 }
  mutating func insert(_ mechanism: SASLMechanism) { bits |= Self.bit(of: mechanism) }
  mutating func formUnion(_ other: Self) { bits |= other.bits }

  private static func bit(of mechanism: SASLMechanism) -> UInt16 { 1 << mechanism.rawValue }
}
