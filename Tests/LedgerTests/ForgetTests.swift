import Ledger
import TestSupport
import Testing

/// What the owner wants forgotten fires again, and nothing else does.
@Suite struct ForgetTests {
  let disk = Disk()
  let examined = Examined(count: 3, last: 5, sum: 9, rules: 77)

  /// Messages that were archived, each with a content of its own; the records of many are sorted.
  private func fill(_ count: Int) throws -> DiskLedger {
    let ledger = try disk.open()
    for number in 1...count {
      try ledger.note(MessageIdentity(number, content: number), .archived)
    }
    try ledger.examine(examined, isWhole: false, time: nil)
    return ledger
  }

  private func fires(_ number: Int, in ledger: DiskLedger) throws -> Bool {
    let state = try ledger.state(of: MessageIdentity(number, content: number))
    return state == .new || state == .failed(Failures())
  }

  /// What the ledger knows a message as.
  private func key(_ number: Int, in ledger: DiskLedger) throws -> Identity {
    try ledger.alert(MessageIdentity(number, content: number)).key
  }

  @Test(arguments: [3, 1500]) func forgetsSomeMessages(count: Int) throws {
    let ledger = try fill(count)
    let key = try key(2, in: ledger)
    #expect(try ledger.forget([key, Identity(9999), key]) == [key])
    for restarts in [false, true] {
      let current = try restarts ? disk.open() : ledger
      for number in 1...count { #expect(try fires(number, in: current) == (number == 2)) }
      // All is looked at again.
      #expect(current.examined?.count == 0)
    }
  }

  @Test func forgetsMoreThanIsWrittenAtOnce() throws {
    let ledger = try fill(100)
    #expect(try ledger.forget((1...60).map { try key($0, in: ledger) }).count == 60)
    for restarts in [false, true] {
      let current = try restarts ? disk.open() : ledger
      for number in 1...100 { #expect(try fires(number, in: current) == (number <= 60)) }
    }
  }

  @Test func writesNothingWhereNothingIsKnown() throws {
    let ledger = try fill(3)
    let before = disk.operations
    // The second is the unique-id of a message.
    #expect(try ledger.forget([Identity(4), Identity(1)]) == [])
    #expect(disk.operations == before)
    #expect(ledger.examined == examined)
  }

  @Test func aCopyFiresToo() throws {
    let ledger = try fill(1)
    let copy = MessageIdentity(7, content: 1)
    #expect(try ledger.state(of: copy) == .archived)
    _ = try ledger.forget([key(1, in: ledger)])
    // Another message gets the unique-id of the one that was forgotten.
    try ledger.note(MessageIdentity(1, content: 2), .archived)
    for restarts in [false, true] {
      let current = try restarts ? disk.open() : ledger
      #expect(try current.state(of: copy) == .failed(Failures()))
    }
  }

  @Test(arguments: [3, 1500]) func forgetsAll(count: Int) throws {
    let ledger = try fill(count)
    try ledger.forgetAll()
    for restarts in [false, true] {
      let current = try restarts ? disk.open() : ledger
      #expect(current.isEmpty && current.examined == nil)
      for number in 1...count { #expect(try fires(number, in: current)) }
    }
    try ledger.fire(MessageIdentity(1))
    #expect(try disk.open().state(1) == .fired)
  }

  @Test(arguments: [false, true]) func isAsBeforeWhereTheDiskFails(forgetsAll: Bool) throws {
    for operation in 0..<20 {
      let disk = Disk()
      let ledger = try disk.open()
      for number in 1...3 { try ledger.fire(MessageIdentity(number, content: number)) }
      try ledger.examine(examined, isWhole: false, time: nil)
      let key = try key(2, in: ledger)
      disk.failAfter = operation
      do {
        if forgetsAll { try ledger.forgetAll() } else { _ = try ledger.forget([key]) }
        guard operation > 0 else { throw LedgerError.full }
        return
      } catch {
        disk.failAfter = .max
        #expect(try !fires(1, in: ledger) || forgetsAll)
        // It may be tried again.
        if forgetsAll { try ledger.forgetAll() } else { _ = try ledger.forget([key]) }
        for restarts in [false, true] {
          let current = try restarts ? disk.open() : ledger
          #expect(try fires(2, in: current))
          #expect(try fires(3, in: current) == forgetsAll)
        }
      }
    }
    Issue.record("it never succeeded")
  }

  @Test(arguments: [false, true]) func survivesACutAtEachStep(forgetsAll: Bool) throws {
    var random = SeededGenerator(seed: 1)
    for operation in 0..<20 {
      var isDone = true
      for _ in 1...20 {
        let disk = Disk()
        let ledger = try disk.open()
        for number in 1...3 {
          try ledger.fire(MessageIdentity(number, content: number))
        }
        let key = try key(2, in: ledger)
        disk.losesPowerAfter = operation
        do {
          if forgetsAll { try ledger.forgetAll() } else { _ = try ledger.forget([key]) }
        } catch {
          isDone = false
        }
        disk.restorePower(using: &random)
        let again = try disk.open()
        // What it was asked for is on disk once it returned; what it was not asked for stays.
        #expect(try fires(2, in: again) || !isDone)
        #expect(try !fires(1, in: again) || forgetsAll)
        #expect(try !fires(3, in: again) || forgetsAll)
      }
      if isDone { return }
    }
    Issue.record("it never succeeded")
  }

  @Test func goesThroughAlertsAndNotThroughLinks() throws {
    let ledger = try fill(1500)
    for restarts in [false, true] {
      let current = try restarts ? disk.open() : ledger
      var found: [Identity] = []
      try current.forEachMessage { found.append($0.identity) }
      let keys = try (1...1500).map { try key($0, in: current) }
      #expect(found == keys.sorted())
    }
  }
}
