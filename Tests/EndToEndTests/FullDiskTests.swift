import Foundation
import Glibc
import TestTraits
import Testing

/// The ledgers' disk is full, for bytes or for files, or is read-only: at the start, at each record,
/// and while a ledger is rewritten. Nothing fires that could not be written down before, nothing
/// goes, the log says why, and all goes on when there is room.
@Suite(
  .dovecot, .waits,
  .enabled(if: SmallDisk.isPossible, "only root can mount a small disk to fill it"))
struct FullDiskTests {
  let dovecot: Dovecot

  init() throws { dovecot = try #require(Dovecot.shared) }

  // MARK: At each record

  /// How many alerts are kept, and in how many polls, before the disk is full.
  private struct Past: Sendable {
    var alerts: Int
    var polls: Int
  }

  enum Ending: CaseIterable {
    /// There is room, and popbell polls again.
    case goesOn
    /// There is room, and popbell is told to stop.
    case isStopped
    /// popbell is killed, and then there is room.
    case isKilled
  }

  /// What a poll with a full disk came to.
  private struct Outcome: Sendable {
    var past: Past
    /// By how much the ledger grew.
    var grown = 0
    /// The errors in the log of each poll.
    var errors: [Int] = []
    /// What fired twice, as it could not be written down that it had fired.
    var repeated: [String] = []
    var wrongs: [String] = []

    mutating func check(_ holds: Bool, _ words: String) {
      if !holds { wrongs.append("\(past): \(words)") }
    }
  }

  /// A file takes what still fits into its last page. Ledgers of all lengths about a page's end are
  /// tried, so that room ends at each record of three alerts.
  @Test(arguments: Ending.allCases) func atEachRecord(then ending: Ending) throws {
    let edge = try alertsToAPage()
    // An alert takes several records, and a poll one more.
    let pasts = (edge - 1...edge + 2).flatMap { alerts in
      (1...4).map { Past(alerts: alerts, polls: $0) }
    }
    let outcomes = parallel(pasts.count) { index in
      try pollWhileFull(pasts[index], then: ending)
    }
    #expect(outcomes.flatMap(\.wrongs) == [])
    let grown = outcomes.map(\.grown)
    #expect(Set(grown).count > 2, "\(grown)")
    #expect(outcomes.flatMap(\.errors).allSatisfy { $0 <= 1 })
    #expect(outcomes.flatMap(\.repeated) == [])
  }

  /// How many alerts, kept in one poll, fill a page of a ledger but for the room that is kept for what
  /// comes of an alert, and for some alerts.
  private func alertsToAPage() throws -> Int {
    let trial = try Trial(dovecot)
    var sizes: [Int] = []
    for _ in 0..<2 {
      for _ in 0..<10 { try trial.deliver(.glow) }
      try trial.poll()
      sizes.append(trial.stateSize)
    }
    let edge = 10 + 10 * (4096 - 1400 - sizes[0]) / (sizes[1] - sizes[0])
    try #require((10..<200).contains(edge), "ledgers of \(sizes) bytes")
    return edge
  }

  private func pollWhileFull(_ past: Past, then ending: Ending) throws -> Outcome {
    let trial = try Trial(dovecot)
    let disk = try trial.mountState()
    for poll in 1...past.polls {
      let count = poll == 1 ? past.alerts - past.polls + 1 : 1
      for _ in 0..<count { try trial.deliver(.glow) }
      try trial.poll()
    }
    var outcome = Outcome(past: past)
    let session = try trial.start(["run", "-v"])
    outcome.check(session.service.waits(for: " 0 matched, 0 fired, 0 deleted"), "no poll")
    disk.fill(leavingPages: 0)
    let before = (size: trial.stateSize, effects: trial.effects.count)
    // There is room for what comes of an alert that was begun, and for little more.
    for _ in 1...5 { for rule in [Trial.Rule.again, .never, .kept] { try trial.deliver(rule) } }

    // The second poll finds the disk as full.
    for poll in 1...2 {
      let log = session.service.log
      session.send(SIGUSR1)
      let isOver = session.service.waits(for: " messages, ", times: poll + 1)
      outcome.check(isOver, "no poll: \(session.service.log)")
      let errors = session.service.log.dropFirst(log.count).split(separator: "\n").filter {
        $0.contains(" error: ")
      }
      outcome.errors.append(errors.count)
      outcome.check(
        trial.isDone || errors.contains { $0.contains("No space left on device") },
        "not a word in poll \(poll): \(session.service.log)")
      outcome.wrongs += trial.wrongs
    }
    outcome.grown = trial.stateSize - before.size
    if outcome.grown == 0 {
      outcome.check(trial.effects.count == before.effects, "fires without a record")
      outcome.check(trial.maildir.numbers.count == trial.alerts.count, "deletes without a record")
    }

    if ending == .isKilled {
      session.send(SIGKILL)
      _ = until { !session.service.isRunning }
    }
    disk.makeRoom()
    if ending == .goesOn {
      session.send(SIGUSR1)
      let isOver = session.service.waits(for: " messages, ", times: 4)
      outcome.check(isOver && trial.isDone, "does not go on: \(session.service.log)")
    }
    session.send(SIGTERM)
    trial.end(session, isCut: ending != .goesOn)
    outcome.wrongs += try trial.wrongsAtTheEnd().map { "\(past): \($0)" }
    outcome.repeated = trial.repeated
    return outcome
  }

  // MARK: At the start, and at a rewrite

  /// Where there is room for little: pages, or new files.
  enum Room: Sendable {
    case pages(Int)
    case files(Int)

    func fill(_ disk: SmallDisk) {
      switch self {
      case .pages(let count): disk.fill(leavingPages: count)
      case .files(let count): disk.fill(leavingFiles: count)
      }
    }
  }

  static let rooms = (0...4).map(Room.pages) + (0...3).map(Room.files)

  @Test(arguments: rooms) func atTheStart(room: Room) throws {
    let trial = try Trial(dovecot)
    let disk = try trial.mountState("size=64k,nr_inodes=16")
    for rule in [Trial.Rule.again, .never, .kept] { try trial.deliver(rule) }
    room.fill(disk)
    for command in ["once", "run"] where !trial.isDone {
      let session = try trial.start([command, "-v"])
      let isOver = until { !session.service.isRunning || trial.isDone }
      #expect(isOver)
      session.send(SIGTERM)
      let run = trial.end(session, isCut: false)
      guard !trial.isDone else { break }
      #expect(run.exitCode == 71)
      #expect(
        run.errors.hasSuffix(": No space left on device\n"), "\(run.errors)")
      #expect(run.errors.contains(trial.bench.path("state/box.ledger")), "\(run.errors)")
      #expect(trial.effects == [])
      #expect(trial.maildir.numbers.count == 3)
    }
    disk.makeRoom()
    let wrongs = try trial.wrongsAtTheEnd()
    #expect(wrongs == [])
  }

