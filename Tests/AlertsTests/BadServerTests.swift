import Alerts
import Bytes
import Config
import Ledger
import Rules
import TestSupport
import Testing

/// Servers that do not do as they say, and mail that arrives, or changes, at the worst moment.
@Suite struct BadServerTests {
  private func trial(_ rule: Rule, archive: Bool = false, mail: ClosedRange<Int>) -> Trial {
    var trial = Trial(.test([rule], archive: archive), seed: 1)
    for number in mail { trial.deliver(.numbered(number)) }
    return trial
  }

  private func count(_ keyword: String, in trial: borrowing Trial) -> Int {
    trial.world.server.commands.count { $0.hasPrefix(keyword) }
  }

  @Test(arguments: [Disposition.keep, .delete])
  func whatArrivesBetweenCountingAndListingFires(then: Disposition) throws {
    var trial = trial(.alarms(then: then), mail: 1...3)
    trial.deliver(.numbered(90, "news"))
    try trial.poll()
    trial.end()
    trial.deliver(.numbered(4))
    trial.world.server.arrivesAfterStat = [.numbered(5)]
    for _ in 1...3 { try trial.poll() }
    #expect(trial.world.fired == (1...5).map { "ALARM \($0)" })
  }

  /// In batches too, where the next poll follows at once.
  @Test(arguments: [3, 25, 150]) func aServerThatOnlySaysThatItDeletes(count: Int) throws {
    var trial = trial(.alarms(), mail: 1...count)
    trial.world.server.ignoresDele = true
    let start = trial.time
    for _ in 1...20 { try trial.poll() }
    trial.end()
    for _ in 1...3 { try trial.poll() }
    #expect(trial.world.fired == (1...count).map { "ALARM \($0)" })
    #expect(trial.world.reports.count { $0 == .notDeleted(rule: 0) } == count)
    #expect(trial.time > start + 10 * 60)
    #expect(self.count("DELE", in: trial) == count)
    trial.world.server.ignoresDele = false
    trial.pass(2 * 86_400)
    for _ in 1...20 { try trial.poll() }
    #expect(trial.world.server.messages.isEmpty)
    #expect(trial.world.fired.count == count)
  }

  /// vm-pop3d's default answers DELE so; RFC 1939 section 6 lets QUIT do it.
  @Test(arguments: [3, 25, 150], ["DELE", "QUIT"])
  func aServerThatRefusesToDelete(count: Int, command: String) throws {
    var trial = trial(.alarms(), mail: 1...count)
    trial.world.server.unknown = [command]
    for _ in 1...20 { try trial.poll() }
    trial.end()
    trial.deliver(.numbered(1000))
    for _ in 1...3 { try trial.poll() }
    #expect(trial.world.fired == ((1...count) + [1000]).map { "ALARM \($0)" })
    #expect(self.count("DELE", in: trial) == count + 1)
    #expect(trial.world.outcome == .polled)
    // Once a poll in which something was refused, in the server's words.
    let words = Array("the server refused \(command): \"-ERR unknown command\"".utf8)
    let refusals = trial.world.reports.count { $0 == .deletionRefused(words) }
    #expect(command == "QUIT" ? refusals > 1 : refusals == 2)
    trial.world.server.unknown = []
    trial.pass(2 * 86_400)
    for _ in 1...20 { try trial.poll() }
    #expect(trial.world.server.messages.isEmpty)
    #expect(trial.world.fired.count == count + 1)
    #expect(trial.problems.isEmpty)
  }

  /// An alert that waits behind them fires, and they are not tried at each poll.
  @Test(arguments: [3, 25], ["DELE", "QUIT"])
  func aServerThatRefusesToDeleteWhatNoRuleTakes(count: Int, command: String) throws {
    var trial = trial(.alarms(then: .keep), mail: 1000...1000)
    for number in 1...count { trial.deliver(.numbered(number, "news"), at: number - 1) }
    trial.world.deletesUnmatched = true
    trial.world.server.unknown = [command]
    for _ in 1...10 { try trial.poll() }
    #expect(trial.world.fired == ["ALARM 1000"])
    #expect(self.count("DELE", in: trial) == count)
    trial.world.server.unknown = []
    trial.pass(2 * 86_400)
    for _ in 1...5 { try trial.poll() }
    #expect(trial.world.server.messages.map(\.subject) == ["ALARM 1000"])
  }

