import Alerts
import Bytes

/// Lines that note what they are told, and can refuse it, or not be there at all.
struct NotedLines: OutputLines {
  var changes: [Bool] = []
  var takes: [Bool] = []
  /// When what was made active is to end.
  var ends: [Instant] = []
  /// How long it is since the time that callers know.
  var late = Interval.zero
  var refusals = 0
  /// Whether they can be had, and whether they are.
  var isThere = true
  var isOurs = true

  mutating func drive(_ output: Int, active: Bool, until end: Instant) -> Bool {
    if !isOurs { return active ? take(output, active: active, until: end) : true }
    changes.append(active)
    if active { ends.append(end) }
    refusals -= 1
    return refusals < 0
  }

  mutating func take(_ output: Int, active: Bool, until end: Instant) -> Bool {
    takes.append(active)
    if active { ends.append(end) }
    isOurs = isThere
    return isOurs
  }

  func time(since now: Instant) -> Instant { now + late }

  func isHeld(_ output: Int) -> Bool { isOurs }

  mutating func lose() { (isThere, isOurs) = (false, false) }
}

extension Outputs {
  init(maxOn: [Interval?], rest: Interval = .zero, initiallyActive: [Bool], now: Instant) {
    self.init()
    for (maxOn, isActive) in zip(maxOn, initiallyActive) {
      add(maxOn: maxOn, rest: rest, isActive: isActive, now: now)
    }
  }
}

extension Instant {
  static func seconds(_ count: Int64) -> Instant { Instant(milliseconds: count * 1000) }
}