  /// The history of so many messages that are gone makes popbell rewrite the ledger.
  @Test(arguments: rooms) func atARewrite(room: Room) throws {
    let trial = try Trial(dovecot)
    let disk = try trial.mountState("size=256k,nr_inodes=16")
    for _ in 0..<330 { try trial.deliver(.pulse) }
    try trial.poll()
    for _ in 0..<30 { try trial.deliver(.pulse) }
    for rule in [Trial.Rule.again, .never, .kept] { try trial.deliver(rule) }
    room.fill(disk)
    let (session, words) = (try trial.start(["once", "-v"]), "No space left on device")
    // It ends, and what it could not write down may fire again.
    let run = trial.end(session, isCut: session.service.log.contains(words))
    #expect(run.exitCode == 0 || run.errors.contains(words), "\(run.errors)")
    #expect(trial.wrongs == [])
    disk.makeRoom()
    let wrongs = try trial.wrongsAtTheEnd()
    #expect(wrongs == [])
  }

  @Test(arguments: [false, true]) func whileItIsReadOnly(hasLedger: Bool) throws {
    let trial = try Trial(dovecot)
    let disk = try trial.mountState()
    if hasLedger {
      try trial.deliver(.kept)
      try trial.poll()
    }
    let before = (effects: trial.effects, state: trial.stateFiles)
    for rule in [Trial.Rule.again, .never, .kept] { try trial.deliver(rule) }
    try disk.remount("ro")
    for command in ["once", "run"] {
      let run = trial.end(try trial.start([command]), isCut: false)
      #expect(run.exitCode == 71)
      let words = trial.bench.path("state/box.ledger") + ": "
      #expect(run.errors.contains(words), "\(run.errors)")
      #expect(run.errors.hasSuffix(": Read-only file system\n"), "\(run.errors)")
    }
    #expect(trial.effects == before.effects)
    #expect(trial.stateFiles == before.state)
    #expect(trial.maildir.numbers.count == trial.alerts.count)
    try disk.remount("rw")
    let wrongs = try trial.wrongsAtTheEnd()
    #expect(wrongs == [])
  }
}

extension Trial {
  /// The bytes of the mailbox's ledger.
  var stateSize: Int {
    var status = stat()
    return unsafe stat(bench.path("state/box.ledger"), &status) == 0 ? Int(status.st_size) : 0
  }

  /// Whether all programs have run, and all mail went that is to go.
  var isDone: Bool {
    let (effects, present) = (Set(effects), maildir.numbers)
    return alerts.allSatisfy {
      (effects.contains($0.name) || !$0.rule.runs) && present.contains($0.message) == $0.rule.keeps
    }
  }
}
