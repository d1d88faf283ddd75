import CMbedTLS

/// Why there is no TLS, or no more.
public enum TLSFailure: Error, Equatable, Sendable {
  /// The certificate's last day is past.
  case expired
  /// The certificate's first day is to come; on a board without a clock, rather the clock is wrong.
  case notYetValid
  case unknownAuthority
  case selfSigned
  case wrongName
  /// A key or a signature that can be forged.
  case weakCertificate
  /// A certificate that is not for servers.
  case unsuitableCertificate
  case malformedCertificate
  /// An authority has signed for a name that its own certificate keeps it from: RFC 5280 section 4.2.1.10.
  case notPermitted
  /// Older than TLS 1.2: RFC 8997.
  case protocolTooOld
  case notTLS
  /// The server found nothing that both take, and more could be taken.
  case nothingInCommon
  case corrupted
  /// The server ended it, with this alert: RFC 8446 section 6.
  case alert(UInt8)
  /// The connection ended in the middle of the handshake.
  case ended
  /// The socket's errno.
  case system(Int32)
  /// Neither a host name nor an IP address.
  case badServerName
  case outOfMemory
  /// Anything else, with mbedTLS's own number.
  case library(Int32)

  /// For a log line that says which server it was.
  public var text: StaticString {
    switch self {
    case .expired: "the server's certificate has expired"
    case .notYetValid: "the server's certificate is not valid yet, or this clock is wrong"
    case .unknownAuthority: "the server's certificate is from an authority that is not trusted"
    case .selfSigned: "the server's certificate is self-signed and not among the trusted ones"
    case .wrongName: "the server's certificate is for another name"
    case .weakCertificate: "the server's certificate has a key or a signature that is too weak"
    case .unsuitableCertificate: "the server's certificate is not meant for servers"
    case .malformedCertificate: "the server's certificate cannot be read"
    case .notPermitted:
      "the authority that signed the server's certificate is restricted to other names"
    case .protocolTooOld: "the server speaks no TLS 1.2 or later"
    case .notTLS: "the server does not speak TLS on this port"
    case .nothingInCommon:
      "the server refused the TLS handshake; an old one may need 'tls-old = yes'"
    case .corrupted: "the TLS stream was changed on its way"
    case .alert: "the server ended TLS with an alert"
    case .ended: "the server closed the connection during the TLS handshake"
    case .system: "the connection failed"
    case .badServerName: "neither a host name nor an IP address"
    case .outOfMemory: "not enough memory for TLS"
    case .library: "TLS failed"
    }
  }

  init(_ code: Int32, detail: Int32) {
    self =
      switch Int(code) {
      case PB_TLS_EXPIRED: .expired
      case PB_TLS_NOT_YET_VALID: .notYetValid
      case PB_TLS_UNKNOWN_AUTHORITY: .unknownAuthority
      case PB_TLS_SELF_SIGNED: .selfSigned
      case PB_TLS_WRONG_NAME: .wrongName
      case PB_TLS_WEAK_CERTIFICATE: .weakCertificate
      case PB_TLS_UNSUITABLE_CERTIFICATE: .unsuitableCertificate
      case PB_TLS_MALFORMED_CERTIFICATE: .malformedCertificate
      case PB_TLS_NOT_PERMITTED: .notPermitted
      case PB_TLS_NOTHING_IN_COMMON: .nothingInCommon
      case PB_TLS_PROTOCOL_TOO_OLD: .protocolTooOld
      case PB_TLS_NOT_TLS: .notTLS
      case PB_TLS_CORRUPTED: .corrupted
      case PB_TLS_ALERT: .alert(UInt8(truncatingIfNeeded: detail))
      case PB_TLS_CLOSED, PB_TLS_TRUNCATED: .ended
      case PB_TLS_SYSTEM: .system(detail)
      case PB_TLS_BAD_SERVER_NAME: .badServerName
      case PB_TLS_OUT_OF_MEMORY: .outOfMemory
      default: .library(detail)
      }
  }
}
