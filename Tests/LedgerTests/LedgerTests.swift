import Bytes
import Ledger
import TestSupport
import Testing

@Suite struct LedgerTests {
  let disk = Disk()
  let examined = Examined(count: 3, last: 5, sum: .max, rules: 77)

  @Test func remembersEachStateOverARestart() throws {
    let ledger = try disk.open()
    let failures = Failures(attempts: 2, done: 1, actions: 200)
    try ledger.intend(MessageIdentity(1))
    try ledger.fire(MessageIdentity(2))
    for attempts: UInt8 in 1...2 {
      ledger.beginSession()
      let alert = try ledger.alert(MessageIdentity(3))
      try ledger.intend(alert)
      let failures = Failures(attempts: attempts, done: attempts - 1, actions: 200)
      try ledger.note(alert, .failed(failures))
    }
    try ledger.note(MessageIdentity(4), .givenUp)
    try ledger.note(MessageIdentity(5), .archived)
    try ledger.examine(examined, isWhole: false, time: nil)

    let again = try disk.open()
    #expect(try again.state(0) == .new)
    #expect(try again.state(1) == .intended(before: Failures()))
    #expect(try again.state(2) == .fired)
    #expect(try again.state(3) == .failed(failures))
    #expect(try again.state(4) == .givenUp)
    #expect(try again.state(5) == .archived)
    #expect(try again.countGivenUp() == 1)
    #expect(again.examined == examined)
  }

  @Test func notesWhatTheServerHasDeletedAndNothingElse() throws {
    let ledger = try disk.open()
    for number in 1...3 { try ledger.fire(MessageIdentity(number, content: number)) }
    try ledger.permit(MessageIdentity(2, content: 2), number: 2)
    ledger.beginSession()
    try ledger.permit(MessageIdentity(1, content: 1), number: 1)
    ledger.permitDeletion(of: try ledger.alert(MessageIdentity(3, content: 3)), message: 3)
    ledger.noteDeletion(of: 9)
    try ledger.commitDeletions(left: 2)
    for ledger in [ledger, try disk.open()] {
      #expect(try ledger.wasDeleted(ledger.alert(MessageIdentity(1, content: 1))))
      #expect(try ledger.state(2, content: 2) == .fired)
      #expect(try ledger.state(3, content: 3) == .fired)
    }
  }

  @Test func writesNothingWhereNothingChanged() throws {
    let ledger = try disk.open()
    try ledger.fire(MessageIdentity(1, content: 1))
    try ledger.keep(MessageIdentity(1, content: 1), until: nil, rules: 1)
    try ledger.flush()
    var examined = Examined(rules: 77)
    examined.add(Identity(1).word)
    try ledger.examine(examined, isWhole: false, time: nil)
    let before = disk.operations
    try ledger.examine(examined, isWhole: false, time: nil)
    try ledger.keep(MessageIdentity(1, content: 1), until: nil, rules: 1)
    try ledger.flush()
    try ledger.commitDeletions(left: 0)
    ledger.beginListing()
    #expect(try ledger.list(Identity(1), rules: 1) == .kept)
    try ledger.endListing()
    #expect(disk.operations == before)
    _ = try disk.open()
    #expect(disk.operations == before)
  }

  @Test(arguments: 0..<32) func cutsOffATornRecord(torn: Int) throws {
    let ledger = try disk.open()
    try ledger.fire(MessageIdentity(1))
    let length = disk.bytes.count
    disk.failAfter = 0
    disk.torn = torn
    #expect(throws: LedgerError.store(StoreError(code: 5))) {
      try ledger.note(MessageIdentity(2), .fired)
    }
    #expect(try ledger.state(2) == .fired)

