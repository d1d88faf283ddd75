import Bytes
import Rules

/// One output.
struct Output: Sendable {
  /// How soon a line that refused to become inactive is told again.
  static let retryInterval = Interval.seconds(1)
  /// How soon a line that is not held is tried again: at boot its driver, or udev, may be a second
  /// late, and who plugs it in later can wait a minute. Each time, all chips are looked at.
  static let firstPause = Interval.seconds(1)
  static let longestPause = Interval.seconds(60)

  enum Plan: Sendable, Equatable {
    case steady
    /// Active until then.
    case pulse(until: Instant)
    /// Changes next at `change`; it becomes active `remaining` more times.
    case blink(on: Interval, off: Interval, remaining: Int, change: Instant)
  }

  var onTime: OnTime
  /// Whether it is active from the moment when its line is taken.
  var startsActive: Bool
  var isActive = false
  var plan = Plan.steady
  var retryAt: Instant?
  /// When a line that is not held is tried again, and how long that is after the last time.
  var taking: (due: Instant, pause: Interval)?

  init(_ onTime: OnTime, startsActive: Bool) {
    self.onTime = onTime
    self.startsActive = startsActive
  }

  /// The time at which `max-on` ends it, where it is active, or becomes that now. While it blinks, that
  /// counts for each time alone.
  private func cutOff(now: Instant) -> Instant { onTime.cutOff(now: now, alone: isBlinking) }

  private var isBlinking: Bool {
    switch plan {
    case .steady, .pulse: false
    case .blink: true
    }
  }

  /// When the plan goes on.
  private var planned: Instant {
    switch plan {
    case .steady: .never
    case .pulse(let until): until
    case .blink(_, _, _, let change): change
    }
  }

  /// When it has to be inactive, where it is active, or becomes that now.
  func end(now: Instant) -> Instant { min(planned, cutOff(now: now)) }

  var due: Instant {
    // What is active has its beginning.
    let next = isActive ? end(now: .never) : planned
    return min(next, min(retryAt ?? .never, taking?.due ?? .never))
  }

  mutating func set(active: Bool, now: Instant) {
    guard active != isActive else { return }
    isActive = active
    if active { onTime.switchOn(now: now) } else { onTime.switchOff(now: now) }
  }

  /// The line is not held: nobody knows what it does, so nothing is planned but to take it.
  mutating func lose(now: Instant) {
    guard taking == nil else { return }
    plan = .steady
    retryAt = nil
    set(active: false, now: now)
    taking = (now + Self.firstPause, Self.firstPause)
  }

  /// Whether to try to take the line now; the next time is planned already.
  mutating func isTakingDue(now: Instant) -> Bool {
    guard let (due, pause) = taking, due <= now else { return false }
    let next = min(Interval(milliseconds: pause.milliseconds * 2), Self.longestPause)
    taking = (now + next, next)
    return true
  }

  /// The end of the rest that it needs before a rule may have this; nil where it needs none. What is on
  /// goes on until `max-on` ends it, but blinking does not begin anew without an end.
  func restEnd(before change: OutputChange, now: Instant) -> Instant? {
    guard !isActive || isBlinking else { return nil }
    switch change {
    case .off: return nil
    case .toggle where isActive: return nil
    case .on, .toggle, .pulse, .blink:
      // An output that is left on is not so for moments.
      let length = change.onTime ?? max(onTime.rest, .milliseconds(1))
      return onTime.restEnd(before: length, now: now)
    }
  }

  /// Plans for what a rule asks, and says whether the line has to be active now.
  mutating func plan(_ change: OutputChange, now: Instant) -> Bool {
    switch change {
    case .on:
      plan = .steady
      return true
    case .off:
      plan = .steady
      return false
    case .toggle:
      plan = .steady
      return !isActive
    case .pulse(let length):
      plan = pulse(until: now + length)
      return true
    case .blink(let on, let off, let count):
      plan = .blink(on: on, off: off, remaining: count - 1, change: now + on)
      return true
    }
  }

  /// A pulse never shortens what is on already.
  private func pulse(until end: Instant) -> Plan {
    switch plan {
    case .steady: isActive ? .steady : .pulse(until: end)
    case .pulse(let earlier): .pulse(until: max(earlier, end))
    case .blink: .pulse(until: end)
    }
  }

  /// What is due now: the line's new state and why; nil where nothing is.
  mutating func step(now: Instant) -> (active: Bool, cause: OutputCause)? {
    if isActive, cutOff(now: now) <= now {
      plan = .steady
      return (false, .maxOnReached)
    }
    switch plan {
    case .pulse(let until) where until <= now:
      plan = .steady
      return (false, .pulseEnded)
    case .blink(let on, let off, let remaining, let change) where change <= now:
      return stepBlink(on: on, off: off, remaining: remaining, now: now)
    case .steady, .pulse, .blink:
      guard let retryAt, retryAt <= now else { return nil }
      return (false, .retry)
    }
  }

  private mutating func stepBlink(
    on: Interval, off: Interval, remaining: Int, now: Instant
  ) -> (active: Bool, cause: OutputCause) {
    guard isActive else {
      plan = .blink(on: on, off: off, remaining: remaining - 1, change: now + on)
      return (true, .blink)
    }
    plan =
      remaining > 0
      ? .blink(on: on, off: off, remaining: remaining, change: now + off) : .steady
    return (false, remaining > 0 ? .blink : .pulseEnded)
  }
}
