import Alerts
import Bytes
import Config
import Ledger
import Rules
import TestSupport
import TestTraits
import Testing

@Suite struct AlertPathTests {
  let mail = [
    message("a", "ALARM one"), message("b", "newsletter"), message("c", "ALARM two"),
    message("d", "DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA", "X-IMAP: 1 2\r\n"),
    message("e", "ALARM three"),
  ]
  let alarms = ["ALARM one", "ALARM two", "ALARM three"]

  static func message(_ id: String, _ subject: String, _ more: String = "") -> ModelServer.Message {
    .init(
      uniqueID: id,
      header: "Message-ID: <\(id)@x>\r\nFrom: a@panel.example.net\r\nSubject: \(subject)\r\n\(more)"
    )
  }

  func world(_ rule: Rule = .alarms()) -> World { World(mail, settings: .test([rule])) }

  @Test(arguments: [true, false]) func firesOnceInOrderThenDeletes(pipelining: Bool) throws {
    var world = world()
    if !pipelining { world.server.capabilities.removeAll { $0 == "PIPELINING" } }
    try world.poll()
    #expect(world.outcome == .polled)
    #expect(world.fired == alarms)
    #expect(world.server.messages == [mail[1], mail[3]])
    try world.poll()
    #expect(world.fired == alarms)
    #expect(world.server.messages == [mail[1], mail[3]])
  }

  @Test func keepsWhatTheRuleKeepsAndFiresItOnce() throws {
    var world = world(.alarms(then: .keep))
    for _ in 1...3 { try world.poll() }
    #expect(world.fired == alarms)
    #expect(world.server.messages == mail)
  }

  @Test func readsNoHeaderTwice() throws {
    var world = world(.alarms(then: .keep))
    try world.poll()
    let before = world.server.commands.count
    world.server.messages.append(Self.message("f", "ALARM four"))
    try world.poll()
    let tops = world.server.commands[before...].filter { $0.hasPrefix("TOP") }
    #expect(tops == ["TOP 6 0"])
    #expect(world.fired.last == "ALARM four")
  }

  @Test func looksAtAllAgainWhenTheMailboxIsAnother() throws {
    var world = world(.alarms(then: .keep))
    try world.poll()
    world.server.messages.swapAt(0, 1)
    world.server.messages.remove(at: 2)
    world.server.messages.insert(Self.message("x", "ALARM new"), at: 0)
    try world.poll()
    #expect(world.fired == alarms + ["ALARM new"])
  }

  @Test func deletesTheUnmatchedOnlyWhereAsked() throws {
    var world = world()
    world.deletesUnmatched = true
    try world.poll()
    #expect(world.server.messages == [mail[3]])
  }

  @Test func aDryRunChangesNothing() throws {
    var world = world()
    world.mode = .once(dryRun: true)
    world.deletesUnmatched = true
    try world.poll()
    #expect(world.fired == [] && world.lines.changes == [])
    #expect(world.reports.filter { $0 == .wouldFire(rule: 0) }.count == 3)
    #expect(world.server.messages == mail)
    world.mode = .service
    world.deletesUnmatched = false
    try world.poll()
    #expect(world.fired == alarms)
  }

  @Test func aFailedActionLeavesTheMessageAndIsTriedAgain() throws {
    var world = world(.alarms(retries: 2))
    world.programs["ALARM two"] = .failed(.exit(status: 1))
    for _ in 1...5 {
      try world.poll()
      world.pass(60)
    }
    #expect(world.fired.filter { $0 == "ALARM two" }.count == 3)
    #expect(world.fired.filter { $0 == "ALARM one" }.count == 1)
    #expect(world.server.messages == [mail[1], mail[2], mail[3]])
    #expect(world.reports.contains(.gaveUp(rule: 0)))
  }

  /// A webhook that is down for an hour, polled every 5 s.
  @Test func whatFailsIsTriedEverMoreRarelyForADay() throws {
    var world = world()
    world.server.messages = [mail[0]]
    world.programs["ALARM one"] = .failed(.exit(status: 1))
    var attempts: [Int64] = []
    while world.now < .seconds(90_000) {
      let before = world.fired.count
      try world.poll()
      if world.fired.count > before { attempts.append(world.now.milliseconds / 1000) }
      world.pass(attempts.count < 9 ? 5 : 450)
    }
    #expect(attempts.prefix(10) == [0, 5, 15, 35, 75, 155, 315, 635, 1275, 2175])
    #expect(attempts.count > 90 && attempts.last! > 86_400)
    #expect(world.reports.contains(.gaveUp(rule: 0)))
    #expect(world.server.messages == [mail[0]])
  }

