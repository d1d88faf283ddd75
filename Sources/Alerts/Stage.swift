internal import Bytes
public import POP3

/// How far a poll has come, for the message when it ends early.
public enum Stage: UInt8, Sendable, CaseIterable {
  case starting = 0
  case resolving, connecting, handshake, greeting, capabilities, startTLS, login, transaction,
    update

  public init(_ state: SessionState) {
    switch state {
    case .greeting: self = .greeting
    case .capabilities: self = .capabilities
    case .startTLS: self = .startTLS
    case .login: self = .login
    case .transaction: self = .transaction
    case .update, .ended: self = .update
    }
  }

  /// Text that completes "while …".
  public var words: StaticString {
    switch self {
    case .starting: "starting"
    case .resolving: "resolving the server's name"
    case .connecting: "connecting"
    case .handshake: "in the TLS handshake"
    case .greeting: "waiting for the greeting"
    case .capabilities: "asking for the capabilities (CAPA)"
    case .startTLS: "asking for TLS (STLS)"
    case .login: "logging in"
    case .transaction: "reading the mailbox"
    case .update: "saying QUIT"
    }
  }
}
