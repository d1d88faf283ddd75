import Foundation
import Testing

/// What becomes of mail that fired: it stays for good or for a time, and goes into an archive.
@Suite(.dovecot) struct RetentionTests {
  let dovecot: Dovecot
  let bench: Bench
  let maildir: Maildir

  init() throws {
    dovecot = try #require(Dovecot.shared)
    bench = try Bench()
    try bench.write("ca.pem", dovecot.ca)
    maildir = try Maildir(dovecot)
  }

  private func configure(mailbox: String = "", rule: String) throws {
    try bench.configure(
      bench.mailbox(port: dovecot.tlsPort, user: maildir.user, more: "ca = CA\n" + mailbox) + """

        [rule zone]
        subject = ALARM {zone}
        run = \(bench.path("fire")) {zone}
        \(rule)
        """)
  }

  private func deliver(_ zone: Int, body: String = "front door\n") throws {
    try maildir.deliver(
      """
      From: panel@panel.example.net
      Message-ID: <\(zone)@panel.example.net>
      Date: Fri, 20 Nov 2026 10:00:00 +0000
      Subject: ALARM \(zone)

      \(body)
      """)
  }

  /// The archive's messages, by their names.
  private var archived: [String: Data] {
    let folder = URL(filePath: bench.path("archive/new"))
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return Dictionary(
      uniqueKeysWithValues: names.map { ($0, try! Data(contentsOf: folder.appending(path: $0))) })
  }

  @Test func archivesWholeMessagesAndThenDeletesThem() throws {
    let bodies = [
      "short\n", "", ".\n..\n.dots\n", "no line end", String(repeating: "x", count: 10_000) + "\n",
      String(repeating: "0123456789abcdef\n", count: 200_000),
    ]
    for (zone, body) in bodies.enumerated() { try deliver(zone, body: body) }
    let sent = maildir.files.values
    try configure(rule: "archive = \(bench.path("archive"))")
    let run = try bench.popbell("once")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(bench.fired == (0..<bodies.count).map(String.init))
    #expect(maildir.files.isEmpty)
    // The server ends the last line of a message that does not.
    let wanted = Set(sent.map { $0.last == 10 ? $0 : $0 + [10] })
    #expect(Set(archived.values.map { $0.last == 10 ? $0 : $0 + [10] }) == wanted)
    #expect(archived.count == bodies.count)
  }

  @Test func archivesOnceWhatItKeeps() throws {
    for zone in 1...3 { try deliver(zone) }
    try configure(mailbox: "archive = \(bench.path("archive"))", rule: "then = keep")
    for _ in 1...3 { #expect(try bench.popbell("once").exitCode == 0) }
    #expect(bench.fired == ["1", "2", "3"])
    #expect(maildir.numbers == [1, 2, 3])
    #expect(archived.count == 3)
    #expect(until { dovecot.sessions(of: maildir.user).count == 3 })
    let reads = dovecot.sessions(of: maildir.user).compactMap {
      $0.firstMatch(of: #/retr=(\d+)/#)?.1
    }
    #expect(reads == ["3", "0", "0"])
  }

  @Test func whatCannotBeArchivedFiresAndStaysOnTheServer() throws {
    for zone in 1...3 { try deliver(zone) }
    try bench.write("archive", "a file\n")
    try configure(rule: "archive = \(bench.path("archive"))")
    for _ in 1...2 {
      let run = try bench.popbell("once")
      #expect(run.exitCode == 75)
      #expect(
        run.errors.contains(
          "error: box: zone: the message cannot be archived: Not a directory; it stays on the server\n"
        ), "\(run.errors)")
    }
    #expect(bench.fired == ["1", "2", "3"])
    #expect(maildir.files.count == 3)

    try FileManager.default.removeItem(atPath: bench.path("archive"))
    #expect(try bench.popbell("once").exitCode == 0)
    #expect(bench.fired == ["1", "2", "3"])
    #expect(maildir.files.isEmpty)
    #expect(archived.count == 3)
  }

  @Test(.enabled(if: Service.other == nil))
  func deletesWhatWasKeptForItsTimeByTheBoardsClock() throws {
    let clock = try ShiftedClock(bench)
    func poll(after hours: Double) throws {
      try clock.shift(by: hours * 3600)
      let run = try bench.start(["once"], environment: clock.environment).wait()
      #expect(run.exitCode == 0, "\(run.errors)")
    }
    // The certificate holds for hours, not days.
    try configure(rule: "then = delete after 2h")
    try deliver(1)
    try poll(after: 0)
    try deliver(2)
    try poll(after: 1.5)
    #expect(maildir.numbers == [1, 2])
    try poll(after: 3.1)
    #expect(maildir.numbers == [2])
    // A clock that was set back makes nothing older.
    try poll(after: -10)
    #expect(maildir.numbers == [2])
    try poll(after: 3.1)
    #expect(maildir.numbers == [2])
    try poll(after: 5)
    #expect(maildir.numbers == [])
    #expect(bench.fired == ["1", "2"])
  }

  /// With a batch of one, each deletion is committed before the next alert is looked at.
  @Test func commitsInBatches() throws {
    for zone in 1...5 { try deliver(zone) }
    try configure(mailbox: "batch = 1", rule: "")
    #expect(try bench.popbell("once").exitCode == 0)
    #expect(bench.fired == ["1", "2", "3", "4", "5"])
    #expect(maildir.files.isEmpty)
    #expect(until { dovecot.sessions(of: maildir.user).count > 1 })
  }

  @Test func withoutALedgerWhatIsKeptFiresAgainAfterARestart() throws {
    try deliver(1)
    try configure(mailbox: "ledger = none", rule: "then = keep")
    let service = try bench.start(["run", "-v"])
    #expect(service.waits(for: "1 matched, 1 fired"))
    #expect(
      service.log.contains(
        "warning: box: ledger = none: after a restart, what is still on the server fires again"))
    service.send(SIGUSR1)
    #expect(service.waits(for: "0 matched, 0 fired"))
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
    #expect(try bench.popbell("once").exitCode == 0)
    #expect(bench.fired == ["1", "1"])
    let state = try? FileManager.default.contentsOfDirectory(atPath: bench.path("state"))
    #expect(state == [])
  }
}
