import Foundation
import POP3Simulator
import TestTraits
import Testing

/// No credential is written before the transport that the configuration demands is in place (L3).
@Suite(.waits) struct TLSRefusalTests {
  static let authority = CertificateAuthority()
  private static let stranger = CertificateAuthority(name: "a stranger")
  /// Another one of that name.
  private static let impostor = CertificateAuthority()

  let bench: Bench
  let mailbox = Mailbox([Message(uid: "1", "Subject: ALARM zone 1\r\n\r\n")])

  init() throws {
    bench = try Bench()
    try bench.write("ca.pem", Self.authority.pem)
  }

  // MARK: Certificates

  struct Row: CustomTestStringConvertible {
    var testDescription: String
    var identity: TLSIdentity
    var reason: String
    /// Whose certificate the log tells of; nil where none was seen.
    var certificate: String? = "of localhost, signed by popsim authority"
    var behaviour = Behaviour()
  }

  static let rows =
    [
      Row(
        testDescription: "expired", identity: authority.issue(request(validity: .past)),
        reason: "the server's certificate has expired"),
      Row(
        testDescription: "not yet valid", identity: authority.issue(request(validity: .future)),
        reason: "the server's certificate is not valid yet, or this clock is wrong"),
      Row(
        testDescription: "wrong name",
        identity: authority.issue(request("pop.example.net", .dns("pop.example.net"))),
        reason: "the server's certificate is for another name",
        certificate: "of pop.example.net, signed by popsim authority"),
      Row(
        testDescription: "right common name beside another name",
        identity: authority.issue(request("localhost", .dns("pop.example.net"))),
        reason: "the server's certificate is for another name"),
      Row(
        testDescription: "NUL behind the right name",
        identity: authority.issue(request("elsewhere", .dns("localhost\0.example.net"))),
        reason: "the server's certificate is for another name",
        certificate: "of elsewhere, signed by popsim authority"),
      Row(
        testDescription: "unknown authority", identity: stranger.issue(),
        reason: "the server's certificate is from an authority that is not trusted",
        certificate: "of localhost, signed by a stranger"),
      Row(
        testDescription: "unknown authority with a known one's name", identity: impostor.issue(),
        reason: "the server's certificate is from an authority that is not trusted"),
      Row(
        testDescription: "self-signed", identity: .selfSigned(),
        reason: "the server's certificate is self-signed and not among the trusted ones",
        certificate: "of localhost, signed by localhost"),
      staticRSA,
    ] + (MailboxServer.canSpeakOldTLS ? [oldTLS] : [])

  private static var oldTLS: Row {
    var behaviour = Behaviour()
    behaviour.speaksOnlyOldTLS = true
    return Row(
      testDescription: "TLS 1.1", identity: authority.issue(),
      reason: "the server speaks no TLS 1.2 or later", certificate: nil, behaviour: behaviour)
  }

  private static var staticRSA: Row {
    var behaviour = Behaviour()
    behaviour.speaksOnlyStaticRSA = true
    return Row(
      testDescription: "no forward secrecy", identity: authority.issue(rsa: true),
      reason:
        "the server refused the TLS handshake; an old one may need 'tls-old = yes'",
      certificate: nil, behaviour: behaviour)
  }

  @Test func takesAnOldServerWhereItMay() throws {
    let row = Self.staticRSA
    let (run, _) = try poll(
      .implicitTLS(row.identity), row.behaviour, mailbox: "ca = CA\ntls-old = yes")
    #expect(run.exitCode == 0, "\(run.errors)")
  }

  private static func request(
    _ commonName: String = "localhost", _ names: AlternativeName..., validity: Validity = .current
  ) -> CertificateRequest {
    CertificateRequest(
      commonName: commonName, names: names.isEmpty ? [.dns("localhost")] : names,
      validity: validity)
  }

  @Test(arguments: rows, ["implicit", "starttls"])
  func refuses(_ row: Row, tls: String) throws {
    let security: Security =
      tls == "implicit" ? .implicitTLS(row.identity) : .startTLS(row.identity)
    let (run, transcript) = try poll(
      security, row.behaviour, mailbox: "ca = CA\ntls = \(tls)")
    try expectRefusal(run, transcript, "localhost: " + row.reason)
    if let certificate = row.certificate {
      #expect(run.errors.contains("(certificate \(certificate), valid from 2"), "\(run.errors)")
    }
    #expect(transcript.received.hasPrefix(tls == "implicit" ? "" : "CAPA\r\nSTLS\r\n"))
  }

  // MARK: STLS

  struct Obstacle: CustomTestStringConvertible {
    var testDescription: String
    var reason: String
    var received = "CAPA\r\nSTLS\r\n"
    var capabilities = "ask"
    var change: @Sendable (inout Behaviour) -> Void
  }

