/// AUTH PLAIN: RFC 4616, RFC 5034.
struct PlainLogin: LoginMechanism {
  let isOneLine: Bool
  private var hasResponded = false

  /// The response is part of the AUTH line or, if `isOneLine` is false, the next line.
  init(isOneLine: Bool) { self.isOneLine = isOneLine }

  var stage: LoginStage { .auth }
  var isComplete: Bool { isOneLine || hasResponded }

  // "AUTH" SP "PLAIN" [SP initial-response] CRLF                    ; RFC 5034 section 5
  func start(
    _ credential: borrowing Credential, to output: inout Output, _ clearance: borrowing Clearance
  ) {
    output.append("AUTH PLAIN")
    guard isOneLine else { return output.append("\r\n") }
    output.append(" ")
    credential.writePlainResponse(to: &output, clearance)
  }

  // Some servers send "+OK" instead of "+", or ask again for the response that the AUTH line had; what
  // follows the "+" is not always base64.
  mutating func respond(
    to challenge: Challenge, _ credential: borrowing Credential, to output: inout Output,
    _ clearance: borrowing Clearance
  ) throws(ProtocolError.Reason) {
    guard !hasResponded else { throw .strangeReply }
    credential.writePlainResponse(to: &output, clearance)
    hasResponded = true
  }
}
