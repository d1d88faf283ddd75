public import Bytes
public import Rules

/// All that the configuration says, without a gap and without a secret.
public struct Settings: Sendable {
  public var mailboxes: [MailboxSettings] = []
  public var outputs: [OutputSettings] = []
  public var rules = RuleSet(rules: [], names: Names())
  public var popbell = PopbellSettings()

  /// The Maildir that a message of `mailbox` which `rule` takes is put into; nil for none.
  public func archive(rule: Int, mailbox: Int) -> [UInt8]? {
    let archive = rules.rules[rule].archive
    return archive == .ofMailbox ? mailboxes[mailbox].archive : archive.folder
  }
}

// Each field begins as what holds where its key is left out; what has no such value is required.

/// The settings of popbell as a whole.
public struct PopbellSettings: Sendable {
  /// The user that a fetcher becomes when popbell runs as root.
  public var user = [UInt8]("popbell")
  public var stateDirectory = [UInt8]("/var/lib/popbell")
  /// The program that is told of trouble, and its arguments; empty for none.
  public var onTrouble: [TroubleTemplate] = []
}

/// A mailbox, and how to poll it.
public struct MailboxSettings: Sendable {
  public let name: [UInt8]
  /// A host name or an IP address.
  public var server: [UInt8] = []
  /// nil where the file leaves it out.
  var explicitPort: UInt16?
  public var tls = TLSMode.implicit
  /// Cipher suites without forward secrecy are taken too.
  public var takesOldTLS = false
  public var allowsPlaintext = false
  /// A file or a directory of certificates to trust; nil for the system's.
  public var ca: [UInt8]?
  public var user: [UInt8] = []
  public var secret = SecretSource.credential([])
  public var authentication = Authentication.auto
  /// From the start of a poll to the start of the next.
  public var interval = Interval.seconds(60)
  /// The longest that a poll takes.
  public var deadline = Interval.seconds(60)
  public var unmatched = Unmatched.leave
  /// Without a ledger, all that is there fires.
  public var existing: Existing { ledger == .none ? .fire : explicitExisting }
  var explicitExisting = Existing.recent
  /// Messages that are handled before the deletions are committed.
  public var batch = 20
  /// The Maildir that messages which a rule takes are put into, by its absolute path.
  public var archive: [UInt8]?
  public var ledger = LedgerPolicy.disk
  public var capabilities = CapabilityPolicy.ask
  public var headers = HeaderCommand.auto

  init(name: [UInt8]) { self.name = name }

  public var port: UInt16 { explicitPort ?? (tls == .implicit ? 995 : 110) }
}

extension MailboxSettings {
  /// True if both are one mailbox of one server, and log in to it in the same way.
  public func isSameAccount(as other: MailboxSettings) -> Bool {
    name == other.name && server == other.server && port == other.port && tls == other.tls
      && user == other.user && secret == other.secret && authentication == other.authentication
  }
}

/// The source of the secret, which is read at each poll.
public enum SecretSource: Sendable, Equatable {
  case file([UInt8])
  /// A program's path and its arguments; the secret is the first line of its output.
  case command([[UInt8]])
  /// A file in `$CREDENTIALS_DIRECTORY`, where systemd puts it.
  case credential([UInt8])
}

/// A line that rules switch.
public struct OutputSettings: Sendable {
  public let name: [UInt8]
  public var line = LineAddress.named([], chip: nil)
  /// True if the line is low while the output is on.
  public var isActiveLow = false
  public var bias = Bias.asIs
  public var drive = Drive.pushPull
  public var isInitiallyActive = false
  /// The longest that it is on at a time; nil where the owner says `never`, or no rule leaves it on.
  public var maxOn: Interval?
  /// nil where the file leaves it out.
  var explicitRest: Interval?

  init(name: [UInt8]) { self.name = name }

  /// The least time off after it was on for `maxOn`, and the break after which that counts anew.
  public var rest: Interval {
    explicitRest ?? .milliseconds((maxOn?.milliseconds ?? 0) / 10)
  }
}

/// The address of a line.
public enum LineAddress: Sendable, Equatable {
  /// By its name, on the chip with this name, label or path; nil for any chip.
  case named([UInt8], chip: [UInt8]?)
  case offset(UInt32, chip: [UInt8])

  public var chip: [UInt8]? {
    switch self {
    case .named(_, let chip): chip
    case .offset(_, let chip): chip
    }
  }

  /// True if nothing is switched, and what would be is only logged: `chip = simulated`.
  public var isSimulated: Bool { chip == [UInt8]("simulated") }
}
