import Alerts
import Bytes
import Config
import Ledger
import Rules
import TestSupport
import Testing

/// Headers that the server does not give: read by RETR, or said and tried again a day later (L8).
@Suite struct UnreadTests {
  enum Refusal: CaseIterable {
    case refused, empty

    var text: String {
      switch self {
      case .refused: "-ERR not available\r\n"
      case .empty: "+OK\r\n\r\n.\r\n"
      }
    }
  }

  private func trial(_ rule: Rule = .alarms(), alerts: ClosedRange<Int> = 1...9) -> Trial {
    var trial = Trial(.test([rule]), seed: 1)
    for number in alerts { trial.deliver(.numbered(number)) }
    return trial
  }

  private func alarms(_ numbers: ClosedRange<Int>) -> Set<String> {
    Set(numbers.map { "ALARM \($0)" })
  }

  /// Makes the server refuse `keywords` for the messages with these numbers.
  private func refuse(
    _ keywords: [String], _ numbers: [Int], _ refusal: Refusal, _ trial: inout Trial
  ) {
    let subjects = Set(numbers.map { "ALARM \($0)" })
    trial.world.server.readReply = { keyword, message in
      keywords.contains(keyword) && subjects.contains(message.subject) ? refusal.text : nil
    }
  }

  private func unread(_ trial: borrowing Trial) -> Int {
    trial.world.reports.count { if case .unread = $0 { true } else { false } }
  }

  /// Though it was announced, and works for others: RETR for these.
  @Test(arguments: Refusal.allCases, [[1], [5], [9], [2, 6], Array(1...9)])
  func whatTOPDoesNotGiveIsReadWhole(refusal: Refusal, numbers: [Int]) throws {
    for then in [Disposition.delete, .keep] {
      for pipelines in [true, false] {
        var trial = trial(.alarms(then: then))
        if !pipelines { trial.world.server.capabilities.removeAll { $0 == "PIPELINING" } }
        refuse(["TOP"], numbers, refusal, &trial)
        for _ in 1...3 { try trial.poll() }
        #expect(trial.world.fired == (1...9).map { "ALARM \($0)" })
        #expect(trial.world.reports.count { $0 == .readsWholeMessages } == 1)
        #expect(trial.world.outcome == .polled && unread(trial) == 0)
        // A server that refuses it for two in a row refuses it for all.
        if numbers.count == 9 {
          #expect(trial.world.server.commands.count { $0.hasPrefix("TOP") } <= 2 * 3)
        }
      }
    }
  }

