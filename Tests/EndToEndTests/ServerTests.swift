import Foundation
import Glibc
import TestTraits
import Testing

/// The real popbell with real servers other than Dovecot: each scenario with each of them.
@Suite(
  .servers, .waits,
  .enabled(if: getuid() == 0, "only root can start servers in a root folder of their own"),
  .enabled(if: ServerRoot.isUnpacked, "Tests/servers has not unpacked the servers"))
struct ServerTests {
  let root: ServerRoot
  let bench: Bench

  init() throws {
    root = try #require(ServerRoot.shared)
    bench = try Bench()
    try bench.write("ca.pem", root.ca)
  }

  // MARK: Scenarios

  @Test(arguments: ServerRoot.kinds)
  func firesOnceAndDeletes(_ server: any ServerKind) throws {
    let mail = try mail(server)
    try deliverSome(mail.store)
    try configure(mail)
    for _ in 1...2 {
      try pollOnce()
      #expect(bench.fired == ["1", "2", "3"])
      #expect(until { (try? subjects(mail.store)) == ["Newsletter"] })
    }
  }

  @Test(arguments: ServerRoot.kinds)
  func firesOnceAndKeeps(_ server: any ServerKind) throws {
    let mail = try mail(server)
    try deliverSome(mail.store)
    let before = try subjects(mail.store)
    #expect(before.count == 4)
    try configure(mail, rule: "then = keep")
    for _ in 1...2 {
      try pollOnce()
      #expect(bench.fired == ["1", "2", "3"])
      #expect(try subjects(mail.store) == before)
    }
    try mail.store.deliver(alert(4))
    try pollOnce()
    #expect(bench.fired == ["1", "2", "3", "4"])
    #expect(try subjects(mail.store) == before + ["ALARM zone 4"])
  }

  @Test(arguments: ServerRoot.kinds)
  func firesWhatComesWhileItRuns(_ server: any ServerKind) throws {
    let mail = try mail(server)
    try mail.store.deliver(message("Newsletter"))
    try configure(mail)
    let service = try bench.start(["run", "-v"])
    #expect(service.waits(for: "box: 1 message"))
    try mail.store.deliver(alert(1))
    service.send(SIGUSR1)
    #expect(until { bench.fired == ["1"] && (try? subjects(mail.store)) == ["Newsletter"] })
    service.send(SIGTERM)
    let run = service.wait()
    #expect(run.exitCode == 0, "\(run.errors)")
  }

  @Test(arguments: ServerRoot.kinds)
  func archivesWholeMessages(_ server: any ServerKind) throws {
    let mail = try mail(server)
    for (zone, body) in [
      "front door\n", "", ".\n..\n.dots\n", "\n\nTür offen\n\n",
      String(repeating: "x", count: 900) + "\n",
      String(repeating: "0123456789abcdef\n", count: 3000),
    ].enumerated() {
      try mail.store.deliver(alert(zone, body: body))
    }
    let stored = try mail.store.messages
    #expect(stored.count == 6)
    try configure(mail, rule: "archive = \(bench.path("archive"))")
    try pollOnce()
    #expect(bench.fired == (0...5).map(String.init))
    #expect(until { (try? mail.store.messages) == [] })
    let archived = try FileManager.default.contentsOfDirectory(atPath: bench.path("archive/new"))
      .map { without(server.addedFields, bench.read("archive/new/\($0)")) }
    #expect(archived.sorted() == stored.sorted())
  }

  @Test(arguments: ServerRoot.kinds)
  func aCopyDoesNotFire(_ server: any ServerKind) throws {
    let mail = try mail(server)
    let alert = alert(1)
    try configure(mail)
    for _ in 1...2 {
      try mail.store.deliver(alert)
      for _ in 1...2 {
        try pollOnce()
        #expect(bench.fired == ["1"])
        #expect(until { (try? mail.store.messages) == [] })
      }
    }
    // Where no poll sees that the first is gone, the second may have its unique-id too, and looks
    // like a message that the server would not delete.
    for _ in 1...2 {
      try mail.store.deliver(alert)
      try pollOnce()
      #expect(bench.fired == ["1"])
    }
  }

  @Test(arguments: ServerRoot.kinds.filter(\.hasSTLS))
  func firesOverSTLS(_ server: any ServerKind) throws {
    let mail = try mail(server)
    try deliverSome(mail.store)
    try configure(mail, mailbox: "ca = CA\ntls = starttls")
    try pollOnce()
    #expect(bench.fired == ["1", "2", "3"])
    #expect(until { (try? subjects(mail.store)) == ["Newsletter"] })
  }

  // MARK: Steps

  private struct Mail {
    var port: UInt16
    var user: String
    var store: any MailStore
  }

  private func mail(_ server: any ServerKind) throws -> Mail {
    let user = try root.nextUser()
    return Mail(port: server.port, user: user, store: try server.store(of: user, in: root))
  }

  private func configure(_ mail: Mail, mailbox: String = "tls = none", rule: String = "") throws {
    try bench.configure(
      bench.mailbox(
        port: mail.port, server: root.address, user: mail.user, interval: "1d", more: mailbox) + """
          [rule zone]
          subject = ALARM zone {zone}
          run = \(bench.path("fire")) {zone}
          \(rule)

          """)
  }

  private func pollOnce() throws {
    let run = try bench.popbell("once")
    #expect(run.exitCode == 0, "\(run.errors)")
  }

  /// Three alerts, and one message that is none.
  private func deliverSome(_ store: any MailStore) throws {
    try store.deliver(alert(1))
    try store.deliver(message("Newsletter"))
    for zone in 2...3 { try store.deliver(alert(zone)) }
  }

  private func alert(_ zone: Int, body: String = "front door\n") -> String {
    message("ALARM zone \(zone)", body: body)
  }

  /// One that has just come.
  private func message(_ subject: String, body: String = "front door\n") -> String {
    let date = Date.now.text("EEE, dd MMM yyyy HH:mm:ss Z")
    return """
      Received: from panel.example.net by mx.example.net with ESMTP; \(date)
      From: panel@panel.example.net
      Message-ID: <\(UUID().uuidString)@panel.example.net>
      Date: \(date)
      Subject: \(subject)

      \(body)
      """
  }

  private func subjects(_ store: any MailStore) throws -> [String] {
    try store.messages.map { message in
      let line = message.split(separator: "\n").first { $0.hasPrefix("Subject: ") }
      return String(line?.dropFirst("Subject: ".count) ?? "")
    }
  }

  private func without(_ fields: [String], _ message: String) -> String {
    message.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { line in !fields.contains { line.hasPrefix($0 + ":") } }.joined(separator: "\n")
  }
}
