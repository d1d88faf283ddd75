internal import Bytes

/// Why a server said no, as far as it says so.
public enum Refusal: Equatable, Sendable {
  /// No response code, and a text that tells nothing.
  case none
  /// Logged in too soon after the last time: RFC 2449 section 8.1.1.
  case loginDelay
  /// Another session holds the mailbox: RFC 2449 section 8.1.2.
  case inUse
  /// Likely to pass by itself: RFC 3206 section 4.
  case temporary
  /// Needs somebody at the server: RFC 3206 section 4.
  case permanent
  /// The user name or the secret is wrong: RFC 3206 section 4.
  case authentication
  /// A response code that is none of these.
  case other
  /// An empty line where the reply to DELE is due (Exchange Online, for odd messages).
  case emptyLine

  /// True if no response code says why.
  public var isUntagged: Bool {
    switch self {
    case .none, .other, .emptyLine: true
    case .loginDelay, .inUse, .temporary, .permanent, .authentication: false
    }
  }

  // resp-code = "[" resp-level *("/" resp-level) "]"                ; RFC 2449 section 3
  init(parsing text: Span<UInt8>) {
    let text = text.trimmingBlanks
    guard text.hasPrefix("["), let end = text.firstIndex(of: .ascii("]")) else {
      self.init(text: text)
      return
    }
    self.init(code: text.extracting(1..<end))
  }

  private init(code: Span<UInt8>) {
    if code.equalsIgnoringCase("LOGIN-DELAY") {
      self = .loginDelay
    } else if code.equalsIgnoringCase("IN-USE") {
      self = .inUse
    } else if code.equalsIgnoringCase("SYS/TEMP") {
      self = .temporary
    } else if code.equalsIgnoringCase("SYS/PERM") {
      self = .permanent
    } else if code.equalsIgnoringCase("AUTH") {
      self = .authentication
    } else {
      self = .other
    }
  }

  /// What servers without response codes write when a second try will help.
  private init(text: Span<UInt8>) {
    if text.containsWord("login limit") {  // Hotmail: "Exceeded the login limit for a 15 minute…"
      self = .loginDelay
    } else if text.containsWord("lock") || text.containsWord("wait")  // fetchmail's list
      || text.containsWord("duplicate login")  // qq, sina
    {
      self = .inUse
    } else if text.containsWord("service unavailable")  // fetchmail's list
      || text.containsWord("too many open connections")  // Cyrus
    {
      self = .temporary
    } else {
      self = .none
    }
  }
}

extension Span<UInt8> {
  /// Whether `text` begins a word in it: "lock" does in "is locked", and not in "blocked".
  fileprivate func containsWord(_ text: StaticString) -> Bool {
    for index in indices where index == 0 || !self[index - 1].isLetter {
      if extracting(index...).hasPrefixIgnoringCase(text) { return true }
    }
    return false
  }
}
