/// AUTH PLAIN: RFC 4616, as RFC 5034 has it.
struct PlainLogin: LoginMechanism {
  let isOneLine: Bool
  private var hasResponded = false

  /// With the response in AUTH's line, or (`isOneLine` is false) in the next.
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

  // Some servers write "+OK" where "+" is due, some ask for what AUTH's line already had, and what
  // stands behind the "+" is not always base64.
  mutating func respond(
    to challenge: Challenge, _ credential: borrowing Credential, to output: inout Output,
    _ clearance: borrowing Clearance
  ) throws(ProtocolError.Reason) {
    guard !hasResponded else { throw .strangeReply }
    credential.writePlainResponse(to: &output, clearance)
    hasResponded = true
  }
}
