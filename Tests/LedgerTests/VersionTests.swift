import Bytes
import Ledger
import TestSupport
import TestTraits
import Testing

/// Files of other versions, and of the largest size.
@Suite struct VersionTests {
  let disk = Disk()

  @Test func refusesTheFuture() throws {
    disk.bytes = record(0x50, 4, "popbell ledger\r\n", 7)
    #expect(throws: LedgerError.version(4)) { try disk.open() }
  }

  /// Version 1: no sorted records, times of eight bytes, no links.
  private var past: [UInt8] {
    var file = record(0x50, 1, "popbell ledger\r\n", 1_790_000_000)
    let records: [(kind: UInt8, first: UInt8, number: Int)] = [
      (1, 0, 1), (2, 0, 1), (3, 4, 2), (1, 0, 2), (3, 1, 3), (5, 0, 4), (2, 0, 5), (4, 0, 5),
    ]
    for (kind, first, number) in records {
      file += record(kind, first, bytes(of: Identity(number)), 1_790_000_000)
    }
    return file + record(6, 0, "0123456789abcdef", 1_790_000_000)
  }

  private func check(_ ledger: DiskLedger) throws {
    var found: [Identity: MessageState] = [:]
    try ledger.forEachMessage { found[$0.identity] = $0.state.message }
    #expect(
      found == [
        Identity(1): .fired, Identity(2): .intended(before: Failures(attempts: 4)),
        Identity(3): .failed(Failures(attempts: 1)), Identity(4): .givenUp,
      ])
    #expect(ledger.examined == nil)
  }

  @Test func readsThePast() throws {
    disk.bytes = past
    for _ in 1...2 {
      let ledger = try disk.open()
      #expect(disk.bytes[1] == 3)
      try check(ledger)
    }
  }

  /// By its unique-id, for whatever rule took it; that is all that version 1 knew of it.
  @Test(arguments: [nil, 98]) func aMessageOfThePastIsKnown(content: Int?) throws {
    disk.bytes = past
    for _ in 1...3 {
      let ledger = try disk.open()
      for (number, state) in [(1, MessageState.fired), (4, .givenUp), (9, .new)] {
        var message = MessageIdentity(number, content: number)
        message.older = OlderIdentity(header: Identity(99), content: content.map { Identity($0) })
        for rule in [7, 8] as [UInt16] {
          #expect(try ledger.state(of: ledger.resolve(message, rule: rule)) == state)
        }
      }
    }
  }

  @Test(arguments: 0..<32) func readsThePastWithATornTail(torn: Int) throws {
    disk.bytes = past + past[32..<32 + torn]
    try check(disk.open())
    try check(disk.open())
  }

  @Test func whoOnlyReadsLeavesThePastAsItIs() throws {
    disk.bytes = past
    try check(DiskLedger(reading: DiskStore(disk: disk)))
    #expect(disk.bytes == past && disk.operations == 0)
  }

  @Test func survivesACutAtEachStepFromThePast() throws {
    var random = SeededGenerator(seed: 1)
    var operation = 0
    var isDone = false
    while !isDone {
      let disk = Disk()
      disk.bytes = past
      disk.losesPowerAfter = operation
      disk.losesPowerWhenDone = true
      let ledger = try? disk.open()
      try? ledger?.flush()
      isDone = disk.hasPower
      for left in disk.possibleRemains(random: 4, using: &random) {
        let disk = Disk()
        disk.bytes = left
        try check(disk.open())
      }
      operation += 1
    }
    #expect(operation > 4)
  }

  /// Two more records than fit would make a file that nobody may sort.
  @Test func noMoreIsIntendedThanCanBeRemembered() throws {
    let capacity = 262_144
    disk.bytes = sortedFile(of: capacity - 2)
    let ledger = try disk.open()
    #expect(try ledger.state(1_000_000_000) == .new)
    try ledger.intend(MessageIdentity(1_000_000_000))
    let before = disk.operations
    #expect(throws: LedgerError.full) {
      try ledger.intend(MessageIdentity(1_000_000_001))
    }
    #expect(disk.operations == before)
    // What was begun can be ended.
    try ledger.note(MessageIdentity(1_000_000_000), .fired)
    #expect(try ledger.state(1_000_000_000) == .fired)
  }

  /// Half of the messages are gone, for 1 to 28 days: what has been for 25 and more are as many as give
  /// way.
  @Test(.exhaustive) func theOldestOfWhatIsGoneGivesWay() throws {
    let capacity = 262_144
    disk.bytes = sortedFile(of: capacity) { number in
      number % 2 == 0 ? (2, 0) : (0x82, 1 + number / 2 % 28)
    }
    let ledger = try disk.open(wall: 1_790_000_000)
    let new = MessageIdentity(1_000_000_000, content: 1)
    try ledger.fire(new)
    #expect(try ledger.state(of: new) == .fired)
    // What is there, and what went lately, is known still; what went first is not.
    var known: Set<Identity> = []
    try ledger.forEachMessage { known.insert($0.identity) }
    for number in 0..<1400 {
      let isForgotten = number % 2 == 1 && 1 + number / 2 % 28 >= 25
      let key = Identity(prefixOf: sortedIdentity(number).span)
      #expect(known.contains(key) == !isForgotten, "\(number)")
    }
    let operations = disk.operations
    for number in 1...1000 { try ledger.fire(MessageIdentity(1_000_000_000 + number)) }
    #expect(disk.operations - operations < 10_000)
    #expect(try disk.open().state(of: new) == .fired)
  }

  /// A file of so many messages that fired, or what `state` says: the kind, and for how many days
  /// they have been gone.
  private func sortedFile(
    of count: Int, _ state: (Int) -> (kind: UInt8, days: Int) = { _ in (2, 0) }
  ) -> [UInt8] {
    var header = ByteBuffer<32>()
    header.append([0x50, 3, 0, 0].span)
    header.append("popbell ledger\r\n")
    header.append(bigEndian: UInt64(count), size: 4)
    header.append(bigEndian: 0, size: 4)
    var file = sealed(header)
    file.reserveCapacity((count + 1) * 32)
    for number in 0..<count {
      var record = ByteBuffer<32>()
      let (kind, days) = state(number)
      record.append(kind)
      record.append(bigEndian: 0, size: 3)
      record.append(sortedIdentity(number).span)
      record.append(bigEndian: 1_790_000_000, size: 4)
      record.append(bigEndian: days == 0 ? 0 : UInt64(1_790_000_000 / 86_400 - days), size: 2)
      record.append(bigEndian: 0, size: 2)
      file += sealed(record)
    }
    return file
  }

  private func sortedIdentity(_ number: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: UInt64(number), size: 8)
    bytes.append(bigEndian: 0, size: 8)
    return bytes
  }

  private func bytes(of identity: Identity) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(identity)
    return bytes
  }

  private func record(_ kind: UInt8, _ first: UInt8, _ identity: String, _ time: UInt64) -> [UInt8]
  {
    record(kind, first, Array(identity.utf8), time)
  }

  private func record(
    _ kind: UInt8, _ first: UInt8, _ identity: [UInt8], _ time: UInt64
  ) -> [UInt8] {
    var record = ByteBuffer<32>()
    record.append([kind, first, 0, 0].span)
    record.append(identity.span)
    record.append(bigEndian: time, size: 8)
    return sealed(record)
  }

  /// With its checksum.
  private func sealed(_ record: consuming ByteBuffer<32>) -> [UInt8] {
    record.append(bigEndian: UInt64(crc32(record.bytes)), size: 4)
    return [UInt8](record.bytes)
  }
}
