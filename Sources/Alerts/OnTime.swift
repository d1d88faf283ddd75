import Bytes

/// The time that an output may be on: `maxOn` at a time, and no longer in all without a break of
/// `rest`, so that alerts which come one after the other do not keep it on but for moments.
struct OnTime: Sendable {
  /// nil for ever.
  var maxOn: Interval?
  var rest: Interval
  /// The time at which it was switched on, where it is on; and off, where it was on before.
  private var onSince: Instant?
  private var offSince: Instant?
  /// Its time on since the last break, without what it is on now.
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

  /// Its time on since the last break.
  private func spent(now: Instant) -> Interval {
    if let onSince { return .milliseconds(before.milliseconds + (now - onSince).milliseconds) }
    guard let offSince, now - offSince < rest else { return .zero }
    return before
  }

  /// The time at which it has to be off, where it is on, or is switched on now; `alone` leaves out what
  /// it was on before.
  func cutOff(now: Instant, alone: Bool) -> Instant {
    guard let maxOn else { return .never }
    let used = alone ? .zero : onSince == nil ? spent(now: now) : before
    return (onSince ?? now) + .milliseconds(maxOn.milliseconds - used.milliseconds)
  }

  /// The end of the break that it needs before it may be on for so long; nil where it needs none.
  func restEnd(before length: Interval, now: Instant) -> Instant? {
    let spent = spent(now: now).milliseconds
    guard let maxOn, spent > 0, spent + length.milliseconds > maxOn.milliseconds else { return nil }
    return (onSince == nil ? offSince ?? now : now) + rest
  }
}
