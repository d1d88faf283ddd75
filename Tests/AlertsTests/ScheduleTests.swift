import Alerts
import Bytes
import Testing

@Suite struct ScheduleTests {
  var schedule = Schedule(interval: .seconds(60), seed: 1)

  mutating func pauses(_ count: Int, _ retry: Schedule.Retry) -> [Int64] {
    (0..<count).map { _ in
      let next = schedule.next(afterFailureAt: .seconds(1000), retry)
      return (next - .seconds(1000)).milliseconds / 1000
    }
  }

  @Test mutating func pollsAtTheInterval() {
    let next = schedule.next(afterSuccessAt: .seconds(1000), now: .seconds(1002))
    #expect(next >= .seconds(1060) && next <= .seconds(1066))
  }

  @Test mutating func doublesThePauseUpToAQuarterOfAnHour() {
    for (pause, first) in zip(pauses(7, .later), [60, 120, 240, 480, 900, 900, 900]) {
      #expect(pause >= first && pause <= first + first / 10)
    }
  }

  @Test mutating func beginsWithSecondsWhereTheServerWasNotReached() {
    for (pause, first) in zip(pauses(6, .soon), [5, 10, 20, 40, 80, 160]) {
      #expect(pause >= Int64(first) && pause <= Int64(first + first / 10 + 1))
    }
  }

  @Test mutating func staysAtSecondsForFiveMinutesWhereTheClockIsNotSet() {
    _ = pauses(3, .soon)
    #expect(pauses(60, .steadily).allSatisfy { $0 == 5 })
    #expect(pauses(2, .steadily)[0] >= 60 * 8)
    _ = schedule.next(afterSuccessAt: .seconds(0), now: .seconds(1))
    #expect(pauses(60, .steadily).allSatisfy { $0 == 5 })
  }

  @Test mutating func beginsAnewAfterASuccess() {
    _ = pauses(5, .later)
    _ = schedule.next(afterSuccessAt: .seconds(0), now: .seconds(1))
    #expect(pauses(1, .later)[0] <= 66)
  }

  @Test mutating func neverFailsToEnd() {
    #expect(pauses(1000, .later).allSatisfy { $0 <= 990 })
  }

  @Test mutating func honoursTheServersLoginDelay() {
    schedule.serverAsks(for: .seconds(300))
    let next = schedule.next(afterSuccessAt: .seconds(1000), now: .seconds(1002))
    #expect(next >= .seconds(1300))
    #expect(pauses(1, .soon)[0] >= 300)
  }

  @Test mutating func doesNotBelieveADelayOfYears() {
    schedule.serverAsks(for: .seconds(Int64(UInt32.max)))
    let next = schedule.next(afterSuccessAt: .seconds(0), now: .seconds(1))
    #expect(next <= .seconds(60 * 60 * 11 / 10))
  }

  @Test mutating func doesNotFallBehindWhenPollsTakeLong() {
    let next = schedule.next(afterSuccessAt: .seconds(0), now: .seconds(500))
    #expect(next == .seconds(501))
  }
}
