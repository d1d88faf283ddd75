import Bytes
import Ledger
import TestSupport
import Testing

/// What a cut of power leaves is mended, and anything else is damage: nothing is guessed.
@Suite struct DamageTests {
  let disk = Disk()

  /// Records that were written at once: 14 of what is kept.
  private func writeBatch(_ ledger: DiskLedger) throws {
    for number in 1...14 {
      try ledger.keep(MessageIdentity(number, content: number), until: nil, rules: 1)
    }
  }

  private func fired() throws -> DiskLedger {
    let ledger = try disk.open()
    for number in 1...14 { try ledger.fire(MessageIdentity(number, content: number)) }
    return ledger
  }

  /// Any of them may be on disk when the power goes, and any may be torn.
  @Test func whateverIsLeftOfABatchIsMended() throws {
    let ledger = try fired()
    let before = disk.bytes
    let operations = disk.operations
    try writeBatch(ledger)
    #expect(disk.begun[operations...] == [.append(.ledger), .synchronize(.ledger)])
    let after = disk.bytes
    var random = SeededGenerator(seed: 1)
    for _ in 0..<500 {
      disk.bytes = after
      for record in stride(from: before.count, to: after.count, by: 32) {
        let damage = Int.random(in: 0..<4, using: &random)
        let zeros =
          damage == 0 ? 0..<32 : damage == 1 ? 0..<Int.random(in: 1..<32, using: &random) : 0..<0
        for index in zeros { disk.bytes[record + 31 - index] = 0 }
      }
      let whole = zip(disk.bytes, after).prefix { $0 == $1 }.count / 32 * 32
      if Bool.random(using: &random) {
        disk.bytes.removeLast(Int.random(in: 0..<after.count - before.count, using: &random))
      }
      let expected = Array(after[..<min(whole, disk.bytes.count / 32 * 32)])
      let again = try disk.open()
      #expect(disk.bytes == expected)
      for number in 1...14 { #expect(try again.state(number) != .new) }
    }
  }

  /// A record that was written later, and is whole, shows that the one before was durable once.
  @Test func whatHasAnotherAppendBehindItIsDamage() throws {
    let ledger = try fired()
    try writeBatch(ledger)
    let end = disk.bytes.count
    try ledger.fire(MessageIdentity(20))
    let whole = disk.bytes
    for offset in stride(from: 32, to: end, by: 31) {
      disk.bytes[offset] ^= 0x10
      #expect(throws: LedgerError.damaged(offset: offset / 32 * 32)) { try disk.open() }
      #expect(throws: LedgerError.damaged(offset: offset / 32 * 32)) {
        try DiskLedger(reading: DiskStore(disk: disk))
      }
      disk.bytes = whole
    }
    // The last append itself is what may be torn.
    disk.bytes[whole.count - 1] ^= 0x10
    #expect(try disk.open().state(20) == .intended(before: Failures()))
  }

  /// More than is written at once is not what a cut of power leaves.
  @Test func moreThanABatchIsDamage() throws {
    _ = try fired()
    let whole = disk.bytes
    for count in 0...20 {
      disk.bytes = whole + [UInt8](repeating: 0, count: count * 32)
      if count <= 16 {
        #expect(try disk.open().state(14) == .fired)
        #expect(disk.bytes == whole)
      } else {
        #expect(throws: LedgerError.damaged(offset: whole.count)) { try disk.open() }
      }
    }
  }

  /// What cannot be read is neither mended nor taken for an empty ledger.
  @Test func aFileOfZerosOrOfLessThanAHeaderIsRefused() throws {
    for count in [1, 31, 32, 64, 4096] {
      disk.bytes = [UInt8](repeating: 0, count: count)
      #expect(throws: LedgerError.notALedger) { try disk.open() }
      #expect(disk.bytes.count == count)
    }
  }

  /// Where the torn records cannot be cut off, popbell does not start.
  @Test(arguments: 0..<2) func aTornTailThatCannotBeCutOffIsRefused(operation: Int) throws {
    _ = try fired()
    disk.bytes += [1, 2, 3]
    disk.failAfter = operation
    #expect(throws: LedgerError.store(StoreError(code: 5))) { try disk.open() }
    disk.failAfter = .max
    #expect(try disk.open().state(14) == .fired)
  }

  /// popbell was killed before its last record was durable, and the power goes when the next popbell
  /// writes: of both, any part may be left.
  @Test func whoWasKilledBeforeItWasDurableDamagesNothing() throws {
    var random = SeededGenerator(seed: 1)
    var isDone = false
    var operation = 0
    while !isDone {
      let disk = Disk()
      let ledger = try disk.open()
      for number in 1...3 { try ledger.fire(MessageIdentity(number, content: number)) }
      disk.losesPowerAfter = 1
      _ = try? ledger.note(MessageIdentity(4), .fired)
      disk.keepPower()
      let next = try disk.open()
      #expect(try next.state(4) == .fired)
      disk.losesPowerAfter = operation
      disk.losesPowerWhenDone = true
      try? next.intend(MessageIdentity(5))
      isDone = disk.hasPower
      for left in disk.possibleRemains(random: 8, using: &random) {
        let disk = Disk()
        disk.bytes = left
        let again = try disk.open()
        for number in 1...3 { #expect(try again.state(number) == .fired) }
        #expect(try again.state(5) == .new || again.state(4) == .fired)
      }
      operation += 1
    }
    #expect(operation > 3)
  }
}
