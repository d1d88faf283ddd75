/// A requirement of the configuration that only the machine can confirm.
public struct MachineCheck: Sendable {
  public enum Kind: Sendable {
    /// A file with a secret exists, and only its owner can read it.
    case secretFile([UInt8])
    case credential([UInt8])
    /// A file or directory of certificates exists.
    case certificates([UInt8])
    /// A program exists and may be started.
    case program([UInt8])
    case line(LineAddress)
    /// A user exists; needed if popbell runs as root.
    case account([UInt8])
    case stateDirectory([UInt8])
    /// A Maildir can be written or created.
    case archive([UInt8])
  }

  public let kind: Kind
  public let place: Place

  /// The error to report if the check fails, with its text.
  public func failed(_ text: [UInt8]) -> ConfigError { ConfigError(at: place, .machine(text)) }
}

/// The result of reading a configuration.
public struct ConfigOutcome: Sendable {
  /// nil if there are errors.
  public let settings: Settings?
  public var errors: ConfigErrors
  public let warnings: ConfigWarnings
  /// The checks to make before the settings are used; present even if there are errors.
  public let checks: [MachineCheck]
}
