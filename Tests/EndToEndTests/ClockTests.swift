import Foundation
import POP3Simulator
import TestTraits
import Testing

/// Boards have no battery: at boot the date is one of long ago, until a time server sets it.
///
/// A static program loads no other clock.
@Suite(.waits, .enabled(if: Service.other == nil)) struct ClockTests {
  static let authority = CertificateAuthority(validity: old)
  /// From 1990 on.
  private static let old = Validity(
    from: Date(timeIntervalSince1970: 631_152_000), to: .now + 86_400 * 365)

  let bench: Bench
  let clock: ShiftedClock
  let mailbox = Mailbox([Message(uid: "1", "Subject: ALARM zone 1\r\n\r\n")])

  init() throws {
    bench = try Bench()
    clock = try ShiftedClock(bench)
    try bench.write("ca.pem", Self.authority.pem)
    try setClock(yearsBack: 20)
  }

  @Test(arguments: ["implicit", "starttls"])
  func saysThatTheClockIsNotSet(tls: String) throws {
    let (run, transcript) = try pollOnce(Self.authority.issue(), tls: tls)
    #expect(run.exitCode == 75)
    let year = Calendar(identifier: .gregorian).component(.year, from: .now - 20 * 365.25 * 86_400)
    #expect(
      run.errors.contains(
        "warning: box: localhost: the clock is not set: it says \(year)-"), "\(run.errors)")
    #expect(run.errors.contains("Z (certificate of localhost, signed by popsim authority, valid"))
    expectNoLogin(transcript)
  }

  @Test func pollsWhereTheCertificateIsValidByAnyClock() throws {
    let request = CertificateRequest(validity: Self.old)
    let (run, _) = try pollOnce(Self.authority.issue(request))
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(bench.fired == ["1"])
  }

  /// The clock explains a date, and nothing else.
  @Test(arguments: [
    (
      CertificateAuthority(name: "a stranger").issue(),
      "from an authority that is not trusted"
    ),
    (authority.issue(CertificateRequest(names: [.dns("other")])), "for another name"),
    (
      authority.issue(
        CertificateRequest(
          validity: Validity(
            from: Date(timeIntervalSince1970: 631_152_000),
            to: Date(timeIntervalSince1970: 662_688_000)))), "expired"
    ),
  ])
  func refusesWhatNoClockMends(identity: TLSIdentity, reason: String) throws {
    let (run, transcript) = try pollOnce(identity)
    #expect(run.exitCode == 76)
    #expect(run.errors.contains("error: box: localhost: the server's certificate"))
    #expect(run.errors.contains(reason), "\(run.errors)")
    expectNoLogin(transcript)
  }

  @Test func pollsAsSoonAsTheClockIsSet() throws {
    let server = try serve(Self.authority.issue(), tls: "implicit")
    defer { server.stop() }
    let service = try bench.start(["run"], environment: clock.environment)
    #expect(service.waits(for: "the clock is not set", times: 2))
    for line in service.lines(about: "box") {
      #expect(line.hasSuffix("; next try in 5 s") || line.hasSuffix("; next try in 6 s"), "\(line)")
    }
    #expect(bench.fired == [])
    try setClock(yearsBack: 0)
    #expect(until { bench.fired == ["1"] }, "\(service.log)")
    #expect(until { mailbox.deletedUIDs == ["1"] })
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
  }

  // MARK: Helpers

  private func setClock(yearsBack years: Double) throws {
    try clock.shift(by: -years * 365.25 * 86_400)
  }

  private func serve(_ identity: TLSIdentity, tls: String) throws -> MailboxServer {
    var configuration = Configuration(behaviour: Behaviour())
    configuration.security = tls == "implicit" ? .implicitTLS(identity) : .startTLS(identity)
    let server = try MailboxServer(configuration, mailbox: mailbox)
    try bench.configure(
      bench.mailbox(port: server.port, more: "ca = CA\ntls = \(tls)")
        + """

        [rule zone]
        subject = ALARM zone {zone}
        run = \(bench.path("fire")) {zone}
        """)
    return server
  }

  private func pollOnce(_ identity: TLSIdentity, tls: String = "implicit") throws -> (
    Run, Transcript
  ) {
    let server = try serve(identity, tls: tls)
    defer { server.stop() }
    let run = try bench.start(["once"], environment: clock.environment).wait()
    return (run, try #require(server.transcripts.first))
  }

  private func expectNoLogin(_ transcript: Transcript) {
    #expect(!transcript.loggedIn)
    for word in ["USER", "AUTH", "alarms"] { #expect(!transcript.received.contains(word)) }
    #expect(bench.fired == [])
  }
}
