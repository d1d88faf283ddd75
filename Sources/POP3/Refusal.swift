internal import Bytes

/// The reason of a `-ERR` reply, as far as its response code or text gives one.
public enum Refusal: Equatable, Sendable {
  /// No response code, and a text without a known reason.
  case none
  /// The last login was too recent, [LOGIN-DELAY]: RFC 2449 section 8.1.1.
  case loginDelay
  /// Another session has the mailbox, [IN-USE]: RFC 2449 section 8.1.2.
  case inUse
  /// An error that is likely to pass by itself, [SYS/TEMP]: RFC 3206 section 4.
  case temporary
  /// An error that somebody must repair at the server, [SYS/PERM]: RFC 3206 section 4.
  case permanent
  /// The user name or the secret is wrong, [AUTH]: RFC 3206 section 4.
  case authentication
  /// Another response code.
  case other
  /// An empty line came instead of the reply to DELE (Exchange Online, for some messages).
  case emptyLine

  /// True if no known response code gives the reason.
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

  /// Finds the reason in the texts of servers without response codes.
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
  /// True if a word of the text begins with `text`: "lock" matches in "is locked", but not in "blocked".
  fileprivate func containsWord(_ text: StaticString) -> Bool {
    for index in indices where index == 0 || !self[index - 1].isLetter {
      if extracting(index...).hasPrefixIgnoringCase(text) { return true }
    }
    return false
  }
}
