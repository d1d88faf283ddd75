import Alerts
import Bytes
import Config
import Ledger
import Platform
import Rules

/// Seconds since 1970, for records.
var wallTime: UInt64 { UInt64(max(0, Clock.secondsSince1970)) }

/// A fetcher's process, and our end of its channel.
final class RunningFetcher {
  var fork: ForkedProcess
  /// The message that it sends the content of. It goes with the fetcher, where it is not whole.
  let archive = RunningArchive()
  /// The process has closed its end; its exit is near.
  var hasHungUp = false

  init(_ fork: consuming ForkedProcess) { self.fork = fork }

  /// One byte always fits, and a fetcher that is gone needs none.
  func answer(_ verdict: Verdict) {
    var answer = ByteBuffer<1>()
    answer.append(verdict.rawValue)
    _ = try? fork.channel.write(answer.bytes)
  }

  /// So does this: a fetcher asks, and then waits.
  func answer(_ answer: ListingAnswer) { _ = try? fork.channel.write(answer.bytes.span) }
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

  func end(force: Bool) {
    if force { program.process.kill() } else { program.process.terminate() }
  }
}

extension Service {
  /// Hands the supervisor some of what the fetcher of a mailbox has sent: one that sends without a
  /// pause must not keep outputs, deadlines and other mailboxes waiting.
  mutating func readFetcher(_ mailbox: Int, atMost limit: Int = 16) {
    guard let fetcher = fetchers[mailbox], !fetcher.hasHungUp else { return }
    var frame = FetcherFrame.Bytes()
    for _ in 0..<limit {
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

  /// Logs what the program of a mailbox has written.
  mutating func readProgram(_ mailbox: Int) {
    guard let program = programs[mailbox], !program.hasHungUp else { return }
    let (log, rule) = (log, program.rule)
    let isOpen = try? program.program.readOutput(&program.lines) { line, isCut in
      log.write(line, isCut: isCut, of: rule)
    }
    program.hasHungUp = isOpen != true
  }

  /// Logs what a program that has ended left in its pipe, and no more than a pipe holds: who
  /// inherited it may write on for ever.
  private mutating func drainProgram(_ mailbox: Int) {
    guard let program = programs[mailbox] else { return }
    for _ in 0..<128 where !program.hasHungUp { readProgram(mailbox) }
    let (log, rule) = (log, program.rule)
    program.lines.finish { line, isCut in log.write(line, isCut: isCut, of: rule) }
  }

  /// Takes leave of the processes of a mailbox that have ended, after all that they sent.
  mutating func reap(_ mailbox: Int) {
    if let fetcher = fetchers[mailbox], (try? fetcher.fork.process.reap()) != .some(nil) {
      // A dead fetcher sends no more; what it left is no more than its socket holds.
      readFetcher(mailbox, atMost: .max)
      fetchers[mailbox] = nil
      supervisor.fetcherEnded(mailbox, now: Clock.now, time: wallTime)
    }
    if let program = programs[mailbox], let ending = try? program.program.process.reap() {
      drainProgram(mailbox)
      programs[mailbox] = nil
      supervisor.programEnded(
        mailbox, ProgramEnd(ending), on: &board, now: Clock.now, time: wallTime)
    }
  }
}

extension Log {
  /// Writes a line that the program of `rule` wrote.
  fileprivate func write(_ line: Span<UInt8>, isCut: Bool, of rule: [UInt8]) {
    var text: [UInt8] = []
    text.append("| ")
    text.append(escaping: line)
    if isCut { text.append(" …") }
    write(.info, rule, text)
  }
}

extension ProgramEnd {
  init(_ ending: Ending) {
    switch ending {
    case .exited(let status): self = .exited(status)
    case .killed(let signal): self = .signalled(signal)
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
