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
      try ledger.note(MessageIdentity(number, content: number), .archived, rule: 1)
    }
    try ledger.examine(examined)
    return ledger
  }

  private func isNew(_ number: Int, in ledger: DiskLedger) throws -> Bool {
    let message = try ledger.resolve(MessageIdentity(number, content: number))
    return try ledger.state(of: message) == .new
  }

  @Test(arguments: [3, 1500]) func forgetsSomeMessages(count: Int) throws {
    let ledger = try fill(count)
    let forgotten = try ledger.forget([Identity(2), Identity(9999), Identity(2)])
    #expect(forgotten == [Identity(2)])
    for restarts in [false, true] {
      let current = try restarts ? disk.open() : ledger
      for number in 1...count { #expect(try isNew(number, in: current) == (number == 2)) }
      // All is looked at again.
      #expect(current.examined?.count == 0)
    }
  }

  @Test func forgetsMoreThanIsWrittenAtOnce() throws {
    let ledger = try fill(100)
    #expect(try ledger.forget((1...60).map { Identity($0) }).count == 60)
    for restarts in [false, true] {
      let current = try restarts ? disk.open() : ledger
      for number in 1...100 { #expect(try isNew(number, in: current) == (number <= 60)) }
    }
  }

  @Test func writesNothingWhereNothingIsKnown() throws {
    let ledger = try fill(3)
    let before = disk.operations
    // The second is the content's identity of a message.
    #expect(try ledger.forget([Identity(4), Identity(1_000_001)]) == [])
    #expect(disk.operations == before)
    #expect(ledger.examined == examined)
  }

  @Test func whatHadItsContentIsAnotherMessageFromThenOn() throws {
    let ledger = try fill(1)
    // It is known by its content, whatever its unique-id.
    let moved = MessageIdentity(unique: Identity(7), content: Identity(1_000_001))
    #expect(try ledger.state(of: ledger.resolve(moved)) == .archived)
    _ = try ledger.forget([Identity(1)])
    // Another message gets the unique-id of the one that was forgotten.
    try ledger.note(MessageIdentity(1, content: 2), .archived, rule: 1)
    for restarts in [false, true] {
      let current = try restarts ? disk.open() : ledger
      #expect(try current.state(of: current.resolve(moved)) == .new)
    }
  }

  @Test(arguments: [3, 1500]) func forgetsAll(count: Int) throws {
    let ledger = try fill(count)
    try ledger.forgetAll()
    for restarts in [false, true] {
      let current = try restarts ? disk.open() : ledger
      #expect(current.isEmpty && current.examined == nil)
      for number in 1...count { #expect(try isNew(number, in: current)) }
    }
    try ledger.fire(MessageIdentity(1))
    #expect(try disk.open().state(1) == .fired)
  }

  @Test(arguments: [false, true]) func isAsBeforeWhereTheDiskFails(forgetsAll: Bool) throws {
    for operation in 0..<20 {
      let disk = Disk()
      let ledger = try disk.open()
      for number in 1...3 { try ledger.fire(MessageIdentity(number)) }
      try ledger.examine(examined)
      disk.failAfter = operation
      do {
        if forgetsAll { try ledger.forgetAll() } else { _ = try ledger.forget([Identity(2)]) }
        guard operation > 0 else { throw LedgerError.full }
        return
      } catch {
        disk.failAfter = .max
        #expect(try ledger.state(1) == .fired || forgetsAll)
        // It may be tried again.
        if forgetsAll { try ledger.forgetAll() } else { _ = try ledger.forget([Identity(2)]) }
        for restarts in [false, true] {
          let current = try restarts ? disk.open() : ledger
          #expect(try current.state(2) == .new)
          #expect(try current.state(3) == (forgetsAll ? .new : .fired))
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
        disk.losesPowerAfter = operation
        do {
          if forgetsAll { try ledger.forgetAll() } else { _ = try ledger.forget([Identity(2)]) }
        } catch {
          isDone = false
        }
        disk.restorePower(using: &random)
        let again = try disk.open()
        // What it was asked for is on disk once it returned; what it was not asked for stays.
        #expect(try again.state(2) == .new || !isDone)
        #expect(try again.state(1) == .fired || forgetsAll)
        #expect(try again.state(3) == .fired || forgetsAll)
      }
      if isDone { return }
    }
    Issue.record("it never succeeded")
  }

  @Test func goesThroughMessagesAndNotThroughAliases() throws {
    let ledger = try fill(1500)
    for restarts in [false, true] {
      let current = try restarts ? disk.open() : ledger
      var found: [Identity] = []
      try current.forEachMessage { found.append($0.identity) }
      #expect(found == (1...1500).map { Identity($0) }.sorted())
    }
  }
}
