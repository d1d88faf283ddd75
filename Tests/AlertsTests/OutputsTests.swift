import Alerts
import Bytes
import Rules
import TestSupport
import Testing

/// Lines that note what they are told, and can refuse it.
struct NotedLines: OutputLines {
  var changes: [Bool] = []
  var refusals = 0

  mutating func drive(_ output: Int, active: Bool) -> Bool {
    changes.append(active)
    refusals -= 1
    return refusals < 0
  }
}

extension Instant {
  static func seconds(_ count: Int64) -> Instant { Instant(milliseconds: count * 1000) }
}

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
    let done = outputs.apply(.pulse(.seconds(3)), to: 1, on: &lines, now: .seconds(1))
    #expect(done && outputs.isActive(1) && outputs.isBusy)
    #expect(run(until: 100) == ["4000 off pulseEnded"])
    #expect(!outputs.isActive(1) && !outputs.isBusy && outputs.nextWake == nil)
  }

  @Test mutating func aSecondPulseProlongsTheFirst() {
    _ = outputs.apply(.pulse(.seconds(3)), to: 1, on: &lines, now: .seconds(0))
    _ = outputs.apply(.pulse(.seconds(3)), to: 1, on: &lines, now: .seconds(2))
    _ = outputs.apply(.pulse(.seconds(1)), to: 1, on: &lines, now: .seconds(3))
    #expect(run(until: 100) == ["5000 off pulseEnded"])
    #expect(lines.changes.count == 2)
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
    let done = outputs.apply(.pulse(.seconds(3)), to: 1, on: &lines, now: .seconds(0))
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
}
