import Alerts
import Bytes
import Config
import Ledger
import Rules
import TestSupport
import Testing

/// Mail that was there before the first poll or before the rules changed, and mail that comes too late.
@Suite struct OldMailTests {
  /// What the server's unique-ids are like.
  enum Naming: CaseIterable {
    case unique, refused, numbers

    func apply(to world: inout World) {
      switch self {
      case .unique: break
      case .refused: world.server.unknown = ["UIDL"]
      case .numbers: world.server.uniqueID = { "\($0.number)" }
      }
    }
  }

  private static let day: Int64 = 86_400

  private func world(
    _ rules: [Rule] = [.alarms(then: .keep)], existing: Existing = .recent,
    naming: Naming = .unique
  ) -> World {
    var world = World([], settings: .test(rules, existing: existing))
    world.now = Instant(milliseconds: 20_000)
    naming.apply(to: &world)
    return world
  }

  /// An alert that the server took so many seconds ago; it says nothing of that where `age` is nil.
  private func deliver(
    _ number: Int, age: Int64?, _ word: String = "ALARM", date: String? = nil,
    id: Bool = true, to world: inout World
  ) {
    var header = "Subject: \(word) \(number)\r\n"
    if id { header = "Message-ID: <\(number)@x>\r\n" + header }
    if let date { header = "Date: \(date)\r\n" + header }
    if let age {
      header =
        "Received: from x by mx;\r\n \(mailDate(Double(world.wall) - Double(age)))\r\n" + header
    }
    let place = world.server.messages.count + 1
    world.server.messages.append(
      ModelServer.Message(uniqueID: "\(number)-id", header: header, number: place))
  }

  /// Other rules, which take every message that is called so.
  private func changeRules(_ rules: [Rule], in world: inout World) {
    world.settings.rules.rules = rules
    world.fingerprint += 1
  }

  private func moveToAnotherServer(_ world: inout World) {
    for index in world.server.messages.indices {
      world.server.messages[index].uniqueID = "\(index)-moved"
    }
  }

  @Test(arguments: Existing.allCases, Naming.allCases)
  func theFirstPollFiresForWhatTheOwnerWants(existing: Existing, naming: Naming) throws {
    var world = world(existing: existing, naming: naming)
    for number in 1...30 { deliver(number, age: 700 * Self.day, to: &world) }
    deliver(31, age: 3700, to: &world)
    deliver(32, age: 1800, to: &world)
    deliver(33, age: nil, to: &world)
    let mail = world.server.messages
    let expected: [String] =
      switch existing {
      case .fire: (1...33).map { "ALARM \($0)" }
      case .recent: ["ALARM 32", "ALARM 33"]
      case .leave: []
      }
    for _ in 1...3 {
      try world.poll()
      world.pass(7200)
    }
    #expect(world.fired == expected && world.server.messages == mail)
    // What comes now is new, and what was old stays so on another server.
    deliver(40, age: 10, to: &world)
    moveToAnotherServer(&world)
    for _ in 1...3 { try world.poll() }
    #expect(world.fired == expected + ["ALARM 40"])
  }

  /// What was there and left does not fire when the rules change, whatever it says of itself.
  @Test(arguments: Naming.allCases, [(true, false), (true, true), (false, false)])
  func whatWasLeftStaysSoWhenTheRulesChange(
    naming: Naming, how: (hasDates: Bool, moves: Bool)
  ) throws {
    let (hasDates, moves) = how
    var world = world([.alarms(then: .keep)], naming: naming)
    for number in 1...5 {
      deliver(number, age: hasDates ? 2000 : nil, "FIRE", to: &world)
    }
    deliver(6, age: 500, to: &world)
    try world.poll()
    #expect(world.fired == ["ALARM 6"])
    world.pass(8 * 3600)
    // popbell was off meanwhile, and this came.
    deliver(7, age: 3600, "FIRE", to: &world)
    if moves { moveToAnotherServer(&world) }
    changeRules([.alarms(then: .keep, pattern: "*")], in: &world)
    for _ in 1...3 { try world.poll() }
    #expect(world.fired == ["ALARM 6", "FIRE 7"])
    deliver(8, age: 0, "FIRE", to: &world)
    changeRules([.alarms(then: .keep, pattern: "* *")], in: &world)
    for _ in 1...3 { try world.poll() }
    #expect(world.fired == ["ALARM 6", "FIRE 7", "FIRE 8"])
  }

