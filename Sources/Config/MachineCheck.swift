/// Something that the configuration relies on, and that only the machine can tell.
public struct MachineCheck: Sendable {
  public enum Kind: Sendable {
    /// A file with a secret: it is there, and nobody but its owner reads it.
    case secretFile([UInt8])
    case credential([UInt8])
    /// A file or a directory of certificates.
    case certificates([UInt8])
    /// A program that may be started.
    case program([UInt8])
    case line(LineAddress)
    /// A user of the system, needed where popbell runs as root.
    case account([UInt8])
    case stateDirectory([UInt8])
    /// A Maildir that popbell writes, or can create.
    case archive([UInt8])
  }

  public let kind: Kind
  public let place: Place

  /// The error to add where it fails, in the edge's words.
  public func failed(_ text: [UInt8]) -> ConfigError { ConfigError(at: place, .machine(text)) }
}

/// What came of reading a configuration.
public struct ConfigOutcome: Sendable {
  /// nil where there are errors.
  public let settings: Settings?
  public var errors: ConfigErrors
  public let warnings: ConfigWarnings
  /// What the edge checks before the settings hold; also there where there are errors already.
  public let checks: [MachineCheck]
}
