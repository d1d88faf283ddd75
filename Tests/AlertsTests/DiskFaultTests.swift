import Alerts
import Config
import Ledger
import TestSupport
import TestTraits
import Testing

/// The disk fails at each operation: once, a few times, or until popbell starts again.
@Suite(.exhaustive) struct DiskFaultTests {
  static let errors: [Int32] = [5, 28, 30, 4]  // EIO, ENOSPC, EROFS, EINTR
  static let scenarios = Scenario.all.filter { !$0.name.contains("never") }

  @Test(arguments: scenarios) func afterAnErrorAtAnyOperationAllIsAsItMustBe(
    scenario: Scenario
  ) throws {
    let operations = try run(scenario) { _ in } ?? 0
    for operation in 0..<operations {
      let error = Self.errors[operation % 4]
      let times = [1, 4, .max][operation % 3]
      let fault = "errno \(error) at \(operation), \(times) times"
      let isFine = try run(scenario, seed: UInt64(operation), fault) { trial in
        trial.world.disk.error = error
        trial.world.disk.failAfter = operation
        trial.world.disk.recoversAfter = times
        trial.world.disk.torn = operation % 40
      }
      if isFine == nil { return }
    }
  }
}

/// Runs a scenario, and records what was wrong. Returns how many operations on the disk there were.
private func run(
  _ scenario: Scenario, seed: UInt64 = 1, _ fault: String = "",
  prepare: (inout Trial) throws -> Void
) throws -> Int? {
  var trial = Trial(scenario.settings, seed: seed)
  trial.world.checksDisk = true
  try prepare(&trial)
  for change in scenario.changes {
    try change(&trial)
    try trial.poll()
  }
  try trial.settle()
  let operations = trial.world.disk.operations
  if scenario.endsIdle { try trial.checkIdlePoll() }
  if !trial.problems.isEmpty {
    Issue.record(
      """
      \(scenario.name), seed \(seed), \(fault): \(trial.problems.first!)
        \(trial.story.joined(separator: "\n  "))
      """)
  }
  return trial.problems.isEmpty ? operations : nil
}
