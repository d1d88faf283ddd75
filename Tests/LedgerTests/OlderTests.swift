import Bytes
import Ledger
import TestSupport
import Testing

/// What version 2 wrote down: a message, whatever rule took it, by its unique-id or its header, and by
/// its content.
@Suite struct OlderTests {
  static let rule: UInt16 = 7
  /// As this version knows it, and as version 2 did.
  static let known = message(1, content: 1)
  static let moved = message(2, content: 1)
  /// Another with the same unique-id.
  static let other = message(1, content: 2)
  static let failures = Failures(attempts: 2, done: 1, actions: 9)

  let disk = Disk()

  static func message(_ uniqueID: Int?, content: Int, silentThen: Bool = false) -> MessageIdentity {
    var message = MessageIdentity(uniqueID, content: content)
    message.older = OlderIdentity(
      header: Identity(3_000_000 + content),
      content: silentThen ? nil : Identity(2_000_000 + content))
    return message
  }

  struct Past: Sendable, CustomTestStringConvertible {
    let name: String
    let kind: UInt8
    /// What follows the kind, and what is in the place of rules.
    var head: [UInt8] = [0, 0, 0]
    var rest: UInt64 = 0
    let state: MessageState
    var testDescription: String { name }
  }

  static let pasts = [
    Past(name: "intended", kind: 1, head: [2, 1, 9], state: .intended(before: failures)),
    Past(name: "fired", kind: 2, state: .fired),
    Past(name: "failed", kind: 3, head: [2, 1, 9], state: .failed(failures)),
    Past(name: "given up", kind: 5, state: .givenUp),
    Past(name: "kept", kind: 7, rest: 1, state: .fired),
    Past(name: "archived", kind: 8, state: .archived),
    Past(name: "deleted", kind: 9, head: [0x07, 0xA1, 0x20], state: .archived),
    Past(name: "missing", kind: 10, head: [0x07, 0xA1, 0x20], rest: 1, state: .fired),
    Past(name: "missing, given up", kind: 10, head: [0x07, 0xA1, 0x20], state: .givenUp),
  ]

  /// A ledger of version 2 with a message, known by `unique` and, where that is not nil, by `content`.
  private func write(_ past: Past, unique: Identity, content: Identity?) {
    disk.bytes = sealed([0x50, 2, 0, 0], Array("popbell ledger\r\n".utf8), 0)
    if let content { disk.bytes += sealed([11, 0, 0, 0], bytes(content), unique.word) }
    disk.bytes += sealed(
      [past.kind | (content == nil ? 0 : 0x80)] + past.head, bytes(unique),
      1_799_990_000 << 32 | past.rest << 16 | UInt64(Self.rule))
  }

  private func bytes(_ identity: Identity) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(identity)
    return bytes
  }

  private func sealed(_ head: [UInt8], _ identity: [UInt8], _ rest: UInt64) -> [UInt8] {
    var record = head + identity
    record.append(bigEndian: rest, size: 8)
    return record + withChecksum(record)
  }

  private func withChecksum(_ record: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: UInt64(crc32(record.span)), size: 4)
    return bytes
  }

  /// Opens it as it is, as it was written anew, and after the message was met.
  private func forEachLedger(_ body: (DiskLedger) throws -> Void) throws {
    for _ in 1...3 { try body(disk.open()) }
    #expect(disk.bytes[1] == 3)
  }

  @Test(arguments: pasts) func aMessageIsKnownByItsUniqueIDAndByItsContent(past: Past) throws {
    for message in [Self.known, Self.moved] {
      write(past, unique: Identity(1), content: Identity(2_000_001))
      try forEachLedger { (ledger: DiskLedger) throws in
        #expect(try ledger.state(of: message, rule: Self.rule) == past.state)
        // And by this version's content from then on.
        var copy = MessageIdentity(3, content: 1)
        #expect(try ledger.state(of: copy, rule: Self.rule) == past.state)
        copy.older = message.older
        #expect(try ledger.state(of: copy, rule: Self.rule) == past.state)
      }
    }
  }

  @Test(arguments: pasts) func anotherMessageWithTheUniqueIDIsNew(past: Past) throws {
    write(past, unique: Identity(1), content: Identity(2_000_001))
    try forEachLedger { (ledger: DiskLedger) throws in
      #expect(try ledger.state(of: Self.other, rule: Self.rule) == .new)
    }
  }

  /// One that it knew by both: a second with the unique-id.
  @Test(arguments: pasts) func aMessageIsKnownByBothTogether(past: Past) throws {
    let both = zip(bytes(Identity(1)), bytes(Identity(2_000_001))).map { $0 ^ $1 }
    write(past, unique: Identity(prefixOf: both.span), content: Identity(2_000_001))
    try forEachLedger { (ledger: DiskLedger) throws in
      #expect(try ledger.state(of: Self.known, rule: Self.rule) == past.state)
    }
  }

  @Test(arguments: pasts) func aCopyFiresForAnotherRule(past: Past) throws {
    write(past, unique: Identity(1), content: Identity(2_000_001))
    let ledger = try disk.open()
    #expect(try ledger.state(of: Self.moved, rule: 8) == .new)
    // Itself it does not.
    #expect(try ledger.state(of: Self.known, rule: 8) == past.state)
  }

  /// It had no Message-ID or no Date, or the server no unique-ids.
  @Test(arguments: pasts) func whatItKnewByLess(past: Past) throws {
    write(past, unique: Identity(1), content: nil)
    try forEachLedger { (ledger: DiskLedger) throws in
      let message = Self.message(1, content: 1, silentThen: true)
      #expect(try ledger.state(of: message, rule: Self.rule) == past.state)
    }
    write(past, unique: Identity(3_000_001), content: Identity(2_000_001))
    try forEachLedger { (ledger: DiskLedger) throws in
      #expect(try ledger.state(of: Self.message(nil, content: 1), rule: Self.rule) == past.state)
    }
  }

  @Test(arguments: pasts) func isKnownAfterACutAtAnyStepOfItsAdoption(past: Past) throws {
    var random = SeededGenerator(seed: 1)
    var isDone = false
    var operation = 0
    for message in [Self.known, Self.moved] {
      isDone = false
      operation = 0
      while !isDone {
        write(past, unique: Identity(1), content: Identity(2_000_001))
        let disk = Disk()
        disk.bytes = self.disk.bytes
        disk.losesPowerAfter = operation
        disk.losesPowerWhenDone = true
        let ledger = try? disk.open()
        if let ledger { _ = try? ledger.resolve(message, rule: Self.rule) }
        isDone = disk.hasPower
        for left in disk.possibleRemains(random: 8, using: &random) {
          let disk = Disk()
          disk.bytes = left
          #expect(
            try disk.open().state(of: message, rule: Self.rule) == past.state,
            "cut at \(operation)")
        }
        operation += 1
      }
      #expect(operation > 4)
    }
  }

  /// What is never met again is forgotten, and so are the hashes.
  @Test(arguments: pasts) func isForgottenAfterAMonth(past: Past) throws {
    write(past, unique: Identity(1), content: Identity(2_000_001))
    let ledger = try disk.open()
    for day in 0...40 {
      ledger.tick(now: Instant(milliseconds: Int64(day) * 86_400_000), wall: 1_800_000_000)
      ledger.beginListing()
      try ledger.endListing()
    }
    try ledger.forEachMessage { Issue.record("\($0)") }
    #expect(try ledger.state(of: Self.moved, rule: Self.rule) == .new)
  }
}
