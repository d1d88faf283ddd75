import Foundation
import Ledger
import Rules
import TestSupport
import TestTraits
import Testing

/// The power is lost at each operation on the disk, and again while popbell recovers from that, with
/// whatever may be left then of what was not durable. The first time, popbell may be killed instead.
///
/// `POPBELL_SEED` chooses what is left to chance: the same each time, if it does not. One of 24
/// second cuts is made, or of as many as `POPBELL_SHARE` says: 1 stands for all.
@Suite(.exhaustive) struct PowerCutTests {
  static let variables = ProcessInfo.processInfo.environment
  static let seed = variables["POPBELL_SEED"].flatMap { UInt64($0) } ?? 1
  static let share = variables["POPBELL_SHARE"].flatMap { Int($0) } ?? 24

  @Test(arguments: Scenario.all) func afterACutAtAnyOperationAllIsAsItMustBe(
    scenario: Scenario
  ) throws {
    var cuts = PowerCuts(of: scenario, seed: Self.seed, share: Self.share)
    try cuts.cut()
    if let problem = cuts.problem { Issue.record("POPBELL_SEED=\(Self.seed) \(problem)") }
    // Or nothing was tried.
    #expect(cuts.counts.runs > 40 && cuts.counts.remains > cuts.counts.cuts)
  }

  /// So many alerts in one poll that the ledger is sorted anew before the intent of one of them.
  @Test func afterACutWhileRecordsAreSortedAllIsAsItMustBe() throws {
    let many: Scenario.Change = { trial in
      for number in 1...515 { trial.deliver(.numbered(number)) }
    }
    let scenario = Scenario("many", rule: .alarms(then: .keep), many, Scenario.nothing)
    var cuts = PowerCuts(of: scenario, seed: Self.seed, share: nil)
    try cuts.cut { operations in
      // The first successor is that of nothing.
      let start = operations.dropFirst(10).firstIndex(of: .beginSuccessor)!
      let end = operations[start...].firstIndex(of: .synchronize(.ledger))!
      return start..<end + 1
    }
    if let problem = cuts.problem { Issue.record("POPBELL_SEED=\(Self.seed) \(problem)") }
    #expect(cuts.counts.cuts > 20)
  }
}
