import Alerts
import Bytes
import Rules
import TestSupport
import Testing

@Suite struct OutputsTests {
  var lines = NotedLines()
  var outputs = Outputs(
    maxOn: [.seconds(10), nil], initiallyActive: [false, false], now: .seconds(0))

  /// Ticks at each wake-up until `end`, as the supervisor's loop does.
  mutating func run(until end: Int64) -> [String] {
    var log: [String] = []
    while let wake = outputs.nextWake, wake <= .seconds(end) {
      _ = outputs.takeEvents()
      outputs.tick(on: &lines, now: wake)
      for event in outputs.takeEvents() {
        log.append("\(wake.milliseconds) \(event.active ? "on" : "off") \(event.cause)")
      }
    }
    return log
  }

  @Test mutating func pulsesForItsTime() {
    let done = outputs.apply(.pulse(.seconds(3)), to: 1, on: &lines, now: .seconds(1)) == .succeeded
    #expect(done && outputs.isActive(1) && outputs.isBusy)
    #expect(run(until: 100) == ["4000 off pulseEnded"])
    #expect(!outputs.isActive(1) && !outputs.isBusy && outputs.nextWake == nil)
  }

  @Test mutating func aSecondPulseProlongsTheFirst() {
    _ = outputs.apply(.pulse(.seconds(3)), to: 1, on: &lines, now: .seconds(0))
    _ = outputs.apply(.pulse(.seconds(3)), to: 1, on: &lines, now: .seconds(2))
    _ = outputs.apply(.pulse(.seconds(1)), to: 1, on: &lines, now: .seconds(3))
    #expect(run(until: 100) == ["5000 off pulseEnded"])
    #expect(lines.changes == [true, true, true, false])
    #expect(lines.ends == [.seconds(3), .seconds(5), .seconds(5)])
  }

  /// So that it can end without being told.
  @Test mutating func aLineKnowsWhenItEnds() {
    let blink = OutputChange.blink(on: .seconds(1), off: .seconds(2), count: 2)
    for (index, change) in [
      (0, .pulse(.seconds(3))), (0, .pulse(.seconds(30))), (0, .on), (1, .on), (1, blink),
    ] as [(Int, OutputChange)] {
      _ = outputs.apply(change, to: index, on: &lines, now: .seconds(100))
    }
    #expect(
      lines.ends == [.seconds(103), .seconds(110), .seconds(110), .never, .seconds(101)])
    #expect(run(until: 103) == ["101000 off blink", "103000 on blink"])
    #expect(lines.ends.last == .seconds(104))

