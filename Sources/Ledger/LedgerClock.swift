import Bytes

/// What a record says of the clock.
struct ClockReading: Sendable, Equatable {
  /// Seconds since 1970, where the board's clock was right at first; 0 where there is none yet.
  var time: UInt64 = 0
  /// What this clock is ahead of the board's.
  var skew: Int64 = 0
  /// How much of the time popbell did not run, but for the first days of each absence.
  var away: UInt64 = 0

  /// The latest time, and how far the board's may be off: 34,000 years, with which no sum overflows.
  static let furthest: Int64 = 1 << 40
}

/// Seconds that only go forward, for how long ago something was.
///
/// It begins as the board's clock says, goes on with the time that passes while popbell runs, and
/// takes what passed while it did not from the board's clock, if that is believable. A board's clock
/// that jumps, or is wrong until the network is there, makes nothing older than it is.
struct LedgerClock: Sendable {
  /// How often the time is written down where nothing else is: a week, in seconds.
  static let quietTime: UInt64 = 7 * 86_400
  /// What may have passed while popbell did not run: a year.
  private static let longestAbsence: Int64 = 366 * 86_400
  /// How much of an absence counts as time in which something was seen: as long as nothing need be
  /// written, and a day, as popbell may run once a day only.
  private static let countedAbsence = Int64(quietTime + 86_400)
  /// How far the board's clock may be off before that is put down.
  private static let tolerance: Int64 = 60
  var reading: ClockReading
  private var last: Instant?
  private var lastWall: Int64 = 0
  private var wasSet = false

  /// Goes on where the last record was written.
  init(_ reading: ClockReading = ClockReading()) { self.reading = reading }

  var time: UInt64 { reading.time }

  /// The time by which something is forgotten: a board that was off for long has seen nothing
  /// meanwhile, and may come back to mail that was moved.
  var timeSeen: UInt64 { reading.time - reading.away }

  /// What the board's clock said at `time`, as far as that is known.
  func wall(at time: UInt64) -> UInt64 {
    UInt64(clamping: Int64(clamping: time) - reading.skew)
  }

  /// Something is written down. Where the board's clock is not set, what it says later is not how long
  /// popbell did not run: it would make what is written now as old.
  mutating func settle() {
    guard !wasSet, last != nil else { return }
    let skew = Int64(clamping: time) - lastWall
    reading.skew = max(-ClockReading.furthest, min(skew, ClockReading.furthest))
    wasSet = true
  }

  /// It is `now`, and the board's clock says `wall`; it is not set where that is before `built`.
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
      // One that was set back since is not believed again before it is where it was.
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
