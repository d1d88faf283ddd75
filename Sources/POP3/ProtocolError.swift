/// Why a session cannot go on, and where in the server's stream.
public struct ProtocolError: Error, Equatable, Sendable {
  public enum Reason: Error, Equatable, Sendable {
    /// A line is longer than `Limits.lineOctets`.
    case lineTooLong
    /// The first line is neither `+OK` nor `-ERR`.
    case strangeGreeting
    /// A line that cannot be a reply, or not to this command.
    case strangeReply
    /// A line came that nothing was asked for; also `-ERR Disconnected for inactivity`.
    case unsolicitedReply
    /// More capabilities than `Limits.capabilityLines`.
    case tooManyCapabilities
    /// More lines in a listing than STAT's count allows.
    case tooManyLines
    /// STAT counts more than `Limits.messages`.
    case tooManyMessages
    /// STAT was answered without a count.
    case malformedStatus
    /// `startTLS` is demanded, and the capabilities do not have STLS.
    case startTLSNotAnnounced
    /// `startTLS` is demanded, and STLS was answered with -ERR.
    case startTLSRefused
    /// Something followed the `+OK` to STLS in the clear: somebody injects replies.
    case bytesBeforeTLS
    /// A credential was to be written before the transport was in place: law L3's second line.
    case notSecured
    /// The server takes no login that `automatic` uses, and the connection is in the clear.
    case noMechanism
    /// APOP is demanded, and there is no stamp: none was sent, or it came in the clear before TLS.
    case noStamp
    /// A challenge of the login does not fit into a line of `Limits.Line`.
    case challengeTooLong
    /// A challenge of the login is not base64.
    case malformedChallenge
    /// The connection ended while the session was in this state and waited for this command.
    case connectionEnded(SessionState, awaiting: Command?)
  }

  public let reason: Reason

  /// How many bytes the server had sent before the one that made it fail.
  public let offset: UInt64

  public init(_ reason: Reason, at offset: UInt64) {
    self.reason = reason
    self.offset = offset
  }
}