  @Test func whatWaitsForItsNextAttemptHoldsNothingUp() throws {
    var world = world()
    world.programs["ALARM one"] = .failed(.exit(status: 1))
    for _ in 1...2 { try world.poll() }
    world.fired = []
    world.server.messages.append(Self.message("f", "ALARM four"))
    let before = world.disk.operations
    try world.poll()
    #expect(world.fired == ["ALARM four"])
    #expect(world.reports.contains(.waits(rule: 0, .seconds(10))))
    let alone = world.disk.operations - before
    try world.poll()
    #expect(world.disk.operations - before < 2 * alone)
    world.programs = [:]
    world.pass(10)
    try world.poll()
    #expect(world.fired == ["ALARM four", "ALARM one"])
  }

  /// The network may be late when the board starts; nothing was tried while it was off.
  @Test(arguments: 1...4) func aBoardThatWasOffForLongGivesNothingUp(attempts: Int) throws {
    var world = world()
    world.server.messages = [mail[0]]
    world.programs["ALARM one"] = .failed(.exit(status: 1))
    for _ in 1...attempts {
      try world.poll()
      world.pass(60)
    }
    world.wall += 3 * 86_400
    try world.poll()
    #expect(world.fired.count == attempts + 1)
    world.programs = [:]
    world.pass(900)
    try world.poll()
    #expect(world.server.messages == [] && !world.reports.contains(.gaveUp(rule: 0)))
  }

