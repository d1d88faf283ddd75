import Bytes
import TestSupport
import Testing

@testable import POP3

@Suite struct LoginTests {
  /// What the session writes after the greeting, where it does not ask for the capabilities.
  private func login(
    _ mechanism: Mechanism, greeting: String = "+OK", user: String = user, secret: String = secret
  ) throws -> String {
    var session = makeSession(.tls, mechanism, asks: false, user: user, secret: secret)
    try receive("\(greeting)\r\n", &session)
    return write(&session)
  }

  /// The example of RFC 1939 section 7.
  @Test func computesTheDigestOfAPOP() throws {
    let greeting = "+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>"
    let line = try login(.apop, greeting: greeting)
    #expect(line == "APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n")
  }

  @Test(arguments: ["+OK", "+OK <a.b>", "+OK <a@b", "+OK a@b>", "+OK a@b <c>", "+OK <a\u{FF}@b>"])
  func needsAStampForAPOP(greeting: String) {
    let error = #expect(throws: ProtocolError.self) { try login(.apop, greeting: greeting) }
    #expect(error?.reason == .noStamp)
  }

  /// 11 + 240 + 2 octets hold 180 octets of response; one more needs 244 digits.
  @Test func keepsALineWithin255Octets() throws {
    let fits = try login(.plain, secret: String(repeating: "x", count: 178 - user.count))
    #expect(fits.hasPrefix("AUTH PLAIN AG1y") && fits.utf8.count == 253)
    let long = try login(.plain, secret: String(repeating: "x", count: 179 - user.count))
    #expect(long == "AUTH PLAIN\r\n")
  }

  @Test func writesTheLongestCredential() throws {
    let user = String(repeating: "u", count: 256)
    let secret = String(repeating: "s", count: 1_024)
    for mechanism in [Mechanism.plain, .user] {
      var session = makeSession(.tls, mechanism, asks: false, user: user, secret: secret)
      try receive("+OK\r\n", &session)
      write(&session)
      try receive("+OK\r\n", &session)
      let line = write(&session)
      #expect(line.utf8.count == (mechanism == .user ? 5 + 1_024 + 2 : 1_712 + 2))
    }
  }

  /// Oracle's server lists UIDL only before the login, or only after it.
  @Test func joinsWhatIsAnnouncedBeforeAndAfterTheLogin() throws {
    var session = makeSession()
    for lines in ["+OK", "+OK\r\nUIDL\r\nUSER\r\n.", "+OK", "+OK", "+OK\r\nTOP\r\n."] {
      try receive("\(lines)\r\n", &session)
      write(&session)
    }
    #expect(session.state == .transaction)
    #expect(session.capabilities.uidl == true)
    #expect(session.capabilities.top == true)
  }

  @Test(arguments: [("-ERR", "+OK"), ("+OK", "-ERR")])
  func tellsWhichCommandWasRefused(first: String, second: String) throws {
    var session = makeSession(.tls, .user, asks: false)
    var events: [SessionEvent] = []
    for line in ["+OK", first, second] {
      write(&session)
      events += try receive("\(line) [AUTH]\r\n", &session)
    }
    #expect(events == [.rejected(first == "-ERR" ? .user : .pass, .authentication)])
    #expect(session.state == .ended)
  }
}

@Suite struct ChallengeTests {
  private func decode(_ line: String) -> Result<[UInt8], ProtocolError.Reason> {
    let bytes = Array(line.utf8)
    let challenge = Challenge(parsing: bytes.span, isOK: line.hasPrefix("+OK"))
    do { return .success(try challenge.decoded()) } catch { return .failure(error) }
  }

  @Test(arguments: [
    ("+", ""), ("+ ", ""), ("+ dGFu", "tan"), ("+  dGFu ", "tan"), ("+ dGE=", "ta"),
    ("+ dA==", "t"),
    ("+ " + String(repeating: "dGFu", count: 127), String(repeating: "tan", count: 127)),
  ])
  func takesOffTheBase64(line: String, challenge: String) {
    #expect(decode(line) == .success(Array(challenge.utf8)))
  }

