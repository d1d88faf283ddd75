import Foundation
import POP3Simulator
import TestSupport
import Testing

/// Old mail, as the program itself tells of it.
@Suite struct AgeTests {
  /// An alert that its server took so many seconds ago.
  private func message(_ number: Int, age: Double) -> Message {
    Message(
      uid: "\(number)-x",
      """
      Received: from panel by mx.example.net; \(mailDate(Date.now.timeIntervalSince1970 - age))
      Message-ID: <\(number)@panel>
      Subject: ALARM \(number)


      """)
  }

  private func rule(_ bench: Bench, _ name: String = "alarm", _ more: String = "") -> String {
    """
    [rule \(name)]
    subject = ALARM {number}
    run = \(bench.path("fire")) {number}
    \(more)

    """
  }

  /// The mailbox of years is left alone at the first start, and nothing of it is deleted.
  @Test func theFirstPollLeavesWhatIsOld() throws {
    let old = (1...30).map { message($0, age: 86_400 * Double(400 + $0)) }
    let scene = try Scene(messages: old + [message(31, age: 60)], rules: { rule($0) })
    let check = try scene.bench.popbell("check")
    #expect(
      check.output.contains(
        "at the first poll, mail of the last hour fires, and older mail does not"))
    #expect(check.output.contains("fire at any age; leave old messages"))
    let run = try scene.bench.popbell("once")
    #expect(scene.bench.fired == ["31"] && run.exitCode == 0)
    #expect(scene.mailbox.messages.count == 30)
    #expect(run.errors.contains("31 messages, 31 matched, 1 fired, 30 old, 1 deleted"))
    #expect(
      run.errors.contains(
        "alarm takes \"ALARM 7\", which is old: it was there before the first poll"))
    // Other rules find nothing new in it.
    try scene.bench.configure(
      scene.bench.section(port: scene.server.port, tls: "none", more: "")
        + rule(scene.bench, "other"))
    scene.mailbox.add(message(40, age: 0))
    try scene.bench.popbell("once")
    #expect(scene.bench.fired == ["31", "40"] && scene.mailbox.messages.count == 30)
  }

  @Test(arguments: ["leave", "delete"]) func anAlertThatComesTooLateIsSaid(old: String) throws {
    let mail = [message(1, age: 3 * 86_400 + 60), message(2, age: 60)]
    let scene = try Scene(
      messages: mail, more: "existing = fire",
      rules: { rule($0, "alarm", "max-age = 1h\nold = \(old)") })
    let check = try scene.bench.popbell("check")
    #expect(check.output.contains("at the first poll, all mail that is there fires"))
    #expect(check.output.contains("fire up to an age of 1h; \(old) old messages"))
    let said = "alarm does not fire for \"ALARM 1\": it was delivered 3d ago, more than its max-age"
    let dry = try scene.bench.popbell("once", "--dry-run")
    #expect(dry.errors.contains(said) && dry.errors.contains("would fire alarm for \"ALARM 2\""))
    let run = try scene.bench.popbell("once")
    #expect(run.exitCode == 0 && run.errors.contains(said))
    #expect(scene.bench.fired == ["2"])
    #expect(scene.mailbox.messages.map(\.uid) == (old == "leave" ? ["1-x"] : []))
    // Once.
    #expect(try !scene.bench.popbell("once").errors.contains(said))
    let show = try scene.bench.popbell("ledger", "show").output
    #expect(show.contains("\told\t") == (old == "leave"))
    // `match` says so, too.
    try scene.bench.write("mail", String(decoding: mail[0].bytes, as: UTF8.self))
    let match = try scene.bench.popbell("match", scene.bench.path("mail"))
    #expect(match.exitCode == 0)
    #expect(
      match.output.contains("it would not fire: it was delivered 3d ago, more than max-age = 1h"))
  }

  @Test func noneOfWhatIsThereFires() throws {
    let scene = try Scene(more: "existing = leave")
    #expect(try scene.bench.popbell("once").exitCode == 0)
    scene.mailbox.add(Scene.message("4"))
    try scene.bench.popbell("once")
    #expect(scene.bench.fired == ["4"])
    #expect(scene.mailbox.messages.map(\.uid).sorted() == ["1", "2", "3", "6", "7"])
  }
}