  /// The look that follows ends early, again and again.
  @Test(arguments: Naming.allCases) func aLookThatTakesSeveralPollsKeepsOldMailOld(naming: Naming)
    throws
  {
    for size in [300, 700, 1500, 5000] {
      var world = world(naming: naming)
      for number in 1...20 { deliver(number, age: nil, "FIRE", to: &world) }
      try world.poll()
      deliver(21, age: nil, "FIRE", to: &world)
      changeRules([.alarms(then: .keep, pattern: "*")], in: &world)
      world.wrapsUpAfter = size
      for _ in 1...4 { try world.poll() }
      world.wrapsUpAfter = .max
      for _ in 1...2 { try world.poll() }
      #expect(world.fired == ["FIRE 21"], "\(size)")
    }
  }

  /// With `leave`, what comes while the first look takes several polls is new.
  @Test func whatComesInAFirstLookOfSeveralPollsIsNew() throws {
    var world = world(existing: .leave)
    for number in 1...400 { deliver(number, age: 400 * Self.day, "news", to: &world) }
    world.wrapsUpAfter = 9000
    try world.poll()
    world.wrapsUpAfter = .max
    world.pass(7200)
    deliver(401, age: 5, to: &world)
    for _ in 1...3 { try world.poll() }
    #expect(world.fired == ["ALARM 401"])
  }

  /// A device without a clock, and a server that writes no Received.
  @Test(arguments: ["Thu, 1 Jan 1970 00:00:10 +0000", "Sat, 1 Jan 2000 00:03:00 +0100"])
  func aDateThatCannotBeTrueIsNone(date: String) throws {
    var world = world([.alarms(then: .keep, maxAge: .limit(.seconds(3600)))])
    deliver(1, age: nil, date: date, to: &world)
    try world.poll()
    #expect(world.fired == ["ALARM 1"])
  }

  /// Also where it is the last that came, and the mailbox moves.
  @Test func theLastMessageStaysOldToo() throws {
    var world = world()
    deliver(1, age: 5000, "FIRE", to: &world)
    try world.poll()
    world.pass(20 * Self.day)
    moveToAnotherServer(&world)
    changeRules([.alarms(then: .keep, pattern: "*")], in: &world)
    for _ in 1...2 { try world.poll() }
    #expect(world.fired == [])
  }

  @Test func aNightWithWrongRulesLosesNothing() throws {
    var world = world()
    deliver(1, age: 5 * Self.day, to: &world)
    try world.poll()
    changeRules([.alarms(pattern: "ALRAM *")], in: &world)
    // popbell refuses to start, say, and looks at nothing.
    world.pass(9 * 3600)
    for number in 2...4 { deliver(number, age: 8 * 3600 - Int64(number), to: &world) }
    changeRules([.alarms(then: .keep)], in: &world)
    try world.poll()
    #expect(world.fired == ["ALARM 2", "ALARM 3", "ALARM 4"])
  }

