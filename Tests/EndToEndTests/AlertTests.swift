import Foundation
import POP3Simulator
import TestTraits
import Testing

@Suite(.waits) struct AlertTests {
  let bench: Bench
  let authority = CertificateAuthority()

  init() throws {
    bench = try Bench()
    try bench.write("ca.pem", authority.pem)
  }

  @Test func anAlertFiresAndOnlyThenIsDeleted() throws {
    var configuration = Configuration()
    configuration.user = "alarms"
    configuration.password = "secret"
    configuration.security = .implicitTLS(authority.issue())
    let mailbox = Mailbox([
      Message(
        uid: "1", "From: panel@panel.example.net\r\nSubject: ALARM zone 12 front door\r\n\r\n"),
      Message(uid: "2", "Subject: newsletter\r\n\r\n"),
    ])
    let server = try MailboxServer(configuration, mailbox: mailbox)
    defer { server.stop() }
    try bench.configure(
      bench.mailbox(port: server.port) + """
        [output siren]
        chip = simulated
        line = GPIO17

        [rule intrusion]
        subject = ALARM zone {zone} *
        from = *@panel.example.net
        pulse = siren 100ms
        run = \(bench.path("fire")) zone-{zone}
        """)
    let run = try bench.popbell("once")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(bench.fired == ["zone-12"])
    #expect(mailbox.deletedUIDs == ["1"])
    #expect(try bench.popbell("once").exitCode == 0)
    #expect(bench.fired == ["zone-12"])
  }

  // Where they are missing, only who asks for more is told: most mail needs none.
  @Test func saysThatTextsCannotBeDecoded() throws {
    let scene = try Scene(messages: [])
    func log(_ path: String, _ arguments: String...) throws -> String {
      let environment = ["POPBELL_CHARSETS": path]
      return try scene.bench.start(["once"] + arguments, environment: environment).wait().errors
    }
    let consequence = "; Chinese, Japanese and Korean texts cannot be decoded\n"
    #expect(try !log("/no/tables").contains("charset"))
    #expect(
      try log("/no/tables", "-v").contains(
        "the charset tables are not installed at /no/tables" + consequence))
    let whole = try log(MatchTests.charsets.path, "-v")
    #expect(!whole.contains("charset"))
    let path = scene.bench.path("charsets")
    try Data(contentsOf: MatchTests.charsets).dropLast().write(to: URL(fileURLWithPath: path))
    #expect(
      try log(path).contains(
        "warning: the charset tables at \(path) are damaged; install popbell again" + consequence))
    let bytes = try Data(contentsOf: MatchTests.charsets)
    try (bytes.dropLast() + [bytes[bytes.count - 1] ^ 1]).write(to: URL(fileURLWithPath: path))
    #expect(
      try log(path).contains(
        "warning: the charset tables at \(path) are damaged; install popbell again" + consequence))
  }

  // As Exchange Online, GreenMail and a Chinese camera would have it together.
  @Test(arguments: ["\n", "\r\n", "\r\r\n"])
  func aHeaderFiresWhateverEndsItsLines(lineEnd: String) throws {
    let header = [
      "From: Garage, Panel <a@x>", "Subject: =?gb2312?B?sai+rw==?=", " =?gb2312?B?1g==?=",
    ]
    let text = "+OK\r\n\u{FEFF}" + (header + ["", ""]).joined(separator: lineEnd) + "\r\n.\r\n"
    var behaviour = Behaviour()
    behaviour.inject(.bytes(Array(text.utf8)), at: .top)
    let scene = try Scene(behaviour, messages: [Scene.message("1")]) { bench in
      """
      [rule alarm]
      subject = 报警*
      from = a@x
      run = \(bench.path("fire")) {subject}

      """
    }
    let run = try scene.bench.start(
      ["once"], environment: ["POPBELL_CHARSETS": MatchTests.charsets.path]
    ).wait()
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(scene.bench.fired == ["报警\u{FFFD}"])
    #expect(scene.mailbox.deletedUIDs == ["1"])
  }
}
