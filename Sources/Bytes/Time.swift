/// A length of time, in milliseconds.
public struct Interval: Sendable, Hashable, Comparable {
  public var milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  public static let zero = Interval(milliseconds: 0)
  public static func milliseconds(_ count: Int64) -> Interval { Interval(milliseconds: count) }
  public static func seconds(_ count: Int64) -> Interval { Interval(milliseconds: count * 1000) }

  public static func < (left: Interval, right: Interval) -> Bool {
    left.milliseconds < right.milliseconds
  }
}

/// A point on a clock that never jumps (CLOCK_BOOTTIME), in milliseconds since that clock's zero.
public struct Instant: Sendable, Hashable, Comparable {
  public var milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  public static var never: Instant { Instant(milliseconds: .max) }

  public static func < (left: Instant, right: Instant) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// The instant `interval` later; `never` on overflow.
  public static func + (instant: Instant, interval: Interval) -> Instant {
    let (sum, overflow) = instant.milliseconds.addingReportingOverflow(interval.milliseconds)
    return Instant(milliseconds: overflow ? .max : sum)
  }

  public static func - (left: Instant, right: Instant) -> Interval {
    let (difference, overflow) = left.milliseconds.subtractingReportingOverflow(right.milliseconds)
    return Interval(milliseconds: overflow ? .max : difference)
  }
}
