import Alerts
import Bytes
import Config
import Platform
import Rules
import Service

/// `popbell gpio set`: an output by hand. Whatever ends it, the output is inactive then.
func setOutput(_ words: [[UInt8]], _ options: Options) -> Int32 {
  guard let name = words.first else { return refuse("gpio set: which output?") }
  let change: OutputChange
  switch parse([[UInt8]](words.dropFirst())) {
  case .success(let parsed): change = parsed
  case .failure(let refusal): return refusal.report()
  }
  guard let outputs = readOutputs(options) else { return ExitCode.configuration }
  guard let settings = outputs.first(where: { $0.name == name }) else {
    guard let near = nearest(to: name.span, among: outputs.map { $0.name }) else {
      return refuse("gpio set: the configuration has no output '", name, "'")
    }
    return refuse("gpio set: there is no such output; did you mean '", near, "'?")
  }
  do throws(GPIOError) {
    // From here on no signal ends this without the output being driven inactive.
    var hand = Hand(settings, try openSignals())
    return hand.carryOut(change)
  } catch {
    return fail(error)
  }
}

/// `popbell gpio off`: for a service manager, after a popbell that could not do it itself.
func endOutputs(_ options: Options) -> Int32 {
  guard let outputs = readOutputs(options) else { return ExitCode.configuration }
  var code = ExitCode.ok
  for settings in outputs {
    let line = BoardLine(settings, Keeper())
    do throws(GPIOError) {
      try line.take(active: false)
      try line.release()
    } catch {
      code = fail(error, on: settings)
    }
  }
  return code
}

/// The outputs of the configuration; nil, and said why, where it has errors.
private func readOutputs(_ options: Options) -> [OutputSettings]? {
  switch loadOutputs(options.configFile) {
  case .success(let outputs): return outputs
  case .failure(let refused):
    writeErrors(refused.lines)
    return nil
  }
}

// change = "on" / "off" / "pulse" interval
private func parse(_ words: [[UInt8]]) -> Result<OutputChange, Options.Refusal> {
  let word = words.first ?? []
  if words.count == 1 {
    if word.span.equals("on") { return .success(.on) }
    if word.span.equals("off") { return .success(.off) }
  }
  guard words.count == 2, word.span.equals("pulse") else {
    return .failure(
      Options.Refusal(message: [UInt8]("gpio set: write OUTPUT and then on, off or 'pulse 10s'")))
  }
  do throws(ValueProblem) {
    return .success(.pulse(try pulseTime(words[1])))
  } catch {
    var message = [UInt8]("gpio set: ")
    error.write(into: &message)
    return .failure(Options.Refusal(message: message))
  }
}

private func fail(_ error: GPIOError, on settings: OutputSettings) -> Int32 {
  writeErrors([settings.name + ": " + describe(error, settings.line)])
  return error.exitCode
}

/// One output, and the one who set it: as the service would, with `max-on`.
private struct Hand: ~Copyable, OutputLines {
  private let keeper = Keeper()
  private let line: BoardLine
  private let signals: Signals
  private var failure: GPIOError?
  private var wasOn = false

  init(_ settings: OutputSettings, _ signals: consuming Signals) {
    line = BoardLine(settings, keeper)
    self.signals = signals
  }

  mutating func carryOut(_ change: OutputChange) -> Int32 {
    let settings = line.settings
    var outputs = Outputs()
    outputs.add(maxOn: settings.maxOn, rest: settings.rest, isActive: false, now: Clock.now)
    if take(0, active: false, until: .never),
      outputs.apply(change, to: 0, on: &self, now: Clock.now) == .succeeded
    {
      say(outputs.isActive(0) ? start(change) : [UInt8]("off"))
      _ = outputs.takeEvents()
      var ending: GPIOError?
      do throws(GPIOError) { try wait(for: &outputs) } catch { ending = error }
      outputs.stop(on: &self, now: Clock.now)
      report(&outputs)
      failure = ending ?? failure
    }
    return failure.map { fail($0, on: settings) } ?? ExitCode.ok
  }

  /// Until the output is inactive, or a signal comes.
  private mutating func wait(for outputs: inout Outputs) throws(GPIOError) {
    while outputs.isActive(0) {
      var waiting = PollSet<2>()
      waiting.add(signals.descriptor)
      line.add(to: &waiting)
      do throws(SystemError) {
        try waiting.wait(for: outputs.nextWake.map { max($0 - Clock.now, .zero) })
        if try signals.areEnding() { return }
      } catch {
        throw .system(error)
      }
      if line.hasHungUp(waiting) { line.lose() }
      keeper.tend(isNeeded: true)
      outputs.tick(on: &self, now: Clock.now)
      report(&outputs)
      guard line.isHeld else { throw .lost }
    }
  }

  private func start(_ change: OutputChange) -> [UInt8] {
    var text = [UInt8]("on")
    if case .pulse(let time) = change {
      text.append(" for ")
      text.write(time)
    } else {
      text.append(" until Ctrl-C")
    }
    if let maxOn = line.settings.maxOn {
      text.append(", at most ")
      text.write(maxOn)
    }
    return text
  }

  private func report(_ outputs: inout Outputs) {
    for event in outputs.takeEvents() where event.isDone {
      var text: [UInt8] = []
      text.append(event.active ? "on" : "off")
      if event.cause != .stop { text.append(event.cause.words) }
      say(text)
    }
  }

  private func say(_ text: [UInt8]) {
    var line = self.line.settings.name
    line.append(": ")
    line += text
    if self.line.settings.line.isSimulated { line.append(" (simulated)") }
    line.append(.lineFeed)
    // A terminal that was told to wait must not make a siren sound longer.
    try? StandardStream.output.write(line.span, within: .milliseconds(200))
  }

  func time(since now: Instant) -> Instant { Clock.now }

  mutating func take(_ output: Int, active: Bool, until end: Instant) -> Bool {
    attempt { line throws(GPIOError) in try line.take(active: active, until: end) }
  }

  mutating func drive(_ output: Int, active: Bool, until end: Instant) -> Bool {
    let known = failure
    let done = attempt { line throws(GPIOError) in try line.drive(active: active, until: end) }
    // That it is off again is no news for who wanted it on.
    if !active, done, !wasOn { failure = known }
    wasOn = wasOn || done && active
    return done
  }

  func isHeld(_ output: Int) -> Bool { line.isHeld }

  private mutating func attempt(_ body: (BoardLine) throws(GPIOError) -> Void) -> Bool {
    do throws(GPIOError) {
      try body(line)
      failure = nil
      return true
    } catch {
      failure = error
      return false
    }
  }
}
