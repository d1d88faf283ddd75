internal import Bytes

/// What a session learned from the server's bytes.
public enum SessionEvent: Equatable, Sendable {
  /// STLS was accepted: do the handshake, then call `secured()`.
  ///
  /// Pass what is left of the same read to `receive` first: it throws if there is anything.
  case startTLS
  /// Logged in; commands may be sent.
  case ready
  /// The server does not let us in; the session has ended.
  case rejected(LoginStage, Refusal)

  /// The answer to STAT; `octets` is nil where it is no number (some servers send negative ones),
  /// and is not to be relied on anyway.
  case status(count: Int, octets: UInt64?)
  /// From UIDL; the identity is nil where the server gave none that can be told from others.
  ///
  /// Numbers and identities may come twice.
  case uniqueID(Int, UniqueID?)
  /// From LIST; `octets` is nil where it is no number. Exchange sends sizes that are not true.
  case listing(Int, octets: UInt64?)
  /// All of UIDL or LIST was listed; `skipped` lines had no message number.
  case endOfListing(Command, skipped: Int)
  /// A byte of the message that TOP or RETR gives, dots unstuffed, line ends as they came.
  ///
  /// TOP may leave out the empty line after the header (Dovecot). FTGate repeats the `+OK`: that
  /// comes as the first line.
  case content(UInt8)
  /// All of the message was given.
  case endOfContent(Int)
  /// Marked as deleted; it is when QUIT is answered with `goodbye`.
  case deleted(Int)
  /// NOOP or RSET was done.
  case done(Command)
  /// The server said no; after QUIT, the session has ended, and some messages may be left.
  case refused(Command, Refusal)
  /// QUIT was done, and all that was marked is deleted; the session has ended.
  case goodbye
}

/// The step of a login that a server can refuse.
public enum LoginStage: Equatable, Sendable { case greeting, user, pass, apop, auth }

/// How far a session is.
public enum SessionState: Equatable, Sendable {
  case greeting, capabilities, startTLS, login, transaction, update, ended
}

/// What the owner decides about a session.
public struct SessionConfiguration: Equatable, Sendable {
  public var security: Security
  public var mechanism: Mechanism

  /// Whether to send CAPA; some servers hang or hang up on it.
  public var askCapabilities: Bool

  public init(
    security: Security, mechanism: Mechanism = .automatic, askCapabilities: Bool = true
  ) {
    self.security = security
    self.mechanism = mechanism
    self.askCapabilities = askCapabilities
  }
}
