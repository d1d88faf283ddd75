import Bytes
import Rules

/// The state of one output.
struct Output: Sendable {
  /// Pause before a line that refused to become inactive is driven again.
  static let retryInterval = Interval.seconds(1)
  /// First pause before the next attempt to take a line that is not held; pauses double up to `longestPause`.
  /// At boot the driver or udev may be a second late; a device plugged in later can wait a minute. Each
  /// attempt looks at all chips.
  static let firstPause = Interval.seconds(1)
  static let longestPause = Interval.seconds(60)

  enum Plan: Sendable, Equatable {
    /// No change is planned.
    case steady
    /// Active until `until`.
    case pulse(until: Instant)
    /// The next change is at `change`; the output becomes active `remaining` more times.
    case blink(on: Interval, off: Interval, remaining: Int, change: Instant)
  }

  var onTime: OnTime
  /// True if the output is active from the moment at which its line is taken.
  var startsActive: Bool
  var isActive = false
  var plan = Plan.steady
  /// Time at which a line is driven again that refused to become inactive; nil if none did.
  var retryAt: Instant?
  /// Time of the next attempt to take a line that is not held, and the pause before it; nil if the line is
  /// held.
  var taking: (due: Instant, pause: Interval)?

  init(_ onTime: OnTime, startsActive: Bool) {
    self.onTime = onTime
    self.startsActive = startsActive
  }

  /// Time at which `max-on` ends the active state, if the output is active or becomes active now. While it
  /// blinks, each active period counts alone.
  private func cutOff(now: Instant) -> Instant { onTime.cutOff(now: now, alone: isBlinking) }

  private var isBlinking: Bool {
    switch plan {
    case .steady, .pulse: false
    case .blink: true
    }
  }

  /// Time of the next planned change.
  private var planned: Instant {
    switch plan {
    case .steady: .never
    case .pulse(let until): until
    case .blink(_, _, _, let change): change
    }
  }

  /// Time at which the output must be inactive, if it is active or becomes active now.
  func end(now: Instant) -> Instant { min(planned, cutOff(now: now)) }

  var due: Instant {
    // For an active output, `end` does not depend on `now`.
    let next = isActive ? end(now: .never) : planned
    return min(next, min(retryAt ?? .never, taking?.due ?? .never))
  }

  mutating func set(active: Bool, now: Instant) {
    guard active != isActive else { return }
    isActive = active
    if active { onTime.switchOn(now: now) } else { onTime.switchOff(now: now) }
  }

  /// Notes that the line is not held, so that its state is unknown: cancels the plan, and schedules an
  /// attempt to take the line.
  mutating func lose(now: Instant) {
    guard taking == nil else { return }
    plan = .steady
    retryAt = nil
    set(active: false, now: now)
    taking = (now + Self.firstPause, Self.firstPause)
  }

  /// True if it is time to try to take the line; then the next attempt is scheduled.
  mutating func isTakingDue(now: Instant) -> Bool {
    guard let (due, pause) = taking, due <= now else { return false }
    let next = min(Interval(milliseconds: pause.milliseconds * 2), Self.longestPause)
    taking = (now + next, next)
    return true
  }

  /// End of the rest that the output needs before `change`; nil if it needs none. An output that is active
  /// without blinking needs none, as `max-on` ends it. One that blinks does, as its blinking could be renewed
  /// for ever.
  func restEnd(before change: OutputChange, now: Instant) -> Instant? {
    guard !isActive || isBlinking else { return nil }
    switch change {
    case .off: return nil
    case .toggle where isActive: return nil
    case .on, .toggle, .pulse, .blink:
      // An output that is left on is on for at least this long.
      let length = change.onTime ?? max(onTime.rest, .milliseconds(1))
      return onTime.restEnd(before: length, now: now)
    }
  }

  /// Plans `change`. Returns `true` if the line must be active now.
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

  /// A pulse never shortens an active period.
  private func pulse(until end: Instant) -> Plan {
    switch plan {
    case .steady: isActive ? .steady : .pulse(until: end)
    case .pulse(let earlier): .pulse(until: max(earlier, end))
    case .blink: .pulse(until: end)
    }
  }

  /// The change that is due now, and its cause; nil if there is none.
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