    let other = Outputs(maxOn: [.seconds(5)], initiallyActive: [true], now: .seconds(103))
    outputs.adopt(0, of: other, as: 0, on: &lines, now: .seconds(104))
    #expect(lines.ends.last == .seconds(113))
  }

  @Test mutating func aPulseBeginsWhenItsLineGoesOn() {
    lines.late = .seconds(4)
    _ = outputs.apply(.pulse(.seconds(3)), to: 0, on: &lines, now: .seconds(100))
    #expect(lines.ends == [.seconds(107)] && outputs.nextWake == .seconds(107))
  }

  @Test mutating func whatIsOverIsNotSwitchedOnAgain() {
    _ = outputs.apply(.on, to: 0, on: &lines, now: .seconds(100))
    let done = outputs.apply(.on, to: 0, on: &lines, now: .seconds(111)) == .succeeded
    #expect(done && lines.changes == [true])
    #expect(run(until: 111) == ["110000 off maxOnReached"])
  }

  /// The disk, the keeper or the line may be in trouble just then.
  @Test mutating func whatIsOnStaysOnThoughItsEndCannotBeMoved() {
    _ = outputs.apply(.pulse(.seconds(3)), to: 0, on: &lines, now: .seconds(100))
    lines.refusals = 1
    let done =
      outputs.apply(.pulse(.seconds(5)), to: 0, on: &lines, now: .seconds(101)) == .succeeded
    #expect(done && outputs.isActive(0) && lines.changes == [true, true])
    #expect(run(until: 200) == ["106000 off pulseEnded"])
  }

  @Test mutating func aReloadKeepsWhatInitialSays() {
    let old = Outputs(maxOn: [nil], initiallyActive: [true], now: .seconds(0))
    outputs = Outputs(maxOn: [.seconds(5)], initiallyActive: [true], now: .seconds(1))
    outputs.adopt(0, of: old, as: 0, on: &lines, now: .seconds(1))
    #expect(lines.ends == [.seconds(5)])
    lines.lose()
    outputs.tick(on: &lines, now: .seconds(2))
    lines.isThere = true
    #expect(run(until: 4) == ["3000 on taken"])
  }

  @Test mutating func aShorterMaxOnCountsAtOnce() {
    let old = Outputs(maxOn: [nil], initiallyActive: [true], now: .seconds(0))
    outputs = Outputs(maxOn: [.seconds(5)], initiallyActive: [true], now: .seconds(20))
    outputs.adopt(0, of: old, as: 0, on: &lines, now: .seconds(20))
    #expect(lines.changes == [] && run(until: 20) == ["5000 off maxOnReached"])
  }

  @Test mutating func aPulseDoesNotEndWhatWasSwitchedOn() {
    _ = outputs.apply(.on, to: 1, on: &lines, now: .seconds(0))
    _ = outputs.apply(.pulse(.seconds(3)), to: 1, on: &lines, now: .seconds(2))
    #expect(run(until: 100) == [])
    #expect(outputs.isActive(1))
  }

  @Test mutating func maxOnEndsWhateverHoldsIt() {
    _ = outputs.apply(.on, to: 0, on: &lines, now: .seconds(1))
    #expect(run(until: 100) == ["11000 off maxOnReached"])

    for start in Int64(20)..<40 {
      _ = outputs.apply(.pulse(.seconds(5)), to: 0, on: &lines, now: .seconds(start))
      if start == 30 { #expect(run(until: start) == ["30000 off maxOnReached"]) }
    }
  }

  /// Output 0 may be on for 10 s, and rests for 4.
  private mutating func restAfterMaxOn() {
    outputs = Outputs(
      maxOn: [.seconds(10)], rest: .seconds(4), initiallyActive: [false], now: .seconds(0))
  }

  /// What a rule asks for at a time, in seconds, when all that was due by then is done.
  private mutating func ask(_ change: OutputChange, at time: Int64) -> ActionEnd {
    _ = run(until: time)
    return outputs.apply(change, to: 0, on: &lines, now: .seconds(time))
  }

  @Test(
    arguments: [
      .on, .toggle, .pulse(.seconds(1)), .blink(on: .seconds(1), off: .seconds(1), count: 2),
    ] as [OutputChange])
  mutating func whatWasOnForMaxOnRests(change: OutputChange) {
    restAfterMaxOn()
    #expect(ask(.on, at: 0) == .succeeded)
    #expect(ask(change, at: 10) == .postponed(until: .seconds(14)))
    #expect(ask(change, at: 13) == .postponed(until: .seconds(14)))
    #expect(lines.changes == [true, false] && !outputs.isActive(0))
    #expect(ask(.off, at: 13) == .succeeded)
    #expect(ask(change, at: 14) == .succeeded && outputs.isActive(0))
  }

  @Test mutating func pulsesWithoutABreakOfRestCountTogether() {
    restAfterMaxOn()
    #expect(ask(.pulse(.seconds(6)), at: 0) == .succeeded)
    #expect(ask(.pulse(.seconds(4)), at: 7) == .succeeded)
    #expect(ask(.pulse(.seconds(1)), at: 12) == .postponed(until: .seconds(15)))
    #expect(ask(.pulse(.seconds(10)), at: 15) == .succeeded)
    // What is on goes on for as long as it may.
    #expect(ask(.pulse(.seconds(10)), at: 20) == .succeeded)
    #expect(run(until: 100) == ["25000 off maxOnReached"])
  }

  /// An alarm that is left on is not on for moments only.
  @Test(arguments: [OutputChange.on, .toggle])
  mutating func whatIsLeftOnIsOnForAsLongAsARestAtLeast(change: OutputChange) {
    restAfterMaxOn()
    #expect(ask(.on, at: 0) == .succeeded)
    #expect(ask(.off, at: 7) == .succeeded)
    #expect(ask(change, at: 8) == .postponed(until: .seconds(11)))
    #expect(ask(.off, at: 8) == .succeeded)
    #expect(ask(change, at: 11) == .succeeded)
    #expect(run(until: 100) == ["21000 off maxOnReached"])
  }

  @Test mutating func aBreakOfRestIsEnough() {
    restAfterMaxOn()
    for start in Int64(0)..<20 {
      #expect(ask(.pulse(.seconds(9)), at: start * 13) == .succeeded)
    }
  }

  @Test mutating func blinkingIsNotCutButDoesNotBeginAnewWithoutABreak() {
    restAfterMaxOn()
    let blink = OutputChange.blink(on: .seconds(1), off: .seconds(1), count: 20)
    #expect(ask(blink, at: 0) == .succeeded)
    #expect(ask(blink, at: 15) == .succeeded)
    #expect(ask(blink, at: 30) == .postponed(until: .seconds(34)))
    #expect(run(until: 100).last == "54000 off pulseEnded")
    #expect(ask(.pulse(.seconds(1)), at: 56) == .postponed(until: .seconds(58)))
    #expect(ask(.pulse(.seconds(1)), at: 58) == .succeeded)
  }

  @Test(arguments: [(5, "6000 on taken"), (10, "11000 off taken")] as [(Int64, String)])
  mutating func aLineThatComesBackGoesOnResting(lost: Int64, taken: String) {
    outputs = Outputs(
      maxOn: [.seconds(10)], rest: .seconds(4), initiallyActive: [true], now: .seconds(0))
    lines.lose()
    outputs.tick(on: &lines, now: .seconds(lost))
    lines.isThere = true
    #expect(run(until: 100) == [taken] + (lost < 10 ? ["11000 off maxOnReached"] : []))
  }

  @Test mutating func maxOnEndsWhatWasActiveAtStart() {
    outputs = Outputs(maxOn: [.seconds(10)], initiallyActive: [true], now: .seconds(5))
    #expect(run(until: 100) == ["15000 off maxOnReached"])
  }

  @Test mutating func blinksAsOftenAsAsked() {
    let blink = OutputChange.blink(on: .seconds(1), off: .seconds(2), count: 3)
    _ = outputs.apply(blink, to: 1, on: &lines, now: .seconds(0))
    #expect(
      run(until: 100) == [
        "1000 off blink", "3000 on blink", "4000 off blink", "6000 on blink", "7000 off pulseEnded",
      ])
    #expect(!outputs.isBusy)
  }

  @Test mutating func toggles() {
    for active in [true, false, true] {
      _ = outputs.apply(.toggle, to: 1, on: &lines, now: .seconds(0))
      #expect(outputs.isActive(1) == active)
    }
  }

  @Test mutating func offEndsAPulse() {
    _ = outputs.apply(.pulse(.seconds(3)), to: 1, on: &lines, now: .seconds(0))
    _ = outputs.apply(.off, to: 1, on: &lines, now: .seconds(1))
    #expect(!outputs.isActive(1) && !outputs.isBusy)
    #expect(run(until: 100) == [])
  }

  @Test mutating func aLineThatRefusesFailsTheActionAndIsLeftInactive() {
    lines.refusals = 1
    let done = outputs.apply(.pulse(.seconds(3)), to: 1, on: &lines, now: .seconds(0)) == .succeeded
    #expect(!done && !outputs.isActive(1) && !outputs.isBusy)
    #expect(lines.changes == [true, false])
  }

  @Test mutating func aLineThatRefusesToEndIsToldAgain() {
    _ = outputs.apply(.pulse(.seconds(3)), to: 1, on: &lines, now: .seconds(0))
    lines.refusals = 2
    #expect(run(until: 100) == ["3000 off pulseEnded", "4000 off retry", "5000 off retry"])
    #expect(outputs.nextWake == nil)
  }

  @Test mutating func stopDrivesAllInactive() {
    _ = outputs.apply(.on, to: 0, on: &lines, now: .seconds(0))
    _ = outputs.apply(.pulse(.seconds(3)), to: 1, on: &lines, now: .seconds(0))
    _ = outputs.takeEvents()
    outputs.stop(on: &lines, now: .seconds(1))
    let events = outputs.takeEvents()
    #expect(
      events == [OutputEvent(0, active: false, .stop), OutputEvent(1, active: false, .stop)])
    #expect(outputs.nextWake == nil)
  }

  /// Output 0 alone, on a line that is missing.
  private mutating func miss(initiallyActive: Bool = false) {
    outputs = Outputs(
      maxOn: [.seconds(10)], initiallyActive: [initiallyActive], now: .seconds(0))
    lines.lose()
    outputs.tick(on: &lines, now: .seconds(0))
  }

  @Test mutating func aMissingLineIsTriedEverMoreRarely() {
    miss(initiallyActive: true)
    #expect(!outputs.isActive(0) && !outputs.isBusy)
    var tries: [Int64] = []
    while tries.count < 9, let wake = outputs.nextWake {
      outputs.tick(on: &lines, now: wake)
      tries.append(wake.milliseconds / 1000)
    }
    #expect(tries == [1, 3, 7, 15, 31, 63, 123, 183, 243])
    #expect(lines.takes.count == 9)
    #expect(outputs.takeEvents() == [])
  }

  @Test(arguments: [false, true])
  mutating func aLineThatAppearsIsAsAtAStart(initiallyActive: Bool) {
    miss(initiallyActive: initiallyActive)
    #expect(run(until: 5) == [])
    lines.isThere = true
    #expect(
      run(until: 100)
        == (initiallyActive ? ["7000 on taken", "17000 off maxOnReached"] : ["7000 off taken"]))
    #expect(outputs.nextWake == nil)
  }

  @Test mutating func whatARuleSaidOfAMissingLineCounts() {
    miss(initiallyActive: true)
    let done = outputs.apply(.off, to: 0, on: &lines, now: .seconds(0)) == .succeeded
    #expect(done)
    lines.isThere = true
    #expect(run(until: 100) == ["1000 off taken"])
  }

  @Test mutating func aRuleTriesAMissingLineAtOnce() {
    miss(initiallyActive: true)
    let early = outputs.apply(.on, to: 0, on: &lines, now: .seconds(0)) == .succeeded
    #expect(!early && !outputs.isActive(0) && lines.takes == [true])
    lines.isThere = true
    let late = outputs.apply(.on, to: 0, on: &lines, now: .seconds(0)) == .succeeded
    #expect(late && outputs.isActive(0))
    #expect(run(until: 100) == ["10000 off maxOnReached"])
  }

  @Test mutating func aLineThatIsLostForgetsItsPulse() {
    _ = outputs.apply(.pulse(.seconds(5)), to: 0, on: &lines, now: .seconds(0))
    lines.lose()
    outputs.tick(on: &lines, now: .seconds(1))
    #expect(!outputs.isActive(0) && !outputs.isBusy)
    lines.isThere = true
    #expect(run(until: 100) == ["2000 off taken"])
    #expect(!outputs.isActive(0))
  }

  @Test mutating func nothingIsTakenOnceItStops() {
    miss(initiallyActive: true)
    outputs.stop(on: &lines, now: .seconds(0))
    #expect(outputs.nextWake == nil)
    outputs.tick(on: &lines, now: .seconds(5))
    #expect(lines.takes == [] && outputs.nextWake == nil && !outputs.isActive(0))
  }

  /// Whatever rules do, no output is on for longer than its max-on.
  @Test(arguments: [UInt64.random(in: 0...UInt64.max)])
  mutating func neverLongerThanMaxOn(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var now: Int64 = 0
    var activeSince: Int64?
    for _ in 0..<20_000 {
      let next = now + Int64(random.next() % 3000)
      while let wake = outputs.nextWake, wake.milliseconds <= next {
        now = max(now, wake.milliseconds)
        outputs.tick(on: &lines, now: Instant(milliseconds: now))
        if !outputs.isActive(0) { activeSince = nil }
      }
      now = next
      let changes: [OutputChange] = [
        .on, .off, .toggle, .pulse(.seconds(1 + Int64(random.next() % 9))),
        .blink(on: .seconds(1), off: .seconds(1), count: 3),
      ]
      let change = changes[Int(random.next() % 5)]
      _ = outputs.apply(change, to: 0, on: &lines, now: Instant(milliseconds: now))
      activeSince = outputs.isActive(0) ? activeSince ?? now : nil
      if let activeSince { #expect(now - activeSince <= 10_000, "seed \(seed)") }
    }
  }

  /// Whatever rules do, an output has been on for no longer than its max-on since its last break.
  @Test(arguments: [UInt64.random(in: 0...UInt64.max)])
  mutating func neverOnForMoreThanMaxOnWithoutABreak(seed: UInt64) {
    restAfterMaxOn()
    var random = SeededGenerator(seed: seed)
    var (now, since, total, off): (Int64, Int64?, Int64, Int64) = (0, nil, 0, 0)
    func note(_ isActive: Bool, _ time: Int64) {
      if let start = since, !isActive {
        (total, since, off) = (total + time - start, nil, time)
        #expect(total <= 10_000, "seed \(seed), at \(time)")
      } else if since == nil, isActive {
        if time - off >= 4000 { total = 0 }
        since = time
      }
    }
    for _ in 0..<20_000 {
      let next = now + Int64(random.next() % 3000)
      while let wake = outputs.nextWake, wake.milliseconds <= next {
        outputs.tick(on: &lines, now: wake)
        note(outputs.isActive(0), wake.milliseconds)
      }
      now = next
      let changes: [OutputChange] = [
        .on, .off, .toggle, .pulse(.seconds(1 + Int64(random.next() % 9))),
      ]
      let change = changes[Int(random.next() % 4)]
      _ = outputs.apply(change, to: 0, on: &lines, now: Instant(milliseconds: now))
      note(outputs.isActive(0), now)
    }
  }
}
