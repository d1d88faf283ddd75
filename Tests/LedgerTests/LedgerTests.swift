import Bytes
import Ledger
import TestSupport
import Testing

@Suite struct LedgerTests {
  let disk = Disk()

  func open() throws -> Ledger<DiskStore> { try Ledger(DiskStore(disk: disk), time: 7) }

  @Test func remembersEachStateOverARestart() throws {
    let ledger = try open()
    try ledger.intend(Identity(1), time: 8)
    try ledger.intend(Identity(2), time: 8)
    try ledger.fire(Identity(2), time: 9)
    try ledger.intend(Identity(3), time: 8)
    try ledger.fail(Identity(3), Failures(attempts: 1), time: 9)
    try ledger.intend(Identity(3), time: 8)
    try ledger.fail(Identity(3), Failures(attempts: 2, done: 1, actions: 200), time: 9)
    try ledger.giveUp(Identity(4), time: 9)
    try ledger.examine(Examined(count: 3, sum: .max, rules: 77), time: 10)

    let again = try open()
    #expect(again.state(of: Identity(0)) == .new)
    #expect(again.state(of: Identity(1)) == .intended(before: Failures()))
    #expect(again.state(of: Identity(2)) == .fired(durable: true))
    #expect(again.state(of: Identity(3)) == .failed(Failures(attempts: 2, done: 1, actions: 200)))
    #expect(again.examined == Examined(count: 3, sum: .max, rules: 77))
    #expect(again.state(of: Identity(4)) == .givenUp)
    #expect(again.givenUpCount == 1)
  }

  @Test func forgetsWhatTheServerHasDeleted() throws {
    let ledger = try open()
    for number in 1...3 { try ledger.fire(Identity(number), time: 1) }
    ledger.noteDeletion(of: Identity(2))
    ledger.beginSession()
    ledger.noteDeletion(of: Identity(1))
    ledger.noteDeletion(of: Identity(9))
    try ledger.commitDeletions(time: 2)
    let again = try open()
    #expect(again.state(of: Identity(1)) == .new)
    #expect(again.state(of: Identity(2)) == .fired(durable: true))
    #expect(again.state(of: Identity(3)) == .fired(durable: true))
  }

  @Test func writesNothingWhereNothingChanged() throws {
    let ledger = try open()
    try ledger.examine(Examined(count: 3, sum: 5, rules: 1), time: 1)
    let size = disk.bytes.count
    try ledger.examine(Examined(count: 3, sum: 5, rules: 1), time: 2)
    #expect(disk.bytes.count == size)
    _ = try open()
    #expect(disk.bytes.count == size)
  }

  @Test(arguments: 0..<32) func cutsOffATornRecord(torn: Int) throws {
    let ledger = try open()
    try ledger.fire(Identity(1), time: 1)
    disk.failAfter = 0
    disk.torn = torn
    #expect(throws: LedgerError.store(StoreError(code: 5))) {
      try ledger.fire(Identity(2), time: 1)
    }
    #expect(ledger.state(of: Identity(2)) == .fired(durable: false))

    disk.failAfter = .max
    let again = try open()
    #expect(again.state(of: Identity(1)) == .fired(durable: true))
    #expect(again.state(of: Identity(2)) == .new)
    #expect(disk.bytes.count == 64)
  }

  @Test func mendsATornRecordBeforeTheNext() throws {
    let ledger = try open()
    disk.failAfter = 0
    disk.torn = 31
    #expect(throws: LedgerError.self) { try ledger.fire(Identity(1), time: 1) }
    disk.failAfter = .max
    try ledger.fire(Identity(1), time: 2)
    #expect(ledger.state(of: Identity(1)) == .fired(durable: true))
    #expect(try open().state(of: Identity(1)) == .fired(durable: true))
  }

  @Test func doesNotIntendWhatItCouldNotWrite() throws {
    let ledger = try open()
    disk.failAfter = 0
    #expect(throws: LedgerError.self) { try ledger.intend(Identity(1), time: 1) }
    #expect(ledger.state(of: Identity(1)) == .new)
  }

  @Test(arguments: 0..<96) func neverGuessesAtDamage(offset: Int) throws {
    let ledger = try open()
    for number in 1...3 { try ledger.fire(Identity(number), time: 1) }
    disk.bytes[offset] ^= 0x40
    let expected = offset < 32 ? LedgerError.notALedger : .damaged(offset: offset / 32 * 32)
    #expect(throws: expected) { try open() }
    #expect(disk.bytes.count == 128)
  }

  @Test func refusesTheFuture() throws {
    disk.bytes = Array("P\u{2}\0\0popbell ledger\r\n\0\0\0\0\0\0\0\u{7}".utf8)
    let header = disk.bytes
    let crc = crc32(header.span)
    disk.bytes += (0..<4).map { UInt8(truncatingIfNeeded: crc >> (24 - 8 * $0)) }
    #expect(throws: LedgerError.version(2)) { try open() }
  }

  @Test func refusesAForeignFile() {
    disk.bytes = Array("this is somebody's letter, not a ledger".utf8)
    #expect(throws: LedgerError.notALedger) { try open() }
    #expect(disk.bytes.count == 39)
  }

  @Test func rewritesAFileThatIsMostlyHistory() throws {
    let ledger = try open()
    try ledger.intend(Identity(0), time: 1)
    try ledger.fail(Identity(0), Failures(attempts: 1, done: 2), time: 1)
    try ledger.intend(Identity(0), time: 1)
    try ledger.fire(Identity(1000), time: 1)
    try ledger.examine(Examined(count: 9, sum: 8, rules: 7), time: 1)
    for number in 1...600 {
      try ledger.fire(Identity(number), time: 1)
      ledger.noteDeletion(of: Identity(number))
      try ledger.commitDeletions(time: 1)
    }
    #expect(disk.bytes.count < 1100 * 32)
    for ledger in [ledger, try open()] {
      let failures = Failures(attempts: 1, done: 2)
      #expect(ledger.state(of: Identity(0)) == .intended(before: failures))
      #expect(ledger.state(of: Identity(600)) == .new)
      #expect(ledger.state(of: Identity(1000)) == .fired(durable: true))
      #expect(ledger.examined == Examined(count: 9, sum: 8, rules: 7))
    }
  }

  @Test func knowsTheChecksumOfTheStandard() {
    #expect(with("123456789") { crc32($0) } == 0xCBF4_3926)
  }
}
