/// USER and PASS: RFC 1939 section 7.
struct UserLogin: LoginMechanism {
  private var hasSentSecret = false

  var stage: LoginStage { hasSentSecret ? .pass : .user }
  var isComplete: Bool { hasSentSecret }

  // "USER" SP name CRLF
  func start(
    _ credential: borrowing Credential, to output: inout Output, _ clearance: borrowing Clearance
  ) {
    output.markSecret()
    output.append("USER ")
    credential.forEachUserByte(clearance) { output.append($0) }
    output.append("\r\n")
  }

  // "PASS" SP string CRLF
  mutating func respond(
    to challenge: Challenge, _ credential: borrowing Credential, to output: inout Output,
    _ clearance: borrowing Clearance
  ) throws(ProtocolError.Reason) {
    guard challenge.isOK else { throw .strangeReply }
    output.markSecret()
    output.append("PASS ")
    credential.forEachSecretByte(clearance) { output.append($0) }
    output.append("\r\n")
    hasSentSecret = true
  }
}