  /// What the server refuses of the first messages, the last ones do not pay for.
  @Test(arguments: [true, false]) func refusalsDoNotFillABatch(pipelining: Bool) throws {
    var trial = trial(.alarms(), mail: 1...60)
    if !pipelining { trial.world.server.capabilities.removeAll { $0 == "PIPELINING" } }
    trial.world.server.unknown = Set((1...30).map { "DELE \($0)" })
    try trial.poll()
    #expect(trial.world.fired.count >= 50)
    #expect(trial.world.server.messages.count == 60 - (trial.world.fired.count - 30))
    for _ in 1...2 { try trial.poll() }
    #expect(trial.world.fired == (1...60).map { "ALARM \($0)" })
    #expect(trial.world.server.messages.count == 30)
    // And all is recognised by one unique-id.
    let before = trial.world.server.commands.count
    try trial.poll()
    #expect(trial.world.server.commands[before...].contains("UIDL 30"))
    #expect(!trial.world.server.commands[before...].contains { $0.hasPrefix("TOP") })
  }

  /// What was deleted is in doubt from QUIT on, whatever the reply, and in however many pieces.
  @Test(arguments: ["BYE\r\n", "", "-ERR some deleted messages not removed\r\n"], [1, .max])
  func thatQUITWasSentIsKnown(reply: String, octetsAtOnce: Int) throws {
    for isLastKept in [true, false] {
      let kept = Rule.alarms(then: .keep, pattern: isLastKept ? "ALARM 2" : "ALARM 1")
      var trial = Trial(.test([kept, .alarms()]), seed: 1)
      trial.world.octetsAtOnce = octetsAtOnce
      trial.world.server.capabilities.removeAll { $0 == "PIPELINING" }
      for number in 1...2 { trial.deliver(.numbered(number)) }
      trial.world.server.answer = { model, command in
        guard command == "QUIT" else { return nil }
        _ = model.reply(to: command)
        return reply
      }
      try trial.poll()
      let stages = trial.world.reports.compactMap { report in
        if case .ended(_, _, _, let stage, _, _) = report { stage } else { nil }
      }
      #expect(stages == [.update] && trial.world.fired.count == 2)
    }
  }

  /// Nothing was to be deleted, so that nothing stays.
  @Test func aQUITThatIsRefusedWithoutADeletionIsNoTrouble() throws {
    var trial = trial(.alarms(then: .keep), mail: 1...3)
    trial.world.server.refusesQuit = true
    for _ in 1...3 { try trial.poll() }
    #expect(trial.world.outcome == .polled && trial.world.fired.count == 3)
    #expect(!trial.world.reports.contains { if case .deletionRefused = $0 { true } else { false } })
  }

  /// RFC 1939 section 6: "some deleted messages not removed".
  @Test func whatIsDeletedThoughQUITIsRefusedIsForgotten() throws {
    var trial = trial(.alarms(), mail: 1...3)
    trial.world.server.refusesQuit = true
    try trial.poll()
    #expect(trial.world.server.messages.isEmpty)
    trial.world.server.refusesQuit = false
    trial.deliver(.numbered(4, id: "1-id"))
    for _ in 1...2 { try trial.poll() }
    #expect(trial.world.fired == (1...4).map { "ALARM \($0)" })
    #expect(trial.world.server.messages.isEmpty)
  }

  /// Nothing was at stake: it is said, and all is as it was looked at.
  @Test func aQUITThatIsRefusedThoughNothingWasDeletedCostsNothing() throws {
    var trial = trial(.alarms(then: .keep), mail: 1...3)
    trial.world.server.unknown = ["QUIT"]
    for _ in 1...3 { try trial.poll() }
    #expect(trial.world.fired.count == 3 && trial.world.outcome == .polled)
    #expect(self.count("TOP", in: trial) == 3)
  }

