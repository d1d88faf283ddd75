import Alerts
import Bytes
import Config
import Ledger
import Rules
import TestSupport

/// popbell on a board whose power, disk, clock and connection fail, against a mailbox that changes;
/// and what must and must not have happened by then, told from the effects alone.
struct Trial: ~Copyable {
  var world: World
  /// nil while popbell does not run.
  var supervisor: Supervisor<DiskStore>?
  var random: SeededGenerator
  /// Seconds that really passed, and what the board's clock is ahead of 2027.
  private(set) var time: UInt64 = 0
  var clockError: Int64 = 0 { didSet { clockIsRight = false } }
  private var clockIsRight = true
  private var recordedError: Int64 = 0
  private var hasSetClock = false
  private var earliness: UInt64 = 0
  var fingerprint: UInt32 = 1
  /// How often an alert was sent, whether it may be lost to who else reads the mailbox, and when it
  /// fired first.
  private(set) var copies: [String: Int] = [:]
  var lostToOthers: Set<String> = []
  private var firstFired: [String: UInt64] = [:]
  /// A copy may fire when the other is gone.
  private var lastFired: [String: UInt64] = [:]
  /// What may happen once more, as nobody could write down that it had; and, where `on-crash` is
  /// `never`, what may not have happened.
  private var excused: [String: Int] = [:]
  private var unfinished: Set<String> = []
  /// What was archived when the power went: after a move to another server it has another name.
  private var unrecorded: Set<String> = []
  var hasMoved = false
  private var checked = (expunged: 0, violations: 0)
  /// What happened, to be read when something is wrong.
  private(set) var story: [String] = []
  private(set) var problems: [String] = []

  static let start: UInt64 = 1_800_000_000

  init(_ settings: Settings, seed: UInt64) {
    world = World([], settings: settings)
    random = SeededGenerator(seed: seed)
  }

  var rule: Rule { world.settings.rules.rules[0] }
  var wall: UInt64 { UInt64(clamping: Int64(Self.start + time) + clockError) }

  mutating func tell(_ event: String) { story.append(event) }

  mutating func complain(_ problem: String) {
    guard !problems.contains(problem) else { return }
    tell("WRONG: \(problem)")
    problems.append(problem)
  }

  /// Seconds pass.
  mutating func pass(_ seconds: UInt64) {
    time += seconds
    world.now = world.now + .seconds(Int64(seconds))
    world.wall = wall
  }

  /// An alert arrives, or anything else.
  mutating func deliver(_ message: ModelServer.Message, at place: Int? = nil) {
    let subject = message.subject
    if subject.hasPrefix("ALARM") { copies[subject, default: 0] += 1 }
    world.server.messages.insert(message, at: place ?? world.server.messages.count)
  }

  /// popbell starts from what is on the disk. Returns `false` where it refuses.
  mutating func start() -> Bool {
    world.isKilledAfter = .max
    let failures = world.disk.failures
    do {
      let ledger = try world.disk.open(wall: wall, now: world.now)
      supervisor = Supervisor(
        settings: world.settings,
        outputs: Outputs(maxOn: [nil], initiallyActive: [false], now: world.now),
        ledgers: [ledger], fingerprint: fingerprint, mode: world.mode, seed: 1, now: world.now)
      return true
    } catch {
      tell("refuses to start: \(error)")
      if world.disk.hasPower, world.disk.failures == failures { complain("cannot start: \(error)") }
      return false
    }
  }

