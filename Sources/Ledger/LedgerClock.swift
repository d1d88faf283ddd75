import Bytes

/// The state of the clock in a record.
struct ClockReading: Sendable, Equatable {
  /// Seconds since 1970, if the board's clock was right at first; 0 before the first tick.
  var time: UInt64 = 0
  /// Seconds by which this clock is ahead of the board's.
  var skew: Int64 = 0
  /// Seconds in which popbell did not run, without the first days of each absence.
  var away: UInt64 = 0

  /// Limit for times and for the skew: 34,000 years, with which no sum overflows.
  static let furthest: Int64 = 1 << 40
}

/// A clock in seconds that never goes back, to measure how long ago something was.
///
/// It starts from the board's clock, advances with the time that passes while popbell runs, and takes the
/// length of an absence from the board's clock if that is believable. A board's clock that jumps, or is wrong
/// until the network is there, thus does not make anything older than it is.
struct LedgerClock: Sendable {
  /// Maximum time without a record of the clock: a week, in seconds.
  static let quietTime: UInt64 = 7 * 86_400
  /// Longest absence that is believed: a year, in seconds.
  private static let longestAbsence: Int64 = 366 * 86_400
  /// The part of an absence that counts as time seen, in seconds: `quietTime`, in which nothing need be
  /// written, and a day, as popbell may run once a day only.
  private static let countedAbsence = Int64(quietTime + 86_400)
  /// Maximum jump of the board's clock that is ignored, in seconds.
  private static let tolerance: Int64 = 60
  var reading: ClockReading
  private var last: Instant?
  private var lastWall: Int64 = 0
  private var wasSet = false

  /// Continues from the last record.
  init(_ reading: ClockReading = ClockReading()) { self.reading = reading }

  var time: UInt64 { reading.time }

  /// The time by which entries are forgotten, without absences: a board that was off has seen nothing
  /// meanwhile, and may come back to messages that were moved.
  var timeSeen: UInt64 { reading.time - reading.away }

  /// What the board's clock said at `time`, as far as that is known.
  func wall(at time: UInt64) -> UInt64 {
    UInt64(clamping: Int64(clamping: time) - reading.skew)
  }

  /// Settles the skew before a record is written while the board's clock is not set. Otherwise, what that
  /// clock says later would look like an absence, and make the record old.
  mutating func settle() {
    guard !wasSet, last != nil else { return }
    let skew = Int64(clamping: time) - lastWall
    reading.skew = max(-ClockReading.furthest, min(skew, ClockReading.furthest))
    wasSet = true
  }

  /// Sets the time to `now`, and `wall` by the board's clock, which is not set if that is before `built`.
  mutating func tick(now: Instant, wall: UInt64, built: UInt64) {
    let isSet = wall >= built
    let wall = Int64(clamping: wall)
    let elapsed = last.map { max(now - $0, .zero).milliseconds / 1000 } ?? 0
    if time == 0 {
      reading.time = UInt64(clamping: max(wall, 1))  // 0 means that there was no time yet.
    } else {
      reading.time += UInt64(elapsed)
    }
    // Parts of seconds are not lost.
    last = last.map { $0 + .seconds(elapsed) } ?? now
    defer { lastWall = wall }
    guard isSet else { return }
    defer { wasSet = true }
    if wasSet {
      let jump = wall - lastWall - elapsed
      if abs(jump) > Self.tolerance { reading.skew -= jump }
    } else {
      // A clock that was set back is not believed again until it has caught up.
      let absence = wall - (Int64(clamping: time) - reading.skew)
      if absence > Self.longestAbsence {
        reading.skew -= absence
      } else if absence > 0 {
        reading.time += UInt64(absence)
        reading.away += UInt64(max(0, absence - Self.countedAbsence))
      }
    }
  }
}
