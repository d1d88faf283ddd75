import Ledger
import TestSupport
import Testing

/// A message is known by its unique-id; by its content, where that is another than it was, or is
/// another message's too.
@Suite struct IdentityTests {
  static let known = MessageIdentity(1, content: 1)
  /// The same message with another unique-id, and another message with the same.
  static let moved = MessageIdentity(2, content: 1)
  static let other = MessageIdentity(1, content: 2)

  let disk = Disk()

  private func state(of message: MessageIdentity, in ledger: DiskLedger) throws -> MessageState {
    try ledger.state(of: ledger.resolve(message))
  }

  /// A complete listing, without what is known.
  private func listNothing(_ ledger: DiskLedger) throws {
    ledger.beginListing()
    try ledger.endListing()
  }

  @Test func aUniqueIDThatIsUsedAgainHidesNoMessage() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known)
    for ledger in [ledger, try disk.open()] {
      #expect(try state(of: Self.known, in: ledger) == .fired)
      #expect(try state(of: Self.other, in: ledger) == .new)
    }
    try ledger.fire(ledger.resolve(Self.other))
    for ledger in [ledger, try disk.open()] {
      #expect(try state(of: Self.known, in: ledger) == .fired)
      #expect(try state(of: Self.other, in: ledger) == .fired)
    }
  }

  @Test func whatWasDeliveredTwiceIsOneMessage() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known)
    #expect(try ledger.resolve(Self.moved) == Self.known)
    // What has no content is known by its unique-id alone.
    #expect(try state(of: MessageIdentity(2), in: ledger) == .new)
  }

  /// It may be sent again; but where it is still there itself, it is known, until a listing lacks it.
  @Test func whoseDeletionWasCommittedIsNotKnownByItsContent() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known)
    try ledger.delete(Self.known)
    for ledger in [ledger, try disk.open()] {
      #expect(try ledger.resolve(Self.moved) == Self.moved)
      #expect(try state(of: Self.other, in: ledger) == .new)
      #expect(try state(of: Self.known, in: ledger) == .archived)
      #expect(try ledger.wasDeleted(Self.known, as: Self.known.unique))
    }
    try listNothing(ledger)
    for ledger in [ledger, try disk.open()] {
      #expect(try state(of: Self.known, in: ledger) == .new)
      #expect(ledger.isEmpty)
    }
  }

  enum Past: CaseIterable { case fired, archived, kept, deleted, givenUp }

  private func prepare(_ past: Past, on disk: Disk) throws -> DiskLedger {
    let ledger = try disk.open()
    if past == .givenUp {
      try ledger.note(Self.known, .givenUp, rule: 1)
    } else {
      try ledger.fire(Self.known)
    }
    switch past {
    case .fired, .givenUp: break
    case .archived: try ledger.note(Self.known, .archived, rule: 1)
    case .kept:
      try ledger.keep(Self.known, as: Self.known.unique, until: nil, rules: 1, rule: 1)
      try ledger.flush()
    case .deleted:
      ledger.permitDeletion(of: Self.known, as: Self.known.unique)
      ledger.noteDeletion(of: Self.known.unique)
      try ledger.doubtDeletions()
    }
    try listNothing(ledger)
    return ledger
  }

  private func expected(_ past: Past) -> MessageState {
    switch past {
    case .fired, .kept: .fired
    case .archived, .deleted: .archived
    case .givenUp: .givenUp
    }
  }

  @Test(arguments: Past.allCases) func whatHasMovedIsKnownByItsContent(past: Past) throws {
    let ledger = try prepare(past, on: disk)
    #expect(try ledger.resolve(Self.moved) == Self.moved)
    for ledger in [ledger, try disk.open()] {
      #expect(try state(of: Self.moved, in: ledger) == expected(past))
      #expect(try ledger.state(of: Self.known) == .new)
    }
    // And again.
    try listNothing(ledger)
    let movedAgain = MessageIdentity(3, content: 1)
    for ledger in [ledger, try disk.open()] {
      #expect(try state(of: movedAgain, in: ledger) == expected(past))
    }
  }

  /// It is under the old unique-id or under the new, and never new.
  @Test(arguments: Past.allCases) func whatHasMovedIsKnownAfterACutAtAnyStep(past: Past) throws {
    var random = SeededGenerator(seed: 1)
    var isDone = false
    var operation = 0
    while !isDone {
      let disk = Disk()
      let ledger = try prepare(past, on: disk)
      disk.losesPowerAfter = operation
      disk.losesPowerWhenDone = true
      _ = try? ledger.resolve(Self.moved)
      isDone = disk.hasPower
      for left in disk.possibleRemains(random: 8, using: &random) {
        let disk = Disk()
        disk.bytes = left
        let again = try disk.open()
        #expect(try state(of: Self.moved, in: again) == expected(past), "cut at \(operation)")
      }
      operation += 1
    }
    #expect(operation > 2)
  }

  /// What was under way has no place among what is missing, and fires again.
  @Test func whatHadNotFiredIsNotKnownByItsContentAlone() throws {
    let ledger = try disk.open()
    try ledger.intend(Self.known, rule: 1)
    try listNothing(ledger)
    #expect(try ledger.state(of: Self.known) == .intended(before: Failures()))
    #expect(try ledger.resolve(Self.moved) == Self.known)
  }

  /// Aliases of messages that are long forgotten do not fill the disk.
  @Test func anAliasOfNothingIsDroppedInTheEnd() throws {
    let ledger = try disk.open()
    for number in 1...1500 {
      try ledger.fire(MessageIdentity(number, content: number))
      try ledger.delete(MessageIdentity(number))
    }
    #expect(disk.bytes.count < 1500 * 32)
    let again = MessageIdentity(2000, content: 600)
    for ledger in [ledger, try disk.open()] { #expect(try ledger.resolve(again) == again) }
  }
}
