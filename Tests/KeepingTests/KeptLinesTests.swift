import Bytes
import Keeping
import TestSupport
import Testing

/// What is kept goes off at its time, and again if it was switched on after that.
@Suite struct KeptLinesTests {
  private static let again = Interval.milliseconds(250)

  private func at(_ milliseconds: Int64) -> Instant { Instant(milliseconds: milliseconds) }

  /// The descriptors that are switched off at a time.
  private func due(_ kept: inout KeptLines, _ milliseconds: Int64) -> [Int32] {
    var lines: [Int32] = []
    while let line = kept.nextDue(now: at(milliseconds), again: Self.again) { lines.append(line) }
    return lines
  }

  @Test func aLineIsDueAtItsTime() {
    var kept = KeptLines()
    #expect(kept.carryOut(.keep(until: at(100)), of: 5, 50).isDone)
    #expect(kept.carryOut(.keep(until: at(200)), of: 6, 60).isDone)
    #expect(kept.wait(now: at(0)) == .milliseconds(100))
    #expect(due(&kept, 99) == [])
    #expect(due(&kept, 100) == [50])
    #expect(kept.wait(now: at(100)) == .milliseconds(100))
    #expect(due(&kept, 250) == [60])
  }

  /// Somebody may have switched it on, or it may have refused to go off.
  @Test func aLineThatWasDueIsSwitchedOffAgain() {
    var kept = KeptLines()
    kept.carryOut(.keep(until: at(100)), of: 5, 50)
    #expect(due(&kept, 1000) == [50] && due(&kept, 1249) == [] && due(&kept, 1250) == [50])
  }

  @Test func aLineThatIsLetGoIsNeverDue() {
    var kept = KeptLines()
    kept.carryOut(.keep(until: at(100)), of: 5, 50)
    kept.carryOut(.keep(until: at(100)), of: 6, 60)
    #expect(kept.carryOut(.letGo, of: 5, nil) == .init(isDone: true, unneeded: 50))
    #expect(!kept.contains(5) && kept.contains(6) && kept.count == 1)
    #expect(due(&kept, 100) == [60])
    #expect(kept.carryOut(.letGo, of: 7, nil) == .init(isDone: true, unneeded: nil))
  }

  @Test func aLineThatIsKeptLongerHasOneEnd() {
    var kept = KeptLines()
    kept.carryOut(.keep(until: at(100)), of: 5, 50)
    #expect(
      kept.carryOut(.keep(until: at(300)), of: 5, 51) == .init(isDone: true, unneeded: 50))
    #expect(kept.count == 1 && due(&kept, 299) == [] && due(&kept, 300) == [51])
  }

  @Test func aLineWithoutAnEndIsNeverDue() {
    var kept = KeptLines()
    kept.carryOut(.keep(until: .never + .milliseconds(25)), of: 5, 50)
    #expect(kept.wait(now: at(.max - 1)) == nil && due(&kept, .max - 1) == [])
  }

  @Test func aLineWithoutADescriptorIsNotKept() {
    var kept = KeptLines()
    #expect(
      kept.carryOut(.keep(until: at(100)), of: 5, nil) == .init(isDone: false, unneeded: nil))
    #expect(kept.count == 0)
  }

  @Test func thereIsRoomForEachOutput() {
    var kept = KeptLines()
    for key in 0..<32 as Range<Int32> {
      #expect(kept.carryOut(.keep(until: at(0)), of: key, key).isDone)
    }
    #expect(
      kept.carryOut(.keep(until: at(0)), of: 32, 99) == .init(isDone: false, unneeded: 99))
    // Those that are kept can be kept longer.
    #expect(kept.carryOut(.keep(until: at(5)), of: 31, 31).isDone)
    #expect(due(&kept, 0).count == 31)
  }

  /// When popbell is gone.
  @Test func whatIsInactiveIsLetGo() {
    var kept = KeptLines()
    for key in 0..<4 as Range<Int32> { kept.carryOut(.keep(until: .never), of: key, key) }
    var asked: [Int32] = []
    kept.letGo {
      asked.append($0)
      return $0 != 2
    }
    #expect(asked.sorted() == [0, 1, 2, 3] && kept.count == 1 && kept.contains(2))
  }

  /// Whatever was asked, what is due is what a simple model says.
  @Test func isAsAModelIs() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<2000 {
      var kept = KeptLines()
      var model: [Int32: (line: Int32, end: Int64)] = [:]
      var now: Int64 = 0
      for step in 0..<60 as Range<Int32> {
        let key = Int32.random(in: 0..<6, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
          let end = now + Int64.random(in: 0..<500, using: &random)
          kept.carryOut(.keep(until: at(end)), of: key, step)
          model[key] = (step, end)
        case 1:
          kept.carryOut(.letGo, of: key, nil)
          model[key] = nil
        default:
          now += Int64.random(in: 0..<200, using: &random)
          let expected = model.filter { $0.value.end <= now }
          for key in expected.keys { model[key]?.end = now + 250 }
          #expect(due(&kept, now).sorted() == expected.values.map(\.line).sorted())
        }
        #expect(kept.count == model.count)
        #expect(
          kept.wait(now: at(now))?.milliseconds == model.values.map { max(0, $0.end - now) }.min())
      }
    }
  }
}

/// What popbell and its keeper say to each other.
@Suite struct KeeperFrameTests {
  @Test(
    arguments: [
      .keep(until: Instant(milliseconds: 0)), .keep(until: .never),
      .keep(until: Instant(milliseconds: .min)), .letGo,
    ] as [KeeperRequest.Change])
  func aRequestIsUnderstood(change: KeeperRequest.Change) {
    for key in [0, 7, -1, Int32.max] {
      let request = KeeperRequest(change, of: key, number: .max)
      let bytes = request.encoded
      let parsed = KeeperRequest(parsing: bytes.bytes)
      #expect(parsed == request)
    }
  }

  @Test func anAnswerIsUnderstood() {
    for isDone in [true, false] {
      let answer = KeeperAnswer(number: 77, isDone: isDone)
      let bytes = answer.encoded
      let parsed = KeeperAnswer(parsing: bytes.bytes)
      #expect(parsed == answer)
    }
  }

  @Test func anythingElseIsNot() {
    let request = [UInt8](KeeperRequest(.letGo, of: 1, number: 2).encoded.bytes)
    for bytes in [
      [UInt8](request.dropLast()), request + [0], [2] + request.dropFirst(),
      request.dropLast() + [1],
    ] {
      let parsed = KeeperRequest(parsing: bytes.span)
      #expect(parsed == nil)
    }
    let answer = [UInt8](KeeperAnswer(number: 1, isDone: true).encoded.bytes)
    for bytes in [answer.dropLast() + [2], [], answer + [0]] {
      let parsed = KeeperAnswer(parsing: bytes.span)
      #expect(parsed == nil)
    }
  }
}
