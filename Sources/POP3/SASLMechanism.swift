internal import Bytes

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
