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
}
