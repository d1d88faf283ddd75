internal import Bytes

/// A login mechanism as a value: the client's first line, its response to each challenge, and a check of the
/// server's last reply.
///
/// Whatever it writes needs a clearance, as law L3 demands.
protocol LoginMechanism: Sendable {
  /// The stage that fails if the server refuses the last line.
  var stage: LoginStage { get }

  /// True if the client has sent everything, so that the next `+OK` is the server's last reply and not a
  /// challenge.
  var isComplete: Bool { get }

  /// Writes the first line of the login.
  func start(
    _ credential: borrowing Credential, to output: inout Output, _ clearance: borrowing Clearance)

  /// Writes the response to a challenge: an empty line if the challenge reports a failure and `-ERR` comes
  /// only after the response (XOAUTH2).
  mutating func respond(
    to challenge: Challenge, _ credential: borrowing Credential, to output: inout Output,
    _ clearance: borrowing Clearance
  ) throws(ProtocolError.Reason)

  /// Throws if the server has not proved what the mechanism demands of it, as SCRAM does; `text` is what
  /// follows the last `+OK`.
  func check(_ text: Span<UInt8>) throws(ProtocolError.Reason)
}

extension LoginMechanism {
  /// Accepts any reply: the server need not prove anything.
  func check(_ text: Span<UInt8>) throws(ProtocolError.Reason) {}
}

/// A challenge of the server in a login.
struct Challenge: ~Escapable {
  /// What follows the `+`, without blanks at the ends: base64, or anything if the mechanism ignores it.
  let text: Span<UInt8>
  /// True if the line is `+OK`: the reply to USER, or what some servers send instead of `+`.
  let isOK: Bool

  // continue-req = "+" SP [base64] CRLF                             ; RFC 5034 section 5
  /// Takes a line that begins with `+`, or with `+OK` if `isOK`.
  @_lifetime(copy line)
  init(parsing line: Span<UInt8>, isOK: Bool) {
    text = line.extracting((isOK ? 3 : 1)...).trimmingBlanks
    self.isOK = isOK
  }

  /// The challenge decoded from base64, which must be complete. Throws `malformedChallenge` otherwise.
  func decoded() throws(ProtocolError.Reason) -> [UInt8] {
    guard !isOK, text.count.isMultiple(of: 4) else { throw .malformedChallenge }
    var end = text.count
    while end > 0, end > text.count - 2, text[end - 1] == .ascii("=") { end -= 1 }
    var bytes: [UInt8] = []
    var decoder = Base64Decoder()
    for index in 0..<end {
      guard base64Value(of: text[index]) != nil else { throw .malformedChallenge }
      if let byte = decoder.decode(text[index]) { bytes.append(byte) }
    }
    return bytes
  }
}

/// The login of a session: one case, and one file, for each mechanism.
enum Login<MD5: MD5Digest & ~Copyable>: LoginMechanism {
  case user(UserLogin)
  case plain(PlainLogin)
  case apop(APOPLogin<MD5>)

  /// Chooses the login: `mechanism`, or by the server's capabilities if that is `automatic`. `fitsOneLine` is
  /// true if AUTH fits into one line with its response. Throws `noMechanism` or `noStamp`.
  init(
    _ mechanism: Mechanism, _ capabilities: Capabilities, _ stamp: Stamp?, isEncrypted: Bool,
    fitsOneLine: Bool
  ) throws(ProtocolError.Reason) {
    let plain = Self.plain(PlainLogin(isOneLine: fitsOneLine))
    switch mechanism {
    case .plain: self = plain
    case .plainChallenge: self = .plain(PlainLogin(isOneLine: false))
    case .user: self = .user(UserLogin())
    case .apop:
      guard let stamp else { throw .noStamp }
      self = .apop(APOPLogin(stamp))
    case .automatic where capabilities.mechanisms.contains(.plain): self = plain
    case .automatic:
      guard capabilities.user || !capabilities.areKnown || isEncrypted else { throw .noMechanism }
      self = .user(UserLogin())
    }
  }

  var stage: LoginStage {
    switch self {
    case .user(let login): login.stage
    case .plain(let login): login.stage
    case .apop(let login): login.stage
    }
  }

  var isComplete: Bool {
    switch self {
    case .user(let login): login.isComplete
    case .plain(let login): login.isComplete
    case .apop(let login): login.isComplete
    }
  }

  /// True if a server with these capabilities offers this login.
  func isOffered(by capabilities: Capabilities) -> Bool {
    switch self {
    case .user: capabilities.user
    case .plain: capabilities.mechanisms.contains(.plain)
    case .apop: true  // Its stamp stood in the greeting.
    }
  }

  /// The mechanism to try after a refusal without a reason; nil if there is none.
  var alternative: Mechanism? {
    switch self {
    case .plain(let login): login.isOneLine ? .plainChallenge : login.isComplete ? nil : .user
    case .user, .apop: nil
    }
  }

  func start(
    _ credential: borrowing Credential, to output: inout Output, _ clearance: borrowing Clearance
  ) {
    switch self {
    case .user(let login): login.start(credential, to: &output, clearance)
    case .plain(let login): login.start(credential, to: &output, clearance)
    case .apop(let login): login.start(credential, to: &output, clearance)
    }
  }

  mutating func respond(
    to challenge: Challenge, _ credential: borrowing Credential, to output: inout Output,
    _ clearance: borrowing Clearance
  ) throws(ProtocolError.Reason) {
    switch self {
    case .user(var login):
      try login.respond(to: challenge, credential, to: &output, clearance)
      self = .user(login)
    case .plain(var login):
      try login.respond(to: challenge, credential, to: &output, clearance)
      self = .plain(login)
    case .apop(let login):
      try login.respond(to: challenge, credential, to: &output, clearance)
    }
  }

  func check(_ text: Span<UInt8>) throws(ProtocolError.Reason) {
    switch self {
    case .user(let login): try login.check(text)
    case .plain(let login): try login.check(text)
    case .apop(let login): try login.check(text)
    }
  }
}
