import Alerts
import Bytes
import Config
import Ledger
import Rules
import TestSupport

/// popbell on a board whose power, disk, clock and connection fail, against a mailbox that changes;
/// and what must and must not have happened by then, told from the effects alone.
struct Trial {
  var world: World
  /// nil while popbell does not run.
  var running: Running?
  var random: SeededGenerator
  /// Seconds that really passed, and what the board's clock is ahead of 2027.
  private(set) var time: UInt64 = 0
  var clockError: Int64 = 0 { didSet { clockIsRight = false } }
  var clockIsRight = true
  private var recordedError: Int64 = 0
  private var hasSetClock = false
  var earliness: UInt64 = 0
  var fingerprint: UInt32 = 1
  /// How often an alert was sent, whether it may be lost to who else reads the mailbox, and when it
  /// fired first.
  private(set) var copies: [String: Int] = [:]
  var lostToOthers: Set<String> = []
  var firstFired: [String: UInt64] = [:]
  /// A copy may fire when the other is gone.
  var lastFired: [String: UInt64] = [:]
  /// What may happen once more, as nobody could write down that it had; and, where `on-crash` is
  /// `never`, what may not have happened.
  var excused: [String: Int] = [:]
  var unfinished: Set<String> = []
  /// What was archived when the power went: after a move to another server it has another name.
  var unrecorded: Set<String> = []
  var hasMoved = false
  /// Whether it goes on after a cut of power only when it is told what is left.
  var stopsAtCut = false
  var checked = (expunged: 0, violations: 0)
  /// What happened, to be read when something is wrong.
  private(set) var story: [String] = []
  private(set) var problems: [String] = []

  static let start: UInt64 = 1_780_000_020

  init(_ settings: Settings, seed: UInt64) {
    world = World([], settings: settings)
    // Its board's clock may be years off.
    world.clockIsSure = false
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
      (world.wall, world.fingerprint) = (wall, fingerprint)
      running = Running(try world.start())
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
    world.wall = wall
    noteClock()
    let failures = world.disk.failures
    let fired = world.effects.count
    running.supervisor.tick(on: &world.lines, now: world.now)
    try world.poll(&running.supervisor)
    for effect in world.effects[fired...] {
      firstFired[effect] = firstFired[effect] ?? time
      lastFired[effect] = time
    }
    tell("poll: \(world.outcome.map { "\($0)" } ?? "-"), did \(world.effects[fired...])")
    if world.isOver {
      excuse(running.supervisor)
      recover()
    } else if isClockSet, world.disk.failures == failures {
      recordedError = clockError
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
    if let values = supervisor.alert(of: 0) { unfinished.insert(text(values.subject)) }
  }

  /// popbell ends; where the power went, it comes back.
  private mutating func recover() {
    running = nil
    hasSetClock = false
    world.isKilledAfter = .max
    guard isDark else { return tell("ended") }
    guard !stopsAtCut else { return tell("power cut") }
    world.disk.restorePower(using: &random)
    tell("power cut; \(world.disk.bytes.count) bytes of the ledger are left")
    bootClock()
  }

  private mutating func bootClock() {
    world.now = Instant(milliseconds: Int64.random(in: 0...9999, using: &random))
  }

  /// Whether the power is gone.
  var isDark: Bool { !world.disk.hasPower }

  /// As this one is in the dark, with the power back and this left of the ledger; where that is nil,
  /// popbell alone had ended. What happens to one of them does not happen to the other.
  func resumed(leaving bytes: [UInt8]?) -> Trial {
    var copy = self
    copy.world.disk = world.disk.copy()
    if let bytes {
      copy.world.disk.restorePower(leaving: bytes)
      copy.tell("the power is back; \(bytes.count) bytes of the ledger are left")
      copy.bootClock()
    } else {
      copy.world.disk.keepPower()
      copy.tell("it was not the power: popbell was killed")
    }
    return copy
  }

  /// The disk works again, and popbell is started again where it had failed.
  mutating func mendDisk() {
    let hasFailed = world.disk.failAfter <= 0
    world.disk.failAfter = .max
    if hasFailed { end() }
  }

  /// popbell ends between two polls.
  mutating func end() {
    guard let running else { return }
    // What fired is known to this process alone.
    excuse(running.supervisor)
    recover()
  }

  /// popbell, while it runs.
  final class Running {
    var supervisor: Supervisor<DiskStore>

    init(_ supervisor: consuming Supervisor<DiskStore>) { self.supervisor = supervisor }
  }
}
