import Alerts
import Bytes
import Config
import Ledger
import Rules
import TestSupport
import Testing

/// Copies, and unique-ids that are missing, doubled, used again or no more than a number: each alert fires,
/// and fires once.
@Suite struct AlertIdentityTests {
  private func trial(_ rules: [Rule] = [.alarms()]) -> Trial { Trial(.test(rules), seed: 1) }

  /// Polls a minute apart, and a day later.
  private func poll(_ trial: inout Trial, times: Int = 2) throws {
    for _ in 1...times {
      trial.pass(60)
      try trial.poll()
    }
  }

  // MARK: unique-ids

  enum Naming: String, CaseIterable {
    case unique, none, number, numberBehindWords, numberBehindZeros, same, sameOfTwo, refused,
      refusedForOne
    case withoutNumber, inLines, empty, emptyOnce
  }

  private func apply(_ naming: Naming, to server: inout ModelServer) {
    switch naming {
    case .unique: break
    case .none:
      server.unknown = ["UIDL"]
      server.capabilities = ["TOP", "USER"]
    case .number, .numberBehindWords, .numberBehindZeros:
      // The position, as `uniqueID` cannot know it: see `positions`.
      break
    case .same: server.uniqueID = { _ in "same" }
    case .sameOfTwo: server.uniqueID = { $0.uniqueID.hasPrefix("1") ? "shared" : $0.uniqueID }
    case .refused: server.unknown = ["UIDL"]
    case .refusedForOne: server.uniqueIDReply = { _, _ in "-ERR not now\r\n" }
    case .withoutNumber: server.uniqueIDReply = { "+OK \($1.uniqueID)\r\n" }
    case .inLines: server.uniqueIDReply = { "+OK \($0) message\r\n\($0) \($1.uniqueID)\r\n.\r\n" }
    case .empty: server.uniqueIDReply = { number, _ in "+OK \(number)\r\n" }
    case .emptyOnce:
      server.uniqueIDReply = { $0 == 2 ? "+OK 2 \r\n" : "+OK \($0) \($1.uniqueID)\r\n" }
    }
  }

  /// Numbers the unique-ids as the messages stand.
  private func number(_ naming: Naming, _ trial: inout Trial) {
    let words =
      switch naming {
      case .number: ""
      case .numberBehindWords: "no-message-id-"
      case .numberBehindZeros: "UID-0000"
      case .unique, .none, .same, .sameOfTwo, .refused, .refusedForOne, .withoutNumber, .inLines,
        .empty, .emptyOnce:
        String?.none
      }
    guard let words else { return }
    for index in trial.world.server.messages.indices {
      trial.world.server.messages[index].uniqueID = "\(words)\(index + 1)"
    }
  }

  @Test(arguments: Naming.allCases, [Disposition.delete, .keep])
  func eachAlertFiresOnceHoweverItIsNamed(naming: Naming, then: Disposition) throws {
    for speaks in [true, false] {
      var trial = trial([.alarms(then: then)])
      trial.world.server.capabilities.removeAll { $0 == "PIPELINING" }
      apply(naming, to: &trial.world.server)
      var expected: [String] = []
      for number in 1...6 {
        for offset in 0...1 {
          let id = "\(number * 10 + offset)-id"
          trial.deliver(
            speaks ? .numbered(number * 10 + offset, id: id) : .silent(number * 10 + offset, id: id)
          )
          expected.append("ALARM \(number * 10 + offset)")
        }
        if number == 3 { trial.deliver(.numbered(90, "news", id: "90-id")) }
        self.number(naming, &trial)
        try poll(&trial)
        self.number(naming, &trial)
        if number == 4 { trial.end() }
      }
      // What has no unique-id once waits for the next poll, and nothing else.
      #expect(trial.world.fired.sorted() == expected.sorted(), "speaks: \(speaks)")
      #expect(trial.world.outcome == .polled)
      let left = trial.world.server.messages.filter { $0.subject.hasPrefix("ALARM") }
      #expect(left.count == (then == .delete ? 0 : 12), "speaks: \(speaks)")
    }
  }

  /// After a month, and where it is to be deleted after a time.
  @Test(arguments: Naming.allCases)
  func whatIsKeptNeitherFiresAgainNorStaysTooLong(naming: Naming) throws {
    var trial = trial([.alarms(then: .deleteAfter(.seconds(40 * 86_400)))])
    apply(naming, to: &trial.world.server)
    for number in 1...3 { trial.deliver(.numbered(number)) }
    number(naming, &trial)
    for day in 1...50 {
      try trial.poll()
      trial.pass(86_400)
      if day == 35 {
        #expect(trial.world.server.messages.count == 3)
        trial.end()
      }
    }
    #expect(trial.world.fired == ["ALARM 1", "ALARM 2", "ALARM 3"])
    #expect(trial.world.server.messages.isEmpty)
  }

