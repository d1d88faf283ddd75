import Alerts
import Bytes
import Config
import Ledger
import Platform
import Rules

/// Seconds since 1970, for records.
package var wallTime: UInt64 { UInt64(max(0, Clock.secondsSince1970)) }

/// A fetcher's process, and our end of its channel.
final class RunningFetcher {
  var fork: ForkedProcess
  /// The message whose content it sends. One that is not complete is dropped with the fetcher.
  let archive = RunningArchive()
  /// The process has closed its end; its exit is near.
  var hasHungUp = false

  init(_ fork: consuming ForkedProcess) { self.fork = fork }

  /// Sends a verdict. There is always room for its byte; a fetcher that is gone needs none.
  func answer(_ verdict: Verdict) {
    var answer = ByteBuffer<1>()
    answer.append(verdict.rawValue)
    _ = try? fork.channel.write(answer.bytes)
  }

  /// Sends an answer to a listing. There is always room for it, as a fetcher asks once and then waits.
  func answer(_ answer: ListingAnswer) { _ = try? fork.channel.write(answer.bytes.span) }
}

/// A process that judges what a fetcher claims. It is killed when this is dropped.
final class RunningJudge {
  var fork: ForkedProcess

  init(_ fork: consuming ForkedProcess) { self.fork = fork }

  /// What it says; nil if it has not said anything yet. One that ends without a word says how it ended.
  func judgement() -> Judgement? {
    var packet = Judgement.Bytes()
    switch try? fork.channel.read(into: &packet) {
    case .bytes: return Judgement(parsing: packet.bytes)
    case .wouldBlock: return nil
    case .end, nil: break
    }
    // It has ended, or cannot be read: it is killed, so that waiting for it takes no time.
    fork.process.kill()
    guard let ending = try? fork.process.wait() else { return Judgement.none(nil) }
    return Judgement(ofDeath: ProcessEnd(ending))
  }
}

/// A program that an action started, and the lines that it writes.
final class RunningProgram {
  var program: Program
  var lines = LineAssembler(limit: 400)
  let rule: [UInt8]
  var hasHungUp = false

  init(_ program: consuming Program, rule: [UInt8]) {
    self.program = program
    self.rule = rule
  }

  /// Reports what it has written.
  func read(_ report: ServiceReporter) {
    guard !hasHungUp else { return }
    let isOpen = try? program.readOutput(&lines) { line, isCut in
      report(.programLine([UInt8](line), isCut: isCut, of: rule))
    }
    hasHungUp = isOpen != true
  }

  /// Reports what it left in its pipe when it ended, but no more than a pipe holds: a process that inherited it
  /// may write for ever.
  func drain(_ report: ServiceReporter) {
    for _ in 0..<128 where !hasHungUp { read(report) }
    lines.finish { line, isCut in
      report(.programLine([UInt8](line), isCut: isCut, of: rule))
    }
  }

  func end(force: Bool) {
    if force { program.process.kill() } else { program.process.terminate() }
  }
}

extension RunningService {
  /// Hands the supervisor some of what the fetcher of a mailbox has sent: one that sends without a
  /// pause must not keep outputs, deadlines and other mailboxes waiting.
  mutating func readFetcher(_ mailbox: Int, atMost limit: Int = 16) {
    guard let fetcher = fetchers[mailbox], !fetcher.hasHungUp else { return }
    var frame = FetcherFrame.Bytes()
    for _ in 0..<limit {
      // What it says next may be of the message that is judged.
      guard judges[mailbox] == nil else { return }
      guard let result = try? fetcher.fork.channel.read(into: &frame) else {
        fetcher.hasHungUp = true
        return
      }
      switch result {
      case .wouldBlock: return
      case .end:
        fetcher.hasHungUp = true
        return
      case .bytes:
        supervisor.received(
          frame.bytes, from: mailbox, on: &board, now: Clock.now, time: wallTime)
        carryOut()
      }
    }
  }

  /// Has what the fetcher of a mailbox claims judged by a process that has no more than its memory: a copy
  /// of this one, with the claim, the rules and no power.
  mutating func startJudge(_ mailbox: Int) {
    let user = loaded.user
    do throws(SystemError) {
      judges[mailbox] = RunningJudge(
        try ForkedProcess(isBrief: true) { channel in
          do throws(SystemError) {
            try Sandbox.silence()
            try Sandbox.dropPrivileges(to: user)
            try Sandbox.enterJudge()
            try channel.writeAll(supervisor.judge(mailbox).encoded.span, within: nil)
          } catch { return 1 }
          return 0
        })
    } catch {
      report(.systemFailed(mailbox: loaded.settings.mailboxes[mailbox].name, error))
      supervisor.judged(mailbox, .none(nil), on: &board, now: Clock.now, time: wallTime)
    }
  }

  /// Hands the supervisor what the judge of a mailbox says.
  mutating func readJudge(_ mailbox: Int) {
    guard let judgement = judges[mailbox]?.judgement() else { return }
    judges[mailbox] = nil
    supervisor.judged(mailbox, judgement, on: &board, now: Clock.now, time: wallTime)
    carryOut()
  }

  /// Takes leave of the processes of a mailbox that have ended, after all that they sent.
  mutating func reap(_ mailbox: Int) {
    if let fetcher = fetchers[mailbox], let ending = try? fetcher.fork.process.reap() {
      // A dead fetcher sends no more; what it left is no more than its socket holds.
      readFetcher(mailbox, atMost: .max)
      fetchers[mailbox] = nil
      judges[mailbox] = nil
      supervisor.fetcherEnded(
        mailbox, ProcessEnd(ending), now: Clock.now, time: wallTime)
    }
    if let program = programs[mailbox], let ending = try? program.program.process.reap() {
      program.drain(report)
      programs[mailbox] = nil
      supervisor.actionEnded(
        mailbox, ActionEnd(ending), on: &board, now: Clock.now, time: wallTime)
    }
  }
}

extension ProcessEnd {
  fileprivate init(_ ending: Ending) {
    switch ending {
    case .exited(let status): self = .exited(status: status)
    case .killed(let signal): self = .killed(signal: signal)
    }
  }
}

extension ActionEnd {
  init(_ ending: Ending) {
    switch ending {
    case .exited(0): self = .succeeded
    case .exited(let status): self = .failed(.exit(status: status))
    case .killed(let signal): self = .failed(.signal(signal))
    }
  }
}

/// The arguments of a program, each value whole. Throws where they are too long.
func arguments(
  _ templates: [Template], _ values: AlertValues, _ rule: Rule
) throws(SystemError) -> TextList {
  var list = TextList(limit: 16384)
  for template in templates {
    var argument: [UInt8] = []
    template.expand(values, of: rule, into: &argument)
    guard list.append(argument.span) else { throw SystemError(.arguments, .argumentsTooLong) }
  }
  return list
}

/// The environment of a program: what popbell tells it, and nothing of popbell's own.
func environment(_ values: AlertValues, _ rule: Rule) throws(SystemError) -> TextList {
  var list = TextList(limit: 16384)
  list.appendPath()
  for index in 0..<rule.variableCount {
    var variable: [UInt8] = []
    _ = rule.writeVariable(index, of: values, into: &variable)
    guard list.append(variable.span) else { throw SystemError(.environment, .argumentsTooLong) }
  }
  return list
}
