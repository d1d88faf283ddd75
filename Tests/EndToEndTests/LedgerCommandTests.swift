import Foundation
import Glibc
import POP3Simulator
import TestTraits
import Testing

/// `popbell ledger`: what it shows, and that what is forgotten fires again, once.
@Suite(.waits) struct LedgerCommandTests {
  /// None has its place in the mailbox for a unique-id, which would not be believed.
  private static var messages: [Message] { ["6", "1", "2", "3", "7"].map(Scene.message) }

  /// Messages that fire, each by a rule of its own, and are kept.
  private func keeping(_ more: String = "then = keep", mailbox: String = "") throws -> Scene {
    try Scene(messages: Self.messages, more: mailbox) { bench in
      Scene.alarms.map {
        """
        [rule alarm-\($0)]
        subject = ALARM \($0)
        run = \(bench.path("fire")) \($0)
        \(more)

        """
      }.joined()
    }
  }

  /// What `ledger show` knows an alert of `keeping` as.
  private func identity(_ uid: String, in scene: Scene, digits: Int = 16) throws -> String {
    let lines = try export(scene.bench.popbell("ledger", "export"))
    let line = lines.first { $0["rule"] as? String == "alarm-\(uid)" }
    return String(try #require(line?["identity"] as? String).prefix(digits))
  }

  private func change(_ scene: Scene, _ old: String, _ new: String) throws {
    let text = scene.bench.read("popbell.conf")
    try #require(text.contains(old))
    try scene.bench.write("popbell.conf", text.replacing(old, with: new))
  }

  /// The lines of a table, without the times; of the same second, in whatever order.
  private func rows(_ output: String) -> [[String]] {
    output.split(separator: "\n").map { line in
      var fields = line.split(separator: "\t").map(String.init)
      #expect(fields.count == 6)
      let time = fields.remove(at: 1)
      #expect(time.wholeMatch(of: /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil, "\(time)")
      return fields
    }.sorted { $0[1] < $1[1] }
  }

  private func files(_ scene: Scene) -> [String: Data] {
    let folder = URL(filePath: scene.bench.path("state"))
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, (try? Data(contentsOf: folder.appending(path: $0))) ?? Data())
      })
  }

  // MARK: show and export

  @Test func showsWhatFired() throws {
    let scene = try keeping()
    try scene.bench.popbell("once")
    let before = files(scene)
    let run = try scene.bench.popbell("ledger", "show")
    #expect(run.exitCode == 0 && run.errors == "")
    let expected = try Scene.alarms.map {
      ["box", try identity($0, in: scene), "alarm-\($0)", "kept", "-"]
    }
    #expect(rows(run.output) == expected.sorted { $0[1] < $1[1] })
    #expect(try scene.bench.popbell("ledger", "show", "box").output == run.output)
    #expect(files(scene) == before)
  }

  @Test(.enabled(if: Service.other == nil)) func showsTheNewestFirst() throws {
    let scene = try Scene(messages: Self.messages) { Scene.rule($0) + "then = keep\n" }
    try scene.bench.popbell("once")
    scene.mailbox.add(Scene.message("4"))
    let clock = try ShiftedClock(scene.bench)
    try clock.shift(by: 3600)
    _ = try scene.bench.start(["once"], environment: clock.environment).wait()
    let times = try scene.bench.popbell("ledger", "show").output.split(separator: "\n").map {
      $0.split(separator: "\t")[1]
    }
    #expect(times.count == 4 && times == times.sorted(by: >) && times[0] > times[1])
  }

  @Test func showsAReadableTableOnATerminal() throws {
    let scene = try keeping("then = delete after 14d\n")
    try scene.bench.popbell("once")
    let command = [
      Service.binary().path, "ledger", "show", "-c", scene.bench.path("popbell.conf"),
    ].joined(separator: " ")
    let run = try Service(["/usr/bin/script", "-qec", command, "/dev/null"]).wait()
    let lines = run.output.replacing("\r\n", with: "\n").split(separator: "\n")
    #expect(lines.first == "\u{1B}[1mbox\u{1B}[0m  3 messages")
    #expect(lines.count == 4)
    for line in lines.dropFirst() {
      let words =
        /20[-0-9]{8} [:0-9]{8}  [0-9a-f]{16}  alarm-.  fired; kept until 20[-0-9]{8} [:0-9]{8}/
      #expect(line.dropFirst(2).wholeMatch(of: words) != nil, "\(line)")
    }
  }

  @Test func showsWhatWaits() throws {
    let scene = try Scene { bench in
      """
      [rule fails]
      subject = ALARM 1
      run = /bin/false
      [rule never]
      subject = ALARM 2
      run = /bin/false
      retries = 0
      [rule later]
      subject = ALARM 3
      run = /bin/true
      then = delete after 14d
      [rule gone]
      subject = news 6
      run = /bin/true
      then = keep

      """
    }
    for _ in 1...2 { try scene.bench.popbell("once") }
    try change(scene, "[rule gone]", "[rule other]")
    let found = rows(try scene.bench.popbell("ledger", "show").output)
    let due = found.first { $0[2] == "later" }?[4] ?? ""
    #expect(
      found.map { $0[2...].joined(separator: " ") }.sorted()
        == ["- kept -", "fails failed 2", "later kept \(due)", "never given-up -"])
    #expect(due.wholeMatch(of: /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)

    let lines = try export(scene.bench.popbell("ledger", "export"))
    #expect(lines.count == 5)
    #expect(Set(lines[0].keys) == ["mailbox", "examined", "skew"])
    #expect(lines[0]["mailbox"] as? String == "box")
    // The first message is to be looked at again.
    #expect(lines[0]["examined"] as? Int == 0 && lines[0]["skew"] as? Int == 0)
    func line(_ rule: String?) -> [String: Any] {
      lines[1...].first { $0["rule"] as? String == rule } ?? [:]
    }
    #expect(line("fails")["state"] as? String == "failed" && line("fails")["attempts"] as? Int == 2)
    #expect(line("never")["state"] as? String == "given-up")
    #expect(line("later")["state"] as? String == "kept" && line("later")["due"] as? String == due)
    #expect(line(nil)["state"] as? String == "kept" && line(nil)["rule"] is NSNull)
    for line in lines[1...] {
      let time = line["time"] as? String ?? ""
      #expect(ISO8601DateFormatter().date(from: time) != nil)
      #expect(line["mailbox"] as? String == "box")
      #expect((line["identity"] as? String)?.wholeMatch(of: /[0-9a-f]{32}/) != nil)
    }
  }

  /// A ledger of version 2, with a clock that is an hour ahead of the board's.
  static let everyState: Data = {
    let hour = 0x77D91  // 2026-01-01T01:00:00Z
    func record(_ head: [Int], _ identity: String, _ rest: [(Int, Int)]) -> [UInt8] {
      var bytes = head.map { UInt8($0) } + identity.utf8
      for (number, size) in rest {
        bytes += (0..<size).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      }
      var crc: UInt32 = .max
      for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
      }
      return bytes + (0..<4).reversed().map { UInt8(truncatingIfNeeded: ~crc >> (8 * $0)) }
    }
    var bytes = record([0x50, 2, 0, 0], "popbell ledger\r\n", [(0, 8)])
    let heads = [
      [1, 0, 0, 0], [1, 1, 0, 0], [2, 0, 0, 0], [3, 0, 1, 9], [3, 1, 0, 0], [5, 0, 0, 0],
      [7, 0, 0, 0], [7, 7, 0x7D, 0xA9], [8, 0, 0, 0], [9, 0, 0, 0],
      [10, 7, 0x7D, 0x91], [10, 7, 0x7D, 0x91],
    ]
    for (index, head) in heads.enumerated() {
      let identity = String(repeating: String(UnicodeScalar(UInt8(0x41 + index))), count: 16)
      // The first of those that are missing had fired, and needs nothing more.
      let flags = head[0] == 10 && index == heads.count - 2 ? 3 : 0
      bytes += record(head, identity, [(hour * 3600 - index, 4), (flags, 2), (0x46DD, 2)])
    }
    bytes += record([11, 0, 0, 0], "ZZZZZZZZZZZZZZZZ", [(0x4141_4141_4141_4141, 8)])
    bytes += record([12, 0, 0, 0], "lastwordsumofall", [(12, 4), (7, 4)])
    bytes += record([13, 0, 0, 0], String(repeating: "\0", count: 16), [(3600, 8)])
    return Data(bytes)
  }()

  @Test func saysHowEachStateStands() throws {
    let scene = try Scene()
    try scene.bench.makeState()
    let path = scene.bench.path("state/box.ledger")
    try Self.everyState.write(to: URL(filePath: path))
    let states = [
      ("interrupted", "0", "33mbegun; not known to have ended"),
      ("interrupted", "1", "33mbegun; not known to have ended"),
      ("fired", "-", "fired; not deleted or archived yet"),
      ("failed", "0", "33minterrupted; goes on at the next poll"),
      ("failed", "1", "33mfailed 1 time; tried again at the next poll"),
      ("given-up", "-", "31mgiven up: the actions failed too often"),
      ("kept", "-", "fired; kept"),
      ("kept", "2026-01-02T00:00:00Z", "fired; kept until 2026-01-02 00:00:00"),
      ("archived", "-", "fired; not deleted yet"),
      ("deleted", "-", "fired; deleted, which the server has not confirmed"),
      ("gone", "archived", "2marchived; gone from the mailbox since 2025-12-31 23:00:00"),
      ("gone", "given-up", "2mgiven-up; gone from the mailbox since 2025-12-31 23:00:00"),
    ]
    var (piped, terminal) = ("", "\u{1B}[1mbox\u{1B}[0m  12 messages\n")
    for (index, (word, detail, words)) in states.enumerated() {
      let identity = String(repeating: String(0x41 + index, radix: 16), count: 8)
      let second = index == 0 ? "00:00:00" : String(format: "23:59:%02d", 60 - index)
      let day = index == 0 ? "2026-01-01" : "2025-12-31"
      piped += "box\t\(day)T\(second)Z\t\(identity)\talarm\t\(word)\t\(detail)\n"
      let coloured = words.first!.isNumber ? "\u{1B}[\(words)\u{1B}[0m" : words
      terminal += "  \(day) \(second)  \(identity)  alarm  \(coloured)\n"
    }
    #expect(try scene.bench.popbell("ledger", "show").output == piped)
    let command = "\(Service.binary().path) ledger show -c \(scene.bench.path("popbell.conf"))"
    let run = try Service(["/usr/bin/script", "-qec", command, "/dev/null"]).wait()
    #expect(run.output.replacing("\r\n", with: "\n") == terminal)
    #expect(
      try scene.bench.popbell("ledger", "export").output.split(separator: "\n")[0]
        == #"{"mailbox":"box","examined":12,"skew":3600}"#)
    let gone = try export(scene.bench.popbell("ledger", "export")).suffix(2)
    #expect(gone.map { $0["detail"] as? String } == ["archived", "given-up"])
    #expect(gone.allSatisfy { $0["gone"] as? String == "2025-12-31T23:00:00Z" })
    #expect(try Data(contentsOf: URL(filePath: path)) == Self.everyState)
  }

  /// The objects of the lines.
  private func export(_ run: Run) throws -> [[String: Any]] {
    #expect(run.exitCode == 0 && run.errors == "")
    return try run.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func saysWhereThereIsNothing() throws {
    let scene = try Scene { $0.section("none", port: 110, more: "ledger = none") + Scene.rule($0) }
    let empty = "none: ledger = none: nothing is written down\nbox: the ledger is empty\n"
    for command in ["show", "export"] {
      let run = try scene.bench.popbell("ledger", command)
      #expect(run.exitCode == 0 && run.output == "" && run.errors == empty)
    }
    // Whoever looks makes no folder and no file.
    #expect(!FileManager.default.fileExists(atPath: scene.bench.path("state")))
    try scene.bench.makeState()
    #expect(try scene.bench.popbell("ledger", "show").errors == empty)
    #expect(files(scene).isEmpty)
    // What was deleted is known for a month.
    try scene.bench.popbell("once")
    #expect(try rows(scene.bench.popbell("ledger", "show", "box").output).count == 3)
    #expect(
      try scene.bench.popbell("ledger", "show", "none").errors
        == "none: ledger = none: nothing is written down\n")
  }

  @Test func readsBesideAServiceAndATornTail() throws {
    let scene = try keeping()
    let service = try scene.run()
    #expect(service.waits(for: "3 fired"))
    #expect(try rows(scene.bench.popbell("ledger", "show").output).count == 3)
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
    let path = scene.bench.path("state/box.ledger")
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data([2, 0, 0, 0, 7]))
    try handle.close()
    let before = files(scene)
    #expect(try rows(scene.bench.popbell("ledger", "show").output).count == 3)
    #expect(files(scene) == before)
  }

  @Test func endsWhereNobodyReads() throws {
    let scene = try keeping()
    try scene.bench.popbell("once")
    let command = "\(Service.binary().path) ledger export -c \(scene.bench.path("popbell.conf"))"
    let run = try Service(["/bin/sh", "-c", "\(command) | true"]).wait()
    #expect(run.exitCode == 0 && run.errors == "")
  }

  // MARK: errors

  @Test(arguments: [
    (["ledger"], "ledger: what is to be done: show, export or forget?"),
    (["ledger", "list"], "ledger: there is no 'list': it is show, export or forget"),
    (["ledger", "forget"], "ledger forget: which message, or all?"),
    (["ledger", "show", "a", "b"], "ledger show: one mailbox, or none for all of them"),
    (["ledger", "forget", "1", "a", "b"], "ledger forget: one mailbox, or none for all of them"),
  ])
  func refusesWhatItDoesNotKnow(arguments: [String], reason: String) throws {
    let run = try Bench().start(arguments).wait()
    #expect(run.exitCode == 64 && run.output == "")
    #expect(run.errors == "popbell: \(reason)\nTry 'popbell --help'.\n")
  }

  @Test func namesTheMailboxThatMayBeMeant() throws {
    let scene = try keeping()
    for (name, more) in [("bxo", "; did you mean 'box'?"), ("elsewhere", ""), ("a\u{1B}", "")] {
      let run = try scene.bench.popbell("ledger", "show", name)
      let escaped = name.replacing("\u{1B}", with: "\\x1b")
      #expect(run.exitCode == 64 && run.output == "")
      #expect(run.errors == "popbell: there is no mailbox '\(escaped)'\(more)\n")
    }
  }

  @Test(arguments: [
    ("garbage", "the ledger's file is not a ledger; move it away"),
    ("future", "the ledger is of version 4, which a newer popbell wrote"),
    (
      "damage",
      "the ledger is damaged at byte 32; move it away, and what came in the last hour fires again"
    ),
  ])
  func saysWhatIsWrongWithALedger(kind: String, words: String) throws {
    let more = "then = keep\n[rule more]\nsubject = *\nrun = /bin/true\nthen = keep\n"
    let scene = try Scene { Scene.rule($0) + more }
    for number in 10..<30 { scene.mailbox.add(Message(uid: "\(number)", "Subject: x\r\n\r\n")) }
    try scene.bench.popbell("once")
    let path = scene.bench.path("state/box.ledger")
    var content = try Data(contentsOf: URL(filePath: path))
    switch kind {
    case "garbage": content = Data("this is somebody's letter\n".utf8)
    case "future":
      // With a checksum that is right.
      content = Data(
        [0x50, 4, 0, 0] + Array("popbell ledger\r\n".utf8) + [0, 0, 0, 0, 0, 0, 0, 0]
          + [0x08, 0x8A, 0x0C, 0x11])
    default: content[40] ^= 1
    }
    try content.write(to: URL(filePath: path))
    for arguments in [["show"], ["export"], ["forget", "1"]] {
      let run = try scene.bench.start(["ledger"] + arguments).wait()
      #expect(run.exitCode == 71 && run.output == "")
      let unknown = "popbell: '1' is in no ledger that can be read, as a UIDL or as an identity; "
      #expect(
        run.errors == "popbell: \(path): \(words)\n"
          + (arguments[0] == "forget" ? unknown + "'popbell ledger show' has those\n" : ""))
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == content)
    #expect(!files(scene).keys.contains("box.forget"))
  }

  @Test(.enabled(if: geteuid() == 0)) func saysWhoMayLook() throws {
    let scene = try keeping()
    try scene.bench.popbell("once")
    let path = scene.bench.path("state")
    try #require(unsafe chmod(path, 0o700) == 0)
    for arguments in [["show"], ["forget", "1"]] {
      let run = try scene.bench.start(
        ["ledger"] + arguments,
        under: ["/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
      ).wait()
      #expect(run.exitCode == 77 && run.output == "")
      #expect(
        run.errors == "popbell: \(path): no permission for nobody; "
          + "run it as root, to whom it belongs, or with sudo\n")
    }
  }

  // MARK: forget

  @Test(arguments: ["UIDL", "16 digits", "32 digits", "capitals"])
  func aMessageThatIsForgottenFiresAgainOnce(name: String) throws {
    let scene = try keeping()
    try scene.bench.popbell("once")
    let message =
      switch name {
      case "UIDL": "2"
      case "16 digits": try identity("2", in: scene)
      case "32 digits": try identity("2", in: scene, digits: 32)
      default: try identity("2", in: scene, digits: 32).uppercased()
      }
    let identity = try identity("2", in: scene)
    let run = try scene.bench.popbell("ledger", "forget", message)
    #expect(run.exitCode == 0 && run.errors == "")
    #expect(
      run.output == "box: forgot \(identity); it fires again if it is on the server\n")
    #expect(rows(try scene.bench.popbell("ledger", "show").output).count == 2)
    for _ in 1...2 { #expect(try scene.bench.popbell("once").exitCode == 0) }
    #expect(scene.bench.fired == ["1", "2", "3", "2"])
  }

  @Test func whatIsForgottenMayBeAll() throws {
    let scene = try keeping()
    try scene.bench.popbell("once")
    let run = try scene.bench.popbell("ledger", "forget", "all")
    #expect(run.exitCode == 0 && run.errors == "")
    #expect(
      run.output == "box: forgot all messages; those that are on the server fire again, "
        + "if they are not too old\n")
    for _ in 1...2 { #expect(try scene.bench.popbell("once").exitCode == 0) }
    #expect(scene.bench.fired == ["1", "2", "3", "1", "2", "3"])
  }

  @Test func aMessageThatIsNotThereIsNotForgotten() throws {
    let scene = try keeping()
    try scene.bench.popbell("once")
    let before = files(scene)
    for message in ["9", "6", String(try identity("2", in: scene).dropLast()), "a\u{1B}"] {
      let run = try scene.bench.popbell("ledger", "forget", message)
      let escaped = message.replacing("\u{1B}", with: "\\x1b")
      #expect(run.exitCode == 65 && run.output == "")
      #expect(
        run.errors == "popbell: '\(escaped)' is in no ledger, as a UIDL or as an identity; "
          + "'popbell ledger show' has those\n")
    }
    #expect(files(scene) == before)
  }

  @Test func aMessageOfSeveralMailboxesIsToBeSaidMoreClearly() throws {
    let other = try MailboxServer(
      Configuration(behaviour: Behaviour()), mailbox: Mailbox([Scene.message("2")]))
    defer { other.stop() }
    let scene = try Scene(messages: Self.messages) {
      $0.section("other", port: other.port) + Scene.rule($0) + "then = keep\n"
    }
    try scene.bench.popbell("once")
    let run = try scene.bench.popbell("ledger", "forget", "2")
    #expect(run.exitCode == 65 && run.output == "")
    #expect(
      run.errors == "popbell: '2' is in the ledgers of several mailboxes; "
        + "add the one that you mean: box other\n")
    #expect(try scene.bench.popbell("ledger", "forget", "2", "other").exitCode == 0)
    #expect(try scene.bench.popbell("ledger", "show", "other").output == "")
    #expect(rows(try scene.bench.popbell("ledger", "show", "box").output).count == 3)
  }

  @Test func aServiceForgetsBeforeItsNextPoll() throws {
    let scene = try keeping()
    try change(scene, "interval = 5s", "interval = 1h")
    let service = try scene.run()
    #expect(service.waits(for: "3 fired"))
    // Several at once: none gets lost.
    let running = try ["1", "3"].map { try scene.bench.start(["ledger", "forget", $0]) }
    for run in running.map({ $0.wait() }) {
      #expect(run.exitCode == 0 && run.errors == "")
      #expect(
        run.output == "box: another popbell is at work, and forgets it before its next poll\n")
    }
    #expect(scene.bench.read("state/box.forget").split(separator: "\n").count == 2)
    let identities = try ["3", "1"].map { try identity($0, in: scene) }
    service.send(SIGUSR1)
    #expect(service.waits(for: "it fires again", times: 2))
    #expect(until { scene.bench.fired.count == 5 })
    #expect(!files(scene).keys.contains("box.forget"))
    service.send(SIGUSR1)
    #expect(until { scene.server.connectionCount == 3 })
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
    #expect(scene.bench.fired == ["1", "2", "3", "1", "3"])
    #expect(
      service.lines(about: "box").filter { $0.hasPrefix("forgot") }.sorted()
        == identities.map { "forgot \($0); it fires again if it is on the server" }.sorted())
  }

  @Test func manyRequestsAtOnceAreAllKept() throws {
    let scene = try Scene(messages: Self.messages) { Scene.rule($0) + "then = keep\n" }
    for number in 100..<130 { scene.mailbox.add(Scene.message("\(number)")) }
    try change(scene, "interval = 5s", "interval = 1h")
    let service = try scene.run()
    #expect(service.waits(for: "33 fired"))
    let running = try (100..<130).map { try scene.bench.start(["ledger", "forget", "\($0)"]) }
    for run in running { #expect(run.wait().exitCode == 0) }
    #expect(scene.bench.read("state/box.forget").split(separator: "\n").count == 30)
    service.send(SIGUSR1)
    #expect(until { scene.bench.fired.count == 63 })
  }

  @Test func aRequestThatNobodyCarriedOutWaitsForTheNextStart() throws {
    let scene = try keeping()
    try scene.bench.popbell("once")
    let identity = try identity("2", in: scene, digits: 32)
    try scene.bench.write("state/box.forget", identity + "\n", mode: 0o600)
    let dry = try scene.bench.popbell("once", "--dry-run")
    #expect(dry.exitCode == 0 && files(scene).keys.contains("box.forget"))
    let run = try scene.bench.popbell("once")
    #expect(run.errors.contains("box: forgot \(identity.prefix(16));"), "\(run.errors)")
    #expect(scene.bench.fired == ["1", "2", "3", "2"])
    #expect(Set(files(scene).keys) == ["box.ledger", "forget.lock"])
  }

  static let foreign: [(String, String)] = [
    ("empty", ""), ("text", "forget everything\n"), ("half", "all"),
    ("short", "325a90f389d8331f6ccd8da8b148444\n"), ("blank", "all \n"),
    ("more", "325a90f389d8331f6ccd8da8b1484442\nmore\n"),
    ("long", String(repeating: "all\n", count: 10_000)),
  ]

  @Test(arguments: foreign.map(\.0) + ["folder", "link", "pipe"])
  func aForeignFileForgetsNothing(kind: String) throws {
    let scene = try keeping()
    try scene.bench.popbell("once")
    let path = scene.bench.path("state/box.forget")
    switch kind {
    case "folder":
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    case "link":
      try scene.bench.write("elsewhere", "all\n")
      try FileManager.default.createSymbolicLink(
        atPath: path, withDestinationPath: scene.bench.path("elsewhere"))
    case "pipe": try #require(unsafe mkfifo(path, 0o600) == 0)
    default: try scene.bench.write("state/box.forget", Self.foreign.first { $0.0 == kind }!.1)
    }
    let run = try scene.bench.popbell("once")
    #expect(
      run.errors.contains(
        "error: box: box.forget is no list of what to forget; it is box.refused now\n"),
      "\(run.errors)")
    #expect(run.exitCode == 0)
    let again = try scene.bench.popbell("once")
    #expect(!again.errors.contains("error: "), "\(again.errors)")
    #expect(scene.bench.fired == ["1", "2", "3"])
  }

  /// Else it would fire again at each poll.
  @Test func forgetsNothingWhereTheRequestWouldStay() throws {
    let scene = try keeping()
    try scene.bench.popbell("once")
    try scene.bench.write("state/box.forget", "all\n")
    try FileManager.default.createDirectory(
      atPath: scene.bench.path("state/box.request"), withIntermediateDirectories: false)
    let run = try scene.bench.popbell("once")
    #expect(run.errors.contains("error: box: box.forget: open: Is a directory\n"))
    #expect(scene.bench.fired == ["1", "2", "3"])
    try FileManager.default.removeItem(atPath: scene.bench.path("state/box.request"))
    try scene.bench.popbell("once")
    #expect(scene.bench.fired.count == 6)
  }

  /// What sudo changes stays its owner's, or the service could not go on.
  @Test(.enabled(if: geteuid() == 0)) func rootLeavesNothingOfItsOwn() throws {
    let scene = try keeping()
    try scene.bench.popbell("once")
    let nobody = unsafe try #require(unsafe getpwnam("nobody"))
    let (user, group) = unsafe (nobody.pointee.pw_uid, nobody.pointee.pw_gid)
    for name in ["state", "state/box.ledger"] {
      #expect(unsafe chown(scene.bench.path(name), user, group) == 0)
    }
    #expect(try scene.bench.popbell("ledger", "forget", "2").exitCode == 0)
    #expect(try scene.bench.popbell("ledger", "forget", "all").exitCode == 0)
    try scene.bench.write("state/box.forget", "all\n", mode: 0o600)
    #expect(unsafe chown(scene.bench.path("state/box.forget"), user, group) == 0)
    for name in files(scene).keys {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: scene.bench.path("state/\(name)"))
      #expect(attributes[.ownerAccountID] as? UInt32 == user, "\(name)")
    }
  }

  @Test func whatTheDiskCannotTakeIsSaid() throws {
    let scene = try keeping()
    try scene.bench.popbell("once")
    try FileManager.default.createDirectory(
      atPath: scene.bench.path("state/box.request"), withIntermediateDirectories: false)
    let run = try scene.bench.popbell("ledger", "forget", "2")
    #expect(run.exitCode == 71 && run.output == "")
    #expect(run.errors == "popbell: \(scene.bench.path("state")): open: Is a directory\n")
  }
}
