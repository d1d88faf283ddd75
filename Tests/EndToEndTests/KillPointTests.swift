import Foundation
import Glibc
import TestSupport
import TestTraits
import Testing

/// A poll ends at each of its steps: before each system call of popbell, or of its fetcher, that
/// changes anything in the world. No alert is lost, and none fires twice but the one under way (L1,
/// L2).
@Suite(.dovecot, .waits, .enabled(if: Strace.isThere, "strace is missing: apt-get install strace"))
struct KillPointTests {
  let dovecot: Dovecot

  init() throws { dovecot = try #require(Dovecot.shared) }

  private static let rules: [Trial.Rule] = [.again, .never, .kept, .both, .pulse]

  private func makeTrial(_ rules: [Trial.Rule] = KillPointTests.rules) throws -> Trial {
    let trial = try Trial(dovecot)
    for rule in rules { try trial.deliver(rule) }
    return trial
  }

  // MARK: popbell

  @Test(arguments: ["KILL", "TERM"]) func atEachStepOfPopbell(signal: String) throws {
    let trial = try makeTrial()
    let strace = Strace(trial.bench)
    let session = try trial.start(["once", "-v"], under: strace.command(Strace.steps))
    #expect(trial.end(session, isCut: false).exitCode == 0)
    // Root goes there part by part.
    let steps = strace.steps(from: "state\"")
    #expect(steps.count > 30)
    let wrongs = parallel(steps.count) { try wrongsOfAPoll(ending: signal, at: steps[$0]) }
    #expect(wrongs.flatMap(\.self) == [])
  }

  private func wrongsOfAPoll(ending signal: String, at step: Strace.Step) throws -> [String] {
    let trial = try makeTrial()
    let strace = Strace(trial.bench)
    let command = strace.command([], at: step, "signal=" + signal)
    trial.end(try trial.start(["once", "-v"], under: command), isCut: strace.hasInjected)
    return try trial.wrongsAtTheEnd().map { "\(step): \($0)" }
  }

  // MARK: The fetcher

  /// Nobody but root may trace one that has given up its powers.
  @Test(.enabled(if: geteuid() == 0, "only root can trace a fetcher"))
  func atEachStepOfTheFetcher() throws {
    let (trial, strace) = try pollWhileTracing()
    let unkilled = try trial.wrongsAtTheEnd()
    #expect(unkilled == [])
    let steps = strace.steps()
    #expect(steps.count > 10)
    let wrongs = parallel(steps.count) { index in
      let (trial, strace) = try pollWhileTracing(killingAt: steps[index])
      let unkilled = strace.hasInjected ? [] : ["was not killed"]
      return try (unkilled + trial.wrongsAtTheEnd()).map { "\(steps[index]): \($0)" }
    }
    #expect(wrongs.flatMap(\.self) == [])
  }

  /// Polls, and traces the fetcher from when the first alert's program runs.
  private func pollWhileTracing(killingAt step: Strace.Step? = nil) throws -> (Trial, Strace) {
    let trial = try makeTrial()
    let (bench, strace) = (trial.bench, Strace(trial.bench))
    try bench.write("before-again 1", "")
    let session = try trial.start(["once", "-v"])
    #expect(until { FileManager.default.fileExists(atPath: bench.path("held")) })
    let fetcher = try #require(session.fetcher)
    let command = strace.command(Strace.steps, at: step, "signal=KILL")
    let tracer = try Service(command + ["-p", "\(fetcher)"])
    #expect(until { ProcessTable.field("TracerPid", of: fetcher) != "0" })
    try bench.write("go", "")
    // popbell lives: nothing fires twice.
    trial.end(session, isCut: false)
    _ = tracer.wait()
    return (trial, strace)
  }
}