  /// The next poll, when it is due.
  mutating func poll() throws {
    guard supervisor != nil || start() else { return recover() }
    guard var running = supervisor.take() else { return }
    if let due = running.nextWake, due > world.now {
      pass(UInt64((due - world.now).milliseconds + 999) / 1000)
    }
    world.wall = wall
    noteClock()
    let failures = world.disk.failures
    let fired = world.effects.count
    running.tick(on: &world.lines, now: world.now)
    try world.poll(&running)
    for effect in world.effects[fired...] {
      firstFired[effect] = firstFired[effect] ?? time
      lastFired[effect] = time
    }
    tell("poll: \(world.outcome.map { "\($0)" } ?? "-"), did \(world.effects[fired...])")
    if world.isOver {
      excuse(running)
      recover()
    } else {
      supervisor = consume running
      if isClockSet, world.disk.failures == failures { recordedError = clockError }
    }
    check()
  }

  private var isClockSet: Bool { wall >= 1_700_000_000 }

  /// What popbell must take for time that it was off: the board's clock went forward meanwhile, or
  /// before that was written down.
  private mutating func noteClock() {
    guard !hasSetClock, isClockSet else { return }
    hasSetClock = true
    let jump = clockError - recordedError
    if jump > 0, jump <= 367 * 86_400 { earliness += UInt64(jump) }
  }

  /// popbell was ended in the middle of an alert, or was not.
  private mutating func excuse(_ supervisor: borrowing Supervisor<DiskStore>) {
    let open = world.open
    if open.synchronizations == world.disk.synchronizations {
      for effect in open.effects { excused[effect, default: 0] += 1 }
      if !open.effects.isEmpty { tell("in the window: \(open.effects)") }
    }
    if world.openArchive.synchronizations == world.disk.synchronizations {
      unrecorded.insert(world.openArchive.content)
    }
    for intent in world.openIntents where intent.synchronizations == world.disk.synchronizations {
      unfinished.insert(intent.subject)
    }
    if let values = supervisor.alert(of: 0) { unfinished.insert(text(values.subject.bytes)) }
  }

  /// popbell ends; where the power went, it comes back.
  private mutating func recover() {
    supervisor = nil
    hasSetClock = false
    world.isKilledAfter = .max
    if !world.disk.hasPower {
      world.disk.restorePower(using: &random)
      tell("power cut; \(world.disk.bytes.count) bytes of the ledger are left")
      world.now = Instant(milliseconds: Int64.random(in: 0...9999, using: &random))
    } else {
      tell("ended")
    }
  }

  /// Checks all that must hold at any time.
  mutating func check() {
    var count: [String: Int] = [:]
    for effect in world.effects { count[effect, default: 0] += 1 }
    for (effect, times) in count {
      let subject = String(effect.prefix { $0 != "/" })
      let allowed =
        copies[subject, default: 0]
        + (rule.onCrash == .again ? excused[effect, default: 0] : 0)
      if times > allowed { complain("\(effect) was done \(times) times") }
    }
    for message in world.server.expunged[checked.expunged...] {
      checkDeletion(of: message)
    }
    checked.expunged = world.server.expunged.count
    for violation in world.violations[checked.violations...] { complain(violation) }
    checked.violations = world.violations.count
    checkArchive()
  }

  /// A copy of each message, whatever its name.
  private mutating func checkArchive() {
    var seen: [String: Int] = [:]
    for content in world.archive.values { seen[content, default: 0] += 1 }
    for (content, count) in seen where count > 1 {
      let subject = content.split(separator: "\n").first { $0.hasPrefix("Subject: ") }.map {
        String($0.dropFirst(9))
      }
      let allowed =
        copies[subject ?? "", default: 1]
        + (hasMoved && (unrecorded.contains(content) || world.disk.failures > 0) ? 1 : 0)
      if count > allowed { complain("archived \(count) times: \(subject ?? content)") }
    }
  }

