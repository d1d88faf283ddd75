import Foundation
import TestSupport
import TestTraits
import Testing

/// The real popbell with a real server.
@Suite(.dovecot, .waits) struct DovecotTests {
  let dovecot: Dovecot
  let bench: Bench
  let maildir: Maildir

  init() throws {
    dovecot = try #require(Dovecot.shared)
    bench = try Bench(dovecot)
    maildir = try Maildir(dovecot)
  }

  /// Each zone's alert runs `program` with the zone.
  private func configure(
    _ bench: Bench? = nil, server: String = Dovecot.address, interval: String = "1h",
    mailbox: String = "", rule: String = "", program: String = "fire"
  ) throws {
    let bench = bench ?? self.bench
    try bench.configure(
      bench.mailbox(
        port: dovecot.tlsPort, server: server, user: maildir.user, interval: interval,
        more: "ca = CA\n" + mailbox) + """
          [rule zone]
          subject = ALARM zone {zone}
          run = \(bench.path(program)) {zone}
          \(rule)

          """)
  }

  private func deliverAlerts(_ zones: ClosedRange<Int>, isNew: Bool = false) throws {
    for zone in zones {
      try maildir.deliver("Subject: ALARM zone \(zone)\n\nfront door\n", isNew: isNew)
    }
  }

  // MARK: Login

  struct Login: CustomTestStringConvertible {
    var tls: String
    var auth: String

    var testDescription: String { "tls = \(tls), auth = \(auth)" }
  }

  static let logins = ["implicit", "starttls", "none"].flatMap { tls in
    ["auto", "user", "plain", "plain-challenge", "apop"].map { Login(tls: tls, auth: $0) }
  }.filter { ($0.tls, $0.auth) != ("starttls", "apop") }

  @Test(arguments: logins)
  func logsIn(_ login: Login) throws {
    try deliverAlerts(1...1)
    try configureLogin(login)
    let run = try bench.popbell("once")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(bench.fired == ["1"])
    #expect(maildir.files.isEmpty)
    let method = login.auth == "apop" ? "APOP" : "PLAIN"
    // Dovecot writes its log when it comes to it.
    let isLogged = until {
      dovecot.logins(of: maildir.user, method: method, inTLS: login.tls != "none") == 1
    }
    #expect(isLogged)
  }

  /// The stamp that APOP would answer came in clear: it may be an attacker's.
  @Test func doesNotUseAPOPAfterSTLS() throws {
    try deliverAlerts(1...1)
    try configureLogin(Login(tls: "starttls", auth: "apop"))
    let run = try bench.popbell("once")
    #expect(run.exitCode == 76)
    #expect(run.errors.contains("the server does not offer APOP"), "\(run.errors)")
    #expect(dovecot.logins(of: maildir.user, method: "APOP", inTLS: true) == 0)
    #expect(maildir.files.count == 1)
  }

  private func configureLogin(_ login: Login) throws {
    let trust = login.tls == "none" ? "" : "ca = CA\n"
    try bench.configure(
      bench.mailbox(
        port: login.tls == "implicit" ? dovecot.tlsPort : dovecot.port, user: maildir.user,
        more: trust + "tls = \(login.tls)\nauth = \(login.auth)") + """
          [rule zone]
          subject = ALARM zone {zone}
          run = \(bench.path("fire")) {zone}
          """)
  }

