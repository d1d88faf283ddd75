/// Why a session cannot continue, and where in the server's stream.
public struct ProtocolError: Error, Equatable, Sendable {
  public enum Reason: Error, Equatable, Sendable {
    /// A line is longer than `Limits.lineOctets`.
    case lineTooLong
    /// The first line is neither `+OK` nor `-ERR`.
    case strangeGreeting
    /// A line is not a reply, or not one to this command.
    case strangeReply
    /// A line came without a command; `-ERR Disconnected for inactivity` is one, too.
    case unsolicitedReply
    /// The reply to CAPA has more lines than `Limits.capabilityLines`.
    case tooManyCapabilities
    /// A listing has more lines than STAT's count allows.
    case tooManyLines
    /// STAT counts more than `Limits.messages`.
    case tooManyMessages
    /// The reply to STAT has no count.
    case malformedStatus
    /// `Security.startTLS` is demanded, and the capabilities lack STLS.
    case startTLSNotAnnounced
    /// `Security.startTLS` is demanded, and the server refused STLS.
    case startTLSRefused
    /// Bytes followed the `+OK` to STLS in the clear: somebody may be injecting replies.
    case bytesBeforeTLS
    /// A credential was to be written before the demanded transport was in place (law L3).
    case notSecured
    /// The connection is in the clear, and the server offers no login that `automatic` uses there.
    case noMechanism
    /// APOP is demanded, and there is no timestamp: none was sent, or it came in the clear before TLS.
    case noStamp
    /// A challenge in the login is longer than `Limits.Line`.
    case challengeTooLong
    /// A challenge in the login is not base64.
    case malformedChallenge
    /// The connection ended in this state, while the session awaited the reply to this command.
    case connectionEnded(SessionState, awaiting: Command?)
  }

  public let reason: Reason

  /// Number of bytes that the server had sent before the one that caused the error.
  public let offset: UInt64

  public init(_ reason: Reason, at offset: UInt64) {
    self.reason = reason
    self.offset = offset
  }
}
