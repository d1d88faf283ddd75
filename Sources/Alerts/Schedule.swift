public import Bytes

/// When a mailbox is polled next: at its interval, later after failures, never sooner than the
/// server asks.
public struct Schedule: Sendable {
  /// How soon a server that could not be reached is tried again: networks come up late at boot.
  static let firstRetry = Interval.seconds(5)
  /// The longest pause between attempts, unless the interval itself is longer.
  static let longestPause = Interval.seconds(15 * 60)
  /// The longest LOGIN-DELAY that is believed.
  static let longestLoginDelay = Interval.seconds(60 * 60)

  /// How often a mailbox is tried every few seconds until the board's clock is set: five minutes.
  static let mostSteadyRetries = 60

  /// How urgent it is to try again after a failure.
  public enum Retry: Sendable {
    /// At the interval, and then twice as late each time.
    case later
    /// After a few seconds, and then twice as late each time.
    case soon
    /// Every few seconds; after `mostSteadyRetries` as `later`.
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

  /// The server wants at least this long between two logins (LOGIN-DELAY, RFC 2449 section 6.5).
  public mutating func serverAsks(for delay: Interval) {
    loginDelay = min(delay, Self.longestLoginDelay)
  }

  /// When to poll after a poll that went well and began at `start`.
  public mutating func next(afterSuccessAt start: Instant, now: Instant) -> Instant {
    failures = 0
    steadyRetries = 0
    let pause = max(interval, loginDelay)
    return max(start + spread(pause), start + loginDelay, now + .seconds(1))
  }

  /// When to poll after one that went well, but left some of the mailbox for the next.
  public mutating func next(afterBatchAt start: Instant, now: Instant) -> Instant {
    _ = next(afterSuccessAt: start, now: now)
    return max(start + loginDelay, now)
  }

  /// When to poll after one that failed, with jitter.
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

  /// The latest time of a poll after one that failed `now`.
  func latest(afterFailureAt now: Instant) -> Instant {
    now + max(interval, Self.longestPause, loginDelay)
  }

  /// Up to a tenth longer than `pause`, so that many boards do not poll as one.
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