  private mutating func checkDeletion(of message: ModelServer.Message) {
    let subject = message.subject
    guard subject.hasPrefix("ALARM") else { return complain("deleted \(subject)") }
    // It counts as fired since popbell was ended; another copy of it may have fired later.
    let isExcused = rule.onCrash == .never && unfinished.contains(subject)
    if !isDone(subject), !isExcused { complain("deleted unfired: \(subject)") }
    if wantsArchive, !isArchived(subject) { complain("deleted unarchived: \(subject)") }
    switch rule.disposition {
    case .delete: break
    case .keep: complain("deleted what is kept: \(subject)")
    case .deleteAfter(let interval):
      if !isExcused, let fired = firstFired[subject + "/0"],
        time + earliness < fired + UInt64(interval.milliseconds / 1000)
      {
        complain("deleted after \(time - fired) s: \(subject)")
      }
    }
  }

  private func isDone(_ subject: String) -> Bool {
    rule.actions.indices.allSatisfy {
      if case .output = rule.actions[$0] {
        true
      } else {
        world.effects.contains("\(subject)/\($0)")
      }
    }
  }

  private var wantsArchive: Bool { world.settings.archive(rule: 0, mailbox: 0) != nil }

  func isArchived(_ subject: String) -> Bool {
    world.archive.values.contains { $0.contains("Subject: \(subject)\n") }
  }

  /// The disk works again, and popbell is started again where it had failed.
  mutating func mendDisk() {
    let hasFailed = world.disk.failAfter <= 0
    world.disk.failAfter = .max
    if hasFailed { end() }
  }

  /// popbell ends between two polls.
  mutating func end() {
    guard let running = supervisor.take() else { return }
    // What fired is known to this process alone.
    excuse(running)
    recover()
  }

  /// Polls until nothing happens any more.
  mutating func rest() throws {
    mendDisk()
    var quiet = 0
    for _ in 1...40 where quiet < 2 {
      let before = (world.disk.operations, world.effects.count, world.server.messages)
      try poll()
      let isQuiet = before == (world.disk.operations, world.effects.count, world.server.messages)
      quiet = isQuiet ? quiet + 1 : 0
    }
    if quiet < 2 { complain("does not come to rest") }
  }

  /// Checks, when all has come to rest, what must have happened by then.
  mutating func settle() throws {
    try rest()
    for subject in copies.keys.sorted() where !lostToOthers.contains(subject) {
      let isExcused = rule.onCrash == .never && unfinished.contains(subject)
      if !isDone(subject), !isExcused { complain("lost: \(subject)") }
      if wantsArchive, !isArchived(subject) { complain("not archived: \(subject)") }
    }
    if case .deleteAfter(let interval) = rule.disposition, clockIsRight {
      let length = UInt64(interval.milliseconds / 1000) + 3600 + 2 * 86_400
      for message in world.server.messages {
        guard let fired = lastFired[message.subject + "/0"] else { continue }
        if fired + length < time { complain("left for \(time - fired) s: \(message.subject)") }
      }
    }
    if rule.disposition == .delete {
      let left = world.server.messages.filter { $0.subject.hasPrefix("ALARM") }
      if !left.isEmpty { complain("left: \(left.map(\.subject))") }
    }
  }

  /// A poll of a mailbox where nothing is new costs no write and a few commands.
  mutating func checkIdlePoll() throws {
    let (operations, commands) = (world.disk.operations, world.server.commands.count)
    try poll()
    if world.disk.operations > operations { complain("an idle poll writes") }
    let sent = world.server.commands[commands...]
    if sent.count > 6 { complain("an idle poll says \(sent)") }
  }
}

extension ModelServer.Message {
  var subject: String {
    let line = header.split(separator: "\r\n").first { $0.hasPrefix("Subject: ") }
    return line.map { String($0.dropFirst(9)) } ?? ""
  }

  /// As devices send them.
  static func numbered(_ number: Int, _ word: String = "ALARM", id: String? = nil) -> Self {
    let header =
      "Message-ID: <\(number)@panel>\r\nDate: Sat, 21 Nov 2026 10:00:\(10 + number % 50) +0000\r\n"
      + "From: panel@example.net\r\nSubject: \(word) \(number)\r\n"
    return Self(uniqueID: id ?? "id\(number)", header: header)
  }
}