  /// A stranger may send the very message: it is left alone, and that is said.
  @Test(arguments: [false, true]) func aFoldersInternalDataIsLeftAlone(deletes: Bool) throws {
    var trial = trial(.alarms(), mail: 1...2)
    trial.world.deletesUnmatched = deletes
    for id in ["x", "y"] {
      var internalData = ModelServer.Message.numbered(9, id: id)
      internalData.header = """
        Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\r
        X-IMAP: 1763284800 0000000042\r

        """
      trial.deliver(internalData, at: 0)
    }
    for _ in 1...3 { try trial.poll() }
    #expect(trial.world.fired == ["ALARM 1", "ALARM 2"])
    #expect(trial.world.server.messages.count == 2)
    #expect(trial.world.reports.count { $0 == .folderInternalData } == 1)
  }

  @Test func whatIsCalledLikeAFoldersInternalDataFires() throws {
    var trial = trial(.alarms(), mail: 1...1)
    trial.deliver(.numbered(2, "ALARM folder internal data.zip"))
    try trial.poll()
    #expect(trial.world.fired == ["ALARM 1", "ALARM folder internal data.zip 2"])
  }

  /// From a backup, by a second delivery, on another server; also weeks later.
  @Test(arguments: [0, 1, 28] as [UInt64], [["TOP", "UIDL"], ["TOP"]])
  func aCopyOfWhatWasDeletedIsDeletedAndDoesNotFire(days: UInt64, known: [String]) throws {
    var trial = trial(.alarms(), mail: 1...2)
    trial.deliver(.numbered(90, "news"), at: 0)
    trial.world.server.unknown = Set(["UIDL"]).subtracting(known)
    trial.world.server.capabilities = known + ["USER"]
    try trial.poll()
    for _ in 0..<days {
      trial.pass(86_400)
      try trial.poll()
    }
    trial.deliver(.numbered(1))
    trial.deliver(.numbered(2, id: "again"))
    trial.deliver(.numbered(3, id: "2-id"))
    for _ in 1...2 {
      try trial.poll()
      trial.pass(2 * 86_400)
    }
    try trial.poll()
    #expect(trial.world.fired == ["ALARM 1", "ALARM 2", "ALARM 3"])
    #expect(trial.world.server.messages.map(\.subject) == ["news 90"])
  }

  @Test func aHeaderThatCannotBeReadNowIsReadLater() throws {
    for deletesUnmatched in [false, true] {
      var trial = trial(.alarms(), mail: 1...2)
      trial.world.deletesUnmatched = deletesUnmatched
      trial.world.server.emptyTops = 1
      for _ in 1...2 { try trial.poll() }
      #expect(trial.world.fired.sorted() == ["ALARM 1", "ALARM 2"])
    }
  }

  @Test func aMessageWithoutUniqueIDDoesNotHoldUpWhatIsDue() throws {
    var trial = trial(.alarms(then: .deleteAfter(.seconds(2 * 86_400))), mail: 1...2)
    trial.deliver(.numbered(90, "news"))
    trial.deliver(.numbered(3))
    trial.world.server.uniqueID = { $0.subject.hasPrefix("news") ? nil : $0.uniqueID }
    for _ in 1...2 { try trial.poll() }
    trial.pass(3 * 86_400)
    for _ in 1...4 { try trial.poll() }
    #expect(trial.world.server.messages.map(\.subject) == ["news 90"])
  }

  /// The listing in which it is due is cut off before it comes there.
  @Test func whatIsDueStaysSoWhereAListingIsCutOff() throws {
    var trial = trial(.alarms(then: .deleteAfter(.seconds(86_400 + 3600))), mail: 101...200)
    for index in 0..<100 {
      trial.world.server.messages[index].header =
        ModelServer.Message.numbered(index, "news").header
    }
    for number in 1...5 { trial.deliver(.numbered(number)) }
    for _ in 1...2 { try trial.poll() }
    // The daily listing, and the one in which it is due.
    trial.pass(86_400)
    for _ in 1...2 { try trial.poll() }
    trial.pass(7200)
    trial.world.cut = (.toClient, 900)
    try trial.poll()
    trial.world.cut = nil
    for _ in 1...2 { try trial.poll() }
    #expect(trial.world.server.messages.count == 100)
  }

