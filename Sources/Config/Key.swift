import Bytes

/// All that is said of a key, in errors and the manual; its section's draft reads its value.
public struct KeyRow: Sendable {
  /// The number of entries that a section may have, and the order in which entries are read.
  enum Use: CaseIterable {
    // Entries are read in this order: the choices of a rule count for all of its patterns, and its
    // actions use what any of its conditions captures.

    /// Once in a section.
    case choice
    /// Once in a section, or once for each name behind its dot; its value may be empty.
    case condition
    /// As often as one likes.
    case action
    /// Known so that it can be refused.
    case refused
  }

  /// As it is written; behind a dot, in capitals, what a name stands for: `header.NAME`.
  public let name: StaticString
  /// An example of the value, or a word in capitals for each of its parts.
  public let form: StaticString
  /// One line of the manual, without a full stop; literal text stands between backticks.
  public let help: StaticString
  /// The manual's words for what holds where the key is left out; may be empty.
  public let defaultText: StaticString
  public let isRequired: Bool
  /// True if its value is split into arguments, and has their quotes.
  public let isCommand: Bool
  let use: Use

  init(
    _ name: StaticString, _ form: StaticString, _ help: StaticString,
    default: StaticString = "", isRequired: Bool = false, isCommand: Bool = false,
    use: Use = .choice
  ) {
    self.name = name
    self.form = form
    self.help = help
    self.defaultText = `default`
    self.isRequired = isRequired
    self.isCommand = isCommand
    self.use = use
  }

  /// True for what the manual has: all but a key that is refused.
  public var isDocumented: Bool { use != .refused }

  /// The part of `text` in the place of `NAME`, empty for most keys; nil where it is another key.
  func argument(of text: Span<UInt8>) -> [UInt8]? {
    let name = [UInt8](name)
    guard let dot = name.firstIndex(of: .ascii(".")) else {
      return text.equals(name.span) ? [] : nil
    }
    guard text.count > dot, text.extracting(...dot).equals(name.span.extracting(...dot)) else {
      return nil
    }
    return [UInt8](text.extracting((dot + 1)...))
  }
}

/// The keys of a kind of section, in the order of the manual.
public protocol SectionKey: CaseIterable, Equatable, Sendable {
  static var kind: SectionKind { get }
  var row: KeyRow { get }
}

extension SectionKey {
  public static var rows: [KeyRow] { allCases.map { $0.row } }

  init?(_ text: Span<UInt8>) {
    guard let key = Self.allCases.first(where: { $0.row.argument(of: text) != nil }) else {
      return nil
    }
    self = key
  }
}

// Below: the rows. What they say stands in README and popbell.conf(5), too; a test compares them.

public enum MailboxKey: SectionKey {
  case server, port, tls, allowPlaintext, ca, user, passwordFile, passwordCommand
  case passwordCredential, auth, interval, deadline, unmatched, batch, archive, ledger, capabilities
  case headers, password

  public static var kind: SectionKind { .mailbox }

  public var row: KeyRow {
    switch self {
    case .server:
      KeyRow("server", "pop.example.net", "host name or IP address", isRequired: true)
    case .port:
      KeyRow("port", "995", "port of the server", default: "995, and 110 without `tls = implicit`")
    case .tls:
      KeyRow("tls", "starttls", "`implicit`, `starttls` or `none`", default: "`implicit`")
    case .allowPlaintext:
      KeyRow(
        "allow-plaintext", "yes",
        "`yes` allows `tls = none` to a server that is not this machine", default: "`no`")
    case .ca:
      KeyRow(
        "ca", "/PATH",
        "certificates to trust: a PEM or DER file, or a folder of at most 256 of them",
        default: "the system's")
    case .user:
      KeyRow("user", "NAME", "name to log in with", isRequired: true)
    case .passwordFile:
      KeyRow("password-file", "/PATH", "a file with the password, which others cannot read")
    case .passwordCommand:
      KeyRow(
        "password-command", "/PROGRAM ARGUMENT...",
        "a program whose first line of output is the password", isCommand: true)
    case .passwordCredential:
      KeyRow("password-credential", "NAME", "a file in systemd's `$CREDENTIALS_DIRECTORY`")
    case .auth:
      KeyRow(
        "auth", "apop",
        "`auto` (AUTH PLAIN or USER and PASS), `plain`, `plain-challenge`, `user` or `apop`",
        default: "`auto`")
    case .interval:
      KeyRow(
        "interval", "TIME", "time from the start of a poll to the next, 5s to 7d", default: "60s")
    case .deadline:
      KeyRow("deadline", "TIME", "maximum duration of a poll, 5s to 1h", default: "60s")
    case .unmatched:
      KeyRow(
        "unmatched", "delete", "`leave` or `delete` what no rule takes", default: "`leave`")
    case .batch:
      KeyRow(
        "batch", "COUNT", "commit the deletions after about so many, 1 to 1000",
        default: "20")
    case .archive:
      KeyRow(
        "archive", "/PATH",
        "a Maildir that each message which a rule takes is put into before it may be deleted",
        default: "`none`")
    case .ledger:
      KeyRow(
        "ledger", "none",
        "`disk`, or `none`: after a restart, what is still on the server fires again",
        default: "`disk`")
    case .capabilities:
      KeyRow(
        "capabilities", "skip",
        "`ask` the server for its capabilities, or `skip` that, for one that hangs when it is asked",
        default: "`ask`")
    case .headers:
      KeyRow(
        "headers", "top",
        "`auto` (TOP, and RETR where that is refused), `top` or `retr`: the command that reads headers",
        default: "`auto`")
    case .password:
      KeyRow("password", "", "", use: .refused)
    }
  }
}

