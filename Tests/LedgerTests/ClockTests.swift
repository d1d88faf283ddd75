import Bytes
import Ledger
import TestSupport
import Testing

/// `delete after`: never early, whatever the board's clock says.
@Suite struct ClockTests {
  static let start: UInt64 = 1_800_000_000
  static let day: UInt64 = 86_400
  let disk = Disk()

  /// A board: what really passed, what its clock is ahead, and popbell on it.
  final class Board {
    let disk: Disk
    private(set) var ledger: DiskLedger
    private var boot: UInt64 = 0
    private(set) var passed: UInt64 = 0
    var error: Int64

    init(_ disk: Disk, error: Int64 = 0) throws {
      self.disk = disk
      self.error = error
      ledger = try disk.open(wall: UInt64(Int64(ClockTests.start) + error))
    }

    private var wall: UInt64 { UInt64(clamping: Int64(ClockTests.start + passed) + error) }
    private var now: Instant { Instant(milliseconds: Int64(passed - boot) * 1000) }

    func pass(_ seconds: UInt64) {
      passed += seconds
      ledger.tick(now: now, wall: wall)
    }

    /// Seconds pass in polls an hour apart.
    func poll(_ seconds: UInt64) throws {
      for _ in 0..<seconds / 3600 {
        pass(3600)
        try ledger.flush()
      }
    }

    func setClock(_ error: Int64) throws {
      self.error = error
      pass(1)
      try ledger.flush()
    }

    /// The power is off for so long.
    func sleep(_ seconds: UInt64, then error: Int64? = nil) throws {
      passed += seconds
      boot = passed
      self.error = error ?? self.error
      ledger = try disk.open(wall: wall, now: now)
    }

    func keep(_ number: Int, for seconds: UInt64) throws {
      let message = MessageIdentity(number, content: number)
      try ledger.fire(message)
      let due = try ledger.timeOfFiring(ledger.alert(message)) + seconds
      try ledger.keep(message, until: due, rules: 1)
      try ledger.flush()
    }

    /// The server lists an empty mailbox.
    func list() throws {
      ledger.beginListing()
      try ledger.endListing()
    }

    /// Where a message is that the server has under another unique-id.
    func state(of number: Int, content: Int) throws -> MessageState {
      let message = MessageIdentity(number, content: content)
      return try ledger.state(of: message)
    }

    /// Whether it is due, as a listing and a look see it.
    func isDue(_ number: Int, after seconds: UInt64) throws -> Bool {
      let message = MessageIdentity(number, content: number)
      return try ledger.now >= ledger.timeOfFiring(ledger.alert(message)) + seconds
    }
  }

  /// `unnoticed` is what passed and nobody can know of.
  func expect(_ board: Board, due total: UInt64, unnoticed: UInt64 = 0) throws {
    board.pass(total + unnoticed - board.passed - 2)
    #expect(try !board.isDue(1, after: total))
    board.pass(3700)
    #expect(try board.isDue(1, after: total))
    #expect(board.ledger.hasDueMessage)
  }

  @Test func isDueAfterItsTimeAndNotBefore() throws {
    let board = try Board(disk)
    try board.keep(1, for: 14 * Self.day)
    try expect(board, due: 14 * Self.day)
  }

  @Test(arguments: [-1_799_000_000, -86_400, 3600, 40 * 86_400, 5 * 366 * 86_400])
  func aClockThatJumpsMakesNothingOlder(jump: Int64) throws {
    let board = try Board(disk)
    try board.keep(1, for: 14 * Self.day)
    try board.poll(Self.day)
    try board.setClock(jump)
    try expect(board, due: 14 * Self.day)
  }

  @Test(arguments: [-86_400, 3600, 40 * 86_400, 5 * 366 * 86_400])
  func norDoesARestartThen(jump: Int64) throws {
    let board = try Board(disk)
    try board.keep(1, for: 14 * Self.day)
    try board.poll(Self.day)
    try board.setClock(jump)
    try board.poll(Self.day)
    try board.sleep(60)
    try expect(board, due: 14 * Self.day)
  }

