public import Bytes
public import Rules

/// All settings of the configuration, complete with defaults, but without secrets.
public struct Settings: Sendable {
  public var mailboxes: [MailboxSettings] = []
  public var outputs: [OutputSettings] = []
  public var rules = RuleSet(rules: [], names: Names())
  public var popbell = PopbellSettings()

  /// The Maildir for messages of `mailbox` that `rule` takes; nil if there is none.
  public func archive(rule: Int, mailbox: Int) -> [UInt8]? {
    let archive = rules.rules[rule].archive
    return archive == .ofMailbox ? mailboxes[mailbox].archive : archive.folder
  }
}

// The initial value of each property is the default of its key; keys without a default are required.

/// The settings of popbell as a whole.
public struct PopbellSettings: Sendable {
  /// The user as which a fetcher runs if popbell runs as root.
  public var user = [UInt8]("popbell")
  public var stateDirectory = [UInt8]("/var/lib/popbell")
  /// The program that is told of problems, and its arguments; empty if there is none.
  public var onTrouble: [TroubleTemplate] = []
}

/// A mailbox, and how to poll it.
public struct MailboxSettings: Sendable {
  public let name: [UInt8]
  /// A host name or an IP address.
  public var server: [UInt8] = []
  /// The port in the file; nil if there is none.
  var explicitPort: UInt16?
  public var tls = TLSMode.implicit
  /// True to also accept cipher suites without forward secrecy.
  public var takesOldTLS = false
  public var allowsPlaintext = false
  /// A file or directory of trusted certificates; nil for the system's.
  public var ca: [UInt8]?
  public var user: [UInt8] = []
  public var secret = SecretSource.credential([])
  public var authentication = Authentication.auto
  /// Time from the start of a poll to the start of the next.
  public var interval = Interval.seconds(60)
  /// Maximum duration of a poll.
  public var deadline = Interval.seconds(60)
  public var unmatched = Unmatched.leave
  /// What happens to messages that are there at the first poll; without a ledger, all fire.
  public var existing: Existing { ledger == .none ? .fire : explicitExisting }
  var explicitExisting = Existing.recent
  /// Number of deletions after which a session commits.
  public var batch = 20
  /// The absolute path of the Maildir for messages that a rule takes; nil if there is none.
  public var archive: [UInt8]?
  public var ledger = LedgerPolicy.disk
  public var capabilities = CapabilityPolicy.ask
  public var headers = HeaderCommand.auto

  init(name: [UInt8]) { self.name = name }

  public var port: UInt16 { explicitPort ?? (tls == .implicit ? 995 : 110) }
}

extension MailboxSettings {
  /// True if both are the same mailbox of the same server, with the same login.
  public func isSameAccount(as other: MailboxSettings) -> Bool {
    name == other.name && server == other.server && port == other.port && tls == other.tls
      && user == other.user && secret == other.secret && authentication == other.authentication
  }
}

/// The source of the password, which is read at each poll.
public enum SecretSource: Sendable, Equatable {
  case file([UInt8])
  /// A program's path and its arguments; the password is the first line of its output.
  case command([[UInt8]])
  /// The name of a file in `$CREDENTIALS_DIRECTORY`, which systemd provides.
  case credential([UInt8])
}

/// An output line that rules switch.
public struct OutputSettings: Sendable {
  public let name: [UInt8]
  public var line = LineAddress.named([], chip: nil)
  /// True if the line is low while the output is on.
  public var isActiveLow = false
  public var bias = Bias.asIs
  public var drive = Drive.pushPull
  public var isInitiallyActive = false
  /// Maximum time for which the output is on; nil if the owner says `never`, or no rule leaves it on.
  public var maxOn: Interval?
  /// The break in the file; nil if there is none.
  var explicitRest: Interval?

  init(name: [UInt8]) { self.name = name }

  /// Minimum time off after the output was on for `maxOn`, and the break after which its time on counts anew;
  /// a tenth of `maxOn` by default.
  public var rest: Interval {
    explicitRest ?? .milliseconds((maxOn?.milliseconds ?? 0) / 10)
  }
}

/// The address of a GPIO line.
public enum LineAddress: Sendable, Equatable {
  /// By name, on the chip with this name, label or path; nil for any chip.
  case named([UInt8], chip: [UInt8]?)
  case offset(UInt32, chip: [UInt8])

  public var chip: [UInt8]? {
    switch self {
    case .named(_, let chip): chip
    case .offset(_, let chip): chip
    }
  }

  /// True if nothing is switched, and changes are only logged: `chip = simulated`.
  public var isSimulated: Bool { chip == [UInt8]("simulated") }
}