  /// The owner deletes what is kept, and the next alert takes its place and its unique-id.
  @Test(arguments: [Naming.number, .numberBehindWords, .numberBehindZeros, .same], [true, false])
  func anAlertInThePlaceOfAKeptOneFires(naming: Naming, speaks: Bool) throws {
    // The same unique-id and as many octets are the same message, for all that can be told.
    let numbers = naming == .same ? [1, 11, 111, 1111] : Array(11...19)
    for isRestarted in [false, true] where naming != .same || !isRestarted {
      var trial = trial([.alarms(then: .keep)])
      apply(naming, to: &trial.world.server)
      for number in numbers {
        trial.world.server.messages = []
        trial.deliver(speaks ? .numbered(number) : .silent(number, id: "x"))
        self.number(naming, &trial)
        try poll(&trial)
        if isRestarted { trial.end() }
      }
      #expect(trial.world.fired == numbers.map { "ALARM \($0)" })
    }
  }

  /// An idle poll reads one header, whatever the unique-ids are worth.
  @Test(arguments: [Naming.none, .number, .same, .refused, .withoutNumber, .unique])
  func anIdlePollReadsLittle(naming: Naming) throws {
    var trial = trial([.alarms(then: .keep)])
    apply(naming, to: &trial.world.server)
    for number in 1...30 { trial.deliver(.numbered(number)) }
    number(naming, &trial)
    try poll(&trial)
    let before = trial.world.server.commands.count
    try poll(&trial, times: 1)
    let commands = trial.world.server.commands[before...]
    #expect(commands.count { $0.hasPrefix("TOP") } <= 1, "\(commands)")
    #expect(commands.count < 10, "\(commands)")
  }

  /// The server leaves the unique-id of one message out of its listing: that says of none that it is gone,
  /// nor which of them were looked at.
  @Test(arguments: 0...3) func aListingWithAGapTellsNothing(place: Int) throws {
    var trial = trial([.alarms(then: .keep)])
    trial.world.server.uniqueID = { $0.uniqueID == "gap" ? nil : $0.uniqueID }
    for number in 1...3 { trial.deliver(.silent(number, id: "\(number)-id")) }
    try poll(&trial)
    trial.deliver(.numbered(90, "news", id: "gap"), at: place)
    for _ in 1...3 {
      try poll(&trial)
      trial.pass(86_400)
      trial.fingerprint += 1
      trial.end()
    }
    #expect(trial.world.fired == ["ALARM 1", "ALARM 2", "ALARM 3"])
  }

  /// It has fewer lines than the server counted messages: none is gone for that, nor another.
  @Test(arguments: 2...3) func aListingWithoutItsEndTellsNothing(lines: Int) throws {
    var trial = trial([.alarms(then: .keep)])
    for number in 1...3 { trial.deliver(.silent(number, id: "\(number)-id")) }
    try poll(&trial)
    trial.end()
    trial.fingerprint += 1
    trial.world.settings.rules.rules[0].name = Array("another".utf8)
    let listing = (1...lines).map { "\($0) \($0)-id\r\n" }.joined()
    trial.world.server.answer = { _, command in
      command == "UIDL" ? "+OK\r\n\(listing).\r\n" : nil
    }
    if lines == 3 { trial.deliver(.numbered(4, "news")) }
    try poll(&trial)
    trial.world.server.answer = { _, _ in nil }
    try poll(&trial)
    #expect(trial.world.fired == ["ALARM 1", "ALARM 2", "ALARM 3"])
  }

  /// By another of another size: so it is found by a popbell that polls once, too, until it has fired.
  @Test(arguments: [Mode.service, .once(dryRun: false)])
  func anAlertUnderTheUniqueIDOfAKeptOneFires(mode: Mode) throws {
    var trial = trial([.alarms(then: .keep)])
    trial.world.mode = mode
    for number in [1, 1000] {
      trial.world.server.messages = []
      trial.deliver(.numbered(number, id: "a-id"))
      trial.world.programs["ALARM 1000"] = .failed(.exit(status: 1))
      try trial.poll()
      trial.end()
    }
    trial.world.programs = [:]
    try poll(&trial)
    #expect(trial.world.fired == ["ALARM 1", "ALARM 1000", "ALARM 1000"])
  }

  /// `UIDL n` says something else than the listing.
  @Test func twoNamesForOneMessage() throws {
    var trial = trial([.alarms(then: .deleteAfter(.seconds(86_400)))])
    trial.world.server.uniqueIDReply = { "+OK \($0) <\($1.uniqueID)>\r\n" }
    trial.deliver(.numbered(1, id: "a-id"))
    trial.deliver(.numbered(2, "news", id: "b-id"))
    for _ in 1...4 {
      try poll(&trial)
      trial.pass(86_400)
    }
    #expect(trial.world.fired == ["ALARM 1"])
    #expect(trial.world.server.messages.count == 1)
  }

