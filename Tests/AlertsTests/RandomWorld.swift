import Alerts
import Bytes
import Config
import Ledger
import Rules
import TestSupport

/// popbell against a random server, with random mail, rules and faults; what happens is told to an
/// oracle.
struct RandomWorld: ~Copyable {
  var world: World
  var random: SeededGenerator
  var server: RandomServer
  var rules: [RandomRule]
  var oracle = RandomOracle()
  private(set) var running: Trial.Running?
  private(set) var story: [String] = []
  private(set) var time: UInt64 = 0
  private(set) var session = 0
  var mishap: RandomServer.Mishap?
  /// How many of the firings the oracle was told of, and how many were excused.
  private var told = (firings: 0, excused: 0, expunged: 0)
  /// What the mailbox was at some time.
  private var backup: [ModelServer.Message]?
  private var renamings = 0
  private var days = 0

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    server = RandomServer(epoch: 0, using: &random)
    rules = RandomRule.random(using: &random)
    var settings = Settings.test(
      rules.settings, batch: [1, 3, 20].randomElement(using: &random)!)
    settings.rules.names.headers = [Array("Delivered-To".utf8)]
    world = World([], settings: settings)
    world.octetsAtOnce = [1, 7, .max].randomElement(using: &random)!
    tell("\(server.description)")
    tell(
      "\(rules.map { "\($0.name): \($0.kind), \($0.disposition)" }), "
        + "batch \(settings.mailboxes[0].batch)")
  }

  mutating func tell(_ event: String) { story.append(event) }
  var problems: [String] { oracle.problems }

  mutating func complain(_ problem: String) {
    if oracle.complain(problem) { tell("WRONG: \(problem)") }
  }

  mutating func pass(_ seconds: UInt64) {
    time += seconds
    world.now = world.now + .seconds(Int64(seconds))
    world.wall = Trial.start + time
  }

  /// An older popbell ran before: it fired for some mail, which it knew by its unique-id, and kept that.
  mutating func upgrade() throws {
    guard server.namesForGood, oneOf(4, &random) else { return }
    tell("a ledger of version 2")
    var bytes = Array("P\u{2}\0\0popbell ledger\r\n".utf8) + [UInt8](repeating: 0, count: 8)
    bytes += checksum(of: bytes)
    for number in 0..<3 {
      let letter = Letter.random(number, using: &random)
      deliver(letter)
      guard let rule = rules.taker(of: letter), letter.speaks else { continue }
      oracle.firedBefore(letter, rule.name)
      var record: [UInt8] = [oneOf(2, &random) ? 2 : 7, 0, 0, 0]
      record.append(Identity(of: Array("0u\(number)x".utf8).span, by: TestSHA256.self))
      record.append(bigEndian: Trial.start << 32 | UInt64(ruleWord(rule.rule.name.span)), size: 8)
      bytes += record + checksum(of: record)
    }
    world.disk.bytes = bytes
    // It is known by more than that from its first look on.
    for _ in 1...4 { try poll() }
  }

  private func checksum(of record: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: UInt64(crc32(record.span)), size: 4)
    return bytes
  }

  // MARK: mail

  mutating func deliver(_ letter: Letter, duringPoll: Bool = false) {
    let number = oracle.letters.count
    oracle.letters.append(letter)
    let message = ModelServer.Message(uniqueID: "", header: letter.header, number: number)
    if duringPoll {
      world.server.arrivesAfterStat.append(message)
    } else {
      world.server.messages.append(message)
    }
    let line = letter.content.split(separator: "\n", omittingEmptySubsequences: false)
    tell(
      "mail \(number): \(letter.subject); ID \(line[0].dropFirst(12)), \(line[1].suffix(14)), "
        + "\(line[5].dropFirst(25).prefix(7))"
        + (letter.header.contains("siren@") ? ", to siren" : ""))
  }

  mutating func deliverAny() {
    let number = oracle.letters.count
    // What comes between STAT and a listing with the unique-id of one that is gone is that, for all
    // that anybody can tell.
    let duringPoll = oneOf(8, &random) && server.naming != .slots
    if number > 0, oneOf(4, &random) {
      let old = Int.random(in: 0..<number, using: &random)
      tell("once more: \(old)")
      deliver(oracle.letters[old].copy(number, using: &random), duringPoll: duringPoll)
    } else {
      deliver(.random(number, using: &random), duringPoll: duringPoll)
    }
  }

  mutating func backUp() { backup = world.server.messages }

  /// An old state of the mailbox comes back; not where another may stand in its place by then: see
  /// `removeByOther`.
  mutating func restoreBackup() {
    guard let backup, !usesUniqueIDsAgain else { return }
    tell("a backup comes back: \(backup.map(\.number))")
    let there = Set(world.server.messages.map(\.number))
    for message in world.server.messages where !backup.contains(message) {
      oracle.othersRemoved(message.number, isNamed: server.namesForGood)
    }
    for message in backup where !there.contains(message.number) {
      oracle.letters[message.number].hasReturned = true
    }
    world.server.messages = backup
    oracle.silentMayBeNew(backup)
  }

  mutating func reorder() {
    tell("another order")
    world.server.messages.shuffle(using: &random)
    if !server.namesForGood { oracle.silentMayBeNew(world.server.messages) }
    // What is old is known by its place then.
    if !server.namesForGood { oracle.placesTellNothing = true }
  }

  /// Another client deletes a message. In the place of one that is kept another may come, with its
  /// unique-id and as many octets: nothing tells them apart on a server that uses unique-ids again.
  mutating func removeByOther() {
    guard !world.server.messages.isEmpty, !usesUniqueIDsAgain else { return }
    let place = Int.random(in: 0..<world.server.messages.count, using: &random)
    let message = world.server.messages.remove(at: place)
    tell("another client deletes \(message.number)")
    oracle.othersRemoved(message.number, isNamed: server.namesForGood)
    if !server.namesForGood { oracle.silentMayBeNew(world.server.messages) }
  }

  mutating func migrate() {
    server = RandomServer(epoch: server.epoch + 1, using: &random)
    tell("the mail moves: \(server.description)")
    for message in world.server.messages { oracle.letters[message.number].hasReturned = true }
    oracle.silentMayBeNew(world.server.messages)
  }

  /// True if the server may give a message the unique-id of another.
  private var usesUniqueIDsAgain: Bool {
    switch server.naming {
    case .slots, .same, .pairs, .subject: true
    case .unique, .absent, .refused, .number, .noMessageID, .changing: false
    }
  }

  // MARK: popbell

  mutating func changeRules() {
    end()
    if oneOf(2, &random) {
      rules.shuffle(using: &random)
    } else {
      renamings += 1
      let place = Int.random(in: 0..<rules.count, using: &random)
      rules[place].name = "\(rules[place].kind)\(renamings)"
    }
    oracle.wereThereBefore.formUnion(world.server.messages.map(\.number))
    world.fingerprint += 1
    world.settings.rules.rules = rules.settings
    tell("other rules: \(rules.map(\.name))")
  }

  private mutating func start() -> Bool {
    world.isKilledAfter = .max
    let failures = world.disk.failures
    do {
      running = Trial.Running(try world.start())
      return true
    } catch {
      tell("refuses to start: \(error)")
      if world.disk.hasPower, world.disk.failures == failures { complain("cannot start: \(error)") }
      return false
    }
  }

  /// The next poll, when it is due.
  mutating func poll() throws {
    guard running != nil || start() else { return recover() }
    guard let running else { return }
    if let due = running.supervisor.nextWake, due > world.now {
      pass(UInt64((due - world.now).milliseconds + 999) / 1000)
    }
    session += 1
    if usesUniqueIDsAgain { oracle.usesUniqueIDsAgain = true }
    if server.naming == .changing || !server.deletes { oracle.namesAnew = true }
    let isRefused = server.deletion == .refusesQuitAndDeletes || mishap == .refusesQuit
    if isRefused, !server.namesForGood { oracle.refusesQuit = true }
    server.serve(&world.server, session: session, mishap)
    let before = world.server.messages
    let arrivals = world.server.arrivesAfterStat
    if mishap != nil { oracle.silentMayBeNew(before + arrivals) }
    switch mishap {
    case .emptyUniqueID(let place) where place <= before.count:
      oracle.wasUnnamed(before[place - 1].number)
    // No unique-id is believed in that session; or in the next, which counts other octets.
    case .listingDoubles: for message in before { oracle.wasUnnamed(message.number) }
    case .statIsOff where !arrivals.isEmpty:
      for message in before + arrivals { oracle.wasUnnamed(message.number) }
    case .emptyUniqueID, .statIsOff, .listingLacks, .hangsUp, .losesQuitReply, .refusesQuit,
      .refusesTop, .refusesReading, nil:
      break
    }
    // For all that the server says, it is gone.
    if mishap == .statIsOff(by: -1), before.count == 1 {
      oracle.letters[before[0].number].hasReturned = true
    }
    oracle.sees(before + world.server.arrivesAfterStat, rules)
    let failures = world.disk.failures
    running.supervisor.tick(on: &world.lines, now: world.now)
    try world.poll(&running.supervisor)
    // Nobody counted what came: whether what this session deleted is gone is in doubt.
    if !arrivals.isEmpty, world.server.expunged.count > told.expunged {
      oracle.silentMayBeNew(before)
    }
    let firings = world.firings[told.firings...]
    let words =
      "poll: \(world.outcome.map { "\($0)" } ?? "-")\(mishap.map { ", \($0)" } ?? ""), fired "
      + "\(firings.map { "\($0.message.number) \($0.rule)" }), "
      + "left \(world.server.messages.map(\.number))"
    if words != story.last { tell(words) }
    if world.isOver || world.disk.failures > failures {
      for message in world.server.expunged[told.expunged...] {
        oracle.deletionIsUnknown(message.number)
      }
    }
    tellOracle()
    if world.outcome == .polled, mishap == nil, world.cut == nil, !world.isOver {
      oracle.hadToSee(before, rules, isWritten: world.disk.failures == failures)
    }
    mishap = nil
    world.cut = nil
    if world.isOver { recover() }
  }

  private mutating func tellOracle() {
    for firing in world.firings[told.firings...] {
      oracle.fired(firing, at: time, isNamed: server.namesForGood)
    }
    told.firings = world.firings.count
    for message in world.server.expunged[told.expunged...] {
      oracle.deleted(message, rules, at: time, isUnique: server.namesForGood)
    }
    told.expunged = world.server.expunged.count
    oracle.checkFirings(server)
    tellNews()
  }

  mutating func tellNews() {
    for problem in oracle.takeNews() { tell("WRONG: \(problem)") }
  }

  /// popbell ends, in the middle or between two polls; where the power went, it comes back.
  mutating func end() {
    guard running != nil else { return }
    tell("restart")
    recover()
  }

  private mutating func recover() {
    running = nil
    for firing in world.firings[told.excused...]
    where firing.synchronizations == world.disk.synchronizations {
      tell("in the window: \(firing.message.number) \(firing.rule)")
      oracle.excuse(firing)
    }
    told.excused = world.firings.count
    world.isKilledAfter = .max
    guard !world.disk.hasPower else { return }
    world.disk.restorePower(using: &random)
    tell("power cut; \(world.disk.bytes.count) bytes of the ledger are left")
    world.now = Instant(milliseconds: Int64.random(in: 0...9999, using: &random))
  }

  /// Nothing fails any more, and what was passed over for an hour is asked for again.
  mutating func calm() {
    tell("calm")
    pass(3600)
    world.disk.losesPowerAfter = .max
    world.isKilledAfter = .max
    let hasFailed = world.disk.failures > 0
    world.disk.failAfter = .max
    if hasFailed { end() }
    world.programs = [:]
    world.cut = nil
    mishap = nil
  }

  mutating func passDays(_ count: Int) {
    // What was gone for 30 days is forgotten.
    guard days + count <= 18 else { return }
    days += count
    tell("\(count) days pass")
    pass(UInt64(count) * 86_400)
  }
}
