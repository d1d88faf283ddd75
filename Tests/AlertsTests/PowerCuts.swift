import Ledger
import TestSupport

/// The cuts of power that can come in a scenario, and in its recovery from them.
struct PowerCuts {
  /// A scenario under way.
  private struct State {
    var trial: Trial
    /// How many of its changes have come.
    var changes = 0
  }

  /// All that what comes after a cut depends on: what popbell makes of the ledger, and the world.
  private struct Situation: Hashable {
    var ledger: [UInt8]
    /// What another cut would leave.
    var remains: [[UInt8]]
    var changes: Int
    var time: UInt64
    var messages: [ModelServer.Message]
    var effects: [String]
    var archive: [String: String]
    var excuses: [Set<String>]
  }

  private let scenario: Scenario
  private let share: Int?
  private var second: Int
  private var random: SeededGenerator
  /// What came of these is known.
  private var seen: Set<Situation> = []
  private var recovered: [[UInt8]: [UInt8]] = [:]
  /// How many cuts there were, what may have been left by them, and how many of those made a
  /// difference.
  private(set) var counts = (cuts: 0, remains: 0, runs: 0)
  /// What was wrong, with the story of it.
  private(set) var problem: String?

  /// Of the second cuts, every `share`th is made; where that is nil, none.
  init(of scenario: Scenario, seed: UInt64, share: Int?) {
    self.scenario = scenario
    self.share = share
    second = Int(seed % 1024)
    random = SeededGenerator(seed: seed)
  }

  private mutating func isTaken() -> Bool {
    second += 1
    return share.map { second % $0 == 0 } ?? false
  }

  /// Cuts the power at each operation from the start to the end, and again at each while popbell
  /// starts and polls after that.
  mutating func cut() throws {
    let start = begin(checksDisk: true)
    let operations = try runToEnd(start)?.all.count ?? 0
    try cut(start, at: 0..<operations, isFirst: true)
  }

  /// Cuts the power at those of all operations that `choose` takes. What is on the disk is not looked
  /// at before each step: for large ledgers.
  mutating func cut(at choose: ([Disk.Operation]) -> Range<Int>) throws {
    let start = begin(checksDisk: false)
    guard let operations = try runToEnd(start)?.all else { return }
    try cut(start, at: choose(operations), isFirst: true)
  }

  private func begin(checksDisk: Bool) -> State {
    var trial = Trial(scenario.settings, seed: random.state)
    trial.world.checksDisk = checksDisk
    trial.stopsAtCut = true
    return State(trial: trial)
  }

  private mutating func cut(_ start: State, at operations: Range<Int>, isFirst: Bool) throws {
    for operation in operations {
      for isDone in [false, true] where isFirst || isTaken() {
        var state = start
        state.trial.world.disk = start.trial.world.disk.copy()
        state.trial.tell("a cut when operation \(operation) \(isDone ? "is done" : "begins")")
        state.trial.world.disk.losesPowerAfter = operation
        state.trial.world.disk.losesPowerWhenDone = isDone
        try run(&state)
        guard state.trial.isDark, isFine(state) else { return }
        counts.cuts += 1
        try recover(from: state, isFirst: isFirst)
        if problem != nil { return }
      }
    }
  }

  /// Whatever is left; or popbell was killed, and all is left as it is, durable or not.
  private mutating func recover(from state: State, isFirst: Bool) throws {
    let remains = state.trial.world.disk.possibleRemains(random: 2, using: &random)
    for left in remains.map(Optional.some) + [nil] {
      counts.remains += 1
      var after = state
      after.trial = state.trial.resumed(leaving: left)
      guard seen.insert(situation(after)).inserted else { continue }
      guard let operations = try runToEnd(after) else { return }
      if isFirst, share != nil { try cut(after, at: 0..<operations.first, isFirst: false) }
      if problem != nil { return }
    }
  }

  private func poll(_ state: inout State) throws {
    if state.changes < scenario.changes.count {
      try scenario.changes[state.changes](&state.trial)
      state.changes += 1
    }
    try state.trial.poll()
  }

  /// Polls until the power goes or all is done.
  private func run(_ state: inout State) throws {
    while state.changes < scenario.changes.count, !state.trial.isDark { try poll(&state) }
    if !state.trial.isDark { try state.trial.settle() }
  }

  /// Runs on with no more cuts, and returns how many operations the first poll took, and which there
  /// were in all; nil where something was wrong.
  private mutating func runToEnd(
    _ start: State
  ) throws -> (first: Int, all: [Disk.Operation])? {
    counts.runs += 1
    var state = start
    state.trial.world.disk = start.trial.world.disk.copy()
    let before = state.trial.world.disk.operations
    try poll(&state)
    let first = state.trial.world.disk.operations - before
    try run(&state)
    let all = Array(state.trial.world.disk.begun[before...])
    if scenario.endsIdle { try state.trial.checkIdlePoll() }
    return isFine(state) ? (first, all) : nil
  }

  private mutating func isFine(_ state: State) -> Bool {
    guard let wrong = state.trial.problems.first else { return true }
    let story = state.trial.story.joined(separator: "\n  ")
    problem = "\(scenario.name): \(wrong)\n  \(story)"
    return false
  }

  private mutating func situation(_ state: State) -> Situation {
    let (trial, world) = (state.trial, state.trial.world)
    return Situation(
      ledger: recovered(trial),
      remains: world.disk.isDurable ? [] : world.disk.possibleRemains,
      changes: state.changes, time: trial.time,
      messages: world.server.messages, effects: world.effects.sorted(), archive: world.archive,
      excuses: [
        Set(trial.excused.map { "\($0) \($1)" }), trial.unfinished, trial.unrecorded,
      ])
  }

  /// What popbell makes of what is left.
  private mutating func recovered(_ trial: Trial) -> [UInt8] {
    let left = trial.world.disk.bytes
    if let known = recovered[left] { return known }
    let disk = trial.world.disk.copy()
    // Where it cannot be opened, that is wrong, and told as such.
    _ = try? disk.open(wall: trial.wall, now: trial.world.now)
    recovered[left] = disk.bytes
    return disk.bytes
  }
}
