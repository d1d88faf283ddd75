import Bytes
import Ledger
import TestSupport
import Testing

/// What makes two messages the same alert: the unique-id, the content, and the rule.
@Suite struct IdentityTests {
  static let known = MessageIdentity(1, content: 1)
  /// The same message with another unique-id, and another message with the same.
  static let moved = MessageIdentity(2, content: 1)
  static let other = MessageIdentity(1, content: 2)
  /// A message that says nothing.
  static let silent = MessageIdentity(1)

  let disk = Disk()

  /// A complete listing of these unique-ids.
  private func list(_ uniqueIDs: [Int], in ledger: DiskLedger) throws {
    ledger.beginListing()
    for uniqueID in uniqueIDs { _ = try ledger.list(Identity(uniqueID), rules: 1) }
    try ledger.endListing()
  }

  @Test func aUniqueIDThatIsUsedAgainHidesNoMessage() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known)
    for ledger in [ledger, try disk.open()] {
      #expect(try ledger.state(of: Self.known) == .fired)
      #expect(try ledger.state(of: Self.other) == .new)
    }
    try ledger.fire(Self.other)
    for ledger in [ledger, try disk.open()] {
      #expect(try ledger.state(of: Self.known) == .fired)
      #expect(try ledger.state(of: Self.other) == .fired)
    }
  }

  /// What a disk that was full did not take comes before anything else that it takes.
  @Test func whatFiredIsWrittenBeforeWhatIsGone() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known)
    let alert = try ledger.alert(MessageIdentity(5, content: 5))
    try ledger.intend(alert)
    disk.failAfter = 0
    #expect(throws: LedgerError.self) { try ledger.note(alert, .fired) }
    // It has room for one more write, and then the power goes.
    disk.failAfter = .max
    let synchronizations = disk.synchronizations
    ledger.beginSession()
    try list([5], in: ledger)
    #expect(disk.synchronizations > synchronizations)
    #expect(try disk.open().state(of: alert) == .fired)
  }

  /// A cut of power leaves the unique-id's record, and not the alert's. Another message that says as little
  /// is looked at first, as the disk fails, and must not stand for it.
  @Test func anAlertThatOnlyItsUniqueIDTellsOfIsNoOthers() throws {
    let (first, second) = (MessageIdentity(1), MessageIdentity(2))
    let ledger = try disk.open()
    try ledger.intend(ledger.alert(first))
    disk.bytes.removeLast(32)
    let later = try disk.open()
    #expect(try later.state(of: first) == .new)
    try later.fire(second)
    for ledger in [later, try disk.open()] {
      ledger.beginSession()
      #expect(try ledger.state(of: second) == .fired)
      #expect(try ledger.state(of: first) == .new)
    }
    later.beginSession()
    try later.fire(first)
    #expect(try disk.open().state(of: first) == .fired)
  }

  @Test func whatWasDeliveredTwiceIsOneMessage() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known)
    #expect(try ledger.state(of: Self.moved) == .fired)
    // What is silent is known by its unique-id alone.
    ledger.beginSession()
    #expect(try ledger.state(of: MessageIdentity(2)) == .new)
    #expect(try ledger.state(of: Self.silent) == .fired)
  }

  /// One mail to two addresses that two rules take is two alerts.
  @Test func aCopyFiresForAnotherRule() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known, rule: 1)
    #expect(try ledger.state(of: Self.moved, rule: 2) == .new)
    try ledger.fire(Self.moved, rule: 2)
    for ledger in [ledger, try disk.open()] {
      #expect(try ledger.state(of: Self.known, rule: 1) == .fired)
      #expect(try ledger.state(of: Self.moved, rule: 2) == .fired)
      #expect(try ledger.state(of: Self.moved, rule: 1) == .fired)
    }
  }

  /// With the unique-id of the other: that is no message's alone.
  @Test func aCopyInTheSameSessionFiresForAnotherRule() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known, rule: 1)
    #expect(try ledger.state(of: Self.known, rule: 2) == .new)
  }

  /// Whatever the rules say now; but what has not fired yet may.
  @Test func theMessageItselfDoesNotFireForAnotherRule() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known, rule: 1)
    ledger.beginSession()
    #expect(try ledger.state(of: Self.known, rule: 2) == .fired)
    let pending = MessageIdentity(3, content: 3)
    try ledger.note(ledger.alert(pending), .failed(Failures(attempts: 2)))
    #expect(try ledger.state(of: pending, rule: 1) == .failed(Failures(attempts: 2)))
    #expect(try ledger.state(of: pending, rule: 2) == .new)
  }

  enum Past: CaseIterable { case fired, archived, kept, deleted, doubted, givenUp, failed }

  /// Brings the message of a ledger there; `state` is what is known then.
  private func prepare(
    _ past: Past, _ message: MessageIdentity = known, on disk: Disk
  ) throws -> (DiskLedger, state: MessageState) {
    let ledger = try disk.open()
    let failures = Failures(attempts: 3, done: 1, actions: 9)
    switch past {
    case .fired: try ledger.fire(message)
    case .archived: try ledger.note(message, .archived)
    case .kept:
      try ledger.fire(message)
      try ledger.keep(message)
      try ledger.flush()
    case .deleted:
      try ledger.fire(message)
      ledger.beginSession()
      try ledger.delete(message)
    case .doubted:
      try ledger.fire(message)
      ledger.beginSession()
      try ledger.permit(message)
      try ledger.doubtDeletions(left: 0)
    case .givenUp: try ledger.note(message, .givenUp)
    case .failed: try ledger.note(message, .failed(failures))
    }
    ledger.beginSession()
    switch past {
    case .fired, .kept: return (ledger, .fired)
    case .archived, .deleted, .doubted: return (ledger, .archived)
    case .givenUp: return (ledger, .givenUp)
    case .failed: return (ledger, .failed(failures))
    }
  }

  /// Also weeks after it was deleted, and with what was done of its actions.
  @Test(arguments: Past.allCases) func whatIsGoneIsKnownByItsContent(past: Past) throws {
    let (ledger, expected) = try prepare(past, on: disk)
    for uniqueID in 2...4 {
      try list([], in: ledger)
      let copy = MessageIdentity(uniqueID, content: 1)
      for ledger in [ledger, try disk.open()] {
        #expect(try ledger.state(of: copy) == expected)
        #expect(try ledger.state(of: Self.known) == expected)
      }
      // There it is again.
      try ledger.meet(ledger.alert(copy))
      try ledger.flush()
    }
    ledger.tick(now: .init(milliseconds: 0), wall: 0)
  }

  @Test(arguments: Past.allCases) func whatIsGoneIsForgottenAfterAMonth(past: Past) throws {
    let (ledger, expected) = try prepare(past, on: disk)
    try list([], in: ledger)
    for day in 1...40 {
      ledger.tick(now: .init(milliseconds: Int64(day) * 86_400_000), wall: 1_800_000_000)
      try list([], in: ledger)
      if day <= 29 { #expect(try ledger.state(of: Self.moved) == expected, "day \(day)") }
    }
    #expect(try ledger.state(of: Self.moved) == .new)
    #expect(ledger.isEmpty)
  }

  /// What is listed is there, however long.
  @Test(arguments: Past.allCases) func whatIsThereIsNotForgotten(past: Past) throws {
    let (ledger, expected) = try prepare(past, on: disk)
    for day in 1...100 {
      ledger.tick(now: .init(milliseconds: Int64(day) * 86_400_000), wall: 1_800_000_000)
      try list([1], in: ledger)
      guard past != .deleted else { continue }
      #expect(try ledger.state(of: Self.known) == expected, "day \(day)")
    }
  }

  /// A message that says nothing is another one once it was seen gone.
  @Test(arguments: Past.allCases) func whatIsSilentAndGoneIsForgotten(past: Past) throws {
    let (ledger, expected) = try prepare(past, Self.silent, on: disk)
    try list([1], in: ledger)
    #expect(try ledger.state(of: Self.silent) == expected)
    try list([], in: ledger)
    for ledger in [ledger, try disk.open()] {
      #expect(try ledger.state(of: Self.silent) == .new)
      #expect(ledger.isEmpty)
    }
  }

  /// A server may say that it deletes, and not do so.
  @Test(arguments: [Past.deleted, .doubted])
  func aSilentMessageIsAnotherWhereTheCountFell(past: Past) throws {
    let (ledger, _) = try prepare(past, Self.silent, on: disk)
    try ledger.noteCount(1)
    #expect(try ledger.state(of: Self.silent) == .archived)
    ledger.tick(now: .init(milliseconds: 23 * 3_600_000), wall: 1_800_000_000)
    #expect(try ledger.state(of: Self.silent) == .archived)
    let again = try disk.open()
    try again.noteCount(0)
    #expect(try again.state(of: Self.silent) == .new)
    try again.forEachMessage { Issue.record("\($0)") }
    // Once a day is enough, and is not too often.
    ledger.tick(now: .init(milliseconds: 25 * 3_600_000), wall: 1_800_000_000)
    #expect(try ledger.state(of: Self.silent) == (past == .deleted ? .new : .archived))
  }

  /// They have one unique-id, or none: their place tells them apart.
  @Test(arguments: [1, nil]) func equalSilentMessagesAreToldApartByTheirOrder(
    uniqueID: Int?
  ) throws {
    var message = MessageIdentity(uniqueID)
    message.believesUniqueID = false
    var ledger = try disk.open()
    for session in 1...3 {
      ledger.beginSession()
      for place in 1...5 {
        let alert = try ledger.alert(message)
        try ledger.meet(alert)
        #expect(try ledger.state(of: alert) == (session == 1 ? .new : .fired), "\(place)")
        guard session == 1 else { continue }
        try ledger.intend(alert)
        try ledger.note(alert, .fired)
      }
      try ledger.endLook(isListed: false)
      ledger = try disk.open()
    }
    // Another client deletes one: the last place is empty from then on.
    ledger.beginSession()
    for _ in 1...4 { try ledger.meet(ledger.alert(message)) }
    try ledger.endLook(isListed: false)
    ledger.beginSession()
    for _ in 1...4 { try ledger.meet(ledger.alert(message)) }
    #expect(try ledger.state(of: message) == .new)
  }

  /// Its unique-id was its own when it fired; then another message has the same.
  @Test func whatWasBelievedIsKnownWhereItIsNotAnyMore() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.silent)
    ledger.beginSession()
    var message = Self.silent
    message.believesUniqueID = false
    let first = try ledger.alert(message)
    try ledger.meet(first)
    #expect(try ledger.state(of: first) == .fired)
    #expect(try ledger.state(of: ledger.alert(message)) == .new)
  }

  /// A server gives both the same unique-id.
  @Test func aSilentMessageIsNoOtherOfTheSession() throws {
    for disk in [Disk(), try manyRecords()] {
      let ledger = try disk.open()
      try ledger.fire(Self.known)
      ledger.beginSession()
      #expect(try ledger.state(of: Self.silent) == .fired)
      try ledger.meet(ledger.alert(Self.known))
      #expect(try ledger.state(of: Self.silent) == .new)
      try ledger.fire(Self.silent)
      ledger.beginSession()
      for message in [Self.known, Self.silent] {
        #expect(try ledger.state(of: message) == .fired)
        try ledger.meet(ledger.alert(message))
      }
    }
  }

  /// The server named the one that it deleted not at all, and has another.
  @Test func aSilentMessageWithAUniqueIDIsNotWhatWasDeletedWithoutOne() throws {
    let (ledger, _) = try prepare(.deleted, MessageIdentity(nil), on: disk)
    #expect(try ledger.state(of: Self.silent) == .new)
    #expect(try ledger.state(of: MessageIdentity(nil)) == .archived)
  }

  @Test func aSilentMessageIsNotWhatWasDeleted() throws {
    for isListed in [true, false] {
      let (ledger, _) = try prepare(.deleted, on: Disk())
      if isListed { try list([], in: ledger) }
      #expect(try ledger.state(of: Self.silent) == .new)
      #expect(try ledger.state(of: Self.known) == .archived)
    }
  }

  /// Two messages have it in turns; that is nothing to write down each time.
  @Test func aUniqueIDThatIsNotBelievedLeadsToNothing() throws {
    let ledger = try disk.open()
    var messages = [Self.known, Self.other]
    for index in messages.indices { messages[index].believesUniqueID = false }
    var operations = 0
    for session in 1...4 {
      ledger.beginSession()
      for message in messages {
        if session == 1 { try ledger.fire(message) }
        try ledger.meet(ledger.alert(message))
        try ledger.keep(message)
      }
      try ledger.flush()
      if session == 1 { operations = disk.operations }
      #expect(try ledger.key(under: Identity(1)) == nil)
    }
    #expect(disk.operations == operations)
  }

  /// A disk with more than are kept in memory.
  private func manyRecords() throws -> Disk {
    let disk = Disk()
    let ledger = try disk.open()
    for number in 100...800 { try ledger.fire(MessageIdentity(number, content: number)) }
    return disk
  }

  /// What was sorted before, and is kept by other rules now, is there.
  @Test func whatIsMetIsThereWhereverItsRecordIs() throws {
    let disk = try manyRecords()
    let ledger = try disk.open()
    try ledger.examine(Examined(count: 1, rules: 1), isWhole: false, time: nil)
    ledger.beginSession()
    for number in 100...800 {
      let message = MessageIdentity(number, content: number)
      try ledger.meet(ledger.alert(message))
      if number == 100 { try ledger.keep(message) }
    }
    try ledger.flush()
    let operations = disk.operations
    try ledger.endLook(isListed: false)
    #expect(disk.operations == operations)
  }

  @Test func aListingTellsWhichUniqueIDsAreDoubled() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known)
    ledger.beginListing()
    #expect(try ledger.list(Identity(1), rules: 1) == .look)
    #expect(try ledger.list(Identity(1), rules: 1) == .doubled)
    #expect(try ledger.list(Identity(2), rules: 1) == .unknown)
  }

  /// A copy of what the server does not delete is looked at when that is tried again.
  @Test func aCopyOfWhatIsNotDeletedIsKnownToAListing() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known)
    ledger.beginSession()
    try ledger.permit(Self.known)
    try ledger.keepDeletions(until: ledger.now + 86_400, rules: 1)
    ledger.beginSession()
    let copy = try ledger.alert(Self.moved)
    try ledger.meet(copy)
    #expect(try ledger.meetKept(copy, rules: 1))
    try ledger.flush()
    ledger.beginListing()
    #expect(try ledger.list(Identity(2), rules: 1) == .kept)
  }

  /// The server gives a message another unique-id in each session.
  @Test func whatIsNotDeletedIsKeptThoughItWasGone() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known)
    ledger.beginSession()
    try ledger.permit(Self.known)
    try ledger.keepDeletions(until: ledger.now + 86_400, rules: 1)
    try list([2], in: ledger)
    ledger.beginSession()
    let alert = try ledger.alert(Self.moved)
    try ledger.meet(alert)
    #expect(try ledger.meetKept(alert, rules: 1))
    ledger.tick(now: .init(milliseconds: 26 * 3_600_000), wall: 1_800_093_600)
    #expect(try !ledger.meetKept(alert, rules: 1))
  }

  /// What was deleted is nothing to look for each time, where unique-ids tell nothing.
  @Test func whatWasDeletedIsNotDueOnceItIsGone() throws {
    for isListed in [true, false] {
      let disk = Disk()
      let ledger = try disk.open()
      try ledger.fire(Self.known)
      ledger.beginSession()
      try ledger.delete(Self.known)
      ledger.tick(now: .init(milliseconds: 26 * 3_600_000), wall: 1_800_093_600)
      #expect(ledger.hasDueMessage)
      ledger.beginSession()
      if isListed {
        ledger.beginListing()
        _ = try ledger.list(Identity(1), rules: 1)
        ledger.dropListing()
      }
      try ledger.endLook(isListed: false)
      #expect(!ledger.hasDueMessage)
    }
  }

  /// The server has it under both, and each needs no look.
  @Test func bothCopiesOfWhatIsKeptAreKnownToAListing() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known)
    try ledger.keep(Self.known)
    try ledger.keep(Self.moved)
    try ledger.flush()
    for ledger in [ledger, try disk.open()] {
      ledger.beginListing()
      #expect(try ledger.list(Identity(1), rules: 1) == .kept)
      #expect(try ledger.list(Identity(2), rules: 1) == .kept)
      #expect(try ledger.list(Identity(2), rules: 2) == .doubled)
      try ledger.endListing()
    }
    // Where one of them goes, the other is known still.
    try list([2], in: ledger)
    ledger.beginListing()
    #expect(try ledger.list(Identity(2), rules: 1) == .kept)
    #expect(try ledger.list(Identity(1), rules: 1) == .unknown)
  }

  /// A copy is to be deleted too; the message that a server only says to have deleted waits.
  @Test func aCopyWasNotDeletedWithTheOther() throws {
    let ledger = try disk.open()
    try ledger.fire(Self.known)
    try ledger.delete(Self.known)
    for ledger in [ledger, try disk.open()] {
      #expect(try ledger.wasDeleted(ledger.alert(Self.known)))
      #expect(try !ledger.wasDeleted(ledger.alert(Self.moved)))
    }
    // It stays so where a rule keeps the copy, until it is tried again.
    try ledger.keep(ledger.alert(Self.moved), until: nil, rules: 1)
    #expect(try ledger.wasDeleted(ledger.alert(Self.known)))
    ledger.tick(now: .init(milliseconds: 25 * 3_600_000), wall: 1_800_000_000)
    #expect(try !ledger.wasDeleted(ledger.alert(Self.known)))
    // And neither does it where it was seen gone, and is there again.
    try list([], in: ledger)
    #expect(try !ledger.wasDeleted(ledger.alert(Self.known)))
  }

  /// Links do not fill the disk.
  @Test func whatWasDeletedLeavesOneRecordOnceItIsGone() throws {
    let ledger = try disk.open()
    for number in 1...1500 {
      let message = MessageIdentity(number, content: number)
      try ledger.fire(message)
      try ledger.delete(message)
    }
    try list([], in: ledger)
    #expect(disk.bytes.count < 1600 * 32)
    for ledger in [ledger, try disk.open()] {
      #expect(try ledger.state(of: MessageIdentity(2000, content: 600)) == .archived)
    }
  }

  /// It is known before and after, and never new.
  @Test(arguments: Past.allCases) func aCopyIsKnownAfterACutAtAnyStep(past: Past) throws {
    var random = SeededGenerator(seed: 1)
    var isDone = false
    var operation = 0
    while !isDone {
      let disk = Disk()
      let (ledger, expected) = try prepare(past, on: disk)
      try list([], in: ledger)
      disk.losesPowerAfter = operation
      disk.losesPowerWhenDone = true
      _ = try? ledger.meet(ledger.alert(Self.moved))
      try? ledger.flush()
      isDone = disk.hasPower
      for left in disk.possibleRemains(random: 8, using: &random) {
        let disk = Disk()
        disk.bytes = left
        #expect(try disk.open().state(of: Self.moved) == expected, "cut at \(operation)")
      }
      operation += 1
    }
    #expect(operation > (past == .deleted ? 0 : 1))
  }

  /// Whatever is listed or looked at meanwhile.
  @Test(arguments: [1, nil]) func whatCouldNotBeReadIsDueADayLater(uniqueID: Int?) throws {
    let ledger = try disk.open()
    try ledger.noteUnread(uniqueID.map { Identity($0) }, message: 1)
    try ledger.flush()
    for ledger in [ledger, try disk.open()] {
      try list([1], in: ledger)
      try list([], in: ledger)
      try ledger.endLook(isListed: false)
      ledger.tick(now: .init(milliseconds: 23 * 3_600_000), wall: 1_800_000_000)
      try ledger.takeDueUnread()
      #expect(!ledger.isEmpty)
      ledger.tick(now: .init(milliseconds: 25 * 3_600_000), wall: 1_800_000_000)
      try ledger.takeDueUnread()
      #expect(ledger.examined?.count == 0)
      // Not before it was looked at again it is forgotten since when.
      let id = uniqueID.map { Identity($0) }
      #expect(try ledger.timeUnread(id, message: 1) == 25 * 3600)
      try ledger.endLook(isListed: true)
      try ledger.forEachMessage { Issue.record("\($0)") }
    }
  }

  /// A disk that failed at the end of a look: what could not be read is still there.
  @Test func whatCouldNotBeReadIsKnownWhileTheDiskFails() throws {
    let ledger = try disk.open()
    try ledger.noteUnread(Identity(1), message: 1)
    try ledger.flush()
    ledger.tick(now: .init(milliseconds: 25 * 3_600_000), wall: 1_800_000_000)
    try ledger.takeDueUnread()
    disk.failAfter = 0
    #expect(throws: LedgerError.self) { try ledger.endLook(isListed: true) }
    #expect(try ledger.timeUnread(Identity(1), message: 1) == 25 * 3600)
  }

  /// Records are sorted anew in the middle of a session, by the alerts of others.
  @Test(arguments: [1, nil]) func whatWasMetIsKnownThoughRecordsAreSortedAnew(
    uniqueID: Int?
  ) throws {
    let ledger = try disk.open()
    let silent = MessageIdentity(uniqueID)
    let speaking = MessageIdentity(2, content: 2)
    for message in [silent, speaking] { try ledger.fire(message) }
    ledger.beginSession()
    for message in [silent, speaking] { try ledger.meet(ledger.alert(message)) }
    for number in 1000..<2200 { try ledger.fire(MessageIdentity(number, content: number)) }
    // A second that is as silent is another, though the first was met long ago.
    #expect(try ledger.state(of: MessageIdentity(nil)) == .new)
    try ledger.endLook(isListed: false)
    ledger.beginSession()
    for ledger in [ledger, try disk.open()] {
      #expect(try ledger.state(of: silent) == .fired)
      try ledger.forEachMessage { #expect(!$0.isGone) }
    }
  }
}
