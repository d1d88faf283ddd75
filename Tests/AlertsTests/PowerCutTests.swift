import Alerts
import Config
import Ledger
import TestSupport
import Testing

/// The power is lost at each operation on the disk.
@Suite struct PowerCutTests {
  @Test(arguments: Scenario.all) func afterACutAtAnyOperationAllIsAsItMustBe(
    scenario: Scenario
  ) throws {
    guard let operations = try run(scenario, prepare: { _ in }) else { return }
    #expect(operations > 4)
    for operation in 0..<operations {
      for seed: UInt64 in 1...2 {
        let isDone = seed == 2
        let isFine = try run(scenario, seed: seed, "cut at \(operation), done: \(isDone)") {
          trial in
          trial.world.disk.losesPowerAfter = operation
          trial.world.disk.losesPowerWhenDone = isDone
        }
        if isFine == nil { return }
      }
    }
  }
}

/// Runs a scenario, and records what was wrong. Returns how many operations on the disk there were.
@discardableResult func run(
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
