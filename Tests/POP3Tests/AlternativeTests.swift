import POP3
import Testing

/// What is tried in the next session, after a refusal that may be due to the mechanism.
@Suite struct AlternativeTests {
  /// The server takes neither what is asked at the beginning nor the credential; `challenges` is true if it
  /// asked for that before.
  private func alternative(
    _ mechanism: Mechanism, challenges: Bool = false, refusal: String = "-ERR no",
    sasl: String = "SASL PLAIN"
  ) throws -> (next: Mechanism?, isNotOffered: Bool) {
    var session = makeSession(.tls, mechanism)
    try receive("+OK hi\r\n", &session)
    write(&session)
    try receive("+OK\r\n\(sasl)\r\nUSER\r\n.\r\n", &session)
    write(&session)
    if challenges {
      try receive("+ \r\n", &session)
      write(&session)
    }
    try receive("\(refusal)\r\n", &session)
    return (session.nextMechanism, session.loginIsNotOffered)
  }

  @Test func afterOneLineTheTwoLines() throws {
    #expect(try alternative(.plain).next == .plainChallenge)
    #expect(try alternative(.automatic).next == .plainChallenge)
  }

  /// The server has no credential yet.
  @Test func afterTwoLinesUSERWhereTheFirstWasRefused() throws {
    #expect(try alternative(.plainChallenge).next == .user)
  }

  @Test func nothingWhereTheCredentialWasRefused() throws {
    #expect(try alternative(.plainChallenge, challenges: true).next == nil)
    #expect(try alternative(.plain, challenges: true).next == .plainChallenge)
    #expect(try alternative(.user).next == nil)
  }

  @Test(arguments: ["-ERR [AUTH] no", "-ERR [IN-USE] wait", "-ERR [SYS/TEMP] later"])
  func nothingWhereTheServerSaysWhy(refusal: String) throws {
    #expect(try alternative(.plain, refusal: refusal).next == nil)
    #expect(try alternative(.plainChallenge, refusal: refusal).next == nil)
  }

  @Test func aLoginThatIsNotOfferedIsKnown() throws {
    #expect(try alternative(.plain, sasl: "SASL CRAM-MD5").isNotOffered)
    #expect(try alternative(.plainChallenge, sasl: "SASL CRAM-MD5").isNotOffered)
    #expect(try !alternative(.plain).isNotOffered)
  }
}