public enum OutputKey: SectionKey {
  case line, chip, active, bias, drive, initial, maxOn, rest

  public static var kind: SectionKind { .output }

  public var row: KeyRow {
    switch self {
    case .line:
      KeyRow("line", "GPIO17", "name of the line, or with `chip` its number", isRequired: true)
    case .chip:
      KeyRow(
        "chip", "NAME", "name, label or path of the chip; `simulated` only logs",
        default: "any that has the line")
    case .active:
      KeyRow(
        "active", "low", "`high` or `low`: the level of the line when the output is on",
        default: "`high`")
    case .bias:
      KeyRow(
        "bias", "pull-up", "`as-is`, `disabled`, `pull-up` or `pull-down`", default: "`as-is`")
    case .drive:
      KeyRow(
        "drive", "open-drain", "`push-pull`, `open-drain` or `open-source`",
        default: "`push-pull`")
    case .initial:
      KeyRow("initial", "active", "`inactive` or `active` at start", default: "`inactive`")
    case .maxOn:
      KeyRow(
        "max-on", "TIME",
        "maximum time that it is on, or `never`; required where a rule or `initial` leaves it on")
    case .rest:
      KeyRow(
        "rest", "TIME",
        "how long it stays off after that, 0s to 1d; without a break of `rest`, times on add up",
        default: "a tenth of `max-on`")
    }
  }
}

public enum RuleKey: SectionKey {
  case mailbox, subject, from, to, header, `case`
  case run, on, off, toggle, pulse, blink
  case then, archive, retryFor, retries, timeout, onCrash

  public static var kind: SectionKind { .rule }

  public var row: KeyRow {
    switch self {
    case .mailbox:
      KeyRow("mailbox", "NAME", "only messages of this mailbox", default: "all mailboxes")
    case .subject:
      KeyRow("subject", "PATTERN", "a pattern for the decoded subject", use: .condition)
    case .from:
      KeyRow(
        "from", "PATTERN",
        "a pattern for the sender's address; the display name never counts", use: .condition)
    case .to:
      KeyRow("to", "PATTERN", "a pattern for one of the receivers' addresses", use: .condition)
    case .header:
      KeyRow(
        "header.NAME", "PATTERN",
        "a pattern for the decoded text of this header field; the topmost, where there are several",
        use: .condition)
    case .case:
      KeyRow(
        "case", "sensitive",
        "`ignore` or `sensitive`: whether the patterns of the rule tell large from small letters",
        default: "`ignore`")
    case .run:
      KeyRow(
        "run", "/PROGRAM ARGUMENT...", "a program by its absolute path, and its arguments",
        isCommand: true, use: .action)
    case .on:
      KeyRow("on", "OUTPUT", "switch this output on", use: .action)
    case .off:
      KeyRow("off", "OUTPUT", "switch this output off", use: .action)
    case .toggle:
      KeyRow(
        "toggle", "OUTPUT", "switch this output on where it is off, and off where it is on",
        use: .action)
    case .pulse:
      KeyRow(
        "pulse", "OUTPUT TIME", "an output and for how long it is on, 10ms to 1d: `siren 10s`",
        use: .action)
    case .blink:
      KeyRow(
        "blink", "OUTPUT ON-TIME OFF-TIME COUNT",
        "an output, on-time, off-time and count: `lamp 300ms 200ms 3`", use: .action)
    case .then:
      KeyRow(
        "then", "delete after 14d",
        "`delete` or `keep` the message when all actions succeeded, or `delete after` a time, 1h to 3650d",
        default: "`delete`")
    case .archive:
      KeyRow(
        "archive", "/PATH", "a Maildir in the place of the mailbox's, or `none`",
        default: "the mailbox's")
    case .retryFor:
      KeyRow(
        "retry-for", "TIME",
        "for how long actions that failed are tried again, after ever longer pauses: 0s to 30d",
        default: "1d")
    case .retries:
      KeyRow(
        "retries", "COUNT", "how often they are tried again at most: 0 to 100",
        default: "no limit")
    case .timeout:
      KeyRow("timeout", "TIME", "how long a program may run: 100ms to 1d", default: "30s")
    case .onCrash:
      KeyRow(
        "on-crash", "never",
        "fire `again` or `never` when the power failed while the actions ran", default: "`again`")
    }
  }
}

public enum PopbellKey: SectionKey {
  case user, stateDirectory, onTrouble, retryFor, retries, timeout

  public static var kind: SectionKind { .popbell }

  public var row: KeyRow {
    switch self {
    case .user:
      KeyRow(
        "user", "NAME",
        "whom the process that talks to the server becomes, where popbell runs as root",
        default: "`popbell`")
    case .stateDirectory:
      KeyRow(
        "state-directory", "/PATH",
        "where the ledgers are: what has fired, one file for each mailbox",
        default: "`/var/lib/popbell`")
    case .onTrouble:
      KeyRow(
        "on-trouble", "/PROGRAM ARGUMENT...",
        "a program that is told of trouble: `{event}`, `{mailbox}` and `{text}` say of which",
        isCommand: true)
    case .retryFor:
      KeyRow(
        "retry-for", "TIME", "as in a rule, for those that do not say otherwise", default: "1d")
    case .retries:
      KeyRow(
        "retries", "COUNT", "as in a rule, for those that do not say otherwise",
        default: "no limit")
    case .timeout:
      KeyRow("timeout", "TIME", "as in a rule, for those that do not say otherwise", default: "30s")
    }
  }
}