  @Test(arguments: ["user", "plain", "plain-challenge", "apop"])
  func saysThatThePasswordIsWrong(auth: String) throws {
    try deliverAlerts(1...2)
    let before = maildir.files
    try configure(mailbox: "auth = \(auth)")
    try bench.write("password", "Secret\n", mode: 0o600)
    let run = try bench.popbell("once")
    #expect(run.exitCode == 77)
    #expect(
      run.errors.contains(
        """
        error: box: the server refused the login; check user and password: \
        "-ERR [AUTH] Authentication failed."
        """), "\(run.errors)")
    #expect(!run.errors.contains("Secret"))
    #expect(bench.fired == [])
    #expect(maildir.files == before)
  }

  /// A session of the mailbox is open at a place where Dovecot grants but one.
  @Test(arguments: [Dovecot.addressThatCounts, Dovecot.addressThatLocks])
  func waitsForAnotherTimeWhenTheMailboxIsInUse(server: String) throws {
    try deliverAlerts(1...2)
    try writeHold(at: 1)
    try configure(server: server, program: "hold")
    let first = try bench.start(["once"])
    #expect(until { bench.read("held") != "" })
    let other = try Bench(dovecot)
    try configure(other, server: server)
    let run = try other.popbell("once")
    #expect(run.exitCode == 75)
    #expect(run.errors.contains("box: another session has the mailbox: \"-ERR [IN-USE] "))
    #expect(other.fired == [])
    try bench.write("go", "")
    #expect(first.wait().exitCode == 0)
    #expect(bench.fired == ["1", "2"])
    #expect(maildir.files.isEmpty)
  }

  // MARK: Messages

  @Test func findsItsAlertsAmongAThousandMessages() throws {
    let zones = stride(from: 7, through: 1000, by: 11).map(\.self)
    let date = mailDate(Date.now.timeIntervalSince1970)
    for number in 1...1000 {
      try maildir.deliver(
        """
        Received: from panel.example.net by mx.example.net; \(date)
        From: panel@panel.example.net
        Message-ID: <\(number)@panel.example.net>
        Subject: \(zones.contains(number) ? "ALARM zone \(number)" : "newsletter \(number)")

        Text of message \(number).
        .
        ..

        """)
    }
    let others = maildir.files.filter { !$0.value.contains("ALARM") }
    #expect(others.count == 1000 - zones.count)
    try configure()
    let run = try bench.popbell("once")
    #expect(run.exitCode == 0)
    // Deletions are committed in batches.
    let polls = run.errors.matches(of: #/(\d+) matched, (\d+) fired, (\d+) deleted/#)
    #expect(polls.count > 1)
    #expect(polls.compactMap { Int($0.3) }.reduce(0, +) == zones.count)
    #expect(bench.fired == zones.map(String.init))
    // Dovecot would have put an "S" into the name of what it thinks was read.
    #expect(maildir.files == others)
    let read = sessions(polls.count).compactMap { $0.firstMatch(of: #/top=(\d+) /#)?.1 }
    #expect(read.compactMap { Int($0) }.reduce(0, +) == 1000)

    #expect(try bench.popbell("once").exitCode == 0)
    #expect(bench.fired.count == zones.count)
    #expect(maildir.files == others)
    #expect(sessions(2).last == "top=0 retr=0 del=0")
  }

  @Test func keepsWhatItIsToKeep() throws {
    try deliverAlerts(1...3)
    let before = maildir.files
    try configure(rule: "then = keep")
    #expect(try bench.popbell("once").exitCode == 0)
    #expect(bench.fired == ["1", "2", "3"])
    #expect(maildir.files == before)

    #expect(try bench.popbell("once").exitCode == 0)
    #expect(bench.fired == ["1", "2", "3"])
    #expect(maildir.files == before)
    #expect(sessions(2) == ["top=3 retr=0 del=0", "top=0 retr=0 del=0"])

    try deliverAlerts(4...4)
    #expect(try bench.popbell("once").exitCode == 0)
    #expect(bench.fired == ["1", "2", "3", "4"])
    #expect(sessions(3).last == "top=1 retr=0 del=0")
  }

  @Test func deletesWhatNoRuleTakesWhereItIsToldTo() throws {
    try maildir.deliver("Subject: newsletter\n\n")
    try deliverAlerts(1...1)
    let kept = maildir.files
    try configure(rule: "then = keep")
    #expect(try bench.popbell("once").exitCode == 0)
    #expect(maildir.files == kept)

    try configure(mailbox: "unmatched = delete", rule: "then = keep")
    try maildir.deliver("Subject: another newsletter\n\n")
    #expect(try bench.popbell("once").exitCode == 0)
    #expect(bench.fired == ["1"])
    #expect(maildir.files == kept.filter { $0.value.contains("ALARM") })
  }

  @Test func onlySaysWhatADryRunWouldDo() throws {
    try deliverAlerts(1...2)
    try maildir.deliver("Subject: newsletter\n\n")
    let before = maildir.files
    try configure(mailbox: "unmatched = delete")
    let run = try bench.popbell("once", "--dry-run")
    #expect(run.exitCode == 0)
    for zone in 1...2 {
      #expect(run.errors.contains("box: would fire zone for \"ALARM zone \(zone)\""))
    }
    #expect(bench.fired == [])
    #expect(maildir.files == before)
    #expect(!FileManager.default.fileExists(atPath: bench.path("state")))
    #expect(sessions(1) == ["top=3 retr=0 del=0"])

    #expect(try bench.popbell("once").exitCode == 0)
    #expect(bench.fired == ["1", "2"])
    #expect(maildir.files.isEmpty)
  }

  // MARK: Service

  @Test func firesWhatComesLater() throws {
    try configure(interval: "5s")
    let service = try bench.start(["run", "-v"])
    #expect(service.waits(for: "box: 0 messages"))
    try deliverAlerts(1...1, isNew: true)
    #expect(until { bench.fired == ["1"] && maildir.files.isEmpty })
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
  }

  @Test func pollsAtOnceWhenAskedTo() throws {
    try configure(interval: "1d")
    let service = try bench.start(["run", "-v"])
    #expect(service.waits(for: "box: 0 messages"))
    for zone in 1...2 {
      try deliverAlerts(zone...zone, isNew: true)
      service.send(SIGUSR1)
      #expect(service.waits(for: "1 fired, 1 deleted", times: zone))
    }
    #expect(bench.fired == ["1", "2"])
    #expect(maildir.files.isEmpty)
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
  }

  // MARK: Trouble

  /// Neither knows of the other, and Dovecot tells neither: each fires an alert at most once, and
  /// one of them does.
  @Test func twoAtOnceLoseNothing() throws {
    try deliverAlerts(1...30)
    let benches = [bench, try Bench(dovecot)]
    let services = try benches.map { bench in
      try writeHold(at: 1, on: bench)
      try configure(bench, program: "hold")
      return try bench.start(["once"])
    }
    for bench in benches { #expect(until { bench.read("held") != "" }) }
    for bench in benches { try bench.write("go", "") }
    for run in services.map({ $0.wait() }) {
      #expect([0, 75].contains(run.exitCode), "\(run.errors)")
    }
    for bench in benches {
      #expect(try bench.popbell("once").exitCode == 0)
      #expect(Set(bench.fired).count == bench.fired.count)
    }
    #expect(Set(benches.flatMap(\.fired)) == Set((1...30).map(String.init)))
    #expect(maildir.files.isEmpty)
  }

  /// The session dies while the action of an alert runs; nothing it has deleted is committed.
  @Test(arguments: [1, 5, 10])
  func aDeadSessionFiresNothingTwice(zone: Int) throws {
    try deliverAlerts(1...10)
    try writeHold(at: zone)
    try configure(program: "hold")
    let service = try bench.start(["once"])
    #expect(until { bench.read("held") != "" })
    #expect(dovecot.killSessions(of: maildir.user) == 1)
    try bench.write("go", "")
    let run = service.wait()
    #expect(run.errors.contains("box: "), "\(run.errors)")
    // Where the next header was waited for, it has polled again by itself.
    #expect(run.exitCode == (zone == 5 ? 0 : 75), "\(run.errors)")
    #expect(maildir.files.count == (zone == 5 ? 0 : 10))

    let second = try bench.popbell("once")
    #expect(second.exitCode == 0, "\(second.errors)")
    #expect(bench.fired == (1...10).map(String.init))
    #expect(maildir.files.isEmpty)
  }

  /// `hold ZONE` does what `fire` does, but at `zone` writes "held" and waits for "go".
  private func writeHold(at zone: Int, on bench: Bench? = nil) throws {
    let bench = bench ?? self.bench
    try bench.write(
      "hold",
      """
      #!/bin/sh
      \(bench.path("fire")) "$1"
      [ "$1" = \(zone) ] || exit 0
      echo > \(bench.path("held"))
      for _ in $(seq 30000); do [ ! -e \(bench.path("go")) ] || exit 0; sleep 0.01; done
      exit 1
      """, mode: 0o755)
  }

  /// What each session did, once `count` have ended.
  private func sessions(_ count: Int) -> [String] {
    #expect(until { dovecot.sessions(of: maildir.user).count >= count })
    return dovecot.sessions(of: maildir.user)
  }
}

extension Bench {
  fileprivate convenience init(_ dovecot: Dovecot) throws {
    try self.init()
    try write("ca.pem", dovecot.ca)
  }
}

extension Data {
  fileprivate func contains(_ text: String) -> Bool { range(of: Data(text.utf8)) != nil }
}
