import Alerts
import Bytes
import Config
import Platform
import Rules

/// Tells the owner of troubles by the program of `on-trouble`: one at a time.
struct TroubleProgram {
  /// The most that waits to be told; more is in the log alone.
  private static let limit = 16
  /// The longest that the program may run, and then the time that it has to end when asked.
  private static let timeout = Interval.seconds(30)
  private static let grace = Interval.seconds(3)

  fileprivate struct News {
    let trouble: Trouble
    let name: [UInt8]
    let text: [UInt8]

    func value(_ value: TroubleValue) -> [UInt8] {
      switch value {
      case .event: [UInt8](trouble.event)
      case .mailbox: name
      case .text: text
      }
    }
  }

  private var told = Troubles()
  private var waiting: [News] = []
  private var running: RunningProgram?
  /// The time at which the program that runs is told to end, and then killed.
  private(set) var due: Instant?
  private var isOverdue = false

  var isRunning: Bool { running != nil }
  var isBusy: Bool { isRunning || !waiting.isEmpty }

  /// Tells of a trouble of the mailbox or output `name`, unless that was told in the last hour.
  mutating func tell(
    _ trouble: Trouble, of name: [UInt8], _ text: [UInt8], now: Instant, _ report: ServiceReporter
  ) {
    guard told.isNews(trouble, of: name, now: now) else { return }
    guard waiting.count < Self.limit else {
      report(.tooMuchTrouble)
      return
    }
    waiting.append(News(trouble: trouble, name: name, text: text))
  }

  /// Starts the program for what waits, or ends it where it takes too long.
  mutating func step(_ program: [TroubleTemplate], now: Instant, _ report: ServiceReporter) {
    if let due, due <= now {
      end(force: isOverdue)
      (isOverdue, self.due) = (true, now + Self.grace)
    }
    while running == nil, !waiting.isEmpty {
      let news = waiting.removeFirst()
      do throws(SystemError) {
        running = RunningProgram(
          try Program(try news.arguments(program), environment: try news.environment()),
          rule: [UInt8]("on-trouble"))
        (isOverdue, due) = (false, now + Self.timeout)
      } catch {
        report(.troubleNotTold(error))
      }
    }
  }

  func end(force: Bool) { running?.end(force: force) }

  func add<let capacity: Int>(to waiting: inout PollSet<capacity>) {
    if let running, !running.hasHungUp { waiting.add(running.program.output) }
  }

  func read(_ report: ServiceReporter) { running?.read(report) }

  /// Takes leave of the program, where it has ended.
  mutating func reap(_ report: ServiceReporter) {
    guard let running, let ending = try? running.program.process.reap() else { return }
    running.drain(report)
    if let failure = ActionEnd(ending).failure {
      report(.troubleProgramFailed(isOverdue ? .timedOut : failure))
    }
    (self.running, due) = (nil, nil)
  }
}

extension TroubleProgram.News {
  fileprivate func arguments(_ templates: [TroubleTemplate]) throws(SystemError) -> TextList {
    var list = TextList(limit: 16384)
    for template in templates {
      var argument: [UInt8] = []
      template.expand(into: &argument) { value, argument in argument.write(self.value(value)) }
      guard list.append(argument.span) else { throw SystemError(.arguments, .argumentsTooLong) }
    }
    return list
  }

  fileprivate func environment() throws(SystemError) -> TextList {
    var list = TextList(limit: 16384)
    list.appendPath()
    for (name, value) in [
      ("POPBELL_EVENT", .event), ("POPBELL_MAILBOX", .mailbox), ("POPBELL_TEXT", .text),
    ] as [(StaticString, TroubleValue)] {
      guard list.append(name: [UInt8](name).span, value: self.value(value).span) else {
        throw SystemError(.environment, .argumentsTooLong)
      }
    }
    return list
  }
}
