public import Bytes
public import Rules

/// What the configuration says, without a gap and without a secret.
public final class Settings: Sendable {
  public let mailboxes: [MailboxSettings]
  public let outputs: [OutputSettings]
  public let rules: RuleSet
  /// Whom a fetcher becomes when popbell runs as root.
  public let user: [UInt8]
  public let stateDirectory: [UInt8]

  public init(
    mailboxes: [MailboxSettings], outputs: [OutputSettings], rules: RuleSet, user: [UInt8],
    stateDirectory: [UInt8]
  ) {
    self.mailboxes = mailboxes
    self.outputs = outputs
    self.rules = rules
    self.user = user
    self.stateDirectory = stateDirectory
  }

  /// The Maildir that a message of `mailbox` which `rule` takes is put into; nil for none.
  public func archive(rule: Int, mailbox: Int) -> [UInt8]? {
    let archive = rules.rules[rule].archive
    return archive == .ofMailbox ? mailboxes[mailbox].archive : archive.folder
  }
}

/// A mailbox, and how to poll it.
public final class MailboxSettings: Sendable {
  public let name: [UInt8]
  /// A host name or an IP address.
  public let server: [UInt8]
  public let port: UInt16
  public let tls: TLSMode
  /// A file or a directory of certificates to trust; nil for the system's.
  public let ca: [UInt8]?
  public let user: [UInt8]
  public let secret: SecretSource
  public let authentication: Authentication
  /// From the start of a poll to the start of the next.
  public let interval: Interval
  /// The longest that a poll takes.
  public let deadline: Interval
  public let unmatched: Unmatched
  /// How many messages are handled before the deletions are committed.
  public let batch: Int
  /// The Maildir that messages which a rule takes are put into, by its absolute path.
  public let archive: [UInt8]?
  public let ledger: LedgerPolicy
  public let capabilities: CapabilityPolicy

  init(
    name: [UInt8], server: [UInt8], port: UInt16, tls: TLSMode, ca: [UInt8]?, user: [UInt8],
    secret: SecretSource, authentication: Authentication, interval: Interval, deadline: Interval,
    unmatched: Unmatched, batch: Int, archive: [UInt8]?, ledger: LedgerPolicy,
    capabilities: CapabilityPolicy
  ) {
    self.name = name
    self.server = server
    self.port = port
    self.tls = tls
    self.ca = ca
    self.user = user
    self.secret = secret
    self.authentication = authentication
    self.interval = interval
    self.deadline = deadline
    self.unmatched = unmatched
    self.batch = batch
    self.archive = archive
    self.ledger = ledger
    self.capabilities = capabilities
  }
}

/// How the connection is protected.
public enum TLSMode: Int, Sendable, Word {
  case implicit, startTLS, none

  public static var words: StaticString { "implicit,starttls,none" }
}

/// Where the secret is read from, at each poll.
public enum SecretSource: Sendable, Equatable {
  case file([UInt8])
  /// A program's path and its arguments; the secret is the first line of its output.
  case command([[UInt8]])
  /// A file in `$CREDENTIALS_DIRECTORY`, where systemd puts it.
  case credential([UInt8])
}

/// How popbell logs in.
public enum Authentication: Int, Sendable, Word {
  case auto
  /// AUTH PLAIN with the response in the command.
  case plain
  /// AUTH PLAIN with the response in a line of its own.
  case plainChallenge
  case user, apop

  public static var words: StaticString { "auto,plain,plain-challenge,user,apop" }
}

/// What happens to a message that no rule takes.
public enum Unmatched: Int, Sendable, Word {
  case leave, delete
  public static var words: StaticString { "leave,delete" }
}

/// Where popbell remembers what has fired.
public enum LedgerPolicy: Int, Sendable, Word {
  case disk
  /// In memory alone.
  case none

  public static var words: StaticString { "disk,none" }

  /// What the owner has to know of it.
  public var warning: StaticString? {
    self == .disk ? nil : "after a restart, what is still on the server fires again"
  }
}

/// Whether the server is asked what it can do; some hang when they are.
public enum CapabilityPolicy: Int, Sendable, Word {
  case ask, skip
  public static var words: StaticString { "ask,skip" }
}

/// A line that rules switch.
public final class OutputSettings: Sendable {
  public let name: [UInt8]
  public let line: LineAddress
  /// Whether the line is low while the output is on.
  public let isActiveLow: Bool
  public let bias: Bias
  public let drive: Drive
  public let isInitiallyActive: Bool
  /// The longest that it is on at a time; nil where the owner says `never`, or no rule leaves it on.
  public let maxOn: Interval?

  init(
    name: [UInt8], line: LineAddress, isActiveLow: Bool, bias: Bias, drive: Drive,
    isInitiallyActive: Bool, maxOn: Interval?
  ) {
    self.name = name
    self.line = line
    self.isActiveLow = isActiveLow
    self.bias = bias
    self.drive = drive
    self.isInitiallyActive = isInitiallyActive
    self.maxOn = maxOn
  }
}

/// Where a line is found.
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

  /// Whether nothing is switched, and what would be is only logged: `chip = simulated`.
  public var isSimulated: Bool { chip == [UInt8]("simulated") }
}

public enum Bias: Int, Sendable, Word {
  case asIs, disabled, pullUp, pullDown

  public static var words: StaticString { "as-is,disabled,pull-up,pull-down" }
}

public enum Drive: Int, Sendable, Word {
  case pushPull, openDrain, openSource

  public static var words: StaticString { "push-pull,open-drain,open-source" }
}

enum ActiveLevel: Int, Word {
  case high, low
  static var words: StaticString { "high,low" }
}

enum InitialState: Int, Word {
  case inactive, active
  static var words: StaticString { "inactive,active" }
}
