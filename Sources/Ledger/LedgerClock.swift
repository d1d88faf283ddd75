import Bytes

/// Seconds that only go forward, for how long ago something was.
///
/// It begins as the board's clock says, goes on with the time that passes while popbell runs, and
/// takes what passed while it did not from the board's clock, if that is believable. A board's clock
/// that jumps, or is wrong until the network is there, makes nothing older than it is.
struct LedgerClock: Sendable {
  /// What may have passed while popbell did not run: a year.
  private static let longestAbsence: Int64 = 366 * 86_400
  /// How far the board's clock may be off before that is put down.
  private static let tolerance: Int64 = 60
  /// The latest time, and how far the board's may be off: 34,000 years, with which no sum overflows.
  private static let furthest: Int64 = 1 << 40

  /// Seconds since 1970, where the board's clock was right at first.
  private(set) var time: UInt64
  /// What this clock is ahead of the board's.
  private(set) var skew: Int64
  private var last: Instant?
  private var lastWall: Int64 = 0
  private var wasSet = false

  /// Goes on where the last record was written; `time` is 0 where there is none.
  init(time: UInt64 = 0, skew: Int64 = 0) {
    self.time = min(time, UInt64(Self.furthest))
    self.skew = max(-Self.furthest, min(skew, Self.furthest))
  }

  /// What the board's clock said at `time`, as far as that is known.
  func wall(at time: UInt64) -> UInt64 { UInt64(clamping: Int64(clamping: time) - skew) }

  /// Something is written down. Where the board's clock is not set, what it says later is not how long
  /// popbell did not run: it would make what is written now as old.
  mutating func settle() {
    guard !wasSet, last != nil else { return }
    skew = max(-Self.furthest, min(Int64(clamping: time) - lastWall, Self.furthest))
    wasSet = true
  }

  /// It is `now`, and the board's clock says `wall`; it is not set where that is before `built`.
  mutating func tick(now: Instant, wall: UInt64, built: UInt64) {
    let isSet = wall >= built
    let wall = Int64(clamping: wall)
    let elapsed = last.map { max(now - $0, .zero).milliseconds / 1000 } ?? 0
    if time == 0 {
      time = UInt64(clamping: max(wall, 1))  // 0 means that there was no time yet.
    } else {
      time += UInt64(elapsed)
    }
    // Parts of seconds are not lost.
    last = last.map { $0 + .seconds(elapsed) } ?? now
    defer { lastWall = wall }
    guard isSet else { return }
    defer { wasSet = true }
    if wasSet {
      let jump = wall - lastWall - elapsed
      if abs(jump) > Self.tolerance { skew -= jump }
    } else {
      // One that was set back since is not believed again before it is where it was.
      let absence = wall - (Int64(clamping: time) - skew)
      if absence > Self.longestAbsence {
        skew -= absence
      } else if absence > Self.tolerance {
        time += UInt64(absence)
      }
    }
  }
}