  @Test(arguments: [OldMessages.leave, .delete], Naming.allCases)
  func whatComesTooLateIsSaidOnceAndLeft(old: OldMessages, naming: Naming) throws {
    var rule = Rule.alarms(then: .keep, maxAge: .limit(.seconds(3600)))
    rule.old = old
    var world = world([rule], existing: .fire, naming: naming)
    deliver(1, age: 3700, to: &world)
    deliver(2, age: 3500, to: &world)
    deliver(3, age: -200, to: &world)
    let date = mailDate(Double(world.wall) - 4 * 3600)
    deliver(4, age: nil, date: date, to: &world)
    deliver(5, age: nil, to: &world)
    deliver(6, age: 30, date: date, to: &world)
    for _ in 1...3 { try world.poll() }
    #expect(world.fired == [2, 3, 5, 6].map { "ALARM \($0)" })
    let numbers = world.server.messages.map { $0.subject }
    #expect(
      numbers
        == (old == .leave ? 1...6 : 2...6).compactMap { number in
          old == .delete && number == 4 ? nil : "ALARM \(number)"
        })
    let said = world.reports.compactMap { report -> Interval? in
      if case .old(rule: 0, .age(let age), isTold: true) = report { age } else { nil }
    }
    #expect(said == [.seconds(3700), .seconds(4 * 3600)])
    #expect(world.reports.compactMap(\.trouble) == [.tooOld, .tooOld])
  }

  @Test func aRuleThatSwitchesAnOutputHasALimitOfADay() {
    let lamp = Action.output(0, .pulse(.seconds(1)))
    #expect(Rule.alarms(actions: [.program], maxAge: .ofActions).longestAge == nil)
    #expect(
      Rule.alarms(actions: [.program, lamp], maxAge: .ofActions).longestAge == .seconds(Self.day))
    #expect(Rule.alarms(actions: [lamp], maxAge: .none).longestAge == nil)
  }

  /// A board that has just started, without a clock of its own: what it has may be as old as its date.
  @Test(arguments: [false, true]) func waitsForAClockThatMayNotBeSet(hasNewerMail: Bool) throws {
    let rule = Rule.alarms(then: .keep, maxAge: .limit(.seconds(3600)))
    var world = world([rule], existing: .fire)
    world.clockIsSure = false
    deliver(1, age: 600, to: &world)
    deliver(2, age: nil, to: &world)
    if hasNewerMail { deliver(3, age: -Self.day, "news", to: &world) }
    var supervisor = try world.start()
    supervisor.tick(on: &world.lines, now: world.now)
    func poll(after seconds: Int64) throws {
      world.pass(seconds)
      try world.pollNow(&supervisor)
    }
    try poll(after: 10)
    #expect(world.fired == ["ALARM 2"])
    #expect(world.reports.contains(.waitsForClock(rule: 0)))
    try poll(after: 600)
    #expect(world.fired.contains("ALARM 1") == !hasNewerMail)
    try poll(after: 3000)
    #expect(world.fired.contains("ALARM 1") == !hasNewerMail)
    // By its own clock it is too old then, if that is to be taken for right.
    supervisor.clockIsSure = true
    try poll(after: 60)
    #expect(world.fired.contains("ALARM 1") == !hasNewerMail)
  }

  /// What comes behind all that was looked at has just come, whatever the time.
  @Test func doesNotWaitForAClockWhereItSeesAMessageCome() throws {
    var world = world([.alarms(then: .keep, maxAge: .limit(.seconds(3600)))])
    world.clockIsSure = false
    deliver(1, age: 600, "news", to: &world)
    var supervisor = try world.start()
    for _ in 1...2 {
      try world.pollNow(&supervisor)
      world.pass(60)
      deliver(2, age: 90 * Self.day, to: &world)
    }
    #expect(world.fired == ["ALARM 2"])
  }

  /// The network sets the clock: the first poll's mail is judged by that.
  @Test(arguments: [Existing.recent, .leave]) func theClockIsSetLater(existing: Existing) throws {
    var world = world(existing: existing)
    world.clockIsSure = false
    world.wall -= UInt64(40 * Self.day)
    deliver(1, age: -38 * Self.day, to: &world)
    deliver(2, age: -40 * Self.day, to: &world)
    var supervisor = try world.start()
    supervisor.tick(on: &world.lines, now: world.now)
    try world.poll(&supervisor)
    #expect(world.fired == [])
    world.pass(30)
    world.wall += UInt64(40 * Self.day)
    supervisor.clockIsSure = true
    try world.pollNow(&supervisor)
    #expect(world.fired == (existing == .recent ? ["ALARM 2"] : []))
  }

  @Test func whatIsForgottenFiresThoughItIsOld() throws {
    var world = world([.alarms(then: .keep)])
    deliver(1, age: 60, to: &world)
    deliver(2, age: 30 * Self.day, to: &world)
    try world.poll()
    #expect(world.fired == ["ALARM 1"])
    world.pass(50 * Self.day)
    try world.poll()
    let ledger = try world.disk.open(wall: world.wall, now: world.now)
    var keys: [Identity] = []
    try ledger.forEachMessage { if $0.state.message != .old { keys.append($0.identity) } }
    #expect(try ledger.forget(keys).count == 1)
    changeRules([.alarms(then: .keep, pattern: "A*")], in: &world)
    for _ in 1...2 { try world.poll() }
    #expect(world.fired == ["ALARM 1", "ALARM 1"])
  }

  /// By what `ledger show` has, or by the unique-id.
  @Test(arguments: Naming.allCases) func whatCouldNotBeReadAndIsForgottenFires(naming: Naming)
    throws
  {
    var world = world(
      [.alarms(then: .keep, maxAge: .limit(.seconds(Self.day)))], naming: naming)
    deliver(1, age: 30 * Self.day, to: &world)
    world.server.readReply = { _, _ in "-ERR cannot read\r\n" }
    try world.poll()
    world.pass(60)
    let ledger = try world.disk.open(wall: world.wall, now: world.now)
    var keys: [Identity] = []
    try ledger.forEachMessage { keys.append($0.identity) }
    if naming == .unique {
      #expect(
        try ledger.key(under: Identity(of: Array("1-id".utf8).span, by: TestSHA256.self)) == keys[0]
      )
    }
    #expect(try ledger.forget(keys).count == 1)
    world.server.readReply = nil
    for _ in 1...2 { try world.poll() }
    #expect(world.fired == ["ALARM 1"])
    let after = try world.disk.open(wall: world.wall, now: world.now)
    try after.forEachMessage { #expect($0.identity != keys[0]) }
  }

  /// Without a ledger of its own, popbell knows of no first poll.
  @Test func withoutALedgerAllFires() {
    var reader = ConfigReader()
    let file = """
      [mailbox m]
      server = localhost
      user = u
      password-file = /p
      ledger = none
      existing = leave
      [rule r]
      subject = x
      run = /x
      """
    reader.read(Array(file.utf8).span)
    #expect(reader.finish().settings?.mailboxes[0].existing == .fire)
  }

  private func firesNothingUntilTheClockIsSet(in world: inout World) throws {
    world.clockIsSure = false
    var supervisor = try world.start()
    for isSure in [false, false, false, true] {
      supervisor.clockIsSure = isSure
      try world.pollNow(&supervisor)
      #expect(world.fired == [])
      world.pass(60)
    }
  }

  /// What waits is no message that came behind all that was looked at.
  @Test(arguments: Naming.allCases) func whatWaitsForTheClockIsNotNew(naming: Naming) throws {
    var world = world(naming: naming)
    deliver(1, age: 400 * Self.day, "news", to: &world)
    deliver(2, age: 400 * Self.day, to: &world)
    try firesNothingUntilTheClockIsSet(in: &world)
  }

  @Test(arguments: Naming.allCases) func whatWaitsForTheClockIsNotYoung(naming: Naming) throws {
    let rule = Rule.alarms(then: .keep, maxAge: .limit(.seconds(3600)))
    var world = world([rule], existing: .fire, naming: naming)
    deliver(1, age: 400 * Self.day, "news", to: &world)
    deliver(2, age: 400 * Self.day, to: &world)
    try firesNothingUntilTheClockIsSet(in: &world)
  }

  /// The owner mends a rule while its alert waits, and gives it another name.
  @Test(arguments: Naming.allCases, [true, false])
  func whatWaitsForAnotherAttemptIsNotOldForARenamedRule(naming: Naming, hasNews: Bool) throws {
    var world = world(naming: naming)
    if hasNews { deliver(1, age: 1000, "news", to: &world) }
    deliver(2, age: 1000, to: &world)
    world.programs["ALARM 2"] = .failed(.exit(status: 1))
    var supervisor = try world.start()
    supervisor.tick(on: &world.lines, now: world.now)
    try world.poll(&supervisor)
    world.pass(10)
    world.programs = [:]
    world.fired = []
    var rule = Rule.alarms(then: .keep)
    rule.name = [UInt8]("renamed")
    changeRules([rule], in: &world)
    try world.poll()
    #expect(world.fired == ["ALARM 2"])
  }

  /// It was not too old when it was first seen, whatever the rules are when its output has rested.
  @Test(arguments: Naming.allCases, [false, true])
  func whatRestsIsNotTooOld(naming: Naming, changes: Bool) throws {
    let lamp = Action.output(0, .pulse(.seconds(1)))
    let rule = Rule.alarms(actions: [lamp, .program], then: .keep, maxAge: .limit(.seconds(3600)))
    var world = world([rule], naming: naming)
    deliver(1, age: 3500, to: &world)
    var supervisor = Supervisor(
      settings: world.settings,
      outputs: Outputs(
        maxOn: [.seconds(10)], rest: .seconds(600), initiallyActive: [true], now: world.now),
      ledgers: [try world.disk.open(wall: world.wall, now: world.now)], fingerprint: 1,
      mode: .service, seed: 1, now: world.now)
    supervisor.clockIsSure = true
    world.pass(10)
    supervisor.tick(on: &world.lines, now: world.now)
    try world.poll(&supervisor)
    #expect(world.fired == [])
    world.pass(1200)
    if changes {
      changeRules([rule, .alarms(pattern: "x")], in: &world)
      try world.poll()
    } else {
      try world.pollNow(&supervisor)
    }
    for _ in 1...3 {
      world.pass(5)
      try world.poll()
    }
    #expect(world.fired == ["ALARM 1"])
  }

  /// The clock of a PC that keeps local time is hours ahead until the network sets it.
  @Test func aClockThatWasAheadLosesNothing() throws {
    var world = world()
    deliver(2, age: 90 * Self.day, "news", to: &world)
    world.wall += 10 * 3600
    try world.poll()
    world.wall -= 10 * 3600
    world.pass(600)
    world.server.messages = []
    deliver(1, age: 5, to: &world)
    try world.poll()
    world.pass(60)
    try world.poll()
    #expect(world.fired == ["ALARM 1"])
  }

  /// It stood among what was looked at, without a unique-id that tells it.
  @Test(arguments: Naming.allCases) func whatCouldNotBeReadIsNotOld(naming: Naming) throws {
    var world = world(naming: naming)
    deliver(1, age: 50, "news", to: &world)
    deliver(2, age: 40, to: &world)
    deliver(3, age: 30, "news", to: &world)
    world.server.readReply = { _, message in
      message.subject == "ALARM 2" ? "-ERR cannot read\r\n" : nil
    }
    try world.poll()
    #expect(world.fired == [])
    world.server.readReply = nil
    world.pass(60)
    changeRules([.alarms(then: .keep, pattern: "ALARM*")], in: &world)
    for _ in 1...3 {
      try world.poll()
      world.pass(90_000)
    }
    #expect(world.fired == ["ALARM 2"])
  }

  /// Whatever its date says, and for other rules too; a server's clock may be slow.
  @Test(arguments: Naming.allCases, [false, true])
  func whatComesIntoAMailboxThatWasSeenEmptyIsNew(naming: Naming, isLeft: Bool) throws {
    func rules(_ pattern: String = "ALARM *") -> [Rule] {
      var rule = Rule.alarms(pattern: pattern)
      rule.old = isLeft ? .leave : .delete
      return [rule]
    }
    var world = world(rules(), naming: naming)
    deliver(1, age: 60, to: &world)
    try world.poll()
    world.pass(60)
    for number in 2...4 {
      try world.poll()
      world.pass(600)
      if number == 2 {
        deliver(number, age: nil, date: "Mon, 01 Jan 2024 10:00:00 +0000", to: &world)
      } else {
        changeRules(rules(number == 3 ? "ALARM*" : "AL*"), in: &world)
        deliver(number, age: 8 * 3600, to: &world)
      }
      try world.poll()
      #expect(world.fired.last == "ALARM \(number)")
      #expect(world.server.messages.isEmpty)
    }
  }

  /// What was looked at beside it is old for other rules; it is not, though it was there before them.
  @Test(arguments: Naming.allCases) func whatIsOldStaysSoBesideWhatCannotBeRead(naming: Naming)
    throws
  {
    var world = world(naming: naming)
    deliver(11, age: 40, "news", to: &world)
    try world.poll()
    world.pass(4000)
    deliver(1, age: 40, to: &world)
    world.server.readReply = { _, message in
      message.subject == "ALARM 1" ? "-ERR cannot read\r\n" : nil
    }
    for number in 2...9 {
      deliver(number, age: 30, "news", to: &world)
      try world.poll()
      world.pass(4000)
    }
    changeRules([.alarms(then: .keep), .alarms(then: .keep, pattern: "news*")], in: &world)
    for _ in 1...3 { try world.poll() }
    #expect(world.fired == [])
    world.server.readReply = nil
    for _ in 1...3 {
      world.pass(90_000)
      try world.poll()
    }
    #expect(world.fired == ["ALARM 1"])
  }

  /// What could not be read when all was looked at first is as old as it was then, wherever it stands.
  @Test(arguments: Naming.allCases, [true, false])
  func whatIsOldAndCouldNotBeReadIsOld(naming: Naming, isLast: Bool) throws {
    var world = world(naming: naming)
    deliver(1, age: 9 * Self.day, isLast ? "news" : "ALARM", to: &world)
    deliver(2, age: 8 * Self.day, isLast ? "ALARM" : "news", to: &world)
    world.server.readReply = { _, message in
      message.subject.hasPrefix("ALARM") ? "-ERR cannot read\r\n" : nil
    }
    for _ in 1...3 {
      try world.poll()
      world.pass(60)
    }
    world.server.readReply = nil
    for _ in 1...3 {
      world.pass(90_000)
      try world.poll()
    }
    #expect(world.fired == [])
  }

  /// The time for which it could not be read does not count, however often that was tried.
  @Test(arguments: Naming.allCases) func whatCouldNotBeReadIsNotTooOld(naming: Naming) throws {
    var world = world(
      [.alarms(then: .keep, maxAge: .limit(.seconds(Self.day)))], naming: naming)
    deliver(1, age: 60, to: &world)
    world.server.readReply = { _, _ in "-ERR cannot read\r\n" }
    for _ in 1...2 {
      try world.poll()
      world.pass(90_000)
    }
    world.server.readReply = nil
    for _ in 1...2 {
      try world.poll()
      world.pass(90_000)
    }
    #expect(world.fired == ["ALARM 1"])
  }

  /// It was not looked at with the others.
  @Test func whatWasPassedOverIsNotNew() throws {
    var world = world()
    world.mode = .once(dryRun: false)
    deliver(1, age: 80 * Self.day, "news", to: &world)
    for number in 2...3 { deliver(number, age: 80 * Self.day, to: &world) }
    world.server.answer = { _, line in line == "TOP 2 0" || line == "RETR 2" ? "" : nil }
    for _ in 1...2 {
      var supervisor = try world.start()
      supervisor.tick(on: &world.lines, now: world.now)
      for _ in 1...9 where !supervisor.isFinished {
        try world.poll(&supervisor)
        supervisor.tick(on: &world.lines, now: world.now)
      }
      world.pass(4000)
      world.server.answer = nil
    }
    #expect(world.reports.contains(.passedOver(message: 2)))
    #expect(world.fired == [])
  }

  /// A second delivery has a line of the new server's in front.
  @Test func aCopyOfAnOldMessageIsOld() throws {
    var world = world()
    deliver(1, age: 30 * Self.day, to: &world)
    try world.poll()
    world.server.messages[0].uniqueID = "moved-id"
    world.server.messages[0].header =
      "Received: from old by new; \(mailDate(Double(world.wall)))\r\n"
      + world.server.messages[0].header
    world.pass(60)
    for _ in 1...2 { try world.poll() }
    #expect(world.fired == [])
  }

  /// Looks that find nothing new make what came just before the last news old.
  @Test func whatSeveralLooksHaveLeftIsOld() throws {
    var world = world()
    deliver(1, age: 30 * Self.day, "news", to: &world)
    try world.poll()
    world.pass(120)
    deliver(2, age: 60, "news", to: &world)
    for _ in 1...3 {
      try world.poll()
      world.pass(Self.day)
    }
    var supervisor = try world.start()
    try world.pollNow(&supervisor)
    let operations = world.disk.operations
    try world.pollNow(&supervisor)
    #expect(world.disk.operations == operations)
    world.server.messages.removeFirst()
    changeRules([.alarms(then: .keep, pattern: "news*")], in: &world)
    try world.poll()
    #expect(world.fired == [])
  }

  /// The rule has got another name, before that or since.
  @Test(arguments: Naming.allCases, [true, false])
  func whatIsForgottenFiresForARenamedRule(naming: Naming, before: Bool) throws {
    var world = world(naming: naming)
    deliver(1, age: 60, to: &world)
    try world.poll()
    #expect(world.fired == ["ALARM 1"])
    world.pass(Self.day)
    try world.poll()
    var rule = Rule.alarms(then: .keep)
    rule.name = [UInt8]("renamed")
    if before {
      changeRules([rule], in: &world)
      try world.poll()
    }
    let ledger = try world.disk.open(wall: world.wall, now: world.now)
    var keys: [Identity] = []
    try ledger.forEachMessage { keys.append($0.identity) }
    #expect(try ledger.forget(keys).count > 0)
    if !before { changeRules([rule], in: &world) }
    try world.poll()
    #expect(world.fired == ["ALARM 1", "ALARM 1"])
  }

  /// Nothing is written down, and what is old is so all the same.
  @Test(arguments: Existing.allCases) func aDryRunSaysWhatWouldFire(existing: Existing) throws {
    var world = world(existing: existing)
    for number in 1...3 { deliver(number, age: 400 * Self.day, to: &world) }
    world.mode = .once(dryRun: true)
    try world.poll()
    let would = world.reports.count { if case .wouldFire = $0 { true } else { false } }
    #expect(would == (existing == .fire ? 3 : 0))
  }

  /// The clock is believed only hours later, at the next poll.
  @Test(arguments: [false, true]) func whatCameAfterTheFirstPollIsNewWhenTheClockIsSet(
    hasNews: Bool
  ) throws {
    var world = world()
    world.clockIsSure = false
    if hasNews { deliver(1, age: 400 * Self.day, "news", to: &world) }
    try world.poll()
    world.pass(3600)
    deliver(2, age: 0, to: &world)
    world.pass(2 * 3600)
    try world.poll()
    #expect(world.fired == ["ALARM 2"])
  }

  /// Another client deletes what other rules had looked at, and a new message stands in its place.
  @Test(arguments: Naming.allCases, [false, true])
  func whatCameSinceALookThatEndedEarlyIsNew(naming: Naming, deletesFirst: Bool) throws {
    for size in [300, 400, 500, 700, 1000, 1500] {
      var world = world(naming: naming)
      for number in 1...20 { deliver(number, age: 5000, "FIRE", to: &world) }
      try world.poll()
      world.pass(3600)
      changeRules([.alarms(then: .keep, pattern: "*")], in: &world)
      func shift() {
        world.server.messages.remove(at: 17)
        deliver(21, age: 5, "FIRE", to: &world)
      }
      if deletesFirst { shift() }
      world.wrapsUpAfter = size
      try world.poll()
      world.wrapsUpAfter = .max
      if !deletesFirst { shift() }
      for _ in 1...3 { try world.poll() }
      #expect(world.fired == ["FIRE 21"], "\(size)")
    }
  }

  @Test(arguments: Naming.allCases) func whatCameSinceALookThatEndedEarlyIsNewWhilePopbellRuns(
    naming: Naming
  ) throws {
    for size in [400, 700, 1000, 1500, 2500] {
      var world = world([.alarms(then: .keep)], naming: naming)
      deliver(100, age: 100, to: &world)
      for number in 1...20 { deliver(number, age: 5000, "FIRE", to: &world) }
      try world.poll()
      world.pass(3600)
      changeRules([.alarms(then: .keep, pattern: "*")], in: &world)
      var supervisor = try world.start()
      world.wrapsUpAfter = size
      supervisor.tick(on: &world.lines, now: world.now)
      try world.poll(&supervisor)
      world.wrapsUpAfter = .max
      world.server.messages.remove(at: 18)
      deliver(21, age: 5, "FIRE", to: &world)
      for _ in 1...3 {
        world.pass(60)
        try world.pollNow(&supervisor)
      }
      #expect(world.fired == ["ALARM 100", "FIRE 21"], "\(size)")
    }
  }

  /// The next poll goes on where that alert is, and what is old is behind it.
  @Test(arguments: Naming.allCases) func whatIsOldStaysSoBehindAnAlertThatWaits(naming: Naming)
    throws
  {
    var world = world(naming: naming)
    deliver(1, age: 1000, "news", to: &world)
    deliver(2, age: 1000, to: &world)
    deliver(3, age: 400 * Self.day, to: &world)
    world.programs["ALARM 2"] = .failed(.exit(status: 1))
    for _ in 1...3 {
      try world.poll()
      world.pass(60)
    }
    #expect(!world.fired.contains("ALARM 3"))
  }

  /// It has no records, as its time tells that it is old.
  @Test(arguments: Naming.allCases, [900, 4000, 50_000]) func whatIsOldStaysSoWhileALookBeginsAnew(
    naming: Naming, size: Int
  ) throws {
    var world = world(naming: naming)
    for number in 1...400 { deliver(number, age: 400 * Self.day, to: &world) }
    try world.poll()
    #expect(world.fired == [])
    world.pass(60)
    world.mode = .once(dryRun: false)
    moveToAnotherServer(&world)
    world.server.messages.reverse()
    world.wrapsUpAfter = size
    try world.poll()
    world.wrapsUpAfter = .max
    for _ in 1...3 { try world.poll() }
    #expect(world.fired.count == 0)
  }

  @Test(arguments: Naming.allCases, [900, 4000, 50_000])
  func whatIsOldStaysSoWhileWhatCouldNotBeReadIsReadAgain(
    naming: Naming, size: Int
  ) throws {
    var world = world(naming: naming)
    for number in 1...400 { deliver(number, age: 400 * Self.day, to: &world) }
    deliver(401, age: 50, "news", to: &world)
    world.server.readReply = { _, message in
      message.subject == "news 401" ? "-ERR cannot read\r\n" : nil
    }
    try world.poll()
    #expect(world.fired == [])
    world.pass(90_000)
    world.mode = .once(dryRun: false)
    world.wrapsUpAfter = size
    try world.poll()
    world.wrapsUpAfter = .max
    for _ in 1...3 { try world.poll() }
    #expect(world.fired.count == 0)
  }

  /// Nothing was there before: no clock is needed to tell that what comes is new.
  @Test func whatComesIntoAnEmptyMailboxIsNewByAnyClock() throws {
    var world = world()
    try world.poll()
    world.pass(60)
    let mistake = UInt64(30 * Self.day)
    deliver(1, age: Int64(mistake), to: &world)
    try world.poll()
    #expect(world.fired == ["ALARM 1"])
  }

  /// A PC's clock is ahead and stays so: new and old are told apart by that of the server.
  @Test(arguments: Naming.allCases) func aClockThatIsAheadMakesNothingOldWhenTheRulesChange(
    naming: Naming
  ) throws {
    var world = world(existing: .fire, naming: naming)
    world.wall += UInt64(900 * Self.day)
    let mistake = 900 * Self.day
    for number in 1...2 { deliver(number, age: mistake + 9000, "FIRE", to: &world) }
    deliver(3, age: mistake + 4000, "news", to: &world)
    try world.poll()
    world.pass(8 * 3600)
    deliver(4, age: mistake + 3600, "FIRE", to: &world)
    // Nothing is where it was.
    world.server.messages.remove(at: 1)
    changeRules([.alarms(then: .keep, pattern: "FIRE *")], in: &world)
    for _ in 1...3 { try world.poll() }
    #expect(world.fired == ["FIRE 4"])
  }
}
