import Foundation
import POP3Simulator
import TestSupport
import Testing

/// What the laws of identity and L8 come to in the program itself, with servers that are odd.
@Suite struct RecognitionTests {
  private static func message(
    _ uid: String, id: String? = nil, to: String? = nil, received: String? = nil,
    date: String? = nil, subject: String? = nil
  ) -> Message {
    let fields = [
      received.map {
        "Received: from panel by mx id \($0); \(mailDate(Date.now.timeIntervalSince1970))"
      },
      to.map { "Delivered-To: \($0)" }, id.map { "Message-ID: <\($0)@panel>" },
      date.map { "Date: \($0)" }, "Subject: \(subject ?? "ALARM \(uid)")",
    ]
    return Message(uid: uid, fields.compactMap(\.self).joined(separator: "\r\n") + "\r\n\r\n")
  }

  private func scene(
    _ messages: [Message], then disposition: String = "delete", mailbox: String = "",
    _ behaviour: Behaviour = Behaviour()
  ) throws -> Scene {
    try Scene(
      behaviour, messages: messages, more: "existing = fire\n" + mailbox,
      rules: { Scene.rule($0) + "then = \(disposition)\n" })
  }

  private func poll(_ scene: Scene, _ count: Int = 1) throws {
    for _ in 0..<count { try scene.bench.popbell("once") }
  }

  @Test func aCopyUnderAnotherUniqueIDDoesNotFireAgain() throws {
    let scene = try scene([Self.message("1", id: "a")])
    try poll(scene)
    #expect(scene.bench.fired == ["1"] && scene.mailbox.messages.isEmpty)
    scene.mailbox.add(Self.message("other", id: "a", subject: "ALARM 1"))
    try poll(scene)
    #expect(scene.bench.fired == ["1"] && scene.mailbox.messages.isEmpty)
  }

  /// One mail to two addresses is two alerts.
  @Test func aCopyThatAnotherRuleTakesFiresForThat() throws {
    let messages = ["siren@x", "log@x"].map { address in
      Self.message(address, id: "a", to: address, subject: "ALARM 1")
    }
    let scene = try Scene(
      messages: messages, more: "existing = fire",
      rules: { bench in
        """
        [rule siren]
        subject = ALARM *
        header.Delivered-To = siren@*
        run = \(bench.path("fire")) siren
        [rule log]
        subject = ALARM *
        run = \(bench.path("fire")) log

        """
      })
    try poll(scene, 2)
    #expect(scene.bench.fired.sorted() == ["log", "siren"] && scene.mailbox.messages.isEmpty)
  }

  /// Only the first server's line tells them apart.
  @Test func eachMailOfADeviceThatWritesOneMessageIDFires() throws {
    let messages = (1...3).map {
      Self.message("\($0)", id: "device", received: "\($0)", date: "Sat, 1 Jan 2000 00:00:00 +0000")
    }
    let scene = try scene(messages)
    try poll(scene, 2)
    #expect(scene.bench.fired == ["1", "2", "3"] && scene.mailbox.messages.isEmpty)
  }

  @Test func twoMessagesWithOneUniqueIDAreTwo() throws {
    let messages = [
      Self.message("same", id: "a", subject: "ALARM 1"), Self.message("same", subject: "ALARM 2"),
    ]
    let scene = try scene(messages, then: "keep")
    try poll(scene, 3)
    #expect(scene.bench.fired == ["1", "2"] && scene.mailbox.messages.count == 2)
  }

  /// The unique-id of a kept alert is given to a new one.
  @Test func anotherMessageUnderAKnownUniqueIDIsNew() throws {
    let scene = try scene([Self.message("x", id: "a", subject: "ALARM 1")], then: "keep")
    try poll(scene)
    scene.mailbox.remove("x")
    scene.mailbox.add(Self.message("x", id: "another", subject: "ALARM 2"))
    try poll(scene, 2)
    #expect(scene.bench.fired == ["1", "2"])
  }

  @Test func whatIsKeptDoesNotFireAgainWhereUniqueIDsAreRefused() throws {
    var behaviour = Behaviour()
    behaviour.inject(.reply("-ERR not now"), at: .uidl)
    let scene = try scene(
      [Self.message("1", id: "a"), Self.message("2", id: "b")], then: "keep", behaviour)
    try poll(scene, 3)
    scene.mailbox.add(Self.message("3", id: "c"))
    try poll(scene, 2)
    #expect(scene.bench.fired == ["1", "2", "3"])
  }

