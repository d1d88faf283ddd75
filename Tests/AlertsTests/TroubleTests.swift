import Alerts
import Bytes
import Ledger
import TestSupport
import Testing

@Suite struct TroubleTests {
  private static func ended(
    _ outcome: Outcome, next: Interval? = .seconds(60), after seconds: Int64
  ) -> Report {
    .ended(outcome, Tally(), [], .starting, next: next, failingFor: .seconds(seconds))
  }

  @Test(
    arguments: [
      (.gaveUp(rule: 0), .givenUp), (.givenUpBefore(rule: 0), nil), (.fired(rule: 0), nil),
      (.ledgerFailed(.full), .ledgerFailed),
      (ended(.loginRefused, after: 0), .loginRefused),
      (ended(.unreachable, after: 3599), nil), (ended(.unreachable, after: 3600), .notPolled),
      (ended(.unreachable, next: .seconds(86_400), after: 0), .notPolled),
      (ended(.clockNotSet, after: 3599), nil), (ended(.clockNotSet, after: 3600), .clockNotSet),
      (ended(.polled, next: .seconds(86_400), after: 0), nil),
    ] as [(Report, Trouble?)])
  func tellsOf(report: Report, trouble: Trouble?) { #expect(report.trouble == trouble) }

  @Test func tellsOfEachOnceAnHour() {
    var troubles = Troubles()
    let (box, lamp) = ([UInt8]("box".utf8), [UInt8]("lamp".utf8))
    let asked: [(Trouble, [UInt8], Int64, Bool)] = [
      (.loginRefused, box, 0, true), (.loginRefused, box, 3599, false),
      (.notPolled, box, 3599, true), (.loginRefused, lamp, 3599, true),
      (.loginRefused, box, 3600, true), (.loginRefused, box, 3601, false),
      (.notPolled, box, 7198, false), (.notPolled, box, 7199, true),
    ]
    for (trouble, name, time, isNews) in asked {
      #expect(
        troubles.isNews(trouble, of: name, now: .seconds(time)) == isNews, "\(trouble) at \(time)")
    }
  }
}
