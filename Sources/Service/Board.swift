import Alerts
package import Bytes
package import Config
package import Platform

/// One output of this board. Its line is held until this is dropped.
package final class BoardLine {
  package let settings: OutputSettings
  /// nil for a simulated line, and for one that could not be had.
  private var output: GPIOOutput?
  private let keeper: Keeper
  /// Where it is in what is waited for.
  private var place: Int?

  /// A line that is not held yet: to drive it active tries to take it.
  package init(_ settings: OutputSettings, _ keeper: Keeper) {
    self.settings = settings
    self.keeper = keeper
  }

  package var isHeld: Bool {
    guard !settings.line.isSimulated else { return true }
    switch output {
    case .some: return true
    case nil: return false
    }
  }

  /// Takes the line, active (until `end`) or not, in one step.
  package func take(active: Bool, until end: Instant = .never) throws(GPIOError) {
    guard !settings.line.isSimulated else { return }
    let location = try GPIOLocation(settings.line)
    output = try location.chip.requestOutput(
      location.offset, settings.flags, active: active, keeper: keeper)
    guard active else { return }
    do throws(SystemError) { try keep(until: end) } catch {
      try release()
      throw .system(error)
    }
  }

  /// Drives the line inactive and lets it go.
  package func release() throws(GPIOError) {
    defer { lose() }
    try drive(active: false)
  }

  package func drive(active: Bool, until end: Instant = .never) throws(GPIOError) {
    // What is not held cannot be on by us; only switching on needs the line.
    guard isHeld else {
      guard active else { return }
      try take(active: false)
      return try drive(active: true, until: end)
    }
    do throws(SystemError) { try set(active: active, until: end) } catch {
      guard error.number == .noDevice else { throw .system(error) }
      lose()
      throw .lost
    }
  }

  private func set(active: Bool, until end: Instant) throws(SystemError) {
    if active { try keep(until: end) }
    switch output {
    case .some(let output):
      try output.set(active: active)
      if !active { output.letGo() }
    case nil: return
    }
  }

  /// Whatever becomes of this process, what is active has an end.
  private func keep(until end: Instant) throws(SystemError) {
    switch output {
    case .some(let output):
      try output.keep(until: end)
      // A keeper that was slow has given it up by now.
      if end <= Clock.now { throw SystemError(.keeper, .timedOut) }
    case nil: return
    }
  }

  /// Lets go of a line whose chip is gone.
  package func lose() { output = nil }

  /// Adds the line, where it is held, to what is waited for.
  package func add<let capacity: Int>(to waiting: inout PollSet<capacity>) {
    switch output {
    case .some(let output): place = waiting.add(output.descriptor, for: .hangUp)
    case nil: place = nil
    }
  }

  /// True if its chip is gone, as the set says to which it was added last.
  package func hasHungUp<let capacity: Int>(_ waiting: borrowing PollSet<capacity>) -> Bool {
    place.map { waiting.hasHungUp($0) } ?? false
  }
}

/// Where the kernel has its GPIO chips.
package let deviceFolder: StaticString = "/dev"

extension GPIOLocation {
  /// Finds a line on this machine.
  package init(_ line: LineAddress) throws(GPIOError) {
    let folder = [UInt8](deviceFolder)
    switch line {
    case .named(let name, nil): try self.init(line: name.span, in: folder.span)
    case .named(let name, let chip?):
      try self.init(chip: chip.span, line: name.span, in: folder.span)
    case .offset(let offset, let chip):
      var digits: [UInt8] = []
      digits.append(decimal: UInt64(offset))
      try self.init(chip: chip.span, line: digits.span, in: folder.span)
    }
  }
}

extension OutputSettings {
  fileprivate var flags: GPIOFlags {
    var flags: GPIOFlags = isActiveLow ? [.activeLow] : []
    switch bias {
    case .asIs: break
    case .disabled: flags.insert(.noPull)
    case .pullUp: flags.insert(.pullUp)
    case .pullDown: flags.insert(.pullDown)
    }
    switch drive {
    case .pushPull: break
    case .openDrain: flags.insert(.openDrain)
    case .openSource: flags.insert(.openSource)
    }
    return flags
  }

  /// True if it is the same line, used in the same way.
  func isSameLine(as other: OutputSettings) -> Bool {
    name == other.name && line == other.line && isActiveLow == other.isActiveLow
      && bias == other.bias && drive == other.drive
  }
}

/// All outputs of this board.
package struct Board: OutputLines {
  package private(set) var lines: [BoardLine]
  private let report: ServiceReporter
  /// The last problem of each line that was reported; nil if there is none.
  private var problems: [Problem?]

  private struct Problem: Equatable {
    let error: GPIOError
    let isHeld: Bool

    /// True if it is news after `other`; what is not there is not there, however that is seen.
    func isNews(after other: Problem?) -> Bool {
      self != other && !(error.isAbsence && other?.error.isAbsence == true)
    }
  }

  /// Takes the lines; one that cannot be had is reported, and the others go on. Lines of `old` that are the
  /// same are taken over as they are; its others are switched off and let go first.
  package init(
    _ outputs: [OutputSettings], replacing old: [BoardLine] = [], keeper: Keeper,
    report: ServiceReporter
  ) {
    self.report = report
    let kept = outputs.map { output in
      old.first { $0.isHeld && $0.settings.isSameLine(as: output) }
    }
    lines = outputs.indices.map { kept[$0] ?? BoardLine(outputs[$0], keeper) }
    problems = outputs.map { _ in nil }
    for line in old where !kept.contains(where: { $0 === line }) {
      do throws(GPIOError) { try line.release() } catch {
        report(.lineFailed(line.settings, error, triesAgain: false))
      }
    }
    for index in lines.indices where kept[index] == nil {
      let end = outputs[index].maxOn.map { Clock.now + $0 } ?? .never
      _ = take(index, active: outputs[index].isInitiallyActive, until: end)
    }
  }

  package func time(since now: Instant) -> Instant { Clock.now }

  package mutating func take(_ output: Int, active: Bool, until end: Instant) -> Bool {
    attempt(output) { line throws(GPIOError) in try line.take(active: active, until: end) }
  }

  /// Reports why a line refused; the supervisor reports what was done.
  package mutating func drive(_ output: Int, active: Bool, until end: Instant) -> Bool {
    // Whoever asks for an alert's siren wants to read why there was none, each time.
    if active { problems[output] = nil }
    return attempt(output) { line throws(GPIOError) in try line.drive(active: active, until: end) }
  }

  package func isHeld(_ output: Int) -> Bool { lines[output].isHeld }

  /// The chip of a line that was held is gone.
  mutating func lose(_ output: Int) {
    _ = attempt(output) { line throws(GPIOError) in
      line.lose()
      throw .lost
    }
  }

  /// Does something with a line, and reports why it failed, if that is not known already.
  private mutating func attempt(
    _ output: Int, _ body: (BoardLine) throws(GPIOError) -> Void
  ) -> Bool {
    let line = lines[output]
    do throws(GPIOError) {
      try body(line)
      problems[output] = nil
      return true
    } catch {
      let problem = Problem(error: error, isHeld: line.isHeld)
      if problem.isNews(after: problems[output]) {
        report(.lineFailed(line.settings, error, triesAgain: !line.isHeld))
      }
      problems[output] = problem
      return false
    }
  }
}

extension GPIOError {
  /// True if the line is not there at all.
  fileprivate var isAbsence: Bool {
    switch self {
    case .noChips, .noSuchChip, .noSuchLine, .lost: true
    case .ambiguous, .busy, .denied, .system: false
    }
  }
}
