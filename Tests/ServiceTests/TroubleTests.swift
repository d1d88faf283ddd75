import Alerts
import Bytes
import TestSupport
import Testing

@testable import Service

/// What waits for the program of `on-trouble`.
@Suite struct TroubleTests {
  private let now = Instant(milliseconds: 1_000_000)

  /// Only 16 wait at a time, so that one that counted each time would be too much.
  @Test func aTroubleIsToldOncePerHour() {
    let events = Events()
    var program = TroubleProgram()
    #expect(!program.isBusy)
    for _ in 0..<15 {
      for trouble in [Trouble.loginRefused, .outputFailed] {
        program.tell(trouble, of: [1], [], now: now, events.report)
      }
    }
    #expect(program.isBusy && events.all.isEmpty)
    // Another hour, and others.
    for hour in 1...14 {
      program.tell(
        .loginRefused, of: [1], [], now: now + .seconds(3601 * Int64(hour)), events.report)
    }
    #expect(events.all.isEmpty)
    program.tell(.loginRefused, of: [2], [], now: now, events.report)
    #expect(events.all.count == 1)
  }

  @Test func moreTroublesThanAreKeptAreSaid() {
    let events = Events()
    var program = TroubleProgram()
    for name in 0..<17 as Range<UInt8> {
      program.tell(.loginRefused, of: [name], [], now: now, events.report)
    }
    #expect(events.all.count == 1)
    guard case .tooMuchTrouble? = events.all.first else {
      Issue.record("not said")
      return
    }
  }
}
