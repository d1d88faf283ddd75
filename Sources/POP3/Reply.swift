internal import Bytes

/// A status line of the server: its status and, if that is `refused`, the reason.
public struct Reply: Equatable, Sendable {
  public enum Status: Equatable, Sendable {
    case ok
    case refused
    /// `+`, `+ ` or `+ text`: the server waits for a SASL response.
    case continuation
    case empty
    case strange
  }

  public let status: Status

  /// The reason of a refusal; `none` for any other status.
  public let refusal: Refusal

  // response      = "+OK" / "-ERR" [SP [resp-code SP] text] CRLF     ; RFC 2449 section 3
  // continue-req  = "+" SP [base64] CRLF                             ; RFC 5034 section 5
  //
  // seznam.cz omits the blank of the continuation. Letters match in either case.
  public init(parsing line: Span<UInt8>) {
    if line.hasPrefixIgnoringCase("+OK") {
      self.init(status: .ok)
    } else if line.hasPrefixIgnoringCase("-ERR") {
      self.init(status: .refused, refusal: Refusal(parsing: line.extracting(4...)))
    } else if line.equals("+") || line.hasPrefix("+ ") {
      self.init(status: .continuation)
    } else {
      self.init(status: line.trimmingBlanks.isEmpty ? .empty : .strange)
    }
  }

  private init(status: Status, refusal: Refusal = .none) {
    self.status = status
    self.refusal = refusal
  }
}
