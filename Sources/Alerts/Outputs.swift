public import Bytes
public import Rules

/// Drives output lines: GPIO, or a recorder in tests.
public protocol OutputLines: ~Copyable {
  /// Makes line `output` active or inactive. Returns `false` if the line refused. A line that is not held is
  /// taken first, but only to make it active: without holding it, popbell cannot have switched it on.
  ///
  /// A line that is made active must become inactive at `end`, and when popbell is gone, without a further
  /// call.
  mutating func drive(_ output: Int, active: Bool, until end: Instant) -> Bool

  /// Takes a line that is not held, with `active` as its first state. Returns `false` if it still cannot be
  /// taken.
  mutating func take(_ output: Int, active: Bool, until end: Instant) -> Bool

  /// The current time. `now` may be outdated, because a record of what is to be done was written since.
  func time(since now: Instant) -> Instant

  /// True if popbell holds the line; it may be missing, or in use by another program.
  func isHeld(_ output: Int) -> Bool
}

/// An output that became active or inactive or, if `isDone` is false, refused to.
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

/// Why an output changed, for the log.
public enum OutputCause: Sendable, Equatable {
  case rule, pulseEnded, blink, maxOnReached, stop
  /// The line refused before, and was driven again.
  case retry
  /// The line could not be taken before, and now was.
  case taken
}

/// The current and planned states of all outputs: pulses, blinking, and the maximum on-time.
///
/// Law: an output is active only while a rule's action, or `initial`, holds it so, and never longer than its
/// `max-on` (L4). A line that refuses to become inactive is driven again. An output whose line is not held is
/// inactive, and its line is taken as soon as possible. It then has its initial state, unless a rule or the
/// time has changed it before.
public struct Outputs: Sendable {
  private var outputs: [Output] = []
  private var events: [OutputEvent] = []
  private var isStopped = false

  /// Creates an empty list of outputs.
  public init() {}

  /// Adds an output that is active or inactive from `now` on. It may be on for `maxOn` (nil: no limit) at a
  /// time, and in total between breaks of `rest`.
  public mutating func add(
    maxOn: Interval?, rest: Interval, isActive: Bool, now: Instant
  ) {
    var output = Output(OnTime(maxOn: maxOn, rest: rest), startsActive: isActive)
    output.set(active: isActive, now: now)
    outputs.append(output)
  }

  /// Takes over the state of output `index` of `other`, which is the same line before a reload. The time
  /// limits are those of the new settings.
  public mutating func adopt<Lines: OutputLines & ~Copyable>(
    _ index: Int, of other: Outputs, as newIndex: Int, on lines: inout Lines, now: Instant
  ) {
    let new = outputs[newIndex].onTime
    outputs[newIndex] = other.outputs[index]
    (outputs[newIndex].onTime.maxOn, outputs[newIndex].onTime.rest) = (new.maxOn, new.rest)
    if outputs[newIndex].isActive { _ = renew(newIndex, on: &lines, now: now) }
  }

  /// The changes since the last call, in order.
  public mutating func takeEvents() -> [OutputEvent] {
    defer { events = [] }
    return events
  }

  public func isActive(_ index: Int) -> Bool { outputs[index].isActive }

  /// True if a pulse or blinking has yet to end.
  public var isBusy: Bool {
    for output in outputs where output.plan != .steady { return true }
    return false
  }

  /// Time at which `tick` is needed next; nil for never.
  public var nextWake: Instant? {
    var earliest = Instant.never
    for output in outputs { earliest = min(earliest, output.due) }
    return earliest == .never ? nil : earliest
  }

  /// End of the rest that output `index` needs before `change`; nil if it needs none.
  public func restEnd(of index: Int, before change: OutputChange, now: Instant) -> Instant? {
    outputs[index].restEnd(before: change, now: now)
  }

  /// Carries out `change` on output `index`. If its line refuses, it is driven inactive. If it must rest
  /// first, nothing changes.
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

  /// Tells the line of an active output when it must become inactive. If that fails, the line stays on, and
  /// the next tick ends what should be over. Returns `false` if the line is lost.
  private func renew<Lines: OutputLines & ~Copyable>(
    _ index: Int, on lines: inout Lines, now: Instant
  ) -> Bool {
    let end = outputs[index].end(now: now)
    return end <= now || lines.drive(index, active: true, until: end) || lines.isHeld(index)
  }

  /// Makes the changes that are due.
  public mutating func tick<Lines: OutputLines & ~Copyable>(on lines: inout Lines, now: Instant) {
    for index in outputs.indices {
      // Driving the line before may have taken time.
      let now = lines.time(since: now)
      guard holds(index, on: &lines, now: now) else { continue }
      guard let (active, cause) = outputs[index].step(now: now) else { continue }
      _ = driveOrEnd(index, active: active, because: cause, on: &lines, now: now)
    }
  }

  /// Drives every active output inactive, and cancels all plans.
  public mutating func stop<Lines: OutputLines & ~Copyable>(on lines: inout Lines, now: Instant) {
    isStopped = true
    for index in outputs.indices {
      outputs[index].plan = .steady
      outputs[index].taking = nil
      guard outputs[index].isActive || outputs[index].retryAt != nil else { continue }
      _ = drive(index, active: false, because: .stop, on: &lines, now: now)
    }
  }

  /// Drives a line; one that refuses to become active is driven inactive.
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

  /// True if the line is held. Tries to take one that is not, if an attempt is due.
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