  /// A siren that was on for max-on: the alert waits, costs no attempt, and its program runs once.
  @Test func anAlertWaitsForTheRestOfItsOutput() throws {
    var world = world(
      .alarms(actions: [.program, .output(0, .pulse(.seconds(10)))], retries: 0, retryFor: .zero))
    world.server.messages = [mail[0]]
    var supervisor = Supervisor(
      settings: world.settings,
      outputs: Outputs(
        maxOn: [.seconds(10)], rest: .seconds(120), initiallyActive: [true], now: world.now),
      ledgers: [try world.disk.open(wall: world.wall, now: world.now)], fingerprint: 1,
      mode: .service, seed: 1, now: .seconds(10))
    for minute in Int64(0)..<4 {
      let now = Instant.seconds(10 + minute * 70)
      world.now = now
      supervisor.tick(on: &world.lines, now: now)
      try world.poll(&supervisor)
      #expect(
        world.lines.changes == [false] + (minute < 2 ? [] : [true]) + (minute < 3 ? [] : [false]))
    }
    #expect(world.fired == ["ALARM one"])
    #expect(world.reports.filter { if case .rests = $0 { true } else { false } }.count == 2)
    #expect(world.server.messages == [])
  }

  /// A pump: its "on" waits for a webhook, and "off" is behind it.
  @Test func whatIsSwitchedOffBehindAnAlertThatWaitsIsOffInTheEnd() throws {
    func rule(_ name: String, _ word: String, _ actions: [Action]) -> Rule {
      var rule = Rule.alarms(actions: actions, pattern: "\(word) *")
      rule.name = Array(name.utf8)
      return rule
    }
    var world = World(
      [Self.message("a", "ON 1"), Self.message("b", "OFF 1")],
      settings: .test([
        rule("on", "ON", [.program, .output(0, .on)]), rule("off", "OFF", [.output(0, .off)]),
      ]))
    world.programs["ON 1"] = .failed(.exit(status: 1))
    for _ in 1...3 { try world.poll() }
    #expect(world.server.messages.count == 2)
    #expect(world.reports.contains(.waitsBehind(rule: 1)))
    #expect(!world.lines.changes.contains(true))
    world.programs = [:]
    world.pass(3600)
    try world.poll()
    #expect(world.lines.changes.suffix(2) == [true, false])
    #expect(world.server.messages == [])
  }

  /// The owner has changed the rule between the attempts.
  @Test func whatWasDoneBeforeARuleWasChangedDoesNotCountAfterACrash() throws {
    var world = world(.alarms(actions: [.program, .program]))
    world.server.messages = [mail[0]]
    world.programs["ALARM one/1"] = .failed(.exit(status: 1))
    try world.poll()
    try world.poll(until: { $0.fired.count > 2 })
    world.programs = [:]
    let pulse = Action.output(0, .pulse(.seconds(1)))
    world.settings = .test([.alarms(actions: [pulse, .program])])
    for _ in 1...2 {
      world.pass(60)
      try world.poll()
    }
    #expect(world.lines.changes.contains(true) && world.server.messages == [])
  }

  /// Cron has its own pace, and a board that is off most of the time has no clock to wait by.
  @Test func whoPollsOnceTriesEachTime() throws {
    var world = world()
    world.mode = .once(dryRun: false)
    world.server.messages = [mail[0]]
    world.programs["ALARM one"] = .failed(.exit(status: 1))
    for _ in 1...5 { try world.poll() }
    #expect(world.fired.count == 5)
  }

  @Test(arguments: [0, 60] as [Int64])
  func givesUpAfterItsTime(seconds: Int64) throws {
    var world = world(.alarms(retryFor: .seconds(seconds)))
    world.server.messages = [mail[0]]
    world.programs["ALARM one"] = .failed(.exit(status: 1))
    for _ in 1...20 {
      try world.poll()
      world.pass(30)
    }
    #expect(world.fired.count == (seconds == 0 ? 1 : 3))
    #expect(world.reports.contains(.gaveUp(rule: 0)))
  }

  @Test func anActionThatWasDoneIsNotDoneAgainForAnotherThatFailed() throws {
    let pulse = Action.output(0, .pulse(.seconds(1)))
    var world = world(.alarms(actions: [pulse, .program]))
    world.programs["ALARM two"] = .failed(.couldNotStart(code: 2))
    try world.poll()
    #expect(world.fired == ["ALARM one", "ALARM three"])
    let pulses = world.lines.changes.count
    world.programs = [:]
    try world.poll()
    #expect(world.fired == ["ALARM one", "ALARM three", "ALARM two"])
    #expect(world.lines.changes.count == pulses)
  }

  @Test func anOutputThatRefusesFailsTheAction() throws {
    var world = world(.alarms(actions: [.output(0, .on)]))
    world.lines.refusals = 1
    try world.poll()
    #expect(world.server.messages.contains(mail[0]))
    #expect(
      world.reports.contains(.actionFailed(rule: 0, action: 0, .outputRefused, attempt: 1)))
  }

  @Test(
    arguments: [
      (["UIDL"], ["TOP", "USER"]), (["TOP"], ["UIDL", "USER"]), (["CAPA"], []),
      (["UIDL", "TOP", "CAPA"], []),
    ] as [(Set<String>, [String])])
  func worksWithoutWhatAServerMayLack(unknown: Set<String>, capabilities: [String]) throws {
    var world = world(.alarms(then: .keep))
    world.server.unknown = unknown
    world.server.capabilities = capabilities
    for _ in 1...2 { try world.poll() }
    #expect(world.outcome == .polled)
    #expect(world.fired == alarms)
    #expect(world.server.messages == mail)
  }

  @Test func twoMessagesOfOneUniqueIDBothFire() throws {
    var world = world()
    world.server.uniqueID = { _ in "same" }
    for _ in 1...3 { try world.poll() }
    #expect(world.fired == alarms)
    #expect(world.server.messages == [mail[1], mail[3]])
  }

  @Test func twoMessagesOfOneUniqueIDBothFireAlsoWhenQUITIsRefused() throws {
    var world = world()
    world.server.uniqueID = { _ in "same" }
    world.server.unknown = ["QUIT"]
    for _ in 1...2 { try world.poll() }
    world.server.unknown = []
    world.wall += 2 * 86_400
    for _ in 1...4 { try world.poll() }
    #expect(world.fired == alarms)
    #expect(world.server.messages == [mail[1], mail[3]])
  }

  @Test func aServerOfBareLineFeedsIsUnderstood() throws {
    var world = world()
    world.server.lineEnd = "\n"
    world.deletesUnmatched = true
    try world.poll()
    #expect(world.fired == alarms)
    #expect(world.server.messages == [mail[3]])
  }

  @Test(arguments: ["UIDL", "UIDL 1", "UIDL 3"])
  func aRefusalOfUIDLThatPassesFiresNothingTwice(refused: String) throws {
    var world = world(.alarms(then: .keep))
    try world.poll()
    world.server.unknown = [refused]
    world.server.messages.append(Self.message("f", "ALARM four"))
    for _ in 1...2 { try world.poll() }
    world.server.unknown = []
    try world.poll()
    #expect(world.fired == alarms + ["ALARM four"])
  }

  @Test func whatWasDoneOfOtherActionsDoesNotCount() throws {
    let pulse = Action.output(0, .pulse(.seconds(1)))
    var world = world(.alarms(actions: [pulse, .program]))
    world.programs["ALARM two"] = .failed(.couldNotStart(code: 2))
    try world.poll()
    world.programs = [:]
    world.settings = .test([.alarms(actions: [.program, pulse])])
    try world.poll()
    #expect(world.fired == ["ALARM one", "ALARM three", "ALARM two"])
  }

  @Test func anActionThatTakesTheBoardDownDoesNotDoSoForEver() throws {
    var world = world(.alarms(retries: 2))
    world.server.messages = [mail[0]]
    for _ in 1...6 {
      // The power goes when the action runs: after the intent, and before what comes of it.
      let before = world.fired.count
      try world.poll(until: { $0.fired.count > before })
      world.pass(60)
    }
    #expect(world.fired == ["ALARM one", "ALARM one", "ALARM one"])
    #expect(world.server.messages == [mail[0]])
    #expect(world.reports.contains(.gaveUp(rule: 0)))
  }

  @Test func aCrashIsNoReasonToGiveUpUntried() throws {
    var world = world(.alarms(retries: 0))
    world.server.messages = [mail[0]]
    try world.poll(until: { !$0.fired.isEmpty })
    try world.poll()
    #expect(world.fired == ["ALARM one", "ALARM one"])
    #expect(world.server.messages == [])
  }

  @Test func whatWasDoneWhenTimeRanOutIsCommitted() throws {
    var world = world()
    world.wrapsUpAfter = 400
    for _ in 1...5 { try world.poll() }
    #expect(world.outcome == .polled)
    #expect(world.fired == alarms)
    #expect(world.server.messages == [mail[1], mail[3]])
  }

  @Test func blankUniqueIDsDoNotHideMessages() throws {
    var world = world()
    world.server.uniqueID = { $0.header.contains("two") ? nil : $0.uniqueID }
    for _ in 1...2 { try world.poll() }
    #expect(world.fired == alarms)
  }

  @Test func doesNotFireOrDeleteWithoutItsLedger() throws {
    var world = world()
    let ledger = try world.disk.open(now: world.now)
    var supervisor = Supervisor(
      settings: world.settings,
      outputs: Outputs(maxOn: [nil], initiallyActive: [false], now: world.now), ledgers: [ledger],
      fingerprint: 1, mode: .service, seed: 1, now: world.now)
    world.disk.failAfter = 0
    supervisor.tick(on: &world.lines, now: world.now)
    try world.poll(&supervisor)
    #expect(world.fired == [] && world.server.messages == mail)
  }

  @Test(arguments: [CrashPolicy.again, .never])
  func afterACrashTheRuleSaysWhetherToFireAgain(policy: CrashPolicy) throws {
    var world = world(.alarms(onCrash: policy))
    // The disk takes an empty ledger (4 operations) and the first intent, and then no more.
    world.disk.failAfter = 8
    try world.poll()
    #expect(world.fired == ["ALARM one"])
    #expect(world.server.messages.contains(mail[0]))
    world.disk.failAfter = .max
    world.fired = []
    for _ in 1...2 { try world.poll() }
    #expect(world.fired.contains("ALARM one") == (policy == .again))
    #expect(world.server.messages == [mail[1], mail[3]])
  }

  /// The disk is full when an alert has fired, and has room again when the poll ends.
  @Test func whatFiredIsWrittenDownAsSoonAsThereIsRoom() throws {
    var world = world()
    world.server.messages = [mail[0], mail[1]]
    world.disk.failAfter = 8
    world.disk.recoversAfter = 1
    try world.poll()
    #expect(world.fired == ["ALARM one"])
    for _ in 1...2 { try world.poll() }
    #expect(world.fired == ["ALARM one"])
    #expect(world.server.messages == [mail[1]])
  }

  @Test(.exhaustive, arguments: [true, false], [World.Direction.toServer, .toClient])
  func aCutAfterAnyByteLosesNothingAndFiresNothingTwice(
    pipelining: Bool, direction: World.Direction
  ) throws {
    var after = 0
    while true {
      var world = world()
      if !pipelining { world.server.capabilities.removeAll { $0 == "PIPELINING" } }
      world.cut = (direction, after)
      try world.poll()
      #expect(
        world.server.messages.contains(mail[1]) && world.server.messages.contains(mail[3]))
      for (index, alarm) in [(0, "ALARM one"), (2, "ALARM two"), (4, "ALARM three")]
      where !world.server.messages.contains(mail[index]) {
        #expect(world.fired.contains(alarm), "deleted unfired, cut after \(after) \(direction)")
      }
      let sawIt = world.outcome == .polled
      world.cut = nil
      try world.poll()
      #expect(world.fired == alarms, "cut after \(after) \(direction)")
      #expect(world.server.messages == [mail[1], mail[3]])
      if sawIt { break }
      after += 1
    }
    #expect(after > 100)
  }

  @Test func aMessageThatVanishesDoesNotStopTheRest() throws {
    var world = world()
    world.server.unknown = ["DELE"]
    try world.poll()
    #expect(world.outcome == .polled && world.fired == alarms)
    world.server.unknown = []
    world.wall += 2 * 86_400
    try world.poll()
    #expect(world.fired == alarms && world.server.messages == [mail[1], mail[3]])
  }
}
