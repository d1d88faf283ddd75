import Bytes
public import Rules

/// One of the words that a place in the configuration takes. The first case is the first of them.
public protocol Word: CaseIterable, RawRepresentable<Int> {
  /// All of them: "high,low".
  static var words: StaticString { get }
}

extension Word {
  init?(_ text: Span<UInt8>) {
    guard let index = index(of: text, in: Self.words) else { return nil }
    self.init(rawValue: index)
  }

  public var word: [UInt8] { list(Self.words)[rawValue] }
}

// These are not the protocol's, or each enumeration would have its own.
func index(of word: Span<UInt8>, in words: StaticString) -> Int? {
  list(words).firstIndex { $0.span.equals(word) }
}

func list(_ words: StaticString) -> [[UInt8]] { parts(of: [UInt8](words)) { $0 == .ascii(",") } }

/// The kinds of section.
public enum SectionKind: Int, Sendable, Word {
  case mailbox, output, rule, popbell

  public static var words: StaticString { "mailbox,output,rule,popbell" }

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
public enum Key: Int, Sendable, Word {
  case server, port, tls, allowPlaintext, ca, user, passwordFile, passwordCommand
  case passwordCredential, password, auth, interval, deadline, unmatched, batch
  case archive, ledger, capabilities
  case line, chip, active, bias, drive, initial, maxOn
  case mailbox, subject, from, to, header, run, on, off, toggle, pulse, blink, then, onCrash
  case retries, timeout, `case`
  case stateDirectory

  public static var words: StaticString {
    """
    server,port,tls,allow-plaintext,ca,user,password-file,password-command,\
    password-credential,password,auth,interval,deadline,unmatched,batch,archive,ledger,\
    capabilities,line,chip,active,bias,drive,initial,max-on,mailbox,subject,from,to,\
    header.NAME,run,on,off,toggle,pulse,blink,then,on-crash,retries,timeout,case,\
    state-directory
    """
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

enum YesNo: Int, Word {
  case yes, no
  static var words: StaticString { "yes,no" }
}

enum CaseChoice: Int, Word {
  case ignore, sensitive
  static var words: StaticString { "ignore,sensitive" }
}

extension CrashPolicy: Word {
  public static var words: StaticString { "again,never" }
}