  @Test func aUniqueIDThatIsUsedAgainDoesNotHideAnArchivedMessage() throws {
    var trial = trial(.alarms(), archive: true, mail: 1...1)
    for _ in 1...2 { try trial.poll() }
    trial.deliver(.numbered(2, id: "1-id"))
    for _ in 1...2 { try trial.poll() }
    #expect(trial.isArchived("ALARM 1") && trial.isArchived("ALARM 2"))
    #expect(trial.world.server.messages.isEmpty)
    #expect(trial.problems.isEmpty)
  }

  @Test func whatWasKeptIsArchivedOnceThatIsWanted() throws {
    for then in [Disposition.keep, .deleteAfter(.seconds(2 * 86_400))] {
      var trial = trial(.alarms(then: then), mail: 1...2)
      for _ in 1...2 { try trial.poll() }
      trial.end()
      trial.world.settings = .test(trial.world.settings.rules.rules, archive: true)
      trial.fingerprint += 1
      for _ in 1...2 { try trial.poll() }
      trial.pass(3 * 86_400)
      for _ in 1...2 { try trial.poll() }
      #expect(trial.isArchived("ALARM 1") && trial.isArchived("ALARM 2"))
      #expect(trial.world.archived.count == 2 && trial.world.fired.count == 2)
      #expect(trial.world.server.messages.isEmpty == (then != .keep))
    }
  }

  @Test func anArchiveThatFailsCostsOneContentAPoll() throws {
    var trial = trial(.alarms(), archive: true, mail: 1...30)
    trial.world.archiveError = 28
    for _ in 1...3 { try trial.poll() }
    #expect(trial.world.fired.count == 30)
    #expect(count("RETR", in: trial) == 3)
    trial.world.archiveError = nil
    for _ in 1...4 { try trial.poll() }
    #expect(trial.world.archived.count == 30 && trial.world.server.messages.isEmpty)
  }

  @Test func aContentThatIsRefusedIsReported() throws {
    var trial = trial(.alarms(), archive: true, mail: 1...3)
    trial.world.server.unknown = ["RETR 2"]
    try trial.poll()
    #expect(trial.world.reports.contains(.contentRefused(rule: 0)))
    #expect(trial.world.server.messages.map(\.subject) == ["ALARM 2"])
    #expect(trial.world.archived.count == 2)
  }

  @Test func aContentThatEndsTheConnectionKeepsNothingWaiting() throws {
    var trial = trial(.alarms(), archive: true, mail: 1...3)
    trial.world.server.hangsUpOn = "RETR 1"
    try trial.poll()
    #expect(trial.world.outcome == .connectionLost)
    trial.deliver(.numbered(4))
    for _ in 1...3 {
      try trial.poll()
      #expect(trial.world.outcome == .polled)
    }
    #expect(trial.world.fired == (1...4).map { "ALARM \($0)" })
    #expect(trial.world.archived.count == 3)
    #expect(trial.world.server.messages.map(\.subject) == ["ALARM 1"])
    trial.world.server.hangsUpOn = nil
    trial.pass(2 * 3600)
    for _ in 1...2 { try trial.poll() }
    #expect(trial.world.archived.count == 4 && trial.world.server.messages.isEmpty)
  }

  /// Time runs out after each byte: what is archived takes too long, or not, and all goes on.
  @Test func aContentThatTakesTooLongKeepsNothingWaiting() throws {
    var slow = 0
    for bytes in stride(from: 0, through: 2400, by: 3) {
      var trial = trial(.alarms(), archive: true, mail: 1...3)
      trial.world.wrapsUpAfter = bytes
      try trial.poll()
      #expect(trial.world.outcome == .polled)
      trial.world.wrapsUpAfter = .max
      let left = trial.world.reports.contains(.archiveTooSlow(rule: 0)) ? 1 : 0
      slow += left
      trial.deliver(.numbered(4))
      for _ in 1...4 { try trial.poll() }
      #expect(trial.world.fired == (1...4).map { "ALARM \($0)" })
      #expect(trial.world.server.messages.count == left, "after \(bytes) bytes")
      trial.pass(2 * 86_400)
      for _ in 1...2 { try trial.poll() }
      #expect(trial.world.server.messages.isEmpty)
      #expect(trial.world.archived.count == 4)
      #expect(trial.problems.isEmpty, "after \(bytes) bytes: \(trial.problems)")
    }
    #expect(slow > 20)
  }
}