  /// Nothing identifies the message, and the server says that it deletes it, and does not.
  @Test func aDeletionThatDoesNotStickFiresOnceADay() throws {
    var behaviour = Behaviour()
    behaviour.unsupported = [.uidl]
    behaviour.inject(.reply("+OK deleted"), at: .dele)
    let scene = try scene([Self.message("1")], behaviour)
    try poll(scene, 4)
    #expect(scene.bench.fired == ["1"] && scene.mailbox.messages.count == 1)
  }

  @Test func whereTOPIsRefusedThoughAnnouncedWholeMessagesAreRead() throws {
    var behaviour = Behaviour()
    behaviour.inject(.reply("-ERR no"), at: .top)
    let scene = try Scene(behaviour)
    let run = try scene.bench.popbell("once")
    #expect(run.exitCode == 0 && scene.bench.fired.sorted() == Scene.alarms)
    #expect(run.errors.contains("warning: box: reads whole messages (RETR), as the server"))
    #expect(scene.wrongs == [])
  }

  /// What cannot be read is named, is not deleted as unmatched, and fires when it can be.
  @Test func whatCannotBeReadStays() throws {
    var behaviour = Behaviour()
    for command in [Keyword.top, .retr] {
      behaviour.inject(.reply("-ERR broken"), at: command, occurrence: 1)
    }
    let scene = try Scene(behaviour, more: "unmatched = delete")
    let run = try scene.bench.popbell("once")
    #expect(run.exitCode == 75 && scene.bench.fired.sorted() == ["2", "3"])
    #expect(run.errors.contains("warning: box: message 1 could not be read: "))
    #expect(scene.mailbox.messages.map(\.uid) == ["1"])
    try poll(scene)
    #expect(scene.mailbox.messages.map(\.uid) == ["1"])
    scene.server.behaviour = Behaviour()
    let next = try scene.bench.popbell("once")
    #expect(next.exitCode == 0 && scene.bench.fired.sorted() == ["1", "2", "3"])
  }

  /// It hangs up at one message, each time: the others fire.
  @Test func aMessageAtWhichTheServerHangsUpIsPassedOver() throws {
    let messages = (1...6).map { Self.message("\($0)", id: "\($0)") }
    let scene = try Scene(
      messages: messages, more: "existing = fire\nheaders = top", rules: { Scene.rule($0) },
      onEvent: nil)
    var behaviour = Behaviour()
    behaviour.inject(.disconnect, at: .top, occurrence: 3)
    scene.server.behaviour = behaviour
    for _ in 0..<6 where scene.bench.fired.count < 6 { try poll(scene) }
    #expect(Set(scene.bench.fired) == ["1", "2", "3", "4", "5", "6"])
    #expect(scene.bench.fired.count == 6)
  }

  /// Where the server asks for a pause, and refuses the login for one, it gets the pause.
  @Test func aServerThatWantsAPauseGetsIt() throws {
    var behaviour = Behaviour()
    behaviour.capabilitiesInClear = ["TOP", "UIDL", "USER", "LOGIN-DELAY 300"]
    behaviour.inject(.reply("-ERR [LOGIN-DELAY] wait"), at: .pass)
    let scene = try Scene(behaviour)
    let service = try scene.bench.start(["run"])
    #expect(service.waits(for: "the server wants fewer logins"))
    #expect(service.waits(for: "; next try in 300 s"))
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
  }

  /// The whole rule counts: what is too old for it is not for a later one.
  @Test func whatIsTooOldForARuleIsForNoOther() throws {
    let old = Date.now.timeIntervalSince1970 - 2 * 86_400
    let message = Message(
      uid: "1",
      "Received: from a by b; \(mailDate(old))\r\nMessage-ID: <a@b>\r\nSubject: ALARM 1\r\n\r\n")
    let scene = try Scene(
      messages: [message], more: "existing = fire",
      rules: { bench in
        """
        [output siren]
        line = 1
        chip = simulated
        max-on = 10s
        [rule alarm]
        subject = ALARM *
        run = \(bench.path("fire")) program
        pulse = siren 1s
        [rule other]
        subject = *
        run = \(bench.path("fire")) other

        """
      })
    let run = try scene.bench.popbell("once")
    #expect(run.errors.contains("alarm does not fire for \"ALARM 1\": it was delivered 2d ago"))
    #expect(scene.bench.fired == [] && scene.mailbox.messages.count == 1)
  }
}
