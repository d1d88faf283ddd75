internal import Bytes

/// APOP: RFC 1939 section 7.
struct APOPLogin<MD5: MD5Digest & ~Copyable>: LoginMechanism {
  private let stamp: Stamp

  init(_ stamp: Stamp) { self.stamp = stamp }

  var stage: LoginStage { .apop }
  var isComplete: Bool { true }

  // "APOP" SP name SP digest CRLF          ; the digest is MD5(stamp secret), in hexadecimal
  func start(
    _ credential: borrowing Credential, to output: inout Output, _ clearance: borrowing Clearance
  ) {
    var digest = MD5()
    for byte in stamp.bytes { digest.update(byte) }
    credential.forEachSecretByte(clearance) { digest.update($0) }
    output.markSecret()
    output.append("APOP ")
    credential.forEachUserByte(clearance) { output.append($0) }
    output.append(" ")
    for byte in digest.finish() {
      output.append(hexadecimalDigit(byte >> 4))
      output.append(hexadecimalDigit(byte))
    }
    output.append("\r\n")
  }

  func respond(
    to challenge: Challenge, _ credential: borrowing Credential, to output: inout Output,
    _ clearance: borrowing Clearance
  ) throws(ProtocolError.Reason) {
    throw .strangeReply
  }
}