  /// What is kept has its unique-id, and the next message is silent: that is no other name for it.
  @Test(arguments: [Disposition.delete, .keep])
  func aSilentMessageWithTheUniqueIDOfAnother(then: Disposition) throws {
    var (kept, taken) = (Rule.alarms(then: .keep), Rule.alarms(then: then))
    kept.name = Array("kept".utf8)
    let pattern = try Pattern(parsing: Array("ALARM 1".utf8).span, for: .text, caseSensitive: false)
    kept.conditions = [.subject(pattern)]
    taken.name = Array("taken".utf8)
    var trial = trial([kept, taken])
    trial.deliver(.numbered(1, id: "a-id"))
    try poll(&trial)
    trial.deliver(.silent(2, id: "a-id"))
    try poll(&trial)
    #expect(trial.world.fired == ["ALARM 1", "ALARM 2"])
  }

  // MARK: copies

  /// Gone and back: A, nothing, A; A, B, A; a listing that is empty once; a mailbox from a backup.
  @Test(
    arguments: [Disposition.delete, .keep],
    [[[1], [], [1]], [[1], [2], [1]], [[1, 2], [], [1, 2]]])
  func whatComesBackDoesNotFire(then: Disposition, mailboxes: [[Int]]) throws {
    for renames in [false, true] {
      var trial = trial([.alarms(then: then)])
      for (index, numbers) in mailboxes.enumerated() {
        trial.world.server.messages = []
        for number in numbers {
          trial.deliver(.numbered(number, id: renames ? "\(index)-\(number)x" : nil))
        }
        try poll(&trial)
        trial.pass(86_400)
        try trial.poll()
      }
      #expect(Set(trial.world.fired).count == trial.world.fired.count, "\(trial.world.fired)")
      trial.pass(2 * 86_400)
      try trial.poll()
      #expect(trial.world.server.messages.isEmpty == (then == .delete))
    }
  }

  /// One mail to two addresses: its copies differ in what the last server wrote.
  @Test func aCopyThatAnotherRuleTakesFiresForThat() throws {
    var (siren, log) = (Rule.alarms(), Rule.alarms())
    (siren.name, log.name) = (Array("siren".utf8), Array("log".utf8))
    let pattern = try Pattern(
      parsing: Array("siren@*".utf8).span, for: .text, caseSensitive: false)
    siren.conditions.append(.header(0, pattern))
    var trial = Trial(.test([siren, log]), seed: 1)
    trial.world.settings.rules.names.headers = [Array("Delivered-To".utf8)]
    for (address, id) in [("log@x", "a-id"), ("siren@x", "b-id"), ("siren@x", "c-id")] {
      var copy = ModelServer.Message.numbered(1, id: id)
      copy.header = "Delivered-To: \(address)\r\n" + copy.header
      trial.deliver(copy)
    }
    try poll(&trial)
    #expect(trial.world.fired == ["ALARM 1", "ALARM 1"])
    #expect(trial.world.reports.contains(.fired(rule: 0)))
    #expect(trial.world.reports.contains(.fired(rule: 1)))
    #expect(trial.world.server.messages.isEmpty)
  }

  /// A device writes the same into each mail; only the server's line tells them apart.
  @Test func aDeviceThatNumbersNothing() throws {
    var trial = trial()
    for number in 1...4 {
      var message = ModelServer.Message.numbered(7, id: "\(number)-id")
      message.header =
        "Received: from panel by mx (id \(number)); Sat, 21 Nov 2026 10:0\(number):00 +0000\r\n"
        + message.header
      trial.deliver(message)
      try poll(&trial, times: 1)
    }
    #expect(trial.world.fired == ["ALARM 7", "ALARM 7", "ALARM 7", "ALARM 7"])
  }

  /// A server that says it deletes, a message that nothing identifies: once a day is enough.
  @Test(arguments: [Naming.unique, .none, .number])
  func aDeletionThatDoesNotStick(naming: Naming) throws {
    var trial = trial()
    apply(naming, to: &trial.world.server)
    trial.world.server.ignoresDele = true
    trial.deliver(.silent(1, id: "x-id"))
    number(naming, &trial)
    for _ in 1...20 { try poll(&trial, times: 1) }
    #expect(trial.world.fired == ["ALARM 1"])
    for _ in 1...3 {
      trial.pass(26 * 3600)
      try poll(&trial)
    }
    #expect(trial.world.fired.count == 4)
    // Where the number of messages fell, the next is another.
    let fired = trial.world.fired.count
    trial.world.server.messages = []
    try poll(&trial, times: 1)
    trial.deliver(.silent(1, id: "x-id"))
    number(naming, &trial)
    try poll(&trial, times: 1)
    #expect(trial.world.fired.count == fired + 1)
  }