    disk.failAfter = .max
    let again = try disk.open()
    #expect(try again.state(1) == .fired)
    #expect(try again.state(2) == .new)
    #expect(disk.bytes.count == length)
  }

  @Test func mendsATornRecordBeforeTheNext() throws {
    let ledger = try disk.open()
    disk.failAfter = 0
    disk.torn = 31
    #expect(throws: LedgerError.self) { try ledger.note(MessageIdentity(1), .fired) }
    disk.failAfter = .max
    try ledger.flush()
    #expect(try disk.open().state(1) == .fired)
  }

  @Test func doesNotIntendWhatItCouldNotWrite() throws {
    let ledger = try disk.open()
    disk.failAfter = 0
    #expect(throws: LedgerError.self) { try ledger.intend(MessageIdentity(1)) }
    #expect(try ledger.state(1) == .new)
  }

  @Test func neverGuessesAtDamage() throws {
    let ledger = try disk.open()
    for number in 1...20 { try ledger.fire(MessageIdentity(number)) }
    let whole = disk.bytes
    // The last records are what a cut of power may have damaged.
    for offset in stride(from: 0, to: whole.count - 600, by: 7) {
      disk.bytes = whole
      disk.bytes[offset] ^= 0x40
      let expected = offset < 32 ? LedgerError.notALedger : .damaged(offset: offset / 32 * 32)
      #expect(throws: expected) { try disk.open() }
      #expect(disk.bytes.count == whole.count)
    }
  }

  @Test func neverGuessesAtDamageOfWhatIsSorted() throws {
    let ledger = try disk.open()
    for number in 1...3000 { try ledger.note(MessageIdentity(number), .fired) }
    let whole = disk.bytes
    let sorted = Int(whole[22]) << 8 | Int(whole[23])
    #expect(sorted > 1000)
    for offset in [32, 33, 5000, sorted * 32, sorted * 32 + 31] {
      disk.bytes = whole
      disk.bytes[offset] ^= 1
      #expect(throws: LedgerError.damaged(offset: offset / 32 * 32)) { try disk.open() }
    }
    // Two that changed places.
    disk.bytes = whole
    disk.bytes.replaceSubrange(32..<96, with: whole[64..<96] + whole[32..<64])
    #expect(throws: LedgerError.damaged(offset: 64)) { try disk.open() }
    disk.bytes = Array(whole[..<(sorted * 32)])
    #expect(throws: LedgerError.damaged(offset: sorted * 32)) { try disk.open() }
  }

  @Test func refusesAForeignFile() {
    disk.bytes = Array("this is somebody's letter, not a ledger".utf8)
    #expect(throws: LedgerError.notALedger) { try disk.open() }
    #expect(disk.bytes.count == 39)
  }

  @Test func keepsManyMessagesOnDiskAndFewInMemory() throws {
    let ledger = try disk.open()
    for number in 1...5000 {
      try ledger.note(MessageIdentity(number, content: number), .archived)
    }
    try ledger.examine(examined, isWhole: false, time: nil)
    var current = ledger
    for _ in 1...2 {
      for number in 1...5000 {
        #expect(try current.state(number, content: number) == .archived)
      }
      #expect(try current.state(5001, content: 5001) == .new)
      #expect(current.examined == examined)
      current = try disk.open()
    }
    // The latest record counts, wherever the earlier one is.
    try current.note(MessageIdentity(17, content: 17), .failed(Failures(attempts: 1)))
    try current.delete(MessageIdentity(18, content: 18))
    for _ in 1...2 {
      #expect(try current.state(17, content: 17) == .failed(Failures(attempts: 1)))
      #expect(try current.wasDeleted(current.alert(MessageIdentity(18, content: 18))))
      current = try disk.open()
    }
  }

  @Test func rewritesAFileThatIsMostlyHistory() throws {
    let ledger = try disk.open()
    try ledger.intend(MessageIdentity(0, content: 0))
    try ledger.fire(MessageIdentity(10_000, content: 10_000))
    try ledger.examine(examined, isWhole: false, time: nil)
    for number in 1...4000 {
      try ledger.fire(MessageIdentity(number, content: number))
      try ledger.delete(MessageIdentity(number, content: number))
    }
    #expect(disk.bytes.count < 2 * 4400 * 32)
    for ledger in [ledger, try disk.open()] {
      #expect(try ledger.state(0, content: 0) == .intended(before: Failures()))
      #expect(try ledger.wasDeleted(ledger.alert(MessageIdentity(4000, content: 4000))))
      #expect(try ledger.state(10_000, content: 10_000) == .fired)
      #expect(ledger.examined == examined)
    }
  }

  /// A board that was off for a month starts without a date, and gets one after an alert.
  @Test func aClockThatIsSetLaterMakesNothingOlder() throws {
    try disk.open().fire(MessageIdentity(1))
    try disk.open(wall: 20).fire(MessageIdentity(2))
    let ledger = try disk.open(wall: 1_800_000_000 + 30 * 86_400)
    #expect(try ledger.now < ledger.timeOfFiring(ledger.alert(MessageIdentity(2))) + 60)
    // From then on, time off counts.
    try ledger.flush()
    let later = try disk.open(wall: 1_800_000_000 + 60 * 86_400)
    #expect(try later.now >= later.timeOfFiring(later.alert(MessageIdentity(2))) + 29 * 86_400)
  }

  @Test func knowsTheChecksumOfTheStandard() {
    #expect(with("123456789") { crc32($0) } == 0xCBF4_3926)
  }
}
