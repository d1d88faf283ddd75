import Bytes

/// Limits the time that an output is on: to `maxOn` at a time, and to `maxOn` in total between breaks of at
/// least `rest`. Alerts in quick succession thus cannot keep it on with short interruptions.
struct OnTime: Sendable {
  /// nil for no limit.
  var maxOn: Interval?
  var rest: Interval
  /// Time at which the output was switched on; nil if it is off.
  private var onSince: Instant?
  /// Time at which the output was last switched off; nil if it was not.
  private var offSince: Instant?
  /// Time on since the last break, without the current period.
  private var before = Interval.zero

  init(maxOn: Interval?, rest: Interval) {
    self.maxOn = maxOn
    self.rest = rest
  }

  mutating func switchOn(now: Instant) {
    before = spent(now: now)
    onSince = now
  }

  mutating func switchOff(now: Instant) {
    before = spent(now: now)
    (onSince, offSince) = (nil, now)
  }

  /// Time on since the last break, in total.
  private func spent(now: Instant) -> Interval {
    if let onSince { return .milliseconds(before.milliseconds + (now - onSince).milliseconds) }
    guard let offSince, now - offSince < rest else { return .zero }
    return before
  }

  /// Time at which the output must be off, if it is on or is switched on now. `alone` leaves earlier periods
  /// out.
  func cutOff(now: Instant, alone: Bool) -> Instant {
    guard let maxOn else { return .never }
    let used = alone ? .zero : onSince == nil ? spent(now: now) : before
    return (onSince ?? now) + .milliseconds(maxOn.milliseconds - used.milliseconds)
  }

  /// End of the break that is needed before the output may be on for `length`; nil if none is needed.
  func restEnd(before length: Interval, now: Instant) -> Instant? {
    let spent = spent(now: now).milliseconds
    guard let maxOn, spent > 0, spent + length.milliseconds > maxOn.milliseconds else { return nil }
    return (onSince == nil ? offSince ?? now : now) + rest
  }
}