  static let obstacles = [
    Obstacle(
      testDescription: "STLS is not announced",
      reason: "the server does not offer STLS; try 'tls = implicit'", received: "CAPA\r\n"
    ) { $0.stls = .unannounced },
    Obstacle(
      testDescription: "STLS is announced and refused",
      reason: "the server refused STLS; try 'tls = implicit'"
    ) { $0.inject(.reply("-ERR not today"), at: .stls) },
    Obstacle(
      testDescription: "CAPA and STLS are refused",
      reason: "the server refused STLS; try 'tls = implicit'"
    ) { $0.unsupported = [.capa, .stls] },
    Obstacle(
      testDescription: "CAPA is skipped, STLS is refused",
      reason: "the server refused STLS; try 'tls = implicit'", received: "STLS\r\n",
      capabilities: "skip"
    ) { $0.stls = .refused },
    Obstacle(
      testDescription: "replies behind STLS's",
      reason: "bytes came in the clear after STLS: somebody may be injecting replies"
    ) { $0.textAfterSTLS = "+OK\r\n+OK\r\n+OK\r\n" },
    Obstacle(
      testDescription: "half a reply behind STLS's",
      reason: "bytes came in the clear after STLS: somebody may be injecting replies"
    ) { $0.textAfterSTLS = "+" },
    // CVE-2026-42246: the answer to STLS before it was sent.
    Obstacle(
      testDescription: "a reply behind the greeting",
      reason: "the server sent a line that nothing was asked for", received: ""
    ) { $0.inject(.bytes(Array("+OK popsim ready\r\n+OK\r\n".utf8)), at: .greeting) },
    // CVE-2020-28896: a greeting that is none, and the login behind it.
    Obstacle(
      testDescription: "a strange greeting",
      reason: "the greeting is not POP3's: is this the right port?", received: ""
    ) { $0.inject(.reply("* PREAUTH"), at: .greeting) },
  ]

  @Test(arguments: obstacles)
  func doesNotLogInWithoutSTLS(_ obstacle: Obstacle) throws {
    var behaviour = Behaviour()
    obstacle.change(&behaviour)
    let (run, transcript) = try poll(
      .startTLS(Self.authority.issue()), behaviour,
      mailbox: "ca = CA\ntls = starttls\ncapabilities = \(obstacle.capabilities)")
    try expectRefusal(run, transcript, obstacle.reason)
    #expect(transcript.received.hasPrefix(obstacle.received))
    #expect(!transcript.hadTLS)
  }

  /// A server that does not know CAPA may know STLS.
  @Test func logsInWithSTLSWhereCapabilitiesAreUnknown() throws {
    var behaviour = Behaviour()
    behaviour.unsupported = [.capa]
    let (run, transcript) = try poll(
      .startTLS(Self.authority.issue()), behaviour, mailbox: "ca = CA\ntls = starttls")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(bench.fired == ["1"])
    #expect(transcript.receivedInClear == "CAPA\r\nSTLS\r\n")
    #expect(transcript.loggedIn)
  }

  // MARK: No TLS

  @Test func doesNotLogInWhereImplicitTLSIsSpokenInClear() throws {
    let (run, transcript) = try poll(.none, Behaviour(), mailbox: "ca = CA")
    try expectRefusal(
      run, transcript, "localhost: the server does not speak TLS on this port")
    #expect(transcript.receivedCount > 0)
  }

  @Test(arguments: [
    "pop.example.net", "192.0.2.1", "localhost.example.net", "::2", "128.0.0.1",
  ])
  func refusesToPollOthersInClear(server: String) throws {
    try bench.configure(bench.mailbox(port: 1, server: server, more: "tls = none") + rule)
    for command in ["once", "run", "check"] {
      let run = try bench.popbell(command)
      #expect(run.exitCode == 78)
      #expect(
        run.errors.contains(
          "[mailbox box] tls: without TLS anyone on the way can read the password"),
        "\(run.errors)")
    }
  }

  @Test(arguments: ["localhost", "127.0.0.1", "::1"])
  func pollsThisMachineInClear(server: String) throws {
    let (run, transcript) = try poll(.none, Behaviour(), server: server, mailbox: "tls = none")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(bench.fired == ["1"])
    #expect(mailbox.deletedUIDs == ["1"])
    #expect(transcript.receivedInClear == transcript.received)
  }

  // MARK: Helpers

  private var rule: String {
    """
    [rule zone]
    subject = ALARM zone {zone}
    run = \(bench.path("fire")) {zone}
    """
  }

  /// Polls once; returns what the server saw of the only connection.
  private func poll(
    _ security: Security, _ behaviour: Behaviour, server name: String = "localhost",
    mailbox lines: String
  ) throws -> (Run, Transcript) {
    var configuration = Configuration()
    configuration.user = "alarms"
    configuration.password = "secret"
    configuration.security = security
    configuration.usesIPv6 = name.contains(":")
    configuration.behaviour = behaviour
    let server = try MailboxServer(configuration, mailbox: mailbox)
    defer { server.stop() }
    try bench.configure(
      bench.mailbox(port: server.port, server: name, more: lines) + "\n" + rule)
    let run = try bench.popbell("once")
    #expect(until { server.transcripts.allSatisfy { !$0.isOpen } })
    #expect(server.connectionCount == 1)
    return (run, try #require(server.transcripts.first))
  }

  /// One line says what is wrong; the server has no word of the login; nothing happened.
  private func expectRefusal(_ run: Run, _ transcript: Transcript, _ reason: String) throws {
    #expect(run.exitCode == 76)
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == 1)
    #expect(lines.first?.contains(" error: box: " + reason) == true, "\(run.errors)")
    let secrets = ["alarms", "secret"]
    let encoded = (secrets + ["\0alarms\0secret"]).map { Data($0.utf8).base64EncodedString() }
    for word in secrets + encoded + ["USER", "PASS", "AUTH", "APOP"] {
      #expect(!transcript.received.contains(word))
    }
    #expect(!run.errors.contains("secret"))
    #expect(!transcript.loggedIn)
    #expect(bench.fired == [])
    #expect(mailbox.messages.map(\.uid) == ["1"])
  }
}
