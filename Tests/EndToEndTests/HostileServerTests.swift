import Foundation
import Glibc
import POP3Simulator
import TestTraits
import Testing

/// Servers that hang, break off, talk without end or make no sense: a poll ends by its deadline or by a
/// limit, says in one line why, and loses nothing (L6, L7).
@Suite(.waits) struct HostileServerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var behaviour = Behaviour()
    var tls = "none"
    var more = ""
    var exitCode: Int32
    var says: String
    /// It polls again, without what the server did not answer.
    var triesAgain: Bool
    /// False where nothing more comes of it without another configuration.
    var endsWell = true

    init(
      _ fault: Fault, at step: FaultPoint, _ exitCode: Int32, _ says: String, tls: String = "none",
      more: String = "", occurrence: Int? = nil, triesAgain: Bool = false
    ) {
      testDescription = "\("\(fault)".prefix(60)) at \(step)"
      (self.tls, self.more, self.exitCode, self.says) = (tls, more, exitCode, says)
      self.triesAgain = triesAgain
      behaviour.inject(fault, at: step, occurrence: occurrence)
    }
  }

  private static let late = "not done by the deadline while "

  /// In the order of a session.
  static let silences = [
    Case(.silence, at: .greeting, 75, late + "waiting for the greeting"),
    Case(.silence, at: .handshake, 75, late + "in the TLS handshake", tls: "implicit"),
    Case(.silence, at: .greeting, 75, late + "waiting for the greeting", tls: "implicit"),
    // Polled without them, the second time.
    Case(
      .silence, at: .command(.capa), 0,
      "no answer from the server while asking for the capabilities (CAPA)"),
    Case(.silence, at: .command(.stls), 75, late + "asking for TLS (STLS)", tls: "starttls"),
    Case(.silence, at: .handshake, 75, late + "in the TLS handshake", tls: "starttls"),
    Case(
      .silence, at: .command(.capa), 0,
      "no answer from the server while asking for the capabilities (CAPA)", tls: "starttls",
      occurrence: 2),
    Case(.silence, at: .command(.auth), 75, late + "logging in"),
    Case(.silence, at: .command(.user), 75, late + "logging in", more: "auth = user"),
    Case(.silence, at: .command(.pass), 75, late + "logging in", more: "auth = user"),
    Case(.silence, at: .command(.stat), 75, late + "reading the mailbox"),
    Case(.silence, at: .command(.uidl), 75, late + "reading the mailbox", triesAgain: true),
    // Read whole, the second time.
    Case(.silence, at: .command(.top), 0, late + "reading the mailbox", triesAgain: true),
    Case(.silence, at: .command(.dele), 75, late + "reading the mailbox"),
    Case(.silence, at: .command(.quit), 75, late + "saying QUIT"),
  ]

  private static let gone = "the server hung up while "

  static let disconnects = [
    Case(.disconnect, at: .greeting, 75, gone + "waiting for the greeting"),
    Case(.disconnect, at: .handshake, 76, "localhost: ", tls: "implicit"),
    Case(
      .disconnect, at: .command(.capa), 0, gone + "asking for the capabilities (CAPA)"),
    Case(.disconnect, at: .command(.stls), 75, gone + "asking for TLS (STLS)", tls: "starttls"),
    Case(.disconnect, at: .handshake, 76, "localhost: ", tls: "starttls"),
    Case(.disconnect, at: .command(.auth), 75, gone + "logging in"),
    Case(.disconnect, at: .command(.user), 75, gone + "logging in", more: "auth = user"),
    Case(.disconnect, at: .command(.pass), 75, gone + "logging in", more: "auth = user"),
    Case(.disconnect, at: .command(.stat), 75, gone + "reading the mailbox"),
    Case(.disconnect, at: .command(.uidl), 75, gone + "reading the mailbox", triesAgain: true),
    Case(.disconnect, at: .command(.top), 0, gone + "reading the mailbox", triesAgain: true),
    Case(.disconnect, at: .command(.dele), 75, gone + "reading the mailbox"),
    Case(.disconnect, at: .command(.quit), 75, gone + "saying QUIT"),
  ]

  /// A server that offers these, and refuses what it does not offer.
  private static func offers(_ capabilities: String, _ says: String, auth: String) -> Case {
    let list = "+OK\r\n\(capabilities)\r\nTOP\r\nUIDL\r\n.\r\n"
    let step = Keyword(rawValue: auth) ?? .auth
    var it = Case(
      .reply("-ERR not here"), at: .command(step), 77,
      "the server does not offer this login, but \(says): \"-ERR not here\"",
      more: "auth = \(auth)")
    it.testDescription = "offers \(capabilities)"
    it.behaviour.inject(.bytes(Array(list.utf8)), at: .command(.capa))
    return it
  }

  static let otherLogins = [
    offers(
      "SASL CRAM-MD5 XOAUTH2", "CRAM-MD5, XOAUTH2, which popbell does not have", auth: "plain"),
    offers("SASL CRAM-MD5", "CRAM-MD5, which popbell does not have", auth: "plain-challenge"),
    offers("SASL SCRAM-SHA-256", "SCRAM-SHA-256, which popbell does not have", auth: "user"),
    offers("USER", "USER: write 'auth = auto'", auth: "plain"),
    offers("SASL PLAIN LOGIN", "PLAIN, LOGIN: write 'auth = auto'", auth: "user"),
    onlySCRAM("auto", more: "; with TLS it may offer more"), onlySCRAM("apop"),
    Case(
      .reply("-ERR not here"), at: .command(.auth), 75,
      "the server refused the login, and not for its user or password; write 'auth = user': \"-ERR",
      more: "auth = plain-challenge"),
  ]

  /// A server that offers nothing that popbell has, so that no login is tried.
  private static func onlySCRAM(_ auth: String, more: String = "") -> Case {
    var it = Case(
      .bytes(Array("+OK\r\nSASL SCRAM-SHA-256\r\nTOP\r\nUIDL\r\n.\r\n".utf8)), at: .command(.capa),
      76,
      "the server does not offer this login, but SCRAM-SHA-256, which popbell does not have\(more)",
      more: "auth = \(auth)")
    it.testDescription = "offers SCRAM only, \(auth)"
    it.endsWell = auth == "auto"
    return it
  }

  private static let notPOP3 = "the greeting is not POP3's: is this the right port?"

  static let answers = [
    Case(.reply("220 mx.example.net ESMTP"), at: .greeting, 76, notPOP3),
    Case(.reply("* OK IMAP4rev1 ready"), at: .greeting, 76, notPOP3),
    Case(.reply("HTTP/1.1 400 Bad Request"), at: .greeting, 76, notPOP3),
    Case(.reply(""), at: .greeting, 76, notPOP3),
    Case(.bytes([0x15, 3, 1, 0, 2, 2, 10, 13, 10]), at: .greeting, 76, notPOP3),
    Case(.reply("+ OK ready"), at: .greeting, 76, notPOP3),
    Case(.reply("-ERR too busy"), at: .greeting, 75, "the server took no session: \""),
    Case(
      .reply("-ERR [IN-USE] locked"), at: .command(.auth), 75,
      "another session has the mailbox: \"-ERR [IN-USE] locked\""),
    Case(
      .reply("-ERR [LOGIN-DELAY] wait"), at: .command(.auth), 75, "the server wants fewer logins"),
    Case(.reply("-ERR [SYS/TEMP] full"), at: .command(.auth), 75, "the server is in trouble"),
    Case(.reply("-ERR [SYS/PERM] gone"), at: .command(.auth), 76, "the server is in trouble"),
    Case(
      .reply("-ERR [AUTH] no"), at: .command(.auth), 77,
      "the server refused the login; check user and password: \"-ERR [AUTH] no\""),
    Case(
      .reply("-ERR no"), at: .command(.pass), 75,
      "the server refused the login, and not for its user or password: \"-ERR no\"",
      more: "auth = user"),
    Case(.reply("-ERR no"), at: .command(.stls), 76, "the server refused STLS", tls: "starttls"),
    Case(.reply("-ERR no"), at: .command(.stat), 75, "the server refused STAT: \"-ERR no\""),
    Case(.reply("+OK none"), at: .command(.stat), 76, "the server's answer to STAT has no count"),
    Case(
      .reply("+OK 99999999 1"), at: .command(.stat), 76,
      "the mailbox has more than 1,000,000 messages"),
    Case(.reply("what?"), at: .command(.uidl), 76, "the server's reply is not POP3's"),
    Case(.reply("+OK\r\n+OK again"), at: .command(.stat), 76, "the server"),
    Case(.endless, at: .greeting, 76, "the server sent a line of more than 64 KiB"),
    Case(.endless, at: .command(.capa), 76, "the server's list of capabilities does not end"),
    Case(.endless, at: .command(.stat), 76, "the server sent a line of more than 64 KiB"),
    Case(.endless, at: .command(.uidl), 76, "the server's reply is not POP3's"),
    Case(.endless, at: .command(.dele), 76, "the server sent a line of more than 64 KiB"),
    Case(.endless, at: .command(.quit), 76, "the server sent a line of more than 64 KiB"),
    Case(.longLine(10_000_000), at: .greeting, 76, "the server sent a line of more than 64 KiB"),
    Case(
      .longLine(10_000_000), at: .command(.capa), 76, "the server sent a line of more than 64 KiB"),
    Case(
      .reply("-ERR " + String(repeating: "no ", count: 3_333_333)), at: .command(.pass), 76,
      "the server sent a line of more than 64 KiB", more: "auth = user"),
  ]

  @Test func silenceEndsAtTheDeadline() throws { try check(Self.silences, deadline: 20) }

  @Test func aBreakAtAnyStepIsReported() throws { try check(Self.disconnects) }

  @Test func whatMakesNoSenseIsReported() throws { try check(Self.answers) }

  /// A login that the server does not have: which it has, and the line to write.
  @Test func aLoginThatIsNotOfferedSaysWhichAre() throws { try check(Self.otherLogins) }

  /// And the exit code says it, too. Nothing fires twice, and nothing is tried again at once.
  @Test(arguments: [Keyword.dele, .quit])
  func aDeletionThatIsRefusedIsReported(command: Keyword) throws {
    var behaviour = Behaviour()
    behaviour.inject(.reply("-ERR Incorrect state"), at: .command(command))
    let scene = try Scene(behaviour)
    let run = try scene.bench.popbell("once")
    let says =
      ": box: the server refused \(command.rawValue.uppercased()): \"-ERR Incorrect state\"; what was "
      + "to be deleted stays, and is tried again in a day"
    #expect(run.exitCode == 75 && run.errors.contains(says), "\(run.errors)")
    scene.server.behaviour = Behaviour()
    let next = try scene.bench.popbell("once")
    #expect(next.exitCode == 0 && scene.bench.fired.sorted() == Scene.alarms, "\(next.errors)")
    #expect(scene.mailbox.messages.count == Scene.alarms.count + Scene.others.count)
    #expect(scene.wrongs == [])
  }

  /// Runs all at the same time.
  private func check(_ cases: [Case], deadline: Int = Bench.longDeadline) throws {
    let running = try cases.map { test in
      let scene = try Scene(
        test.behaviour, tls: test.tls, deadline: deadline, more: test.more)
      return (test, scene, try scene.bench.start(["once"]))
    }
    for (test, scene, service) in running {
      let run = service.wait()
      let name: Comment = "\(test): \(run.exitCode)\n\(run.errors)"
      #expect(run.exitCode == test.exitCode, name)
      let lines = run.errors.split(separator: "\n").filter {
        $0.contains("ing: box: ") || $0.contains("error: ")
      }
      #expect(lines.count == 1 || test.triesAgain && lines.count > 1, name)
      #expect(lines.first?.contains(": box: " + test.says) == true, name)
      #expect(lines.allSatisfy { $0.utf8.count < 600 }, name)
      #expect(scene.wrongs == [], name)
      if test.endsWell { #expect(try scene.wrongsAfterGoodPolls() == [], name) }
    }
  }

  @Test func aServerThatIsNotThereIsUnreachable() throws {
    let scene = try Scene()
    scene.server.stop()
    let run = try scene.bench.popbell("once")
    #expect(run.exitCode == 69)
    let words = "box: 127.0.0.1 at 127.0.0.1:\(scene.server.port): connect: Connection refused\n"
    #expect(run.errors.hasSuffix("warning: " + words), "\(run.errors)")
  }

  @Test func aServerThatHangsAtCAPAIsPolledWithoutIt() throws {
    var behaviour = Behaviour()
    behaviour.inject(.silence, at: .capa)
    let scene = try Scene(behaviour, deadline: 20, interval: "1h")
    let service = try scene.run()
    #expect(service.waits(for: "asking for the capabilities (CAPA); next try in "))
    for count in 1...2 {
      service.send(SIGUSR1)
      #expect(until { service.lines(about: "box").count { $0.hasSuffix("deleted") } == count })
    }
    #expect(scene.server.transcripts.map { $0.received.contains("CAPA") } == [true, false, false])
    #expect(scene.mailbox.deletedUIDs == Scene.alarms)
  }

  /// Once more without them; the first time nothing was lost.
  @Test(arguments: [false, true])
  func aServerThatHangsUpAfterRefusingCAPAIsPolledWithoutIt(resets: Bool) throws {
    var behaviour = Behaviour()
    behaviour.inject(.reply("-ERR what?"), at: .capa)
    behaviour.inject(resets ? .reset : .disconnect, at: .user)
    behaviour.inject(resets ? .reset : .disconnect, at: .auth)
    let scene = try Scene()
    scene.server.setNext([behaviour])
    let run = try scene.bench.popbell("once")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(scene.bench.fired == Scene.alarms)
    #expect(scene.server.transcripts.map { $0.received.contains("CAPA") } == [true, false])
  }

  /// A service learns it for as long as it runs.
  @Test func aServiceDoesWithoutCAPAWhereTheServerHangsUpAfterIt() throws {
    var behaviour = Behaviour()
    behaviour.inject(.reply("-ERR what?"), at: .capa)
    behaviour.inject(.disconnect, at: .user)
    behaviour.inject(.disconnect, at: .auth)
    let scene = try Scene()
    scene.server.setNext([behaviour])
    let service = try scene.bench.start(["run"])
    #expect(until { scene.mailbox.messages.count == Scene.others.count })
    scene.mailbox.add(Scene.message("4"))
    service.send(SIGUSR1)
    #expect(until { scene.bench.fired == Scene.alarms + ["4"] })
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
    #expect(scene.server.transcripts.map { $0.received.contains("CAPA") } == [true, false, false])
  }

  /// Nothing but the listing of all hangs: who polls once does without it in its second try.
  @Test func aServerThatHangsAtTheListingIsPolledWithoutIt() throws {
    let scene = try Scene(deadline: 5, rules: { Scene.rule($0) + "then = keep\n" })
    try scene.bench.popbell("once")
    #expect(scene.bench.fired == Scene.alarms)
    scene.mailbox.remove("6")
    scene.mailbox.add(Scene.message("4"))
    var behaviour = Behaviour()
    behaviour.inject(.silence, at: .uidl)
    scene.server.setNext([behaviour])
    let run = try scene.bench.popbell("once")
    #expect(run.exitCode == 0 && scene.bench.fired == Scene.alarms + ["4"], "\(run.errors)")
    let listings = scene.server.transcripts.map { $0.received.contains("UIDL\r\n") }
    #expect(listings.suffix(2) == [true, false], "\(listings)")
  }

  /// TOP is not asked for, not even to find out whether the mailbox has changed.
  @Test func whereTheOwnerWantsRETRThereIsNoTOP() throws {
    var behaviour = Behaviour()
    behaviour.unsupported = [.uidl]
    behaviour.inject(.silence, at: .top)
    let scene = try Scene(
      behaviour, deadline: 20, more: "headers = retr", rules: { Scene.rule($0) + "then = keep\n" })
    try scene.bench.popbell("once")
    scene.mailbox.add(Scene.message("4"))
    for _ in 1...2 {
      let run = try scene.bench.popbell("once")
      #expect(run.exitCode == 0 && scene.bench.fired == Scene.alarms + ["4"], "\(run.errors)")
    }
  }

  /// Said once, with 75; the others fire, and it waits for a day.
  @Test func aMessageThatCannotBeReadIsNamed() throws {
    var behaviour = Behaviour()
    behaviour.inject(.reply("-ERR [SYS/TEMP] try later"), at: .command(.top), occurrence: 2)
    behaviour.inject(.reply("-ERR [SYS/TEMP] try later"), at: .retr)
    let scene = try Scene(behaviour, messages: ["6", "1", "2", "3", "7"].map(Scene.message))
    let run = try scene.bench.popbell("once")
    #expect(run.exitCode == 75)
    #expect(
      run.errors.contains(
        "box: message 2 could not be read: the server refused RETR: \"-ERR [SYS/TEMP] try later\"; it "
          + "stays, and is tried again in a day"), "\(run.errors)")
    #expect(run.errors.contains("box: reads whole messages (RETR)"))
    #expect(scene.bench.fired == ["2", "3"])
    scene.server.behaviour = Behaviour()
    let next = try scene.bench.popbell("once")
    #expect(next.exitCode == 0 && !next.errors.contains("could not be read"), "\(next.errors)")
    #expect(scene.mailbox.messages.map(\.uid) == ["6", "1", "7"])
    let shown = try scene.bench.popbell("ledger", "show").output.split(separator: "\n")
    #expect(shown.count { $0.contains("\tunread\t20") } == 1, "\(shown)")
  }

  /// RFC 3206 section 5: with AUTH-RESP-CODE, a refusal without [AUTH] is no wrong password.
  @Test(arguments: [
    ("-ERR later", true, 75), ("-ERR [AUTH] wrong", true, 77), ("-ERR later", false, 77),
  ])
  func aLoginIsRefusedForAPassword(reply: String, announces: Bool, exitCode: Int) throws {
    var behaviour = Behaviour()
    behaviour.capabilitiesInClear =
      ["TOP", "UIDL", "SASL PLAIN"] + (announces ? ["AUTH-RESP-CODE"] : [])
    behaviour.inject(.reply(reply), at: .auth)
    let scene = try Scene(behaviour)
    let run = try scene.bench.popbell("once")
    #expect(run.exitCode == Int32(exitCode), "\(run.errors)")
    #expect(run.errors.contains(exitCode == 75 ? "not for its user or password" : "check user and"))
    // The next poll of a service tries that.
    let advice = (exitCode == 75 ? "; " : ", or ") + "write 'auth = plain-challenge'"
    #expect(run.errors.contains(advice) == !reply.contains("AUTH"))
  }

  /// Where the refusal says nothing: AUTH PLAIN in two lines, and USER where that was refused before the
  /// password was sent.
  @Test func anotherLoginIsTriedAtTheNextPoll() throws {
    var (inOneLine, inTwo) = (Behaviour(), Behaviour())
    inOneLine.inject(.reply("-ERR no such thing"), at: .auth)
    inTwo.inject(.reply("-ERR no such thing"), at: .auth)
    let scene = try Scene(interval: "1h")
    scene.server.setNext([inOneLine, inTwo])
    let service = try scene.run()
    #expect(service.waits(for: "next try in "))
    service.send(SIGUSR1)
    #expect(service.waits(for: "next try in ", times: 2))
    service.send(SIGUSR1)
    #expect(until { scene.bench.fired == Scene.alarms })
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
    let logins = scene.server.transcripts.map { transcript in
      transcript.received.split(separator: "\r\n").first {
        $0.hasPrefix("AUTH") || $0.hasPrefix("USER")
      }.map { String($0.prefix(11)) }
    }
    #expect(logins == ["AUTH PLAIN ", "AUTH PLAIN", "USER alarms"])
  }

  /// `once` does all in one session where the server wants a pause between two.
  @Test func whoPollsOnceNeedsOneLogin() throws {
    var behaviour = Behaviour()
    behaviour.capabilitiesInClear = ["TOP", "UIDL", "SASL PLAIN", "LOGIN-DELAY 60"]
    let scene = try Scene(behaviour, more: "batch = 1")
    let run = try scene.bench.popbell("once")
    #expect(run.exitCode == 0 && scene.bench.fired == Scene.alarms)
    #expect(scene.mailbox.deletedUIDs.count == 3 && scene.server.connectionCount == 1)
  }

  /// What tells what is new is asked for where something was left before: for one message, and, when
  /// a service starts, for all.
  @Test(arguments: [Fault.endless, .longLine(10_000_000), .silence, .disconnect])
  func aListingThatMakesTroubleLosesNothing(fault: Fault) throws {
    let isSilence = if case .silence = fault { true } else { false }
    let scene = try Scene(
      deadline: isSilence ? 20 : Bench.longDeadline, messages: ["6", "7"].map(Scene.message))
    #expect(try scene.bench.popbell("once").exitCode == 0)
    for alarm in Scene.alarms { scene.mailbox.add(Scene.message(alarm)) }
    scene.server.behaviour.inject(fault, at: .uidl)
    let run = try scene.bench.popbell("once")
    switch fault {
    case .silence, .disconnect: #expect(run.exitCode == 75, "\(run.errors)")
    default: #expect(run.exitCode == 76, "\(run.errors)")
    }
    #expect(scene.server.received("UIDL 2\r\n"))
    let service = try scene.run()
    #expect(service.waits(for: "next try in "))
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
    #expect(scene.server.received("UIDL\r\n"))
    #expect(scene.bench.fired == [])
    #expect(try scene.wrongsAfterGoodPolls() == [])
  }

  @Test(
    arguments: [[.top], [.uidl], [.capa], [.capa, .top, .uidl, .auth]]
      as [Set<POP3Simulator.Keyword>])
  func doesWithoutWhatAServerMayLack(commands: Set<POP3Simulator.Keyword>) throws {
    var behaviour = Behaviour()
    behaviour.unsupported = commands
    let messages = ["1", "6", "2", "3", "7"].map {
      let kind = Scene.others.contains($0) ? "news" : "ALARM"
      return Message(uid: $0, "Message-ID: <\($0)@x>\r\nSubject: \(kind) \($0)\r\n\r\nBody\r\n")
    }
    let scene = try Scene(behaviour, messages: messages)
    for _ in 1...2 {
      let run = try scene.bench.popbell("once")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(scene.bench.fired == Scene.alarms)
      #expect(scene.wrongs == [])
      #expect(scene.mailbox.messages.map(\.uid) == Scene.others)
    }
  }

  @Test func longLinesHideNoAlarm() throws {
    let filler = String(repeating: "x", count: 10_000_000)
    let messages = [
      Message(uid: "1", "X-Long: \(filler)\r\nSubject: ALARM 1\r\n\r\n"),
      Message(uid: "2", "Subject: ALARM 2\r\nFrom: \(filler.prefix(500_000))\r\n\r\n"),
      Message(uid: "3", "Subject: ALARM 3 \(filler.prefix(500_000))\r\n\r\n"),
    ]
    let scene = try Scene(messages: messages) {
      "[rule alarm]\nsubject = ALARM *\nrun = \($0.path("fire")) {uidl}\n"
    }
    let run = try scene.bench.popbell("once")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(scene.bench.fired == Scene.alarms)
    #expect(scene.mailbox.deletedUIDs == Scene.alarms)
  }

  /// Terminal control, bidirectional override and line ends from outside, raw and encoded.
  @Test func nothingFromOutsideReachesALogRaw() throws {
    let evil = "\u{1B}]0;x\u{07}\u{1B}[2J\u{9B}31m\u{202E}\u{2066}\u{2028}\u{85}\r\u{8}"
    let word = "=?utf-8?b?\(Data((evil + "\n<3>root: line").utf8).base64EncodedString())?="
    let messages = ["\(evil) a", word].enumerated().map {
      Message(uid: "\($0)", "Subject: ALARM \($1)\r\nFrom: \"\($1)\" <a\(evil)@b>\r\n\r\n")
    }
    var refusing = Behaviour()
    refusing.inject(.reply("-ERR [AUTH] \(evil)"), at: .auth)
    let scene = try Scene(messages: messages) {
      try? $0.write("say", "#!/bin/sh\nprintf '%s\\n' \"$1\"\n", mode: 0o755)
      return "[rule alarm]\nsubject = ALARM *\nrun = \($0.path("say")) {subject}\n"
    }
    scene.server.setNext([refusing])
    for exitCode in [77, 0] as [Int32] {
      let run = try scene.bench.popbell("once")
      #expect(run.exitCode == exitCode)
      let raw = run.errors.unicodeScalars.filter { scalar in
        scalar.value < 0x20 && scalar != "\n" || (0x7F..<0xA0).contains(scalar.value)
          || [0x2028, 0x202E, 0x2066].contains(scalar.value)
      }
      #expect(raw.isEmpty, "\(run.errors.debugDescription)")
      // A subject has no such character, as nobody sees it; a server's words are escaped.
      #expect(run.errors.contains("\\xe2\\x80\\xae") == (exitCode == 77))
      #expect(run.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("20") })
    }
    #expect(scene.mailbox.messages.isEmpty)
  }
}
