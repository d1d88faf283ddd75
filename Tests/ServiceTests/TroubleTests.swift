import Alerts
import Bytes
import TestSupport
import Testing

@testable import Service

/// What waits for the program of `on-trouble`.
@Suite struct TroubleTests {
  private let now = Instant(milliseconds: 1_000_000)

  @Test func aTroubleIsToldOncePerHour() {
    let events = Events()
    var program = TroubleProgram()
    #expect(!program.isBusy)
    for _ in 0..<3 {
      program.tell(.loginRefused, of: [1], [], now: now, events.report)
    }
    #expect(program.waitingCount == 1 && program.isBusy)
    program.tell(.loginRefused, of: [2], [], now: now, events.report)
    program.tell(.outputFailed, of: [1], [], now: now, events.report)
    #expect(program.waitingCount == 3)
    program.tell(.loginRefused, of: [1], [], now: now + .seconds(3601), events.report)
    #expect(program.waitingCount == 4 && events.all.isEmpty)
  }

  @Test func moreTroublesThanAreKeptAreSaid() {
    let events = Events()
    var program = TroubleProgram()
    for name in 0..<17 as Range<UInt8> {
      program.tell(.loginRefused, of: [name], [], now: now, events.report)
    }
    #expect(program.waitingCount == 16 && events.all.count == 1)
    guard case .tooMuchTrouble? = events.all.first else {
      Issue.record("not said")
      return
    }
  }
}
