import Bytes

/// The properties of a key; the draft of its section parses its value.
public struct KeyRow: Sendable {
  /// How often a section may have the key, and the order in which assignments are read.
  enum Use: CaseIterable {
    // Assignments are read in this order, because the choices of a rule apply to all of its patterns, and its
    // actions use the captures of all of its conditions.

    /// At most once in a section.
    case choice
    /// At most once in a section, or once for each name behind its dot. The value may be empty.
    case condition
    /// Any number of times.
    case action
    /// Known only to be refused.
    case refused
  }

  /// The key as written, with a word in capitals for a name behind its dot: `header.NAME`.
  public let name: StaticString
  /// An example of the value, or a word in capitals for each of its parts.
  public let form: StaticString
  public let isRequired: Bool
  /// True if the value is a command, which is split into arguments and may quote them.
  public let isCommand: Bool
  let use: Use

  init(
    _ name: StaticString, _ form: StaticString, isRequired: Bool = false,
    isCommand: Bool = false, use: Use = .choice
  ) {
    self.name = name
    self.form = form
    self.isRequired = isRequired
    self.isCommand = isCommand
    self.use = use
  }

  /// True if the README and the manual describe the key: all but those that are refused.
  public var isDocumented: Bool { use != .refused }

  /// The part of `text` in place of `NAME`, empty for keys without one; nil if `text` is another key.
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

/// A key of a section of any kind.
enum Key: Equatable {
  case mailbox(MailboxKey)
  case output(OutputKey)
  case rule(RuleKey)
  case popbell(PopbellKey)

  var row: KeyRow {
    switch self {
    case .mailbox(let key): key.row
    case .output(let key): key.row
    case .rule(let key): key.row
    case .popbell(let key): key.row
    }
  }
}

extension SectionKind {
  /// The keys of this kind of section, in the order of the manual.
  var keys: [Key] {
    switch self {
    case .mailbox: MailboxKey.allCases.map { .mailbox($0) }
    case .output: OutputKey.allCases.map { .output($0) }
    case .rule: RuleKey.allCases.map { .rule($0) }
    case .popbell: PopbellKey.allCases.map { .popbell($0) }
    }
  }

  /// The properties of these keys.
  public var rows: [KeyRow] { keys.map { $0.row } }

  /// The key with the name `text`; nil if this kind of section has none.
  func key(_ text: Span<UInt8>) -> Key? { keys.first { $0.row.argument(of: text) != nil } }
}

// The keys. README and popbell.conf(5) describe their meaning; a test compares all three.

enum MailboxKey: CaseIterable, Sendable {
  case server, port, tls, tlsOld, allowPlaintext, ca, user, passwordFile, passwordCommand
  case passwordCredential, auth, interval, deadline, unmatched, existing, batch, archive, ledger
  case capabilities
  case headers, password

  var row: KeyRow {
    switch self {
    case .server: KeyRow("server", "pop.example.net", isRequired: true)
    case .port: KeyRow("port", "995")
    case .tls: KeyRow("tls", "starttls")
    case .tlsOld: KeyRow("tls-old", "yes")
    case .allowPlaintext: KeyRow("allow-plaintext", "yes")
    case .ca: KeyRow("ca", "/PATH")
    case .user: KeyRow("user", "NAME", isRequired: true)
    case .passwordFile: KeyRow("password-file", "/PATH")
    case .passwordCommand: KeyRow("password-command", "/PROGRAM ARGUMENT...", isCommand: true)
    case .passwordCredential: KeyRow("password-credential", "NAME")
    case .auth: KeyRow("auth", "apop")
    case .interval: KeyRow("interval", "TIME")
    case .deadline: KeyRow("deadline", "TIME")
    case .unmatched: KeyRow("unmatched", "delete")
    case .existing: KeyRow("existing", "fire")
    case .batch: KeyRow("batch", "COUNT")
    case .archive: KeyRow("archive", "/PATH")
    case .ledger: KeyRow("ledger", "none")
    case .capabilities: KeyRow("capabilities", "skip")
    case .headers: KeyRow("headers", "top")
    case .password: KeyRow("password", "", use: .refused)
    }
  }
}

enum OutputKey: CaseIterable, Sendable {
  case line, chip, active, bias, drive, initial, maxOn, rest

  var row: KeyRow {
    switch self {
    case .line: KeyRow("line", "GPIO17", isRequired: true)
    case .chip: KeyRow("chip", "NAME")
    case .active: KeyRow("active", "low")
    case .bias: KeyRow("bias", "pull-up")
    case .drive: KeyRow("drive", "open-drain")
    case .initial: KeyRow("initial", "active")
    case .maxOn: KeyRow("max-on", "TIME")
    case .rest: KeyRow("rest", "TIME")
    }
  }
}

enum RuleKey: CaseIterable, Sendable {
  case mailbox, subject, from, to, header, `case`
  case run, on, off, toggle, pulse, blink
  case then, maxAge, old, archive, retryFor, retries, timeout, onCrash

  var row: KeyRow {
    switch self {
    case .mailbox: KeyRow("mailbox", "NAME")
    case .subject: KeyRow("subject", "PATTERN", use: .condition)
    case .from: KeyRow("from", "PATTERN", use: .condition)
    case .to: KeyRow("to", "PATTERN", use: .condition)
    case .header: KeyRow("header.NAME", "PATTERN", use: .condition)
    case .case: KeyRow("case", "sensitive")
    case .run: KeyRow("run", "/PROGRAM ARGUMENT...", isCommand: true, use: .action)
    case .on: KeyRow("on", "OUTPUT", use: .action)
    case .off: KeyRow("off", "OUTPUT", use: .action)
    case .toggle: KeyRow("toggle", "OUTPUT", use: .action)
    case .pulse: KeyRow("pulse", "OUTPUT TIME", use: .action)
    case .blink: KeyRow("blink", "OUTPUT ON-TIME OFF-TIME COUNT", use: .action)
    case .then: KeyRow("then", "delete after 14d")
    case .maxAge: KeyRow("max-age", "TIME")
    case .old: KeyRow("old", "delete")
    case .archive: KeyRow("archive", "/PATH")
    case .retryFor: KeyRow("retry-for", "TIME")
    case .retries: KeyRow("retries", "COUNT")
    case .timeout: KeyRow("timeout", "TIME")
    case .onCrash: KeyRow("on-crash", "never")
    }
  }
}

enum PopbellKey: CaseIterable, Sendable {
  case user, stateDirectory, onTrouble, retryFor, retries, timeout

  var row: KeyRow {
    switch self {
    case .user: KeyRow("user", "NAME")
    case .stateDirectory: KeyRow("state-directory", "/PATH")
    case .onTrouble: KeyRow("on-trouble", "/PROGRAM ARGUMENT...", isCommand: true)
    case .retryFor: KeyRow("retry-for", "TIME")
    case .retries: KeyRow("retries", "COUNT")
    case .timeout: KeyRow("timeout", "TIME")
    }
  }
}
