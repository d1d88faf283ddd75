import Foundation
import Glibc
import TestTraits
import Testing

/// What becomes of mail that fired: it stays for good or for a time, and goes into an archive.
@Suite(.dovecot, .waits) struct RetentionTests {
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
      bench.mailbox(
        port: dovecot.tlsPort, user: maildir.user,
        more: "ca = CA\nexisting = fire\n" + mailbox) + """

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
    for _ in 1...3 {
      let run = try bench.popbell("once")
      #expect(run.exitCode == 0, "\(run.errors)")
    }
    #expect(bench.fired == ["1", "2", "3"])
    #expect(maildir.numbers == [1, 2, 3])
    #expect(archived.count == 3)
    #expect(until { dovecot.sessions(of: maildir.user).count == 3 })
    let reads = dovecot.sessions(of: maildir.user).compactMap {
      $0.firstMatch(of: #/retr=(\d+)/#)?.1
    }
    #expect(reads == ["3", "0", "0"])
  }

  /// Mailboxes may have the same unique-ids, and be polled at once.
  @Test func mailboxesMayShareAnArchive() throws {
    let other = try Maildir(dovecot)
    for zone in 1...5 {
      try deliver(zone)
      try other.deliver("Subject: ALARM other \(zone)\n\n\n")
    }
    let more = "ca = CA\nexisting = fire\narchive = \(bench.path("archive"))"
    let mailboxes = [("box", maildir), ("other", other)].map { name, maildir in
      bench.mailbox(
        name, port: dovecot.tlsPort, user: maildir.user, more: more)
    }
    try bench.configure(
      mailboxes.joined() + """

        [rule zone]
        subject = ALARM *
        run = /bin/true
        """)
    let run = try bench.popbell("once")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(maildir.files.isEmpty && other.files.isEmpty)
    #expect(archived.count == 10)
  }

  /// The ledgers may be on the same disk.
  @Test(.enabled(if: SmallDisk.isPossible, "only root can mount a small disk to fill it"))
  func anArchiveLeavesRoomOnItsDisk() throws {
    let disk = try SmallDisk(at: bench.path("disk"), options: "size=4m")
    defer { withExtendedLifetime(disk) {} }
    let body = String(repeating: "0123456789abcde\n", count: 65_536)
    for zone in 1...6 { try deliver(zone, body: body) }
    try configure(rule: "archive = \(bench.path("disk/archive"))")
    let run = try bench.popbell("once")
    #expect(run.exitCode == 75)
    #expect(run.errors.contains("No space left on device"), "\(run.errors)")
    #expect(bench.fired == (1...6).map(String.init))
    let new = try FileManager.default.contentsOfDirectory(atPath: bench.path("disk/archive/new"))
    #expect(new.count + maildir.files.count == 6 && new.count > 0)
    let left = try FileManager.default.attributesOfFileSystem(forPath: bench.path("disk"))
    #expect(left[.systemFreeSize] as? Int ?? 0 >= 1 << 20)
  }

  /// popbell's own user goes on with it.
  @Test(.enabled(if: getuid() == 0, "only root can give files away"))
  func whatRootCreatesBelongsToTheFoldersOwner() throws {
    let owner: [FileAttributeKey: Any] = [.ownerAccountID: 65534, .groupOwnerAccountID: 65534]
    for folder in ["state", "mail"] {
      let folder = bench.path(folder)
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      try FileManager.default.setAttributes(owner, ofItemAtPath: folder)
    }
    try deliver(1)
    try configure(rule: "archive = \(bench.path("mail/archive"))")
    #expect(try bench.popbell("once").exitCode == 0)
    let made = ["state", "mail"].flatMap { folder in
      FileManager.default.subpaths(atPath: bench.path(folder))!.map { folder + "/" + $0 }
    }
    #expect(made.contains("state/box.ledger") && made.contains("mail/archive/cur"))
    for path in made {
      let attributes = try FileManager.default.attributesOfItem(atPath: bench.path(path))
      #expect(attributes[.ownerAccountID] as? Int == 65534, "\(path)")
    }
  }

  /// What is listed is answered in parts of 64.
  @Test func listingsOfAnyLength() throws {
    for zone in 1...128 { try deliver(zone) }
    try configure(rule: "then = keep")
    #expect(try bench.popbell("once").exitCode == 0)
    for left in [128, 64, 0] {
      // Another client removes some, and an alert arrives.
      for number in maildir.numbers.sorted().dropLast(max(0, left - 1)) {
        try maildir.remove(number)
      }
      if left > 0 { try deliver(1000 + left) }
      let run = try bench.popbell("once")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(maildir.files.count == left)
      if left > 0 { #expect(bench.fired.last == "\(1000 + left)") }
    }
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
          """
          error: box: zone: the message cannot be archived in \(bench.path("archive")): Not a \
          directory; it stays on the server

          """), "\(run.errors)")
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
