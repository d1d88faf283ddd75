import Foundation
import TestSupport
import Testing

/// The power is lost at each operation on the disk, and again while popbell recovers from that, with
/// whatever may be left then of what was not durable.
///
/// `POPBELL_SEED` chooses what is left to chance: the same each time, if it does not. One of 16
/// second cuts is made, or of as many as `POPBELL_SHARE` says: 1 stands for all.
@Suite struct PowerCutTests {
  static let variables = ProcessInfo.processInfo.environment
  static let seed = variables["POPBELL_SEED"].flatMap { UInt64($0) } ?? 1
  static let share = variables["POPBELL_SHARE"].flatMap { Int($0) } ?? 16

  @Test(arguments: Scenario.all) func afterACutAtAnyOperationAllIsAsItMustBe(
    scenario: Scenario
  ) throws {
    var cuts = PowerCuts(of: scenario, seed: Self.seed, share: Self.share)
    try cuts.cut()
    if let problem = cuts.problem { Issue.record("POPBELL_SEED=\(Self.seed) \(problem)") }
    // Or nothing was tried.
    #expect(cuts.counts.runs > 40 && cuts.counts.remains > cuts.counts.cuts)
  }
}
