import Foundation
import TestTraits
import Testing

/// Each system call that concerns the ledger fails: once, or from then on. Nothing is lost and
/// nothing fires twice, the log says why, and all goes on once the disk works again.
@Suite(.dovecot, .waits, .enabled(if: Strace.isThere, "strace is missing: apt-get install strace"))
struct DiskErrorTests {
  let dovecot: Dovecot

  init() throws { dovecot = try #require(Dovecot.shared) }

  struct Fault: CustomTestStringConvertible, Sendable {
    var name: String
    /// As C libraries put it.
    var words: [String]
    var lasts = false

    var testDescription: String { name + (lasts ? " from then on" : "") }
  }

  static let faults = [
    Fault(name: "EIO", words: ["Input/output error", "I/O error"]),
    Fault(name: "EIO", words: ["Input/output error", "I/O error"], lasts: true),
    Fault(name: "ENOSPC", words: ["No space left on device"]),
    Fault(name: "EROFS", words: ["Read-only file system"], lasts: true),
  ]

  @Test(arguments: faults) func atEachCall(fault: Fault) throws {
    let wrongs = try inject(fault.name, lasts: fault.lasts) { trial, run in
      var wrongs: [String] = []
      // Requests to forget something, which cannot be opened, wait; all else goes on.
      let isRequest = run.errors.contains("box.forget: ") || !run.errors.contains("error: ")
      if run.exitCode == 0 && trial.isDone && isRequest { return [] }
      if !fault.words.contains(where: run.errors.contains) {
        wrongs.append("not a word: \(run.errors)")
      }
      if run.exitCode != 71 { wrongs.append("\(run.exitCode): \(run.errors)") }
      return wrongs
    }
    #expect(wrongs == [])
  }

  @Test func anInterruptedCallIsMadeAgain() throws {
    let wrongs = try inject("EINTR", lasts: false) { trial, run in
      run.exitCode == 0 && trial.isDone ? [] : ["\(run.exitCode): \(run.errors)"]
    }
    #expect(wrongs == [])
  }

  /// Polls with the fault at each call, and then without any.
  private func inject(
    _ name: String, lasts: Bool, _ check: @Sendable (Trial, Run) -> [String]
  ) throws -> [String] {
    let (paths, steps) = try calls()
    let wrongs = parallel(steps.count) { index in
      let trial = try makeTrial()
      let strace = Strace(trial.bench)
      let command = strace.command(
        [], at: steps[index], "error=" + name, andLater: lasts,
        paths: paths.map { trial.bench.path("state" + $0) })
      let session = try trial.start(["once", "-v"], under: command)
      // Where it ended before it could write down that the last fired, that one may fire again.
      let run = trial.end(session, isCut: lasts)
      var wrongs = strace.hasInjected ? check(trial, run) : ["nothing was injected"]
      wrongs += trial.wrongs
      wrongs += try trial.wrongsAtTheEnd()
      return wrongs.map { "\(steps[index]): \($0)" }
    }
    return wrongs.flatMap(\.self)
  }

  private func makeTrial() throws -> Trial {
    let trial = try Trial(dovecot)
    for rule in [Trial.Rule.again, .never, .kept] { try trial.deliver(rule) }
    return trial
  }

  /// The paths in the state directory that a poll opens, and the calls that concern them.
  private func calls() throws -> (paths: [String], steps: [Strace.Step]) {
    let trial = try makeTrial()
    let strace = Strace(trial.bench)
    trial.end(
      try trial.start(["once"], under: strace.command(["open", "openat"])), isCut: false)
    // Root goes to it part by part.
    let state = [trial.bench.path("state"), "state"].map { "\"\($0)\"" }
    let opened = try #require(
      strace.lines.lastIndex { line in state.contains { line.contains($0) } })
    let names = strace.lines[(opened + 1)...].compactMap { line in
      line.contains("openat(AT_FDCWD") ? nil : line.split(separator: "\"").dropFirst().first
    }.filter { $0 != "." }
    let paths = [""] + Set(names).sorted().map { "/" + $0 }

    let second = try makeTrial()
    let log = Strace(second.bench)
    let command = log.command(
      ["%file", "%desc"], paths: paths.map { second.bench.path("state" + $0) })
    second.end(try second.start(["once"], under: command), isCut: false)
    // What waits, closes or sets flags has no errors of a disk.
    let steps = log.steps().filter { !["close", "poll", "ppoll", "fcntl"].contains($0.call) }
    #expect(steps.count > 20, "\(steps)")
    return (paths, steps)
  }
}