  @Test func aClockThatIsNotSetAtFirst() throws {
    let board = try Board(disk, error: -1_799_000_000)
    try board.keep(1, for: 14 * Self.day)
    try board.poll(Self.day)
    try board.setClock(0)
    try board.poll(Self.day)
    try board.sleep(Self.day, then: -1_799_000_000)
    board.pass(600)
    try board.setClock(0)
    try expect(board, due: 14 * Self.day)
  }

  @Test func aBoardThatWasOffForAMonth() throws {
    let board = try Board(disk)
    try board.keep(1, for: 40 * Self.day)
    try board.poll(Self.day)
    try board.sleep(30 * Self.day)
    try expect(board, due: 40 * Self.day)
  }

  /// Two years cannot be told from a clock that is wrong: late rather than early.
  @Test func aBoardThatWasOffForTwoYears() throws {
    let board = try Board(disk)
    try board.keep(1, for: 14 * Self.day)
    try board.sleep(2 * 366 * Self.day)
    try expect(board, due: 14 * Self.day, unnoticed: 2 * 366 * Self.day)
  }

  /// Nothing else was written for longer than a board is believed to be off.
  @Test func aRestartAfterAQuietYearAndMore() throws {
    let board = try Board(disk)
    try board.keep(1, for: 500 * Self.day)
    for _ in 0..<400 { try board.poll(Self.day) }
    try board.sleep(60)
    try expect(board, due: 500 * Self.day)
  }

  @Test func sortingAnewKeepsTheTime() throws {
    let board = try Board(disk)
    try board.keep(1, for: 14 * Self.day)
    try board.poll(10 * Self.day)
    try board.keep(2, for: 14 * Self.day)
    board.ledger.beginListing()
    #expect(try board.ledger.list(Identity(1), rules: 1) == .kept)
    try board.ledger.endListing()
    try board.sleep(60)
    try expect(board, due: 14 * Self.day)
  }

  /// The mail moved meanwhile, or is about to come back from a backup.
  @Test func whatIsMissingIsNotForgottenWhileTheBoardIsOff() throws {
    let board = try Board(disk)
    try board.keep(1, for: 14 * Self.day)
    try board.ledger.intend(MessageIdentity(2, content: 2))
    try board.list()
    try board.sleep(200 * Self.day)
    try board.list()
    try #expect(board.state(of: 11, content: 1) == .fired)
    try #expect(board.state(of: 12, content: 2) == .intended(before: Failures()))
  }

  /// Some servers never list all.
  @Test func whatWasDeletedIsForgottenAfterAMonthWithoutAListing() throws {
    let board = try Board(disk)
    func delete(_ numbers: ClosedRange<Int>) throws {
      for number in numbers {
        let message = MessageIdentity(number, content: number)
        try board.ledger.fire(message)
        try board.ledger.delete(message)
      }
    }
    try delete(1...10)
    try board.sleep(31 * Self.day)
    try delete(11...1000)
    try #expect(board.state(of: 1, content: 1) == .new)
    try #expect(board.state(of: 1000, content: 1000) == .archived)
    var known = 0
    try board.ledger.forEachMessage { _ in known += 1 }
    #expect(known == 990)
  }

  @Test func whatIsMissingIsForgottenAfterAMonth() throws {
    let board = try Board(disk)
    try board.keep(1, for: 14 * Self.day)
    try board.ledger.intend(MessageIdentity(2, content: 2))
    try board.list()
    // Polls a day apart, each by a popbell of its own, are no absence.
    for _ in 1...30 {
      try board.sleep(Self.day)
      try board.ledger.flush()
    }
    try board.list()
    try #expect(board.ledger.state(1, content: 1) == .fired)
    try board.sleep(Self.day)
    try board.list()
    try #expect(board.state(of: 11, content: 1) == .new)
    try #expect(board.state(of: 12, content: 2) == .new)
  }
}
