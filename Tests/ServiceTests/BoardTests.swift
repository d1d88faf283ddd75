import Alerts
import Bytes
import Config
import Platform
import Service
import TestSupport
import Testing

/// The outputs of a board, as far as it needs no kernel: simulated lines, and lines that are not there.
@Suite struct BoardTests {
  private func outputs(_ lines: String...) throws -> [OutputSettings] {
    var reader = ConfigReader()
    var text = "[mailbox m]\nserver = h\nuser = u\npassword-file = /p\n"
    text += "[rule r]\nsubject = x\npulse = o0 1s\n"
    for (index, line) in lines.enumerated() { text += "[output o\(index)]\n\(line)\n" }
    reader.read(Array(text.utf8).span)
    return try #require(reader.finish().settings).outputs
  }

  /// A line on a chip that no machine has.
  private let absent = "line = 1\nchip = no-such-chip"

  @Test func aSimulatedLineIsAlwaysThere() throws {
    let events = Events()
    var board = Board(
      try outputs("line = 0\nchip = simulated"), keeper: Keeper(), report: events.report)
    let done = [true, false].map { board.drive(0, active: $0, until: .never) }
    #expect(board.isHeld(0) && done == [true, true] && events.lineFailures == 0)
  }

  @Test func aLineThatIsNotThereIsReportedOnceUntilItIsWanted() throws {
    let events = Events()
    var board = Board(try outputs(absent), keeper: Keeper(), report: events.report)
    var seen = [events.lineFailures]
    let isTaken = board.take(0, active: false, until: .never)
    seen.append(events.lineFailures)
    // Each alert whose siren stays silent says why.
    var done: [Bool] = []
    for active in [true, true, false] {
      done.append(board.drive(0, active: active, until: .never))
      seen.append(events.lineFailures)
    }
    #expect(!board.isHeld(0) && !isTaken && done == [false, false, true])
    #expect(seen == [1, 1, 2, 3, 3])
  }

  @Test func aLineThatIsNotThereDoesNotStopTheOthers() throws {
    let events = Events()
    let board = Board(
      try outputs(absent, "line = 0\nchip = simulated"), keeper: Keeper(), report: events.report)
    #expect(!board.isHeld(0) && board.isHeld(1))
  }

  @Test func aLineThatIsAsBeforeIsTakenOver() throws {
    let events = Events()
    let (one, two) = ("line = 0\nchip = simulated", "line = 1\nchip = simulated")
    let old = Board(try outputs(one, two), keeper: Keeper(), report: events.report)
    let same = Board(
      try outputs(one), replacing: old.lines, keeper: Keeper(), report: events.report)
    #expect(same.lines[0] === old.lines[0])
    let other = Board(
      try outputs(one + "\nactive = low"), replacing: old.lines, keeper: Keeper(),
      report: events.report)
    #expect(other.lines[0] !== old.lines[0])
  }
}

/// What a part of a service has reported.
final class Events {
  private(set) var all: [ServiceEvent] = []

  var report: ServiceReporter {
    ServiceReporter { event in
      self.all.append(event)
      return []
    }
  }

  var lineFailures: Int {
    all.count { event in if case .lineFailed = event { true } else { false } }
  }
}
