import Bytes
import Rules

/// One of the words that a place in the configuration takes.
protocol Word: CaseIterable {
  var word: StaticString { get }
}

extension Word {
  init?(_ text: Span<UInt8>) {
    for word in Self.allCases where text.equals(word.word) {
      self = word
      return
    }
    return nil
  }

  static var words: [StaticString] { allCases.map { $0.word } }
}

/// The kinds of section.
public enum SectionKind: Sendable, Equatable, Word {
  case mailbox, output, rule, popbell

  public var word: StaticString {
    switch self {
    case .mailbox: "mailbox"
    case .output: "output"
    case .rule: "rule"
    case .popbell: "popbell"
    }
  }

  var limit: Int {
    switch self {
    case .mailbox: Limits.mailboxes
    case .output: Limits.outputs
    case .rule: Limits.rules
    case .popbell: 1
    }
  }

  /// The keys of such a section; `password` is known so that it can be refused.
  var keys: [Key] {
    switch self {
    case .mailbox: Self.mailboxKeys
    case .output: Self.outputKeys
    case .rule: Self.ruleKeys
    case .popbell: Self.popbellKeys
    }
  }

  // Each table is on its own: of several in one function, which two modules compile, the Embedded
  // compiler of Swift 6.3 gives them the same names in another order, and the linker mixes them up.
  private static let mailboxKeys: [Key] = [
    .server, .port, .tls, .allowPlaintext, .ca, .user, .passwordFile, .passwordCommand,
    .passwordCredential, .auth, .interval, .deadline, .unmatched, .batch, .archive, .ledger,
    .capabilities, .password,
  ]
  private static let outputKeys: [Key] = [.line, .chip, .active, .bias, .drive, .initial, .maxOn]
  private static let ruleKeys: [Key] = [
    .mailbox, .subject, .from, .to, .header, .run, .on, .off, .toggle, .pulse, .blink, .then,
    .archive, .onCrash, .retries, .timeout, .case,
  ]
  private static let popbellKeys: [Key] = [.user, .stateDirectory, .retries, .timeout]
}

/// The keys of all sections.
public enum Key: Sendable, Equatable, Word {
  case server, port, tls, allowPlaintext, ca, user, passwordFile, passwordCommand
  case passwordCredential, password, auth, interval, deadline, unmatched, batch
  case archive, ledger, capabilities
  case line, chip, active, bias, drive, initial, maxOn
  case mailbox, subject, from, to, header, run, on, off, toggle, pulse, blink, then, onCrash
  case retries, timeout, `case`
  case stateDirectory

  public var word: StaticString {
    switch self {
    case .server: "server"
    case .port: "port"
    case .tls: "tls"
    case .allowPlaintext: "allow-plaintext"
    case .ca: "ca"
    case .user: "user"
    case .passwordFile: "password-file"
    case .passwordCommand: "password-command"
    case .passwordCredential: "password-credential"
    case .password: "password"
    case .auth: "auth"
    case .interval: "interval"
    case .deadline: "deadline"
    case .unmatched: "unmatched"
    case .batch: "batch"
    case .archive: "archive"
    case .ledger: "ledger"
    case .capabilities: "capabilities"
    case .line: "line"
    case .chip: "chip"
    case .active: "active"
    case .bias: "bias"
    case .drive: "drive"
    case .initial: "initial"
    case .maxOn: "max-on"
    case .mailbox: "mailbox"
    case .subject: "subject"
    case .from: "from"
    case .to: "to"
    case .header: "header.NAME"
    case .run: "run"
    case .on: "on"
    case .off: "off"
    case .toggle: "toggle"
    case .pulse: "pulse"
    case .blink: "blink"
    case .then: "then"
    case .onCrash: "on-crash"
    case .retries: "retries"
    case .timeout: "timeout"
    case .case: "case"
    case .stateDirectory: "state-directory"
    }
  }

  var isCondition: Bool {
    switch self {
    case .subject, .from, .to, .header: true
    default: false
    }
  }

  /// An action: it may be given more than once in a rule.
  var isAction: Bool {
    switch self {
    case .run, .on, .off, .toggle, .pulse, .blink: true
    default: false
    }
  }

  /// Whether its value is split into arguments, and has its own quotes and comments.
  var isCommand: Bool { self == .run || self == .passwordCommand }

  /// What follows the key, for errors that show how to write it.
  var form: StaticString {
    switch self {
    case .server: "pop.example.net"
    case .port: "995"
    case .user: "NAME"
    case .line: "GPIO17"
    case .run: "/PROGRAM ARGUMENT..."
    case .on, .off, .toggle: "OUTPUT"
    case .pulse: "OUTPUT TIME"
    case .blink: "OUTPUT ON-TIME OFF-TIME COUNT"
    case .then: "delete after 14d"
    default: "VALUE"
    }
  }
}

enum YesNo: Word {
  case yes, no
  var word: StaticString { self == .yes ? "yes" : "no" }
}

enum CaseChoice: Word {
  case ignore, sensitive
  var word: StaticString { self == .ignore ? "ignore" : "sensitive" }
}

/// How a disposition is written.
enum DispositionForm: Word {
  case delete, keep, deleteAfter

  var word: StaticString {
    switch self {
    case .delete: "delete"
    case .keep: "keep"
    case .deleteAfter: "delete after TIME"
    }
  }
}

extension CrashPolicy: Word {
  var word: StaticString { self == .again ? "again" : "never" }
}
