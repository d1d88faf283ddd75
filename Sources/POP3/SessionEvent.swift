internal import Bytes

/// An event that follows from the server's bytes.
public enum SessionEvent: Equatable, Sendable {
  /// The server accepted STLS: perform the handshake, then call `secured()`.
  ///
  /// Before that, pass the remaining bytes of the same read to `receive`, which throws if there are any.
  case startTLS
  /// The login succeeded; commands may be sent.
  case ready
  /// The server refused the session or the login; the session has ended.
  case rejected(LoginStage, Refusal)

  /// The reply to STAT. `octets` is nil if it is not a number (some servers send negative ones), and may be
  /// wrong.
  case status(count: Int, octets: UInt64?)
  /// A message in the reply to UIDL; the unique-id is nil if the server gave none that is valid.
  ///
  /// Numbers and unique-ids may occur twice.
  case uniqueID(Int, UniqueID?)
  /// A message in the reply to LIST; the size is nil if it is not a number. Exchange sends wrong sizes.
  case listing(Int, octets: UInt64?)
  /// The listing of UIDL or LIST is complete; `skipped` lines had no message number.
  case endOfListing(Command, skipped: Int)
  /// A part of the message that TOP or RETR returns, without dot-stuffing, with line ends as sent: the bytes in
  /// this range of those that were passed to `receive`.
  ///
  /// TOP may omit the empty line after the header (Dovecot). FTGate repeats the `+OK`, which then is the
  /// first line.
  case content(Range<Int>)
  /// The message is complete.
  case endOfContent(Int)
  /// The server accepted DELE; the message is deleted when QUIT is answered with `goodbye`.
  case deleted(Int)
  /// The server accepted NOOP or RSET.
  case done(Command)
  /// The server refused the command. After QUIT, the session has ended, and some messages may not be deleted.
  case refused(Command, Refusal)
  /// The server accepted QUIT, and all marked messages are deleted; the session has ended.
  case goodbye
}

/// The stage of a login that a server can refuse.
public enum LoginStage: Equatable, Sendable { case greeting, user, pass, apop, auth }

/// The state of a session, for the caller.
public enum SessionState: Equatable, Sendable {
  case greeting, capabilities, startTLS, login, transaction, update, ended
}

/// The owner's choices for a session.
public struct SessionConfiguration: Equatable, Sendable {
  public var security: Security
  public var mechanism: Mechanism

  /// True to send CAPA; some servers hang or hang up on it.
  public var askCapabilities: Bool

  public init(
    security: Security, mechanism: Mechanism = .automatic, askCapabilities: Bool = true
  ) {
    self.security = security
    self.mechanism = mechanism
    self.askCapabilities = askCapabilities
  }
}