  @Test func aServerWithoutTOPIsReadWhole() throws {
    for headers in [HeaderCommand.auto, .retr] {
      var trial = trial()
      trial.world.headers = headers
      trial.world.server.unknown = ["TOP"]
      trial.world.server.capabilities.removeAll { $0 == "TOP" }
      try trial.poll()
      #expect(Set(trial.world.fired) == alarms(1...9))
      #expect(
        trial.world.server.commands.count { $0.hasPrefix("TOP") } == (headers == .auto ? 1 : 0))
    }
  }

  /// It is never unmatched, waits a day, keeps nothing else waiting, and is read again then.
  @Test(arguments: Refusal.allCases, [[1], [5], [9], [1, 9], [4, 5]])
  func whatCannotBeReadWaitsADay(refusal: Refusal, numbers: [Int]) throws {
    for (then, hasUniqueIDs) in [(Disposition.delete, true), (.keep, true), (.keep, false)] {
      var trial = trial(.alarms(then: then))
      trial.world.deletesUnmatched = true
      if !hasUniqueIDs { trial.world.server.unknown = ["UIDL"] }
      refuse(["TOP", "RETR"], numbers, refusal, &trial)
      try trial.poll()
      #expect(unread(trial) == numbers.count)
      #expect(trial.world.fired.count == 9 - numbers.count)
      let tried = trial.world.server.commands.count { $0.hasPrefix("RETR") }
      // Nor are the others read again.
      let before = trial.world.server.commands.count
      for _ in 1...5 { try trial.poll() }
      trial.end()
      for _ in 1...5 { try trial.poll() }
      let commands = trial.world.server.commands[before...]
      if hasUniqueIDs {
        #expect(unread(trial) == numbers.count)
        #expect(trial.world.server.commands.count { $0.hasPrefix("RETR") } == tried)
        #expect(commands.count { $0.hasPrefix("TOP") } <= 2 * numbers.count, "\(commands)")
      }
      // Another alert is not kept waiting.
      trial.deliver(.numbered(10))
      try trial.poll()
      #expect(trial.world.fired.contains("ALARM 10"))
      #expect(numbers.allSatisfy { !trial.world.fired.contains("ALARM \($0)") })
      #expect(trial.world.server.messages.count >= numbers.count)
      // A day later it can be read.
      trial.world.server.readReply = nil
      trial.pass(90_000)
      for _ in 1...2 { try trial.poll() }
      #expect(Set(trial.world.fired) == alarms(1...10))
      #expect(trial.world.fired.count == 10)
    }
  }

  /// And stays unread, each day, and is counted by each poll.
  @Test func whatCannotBeReadIsSaidOnceADay() throws {
    var trial = trial(.alarms(then: .keep))
    refuse(["TOP", "RETR"], [3], .refused, &trial)
    for day in 1...5 {
      for _ in 1...4 { try trial.poll() }
      #expect(unread(trial) == day)
      trial.pass(90_000)
    }
    #expect(trial.world.fired.count == 8)
    var counts: [UInt32] = []
    for case .ended(.polled, let tally, _, _, _, _) in trial.world.reports {
      counts.append(tally.unread)
    }
    #expect(counts.count == 20 && Set(counts) == [1])
  }

  /// What fired, and is looked at again under other rules, is known when it can be read again.
  @Test(arguments: [true, false]) func whatFiredBeforeIsKnownAfterTheDay(speaks: Bool) throws {
    var trial = Trial(.test([.alarms(then: .keep)]), seed: 1)
    for number in 1...3 {
      let id = "\(number)-id"
      trial.deliver(speaks ? .numbered(number, id: id) : .silent(number, id: id))
    }
    try trial.poll()
    trial.end()
    trial.fingerprint += 1
    refuse(["TOP", "RETR"], [2], .refused, &trial)
    for _ in 1...3 {
      try trial.poll()
      trial.pass(40_000)
    }
    trial.world.server.readReply = nil
    for _ in 1...3 {
      trial.pass(90_000)
      try trial.poll()
    }
    #expect(trial.world.fired == ["ALARM 1", "ALARM 2", "ALARM 3"])
  }

  /// The connection breaks when it is tried again.
  @Test(arguments: [0, 100, 250, 400]) func whatIsDueIsTriedUntilItIsRead(cut: Int) throws {
    var trial = trial(.alarms(then: .keep))
    refuse(["TOP", "RETR"], [4], .refused, &trial)
    for _ in 1...3 { try trial.poll() }
    trial.world.server.readReply = nil
    trial.pass(90_000)
    trial.world.cut = (.toClient, cut)
    try trial.poll()
    trial.world.cut = nil
    if cut == 100 { trial.end() }
    for _ in 1...2 { try trial.poll() }
    #expect(Set(trial.world.fired) == alarms(1...9))
  }

  /// Where nothing names it, the others are not read again for it all the same.
  @Test(arguments: [1, 5, 9], [true, false])
  func whatCannotBeReadAndHasNoUniqueIDSlowsNothing(number: Int, countsThem: Bool) throws {
    var trial = trial(.alarms(then: .keep))
    if countsThem {
      trial.world.server.uniqueIDReply = { number, _ in "+OK \(number) \(number)\r\n" }
      trial.world.server.answer = { server, line in
        guard line == "UIDL" else { return nil }
        return "+OK\r\n" + (1...server.messages.count).map { "\($0) \($0)\r\n" }.joined() + ".\r\n"
      }
    } else {
      trial.world.server.unknown = ["UIDL"]
    }
    refuse(["TOP", "RETR"], [number], .refused, &trial)
    for _ in 1...2 { try trial.poll() }
    let before = trial.world.server.commands.count
    for _ in 1...5 { try trial.poll() }
    let commands = trial.world.server.commands[before...]
    #expect(commands.count { $0.hasPrefix("TOP") } <= 5 * (number == 9 ? 2 : 1), "\(commands)")
    #expect(trial.world.fired.count == 8 && unread(trial) == 1)
    #expect(trial.world.reports.count { $0 == .readsWholeMessages } == 1)
    trial.deliver(.numbered(10))
    try trial.poll()
    #expect(trial.world.fired.last == "ALARM 10")
    trial.world.server.readReply = nil
    trial.pass(90_000)
    for _ in 1...2 { try trial.poll() }
    #expect(trial.world.fired.count == 10 && Set(trial.world.fired) == alarms(1...10))
  }

  /// What stands in a summary is there.
  @Test(arguments: [true, false]) func countsWhatIsThere(isRemoved: Bool) throws {
    var trial = trial(.alarms(then: .keep), alerts: 1...3)
    refuse(["TOP", "RETR"], [1, 2, 3], .refused, &trial)
    for _ in 1...2 { try trial.poll() }
    if isRemoved { trial.world.server.messages = [] } else { trial.pass(90_000) }
    trial.world.server.readReply = nil
    try trial.poll()
    var counts: [UInt32] = []
    for case .ended(_, let tally, _, _, _, _) in trial.world.reports { counts.append(tally.unread) }
    #expect(counts == [3, 3, 0])
  }

  /// A server's own words in the place of a header, or a header that was cut, are no message that no rule
  /// takes.
  @Test(arguments: [
    "Error: message not available\r\n", "Received: from a by b\r\n",
    "Delivered-To: alarms@example.net\r\nReceived: from a by b\r\n",
    "Received: from a by b; Mon, 1 Jun 2026 10:00:00 +0000\r\nDate: Mon, 1 Jun 2026 10:00:00 +0000\r\n",
  ])
  func aPartOfAHeaderIsNotUnmatched(part: String) throws {
    var trial = trial(alerts: 1...3)
    trial.world.deletesUnmatched = true
    trial.world.settings.rules.names.headers = [Array("Delivered-To".utf8)]
    trial.world.server.readReply = { _, message in
      message.subject == "ALARM 2" ? "+OK\r\n" + part + "\r\n.\r\n" : nil
    }
    try trial.poll()
    #expect(trial.world.fired == ["ALARM 1", "ALARM 3"] && unread(trial) == 1)
    #expect(trial.world.server.messages.map(\.subject) == ["ALARM 2"])
    trial.world.server.readReply = nil
    trial.pass(90_000)
    try trial.poll()
    #expect(trial.world.fired.last == "ALARM 2" && trial.problems == [])
  }

  /// Not even to find out whether the mailbox has changed.
  @Test func whereTOPIsForbiddenItIsNeverAskedFor() throws {
    var trial = trial(.alarms(then: .keep))
    trial.world.headers = .retr
    trial.world.server.unknown = ["UIDL"]
    for number in 10...12 {
      for _ in 1...2 { try trial.poll() }
      trial.deliver(.numbered(number))
    }
    try trial.poll()
    #expect(trial.world.fired.count == 12 && Set(trial.world.fired) == alarms(1...12))
    #expect(trial.world.server.commands.allSatisfy { !$0.hasPrefix("TOP") })
  }

  @Test func theOwnerMayForbidToReadWhole() throws {
    var trial = trial()
    trial.world.headers = .top
    refuse(["TOP"], [4], .refused, &trial)
    for _ in 1...2 { try trial.poll() }
    #expect(trial.world.server.commands.allSatisfy { !$0.hasPrefix("RETR") })
    #expect(unread(trial) == 1 && trial.world.fired.count == 8)
  }
}
