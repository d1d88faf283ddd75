public import Bytes

/// The times at which a mailbox is polled: at its interval, later after failures, never sooner than the
/// server's LOGIN-DELAY allows.
public struct Schedule: Sendable {
  /// First pause before a server is tried again that could not be reached: networks come up late at boot.
  static let firstRetry = Interval.seconds(5)
  /// Longest pause between attempts, unless the interval itself is longer.
  static let longestPause = Interval.seconds(15 * 60)
  /// Longest LOGIN-DELAY that is accepted.
  static let longestLoginDelay = Interval.seconds(60 * 60)

  /// Number of attempts at `firstRetry` while the board's clock is not set: about five minutes.
  static let mostSteadyRetries = 60

  /// How soon to try again after a failure.
  public enum Retry: Sendable {
    /// After the interval, and then twice as late each time.
    case later
    /// After `firstRetry`, and then twice as late each time.
    case soon
    /// After `firstRetry` each time; after `mostSteadyRetries` attempts as `later`.
    case steadily
  }

  var interval: Interval
  private var failures = 0
  var isFailing: Bool { failures > 0 }
  private var steadyRetries = 0
  private var loginDelay = Interval.zero
  private var random: SplitMix64

  public init(interval: Interval, seed: UInt64) {
    self.interval = interval
    random = SplitMix64(state: seed)
  }

  /// Sets the minimum time between two logins (LOGIN-DELAY, RFC 2449 section 6.5).
  public mutating func serverAsks(for delay: Interval) {
    loginDelay = min(delay, Self.longestLoginDelay)
  }

  /// Time of the next poll after a successful one that began at `start`.
  public mutating func next(afterSuccessAt start: Instant, now: Instant) -> Instant {
    failures = 0
    steadyRetries = 0
    let pause = max(interval, loginDelay)
    return max(start + spread(pause), start + loginDelay, now + .seconds(1))
  }

  /// Time of the next poll after a successful one that left part of the mailbox.
  public mutating func next(afterBatchAt start: Instant, now: Instant) -> Instant {
    _ = next(afterSuccessAt: start, now: now)
    return max(start + loginDelay, now)
  }

  /// Time of the next poll after one that failed at `now`, with jitter.
  public mutating func next(afterFailureAt now: Instant, _ retry: Retry) -> Instant {
    let soon = min(Self.firstRetry, interval)
    if retry == .steadily, steadyRetries < Self.mostSteadyRetries {
      steadyRetries += 1
      return now + max(spread(soon), loginDelay)
    }
    let first = retry == .soon ? soon : interval
    let longest = max(interval, Self.longestPause)
    let doubled = first.milliseconds << Int64(min(failures, 20))
    failures += 1
    let pause = min(Interval(milliseconds: doubled), longest)
    return now + max(spread(pause), loginDelay)
  }

  /// Latest time of the next poll after one that failed at `now`.
  func latest(afterFailureAt now: Instant) -> Instant {
    now + max(interval, Self.longestPause, loginDelay)
  }

  /// `pause` and up to a tenth more, at random, so that many boards do not poll at the same moment.
  private mutating func spread(_ pause: Interval) -> Interval {
    let tenth = UInt64(max(pause.milliseconds / 10, 1))
    return Interval(milliseconds: pause.milliseconds + Int64(random.next() % tenth))
  }
}

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct SplitMix64: Sendable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15  // Arithmetic modulo 2^64 is the algorithm.
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