  /// The server has shown that it deletes: what is there again is a copy, and is deleted at once.
  @Test(arguments: [Naming.none, .number, .numberBehindZeros])
  func aCopyOfADeletedAlertIsNoneThatWasNotDeleted(naming: Naming) throws {
    var trial = trial()
    apply(naming, to: &trial.world.server)
    for _ in 1...3 {
      trial.deliver(.numbered(1, id: "1-id"))
      for number in 2...4 { trial.deliver(.numbered(number, "news", id: "\(number)-id")) }
      number(naming, &trial)
      try poll(&trial, times: 1)
      #expect(trial.world.server.messages.allSatisfy { $0.subject.hasPrefix("news") })
      try poll(&trial, times: 1)
    }
    #expect(trial.world.fired == ["ALARM 1"])
    #expect(!trial.world.reports.contains(.notDeleted(rule: 0)))
  }

  /// It came while the one before it was deleted, and nobody counted it: a day later it fires.
  @Test func anEqualSilentAlertThatCameDuringThePollFires() throws {
    var trial = trial()
    apply(.none, to: &trial.world.server)
    trial.deliver(.silent(1, id: "x-id"))
    trial.world.server.arrivesAfterStat = [.silent(1, id: "x-id")]
    for _ in 1...5 { try poll(&trial, times: 1) }
    #expect(trial.world.server.messages.count == 1)
    #expect(trial.world.reports.count { $0 == .notDeleted(rule: 0) } == 1)
    trial.pass(26 * 3600)
    try poll(&trial)
    #expect(trial.world.fired == ["ALARM 1", "ALARM 1"])
    #expect(trial.world.server.messages.isEmpty)
  }

  /// So many octets as were counted are not those of all that were listed.
  @Test func whatCameDuringAPollMakesNoUniqueIDDoubtful() throws {
    var trial = trial([.alarms(then: .keep)])
    trial.deliver(.numbered(1))
    try poll(&trial)
    trial.end()
    trial.world.settings.rules.rules[0].name = Array("renamed".utf8)
    trial.fingerprint += 1
    trial.world.server.arrivesAfterStat = [.numbered(2, "news")]
    try poll(&trial, times: 4)
    #expect(trial.world.fired == ["ALARM 1"])
  }

  /// A message that says nothing is not the one before it, whose action failed.
  @Test func whatFailedIsNotLostToASilentOne() throws {
    var trial = trial()
    apply(.same, to: &trial.world.server)
    trial.deliver(.numbered(1))
    trial.deliver(.silent(2, id: "x-id"))
    trial.world.programs["ALARM 1"] = .failed(.exit(status: 1))
    try poll(&trial)
    trial.world.programs = [:]
    try poll(&trial, times: 4)
    #expect(trial.world.fired.contains("ALARM 1") && trial.world.fired.contains("ALARM 2"))
    #expect(trial.world.effects.count { $0 == "ALARM 1/0" } == 1)
  }

  /// Each is deleted at once, and the next is equal to it.
  @Test(arguments: [Naming.unique, .none, .number])
  func equalSilentAlertsFireOneAfterTheOther(naming: Naming) throws {
    var trial = trial()
    apply(naming, to: &trial.world.server)
    for count in 1...5 {
      trial.deliver(.silent(1, id: "x-id"))
      number(naming, &trial)
      try poll(&trial, times: 1)
      #expect(trial.world.server.messages.isEmpty)
      try poll(&trial, times: 1)
      #expect(trial.world.fired.count == count)
    }
  }

  /// What the server deletes is gone for sure; but what says nothing is no copy of it.
  @Test(arguments: [Naming.none, .number])
  func equalSilentAlertsThatWaitForTheNextBatchFire(naming: Naming) throws {
    var trial = Trial(.test([.alarms()], batch: 1), seed: 1)
    apply(naming, to: &trial.world.server)
    for _ in 1...3 { trial.deliver(.silent(1, id: "x-id")) }
    for arrivals in [0, 2, 0] {
      for number in 0..<arrivals {
        trial.deliver(.numbered(10 + number, "news", id: "\(number)-id"))
      }
      self.number(naming, &trial)
      try poll(&trial, times: 1)
    }
    for _ in 1...4 {
      trial.pass(26 * 3600)
      number(naming, &trial)
      try poll(&trial)
    }
    #expect(trial.world.fired == ["ALARM 1", "ALARM 1", "ALARM 1"])
  }
}
