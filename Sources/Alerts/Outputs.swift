public import Bytes
public import Rules

/// Drives output lines: GPIO, or a test's record of what it was told.
public protocol OutputLines: ~Copyable {
  /// Makes line `output` active or inactive. Returns `false` when the line refused. Tries to take a
  /// line that is not held, but only to make it active: what is not held cannot be on by us.
  ///
  /// What is made active is to be inactive at `end`, and once popbell is gone, though nobody says so.
  mutating func drive(_ output: Int, active: Bool, until end: Instant) -> Bool

  /// Takes a line that is not held, active or not from its first moment. Returns `false` when it
  /// still cannot be had.
  mutating func take(_ output: Int, active: Bool, until end: Instant) -> Bool

  /// The time, where `now` may be some time ago: a record of what is to be done was written since.
  func time(since now: Instant) -> Instant

  /// Whether the line is ours: it may be missing, or somebody else's.
  func isHeld(_ output: Int) -> Bool
}

/// An output that became active or inactive, or refused to.
public struct OutputEvent: Sendable, Equatable {
  public var output: Int
  public var active: Bool
  public var cause: OutputCause
  public var isDone: Bool

  public init(_ output: Int, active: Bool, _ cause: OutputCause, isDone: Bool = true) {
    self.output = output
    self.active = active
    self.cause = cause
    self.isDone = isDone
  }
}

/// Why an output changes, for the log.
public enum OutputCause: Sendable, Equatable {
  case rule, pulseEnded, blink, maxOnReached, stop
  /// It refused before, and is told again.
  case retry
  /// The line could not be had before.
  case taken
}

/// What each output does now and next: pulses, blinking, and the longest it may stay active.
///
/// The law it keeps: an output is active only while a rule's action, or `initial`, holds it so,
/// and never longer than its `max-on` (L4). A line that refuses to become inactive is told again.
/// One that is not held is inactive, and is taken as soon as it can be. Then it is as at a start,
/// but that `initial` counts only until a rule or the time has said otherwise.
public struct Outputs: Sendable {
  private var outputs: [Output] = []
  private var events: [OutputEvent] = []
  private var isStopped = false

  /// None.
  public init() {}

  /// Adds one that is active, or not, from `now` on: for `maxOn` (nil: for ever) at a time, and in all
  /// without a break of `rest`.
  public mutating func add(
    maxOn: Interval?, rest: Interval, isActive: Bool, now: Instant
  ) {
    var output = Output(OnTime(maxOn: maxOn, rest: rest), startsActive: isActive)
    output.set(active: isActive, now: now)
    outputs.append(output)
  }

  /// Takes over what output `index` of `other` is doing: it is the same line, before a reload. How
  /// long it may be on is for the new settings to say.
  public mutating func adopt<Lines: OutputLines & ~Copyable>(
    _ index: Int, of other: Outputs, as newIndex: Int, on lines: inout Lines, now: Instant
  ) {
    let new = outputs[newIndex].onTime
    outputs[newIndex] = other.outputs[index]
    (outputs[newIndex].onTime.maxOn, outputs[newIndex].onTime.rest) = (new.maxOn, new.rest)
    if outputs[newIndex].isActive { _ = renew(newIndex, on: &lines, now: now) }
  }

  /// What happened since it was asked last, in order.
  public mutating func takeEvents() -> [OutputEvent] {
    defer { events = [] }
    return events
  }

  public func isActive(_ index: Int) -> Bool { outputs[index].isActive }

  /// Whether a pulse or blinking has still to end.
  public var isBusy: Bool {
    for output in outputs where output.plan != .steady { return true }
    return false
  }

  /// When something is due next.
  public var nextWake: Instant? {
    var earliest = Instant.never
    for output in outputs { earliest = min(earliest, output.due) }
    return earliest == .never ? nil : earliest
  }

  /// The end of the rest of output `index` before what a rule asks of it; nil for none.
  public func restEnd(of index: Int, before change: OutputChange, now: Instant) -> Instant? {
    outputs[index].restEnd(before: change, now: now)
  }