  @Test(arguments: [
    "+ dGF", "+ d", "+ =", "+ ====", "+ d===", "+ dA=a", "+ dGFu=", "+ dGFudG==dGFu", "+ dG Fu",
    "+ dG-_", "+ dGF\0", "+ go on", "+OK dGFu", "+OK",
  ])
  func refusesWhatIsNotBase64(line: String) {
    #expect(decode(line) == .failure(.malformedChallenge))
  }

  /// Of what is longer, nobody has all.
  @Test(arguments: [(510, false), (511, true)]) func isBounded(octets: Int, isTooLong: Bool) {
    let challenge = "+ " + String(repeating: "d", count: octets)
    Script(
      "a challenge of \(octets) octets", mechanism: .plainChallenge, asks: false,
      "S: +OK\nC: AUTH PLAIN\nS: \(challenge)\n"
        + (isTooLong ? "= throws challengeTooLong" : "C: \(plain)\nS: +OK\n= ready")
    ).run()
  }
}

@Suite struct CredentialTests {
  private func error(_ user: String, _ secret: String) -> CredentialError? {
    do {
      _ = try Credential(user: Array(user.utf8).span, secret: Array(secret.utf8).span)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    ("a b{c}", "p w\u{FF}", nil), ("", "x", CredentialError.empty(.user)),
    ("x", "", .empty(.secret)), ("a\r\nDELE 1", "x", .forbiddenByte(.user, at: 1)),
    ("a", "x\n", .forbiddenByte(.secret, at: 1)), ("a", "\0", .forbiddenByte(.secret, at: 0)),
    (String(repeating: "a", count: 257), "x", .tooLong(.user)),
    ("a", String(repeating: "x", count: 1_025), .tooLong(.secret)),
  ])
  func refusesWhatCouldBeACommand(user: String, secret: String, expected: CredentialError?) {
    #expect(error(user, secret) == expected)
  }

  @Test(arguments: ["+OK", "-ERR", "?"]) func forgetsTheCredentialAfterTheLogin(reply: String)
    throws
  {
    var session = makeSession(.tls, .plain, asks: false)
    try receive("+OK\r\n", &session)
    write(&session)
    _ = try? receive("\(reply)\r\n", &session)
    var output = Output()
    try session.credential.writePlainResponse(to: &output, Transport(.tls).clearance())
    #expect(text(output.bytes) == "AAA=\r\n")
  }

  @Test func wipesTheOutputOnceItIsWritten() throws {
    let secret = "correct-horse-battery-staple"
    let encoded = "AG1yb3NlAGNvcnJlY3QtaG9yc2UtYmF0dGVyeS1zdGFwbGU="
    for mechanism in [Mechanism.user, .plain] {
      let memory = UnsafeMutablePointer<TestSession>.allocate(capacity: 1)
      defer { unsafe memory.deallocate() }
      unsafe memory.initialize(to: makeSession(.tls, mechanism, asks: false, secret: secret))
      try unsafe receive("+OK\r\n", &memory.pointee)
      if mechanism == .user {
        unsafe write(&memory.pointee)
        try unsafe receive("+OK\r\n", &memory.pointee)
      }
      let bytes = unsafe UnsafeRawBufferPointer(
        start: memory, count: MemoryLayout<TestSession>.size)
      let needle = mechanism == .user ? secret : encoded
      #expect(unsafe find(needle, in: bytes))
      unsafe write(&memory.pointee)
      #expect(unsafe !find(needle, in: bytes))
      unsafe memory.deinitialize(count: 1)
    }
  }

  private func find(_ text: String, in bytes: UnsafeRawBufferPointer) -> Bool {
    let needle = Array(text.utf8)
    return (0...(bytes.count - needle.count)).contains { start in
      needle.indices.allSatisfy { unsafe bytes[start + $0] == needle[$0] }
    }
  }
}