  /// Carries out what a rule asks of output `index`. One whose line refuses is driven inactive, and one
  /// that has to rest before is left as it is.
  public mutating func apply<Lines: OutputLines & ~Copyable>(
    _ change: OutputChange, to index: Int, on lines: inout Lines, now: Instant
  ) -> ActionEnd {
    let now = lines.time(since: now)
    if let end = restEnd(of: index, before: change, now: now) { return .postponed(until: end) }
    let wasActive = outputs[index].isActive
    let wanted = outputs[index].plan(change, now: now)
    guard wanted != wasActive || outputs[index].retryAt != nil else {
      outputs[index].startsActive = false
      let isDone = !wanted || renew(index, on: &lines, now: now)
      return isDone ? .succeeded : .failed(.outputRefused)
    }
    let isDone = driveOrEnd(index, active: wanted, because: .rule, on: &lines, now: now)
    return isDone ? .succeeded : .failed(.outputRefused)
  }

  /// Says when a line that is active is to be inactive. What is on stays on, whatever becomes of that;
  /// what should be over is ended by the next tick. Returns `false` when the line is lost.
  private func renew<Lines: OutputLines & ~Copyable>(
    _ index: Int, on lines: inout Lines, now: Instant
  ) -> Bool {
    let end = outputs[index].end(now: now)
    return end <= now || lines.drive(index, active: true, until: end) || lines.isHeld(index)
  }

  /// Does what is due.
  public mutating func tick<Lines: OutputLines & ~Copyable>(on lines: inout Lines, now: Instant) {
    for index in outputs.indices {
      // Each may have taken its time.
      let now = lines.time(since: now)
      guard holds(index, on: &lines, now: now) else { continue }
      guard let (active, cause) = outputs[index].step(now: now) else { continue }
      _ = driveOrEnd(index, active: active, because: cause, on: &lines, now: now)
    }
  }

  /// Drives every active output inactive, and forgets what was planned.
  public mutating func stop<Lines: OutputLines & ~Copyable>(on lines: inout Lines, now: Instant) {
    isStopped = true
    for index in outputs.indices {
      outputs[index].plan = .steady
      outputs[index].taking = nil
      guard outputs[index].isActive || outputs[index].retryAt != nil else { continue }
      _ = drive(index, active: false, because: .stop, on: &lines, now: now)
    }
  }

  /// Drives a line; one that refuses to become active is left inactive.
  private mutating func driveOrEnd<Lines: OutputLines & ~Copyable>(
    _ index: Int, active: Bool, because cause: OutputCause, on lines: inout Lines, now: Instant
  ) -> Bool {
    if drive(index, active: active, because: cause, on: &lines, now: now) {
      outputs[index].startsActive = false
      return true
    }
    outputs[index].plan = .steady
    if active, lines.isHeld(index) {
      _ = drive(index, active: false, because: cause, on: &lines, now: now)
    }
    return false
  }

  private mutating func drive<Lines: OutputLines & ~Copyable>(
    _ index: Int, active: Bool, because cause: OutputCause, on lines: inout Lines, now: Instant
  ) -> Bool {
    let done = lines.drive(index, active: active, until: outputs[index].end(now: now))
    events.append(OutputEvent(index, active: active, cause, isDone: done))
    outputs[index].retryAt = done || active ? nil : now + Output.retryInterval
    if done || !active { outputs[index].set(active: active, now: now) }
    if lines.isHeld(index) { outputs[index].taking = nil } else { outputs[index].lose(now: now) }
    return done
  }

  /// Whether a line is held. Takes one that is not where its time has come.
  private mutating func holds<Lines: OutputLines & ~Copyable>(
    _ index: Int, on lines: inout Lines, now: Instant
  ) -> Bool {
    if lines.isHeld(index) {
      outputs[index].taking = nil
      return true
    }
    outputs[index].lose(now: now)
    if isStopped { outputs[index].taking = nil }
    guard outputs[index].isTakingDue(now: now) else { return false }
    let active =
      outputs[index].startsActive && restEnd(of: index, before: .on, now: now) == nil
    guard lines.take(index, active: active, until: outputs[index].end(now: now)) else {
      return false
    }
    outputs[index].taking = nil
    outputs[index].set(active: active, now: now)
    events.append(OutputEvent(index, active: active, .taken))
    return true
  }
}
