import Alerts
import Bytes
import Config
import Ledger
import Rules
import TestSupport
import Testing

/// Servers that hang up, or say nothing more, when they are asked for the header of a message (L8).
@Suite struct StuckTests {
  private func trial(_ then: Disposition, hasUniqueIDs: Bool) -> Trial {
    var trial = Trial(.test([.alarms(then: then)]), seed: 1)
    trial.world.deletesUnmatched = true
    if !hasUniqueIDs { trial.world.server.unknown = ["UIDL"] }
    for number in 1...6 { trial.deliver(.numbered(number)) }
    return trial
  }

  /// Makes the server hang up when it is asked for this message.
  private func hangUp(at subject: String, _ trial: inout Trial, keywords: [String]) {
    trial.world.server.answer = { server, line in
      let words = line.split(separator: " ")
      guard words.count > 1, keywords.contains(String(words[0])), let number = Int(words[1]),
        number <= server.messages.count, server.messages[number - 1].subject == subject
      else { return nil }
      return ""
    }
  }

  @Test(arguments: [Disposition.delete, .keep], [true, false])
  func theMessageAtWhichItHangsUpIsPassedOver(then: Disposition, hasUniqueIDs: Bool) throws {
    for pipelines in [true, false] {
      for stuck in [1, 3, 6] {
        var trial = trial(then, hasUniqueIDs: hasUniqueIDs)
        if !pipelines { trial.world.server.capabilities.removeAll { $0 == "PIPELINING" } }
        let keywords = hasUniqueIDs && pipelines ? ["UIDL"] : ["TOP", "RETR"]
        hangUp(at: "ALARM \(stuck)", &trial, keywords: keywords)
        // What was deleted before is committed first; that gives it another number, by which it is known.
        for _ in 1...6 { try trial.poll() }
        for number in 7...9 {
          trial.deliver(.numbered(number))
          try trial.poll()
          #expect(trial.world.outcome == .polled)
        }
        let others = (1...9).filter { $0 != stuck }.map { "ALARM \($0)" }
        #expect(Set(trial.world.fired) == Set(others), "\(stuck)")
        #expect(trial.world.server.messages.contains { $0.subject == "ALARM \(stuck)" })
        let said = trial.world.reports.count { if case .passedOver = $0 { true } else { false } }
        #expect(said == 1)
        #expect(!trial.world.reports.contains { if case .unread = $0 { true } else { false } })
        #expect(trial.world.outcome == .polled)
        // An hour later it is tried again.
        trial.world.server.answer = nil
        trial.pass(3700)
        for _ in 1...2 { try trial.poll() }
        #expect(trial.world.fired.sorted() == (1...9).map { "ALARM \($0)" })
        #expect(trial.problems == [])
      }
    }
  }

  /// It waits for a day as one that the server refuses to delete, also where no rule takes it.
  @Test(arguments: [1, 3, 6], [true, false])
  func theMessageAtWhoseDeletionItHangsUpWaits(stuck: Int, isAlert: Bool) throws {
    for hasUniqueIDs in [true, false] {
      var trial = trial(.delete, hasUniqueIDs: hasUniqueIDs)
      if !isAlert { trial.world.server.messages[stuck - 1] = .numbered(stuck, "news") }
      hangUp(at: "\(isAlert ? "ALARM" : "news") \(stuck)", &trial, keywords: ["DELE"])
      for _ in 1...6 { try trial.poll() }
      #expect(trial.world.fired.count == (isAlert ? 6 : 5), "\(stuck)")
      #expect(trial.world.outcome == .polled)
      #expect(trial.world.server.messages.count == 1)
      let words = Array("the server does not answer DELE".utf8)
      #expect(trial.world.reports.count { $0 == .deletionRefused(words) } == 1)
      #expect(!trial.world.reports.contains { if case .passedOver = $0 { true } else { false } })
      trial.world.server.answer = nil
      for _ in 1...3 {
        trial.pass(90_000)
        try trial.poll()
      }
      #expect(trial.world.server.messages.isEmpty)
      #expect(trial.world.fired.count == (isAlert ? 6 : 5))
      #expect(trial.problems == (isAlert ? [] : ["deleted news \(stuck)"]))
    }
  }

  /// However many they are, all others fire, and each is named.
  @Test func manyMessagesAtWhichItHangsUpArePassedOver() throws {
    var trial = trial(.keep, hasUniqueIDs: true)
    trial.world.server.answer = { _, line in
      let isBad = line.hasPrefix("TOP") || line.hasPrefix("RETR")
      return isBad && (2...6).contains(Int(line.split(separator: " ")[1])!) ? "" : nil
    }
    trial.deliver(.numbered(7))
    for _ in 1...18 { try trial.poll() }
    #expect(Set(trial.world.fired) == ["ALARM 1", "ALARM 7"])
    for number in UInt32(2)...6 {
      #expect(trial.world.reports.contains(.passedOver(message: number)))
    }
  }

  /// Who polls once asks again at once, without that message; and reads whole where TOP never works.
  @Test(arguments: [["TOP", "RETR"], ["TOP"]]) func whoPollsOnceComesBehindIt(keywords: [String])
    throws
  {
    let isBad: Set<String> = keywords.count > 1 ? ["2", "3", "4"] : ["1", "2", "3", "4", "5", "6"]
    var world = World([], settings: .test([.alarms(then: .keep)]))
    world.mode = .once(dryRun: false)
    world.server.messages = (1...6).map { .numbered($0) }
    world.server.answer = { _, line in
      let words = line.split(separator: " ").map(String.init)
      return keywords.contains(words[0]) && isBad.contains(words[1]) ? "" : nil
    }
    var supervisor = try world.start()
    supervisor.tick(on: &world.lines, now: world.now)
    for _ in 1...20 where !supervisor.isFinished {
      try world.poll(&supervisor)
      supervisor.tick(on: &world.lines, now: world.now)
    }
    #expect(world.fired.count == (keywords.count > 1 ? 3 : 6))
    #expect(supervisor.isFinished && world.outcome == .polled)
    #expect(world.reports.contains(.passedOver(message: 3)) == (keywords.count > 1))
  }

  /// TOP works now and then: whole messages are read.
  @Test(arguments: [true, false]) func aServerThatHangsUpAnywhereIsReadWhole(hasUniqueIDs: Bool)
    throws
  {
    var trial = trial(.keep, hasUniqueIDs: hasUniqueIDs)
    var poll = 0
    trial.world.server.answer = nil
    for _ in 1...4 {
      poll += 1
      hangUp(at: "ALARM \(poll + 1)", &trial, keywords: ["TOP"])
      try trial.poll()
    }
    #expect(Set(trial.world.fired) == Set((1...6).map { "ALARM \($0)" }))
    #expect(trial.world.reports.contains(.readsWholeMessages))
    #expect(trial.world.server.commands.contains { $0.hasPrefix("RETR") })
    // A day later TOP is asked for again: RETR marks as read, and the line may have been bad.
    trial.world.server.answer = nil
    trial.pass(90_000)
    trial.deliver(.numbered(7))
    let before = trial.world.server.commands.count
    for _ in 1...2 { try trial.poll() }
    #expect(trial.world.fired.last == "ALARM 7")
    #expect(!trial.world.server.commands[before...].contains { $0.hasPrefix("RETR") })
  }

  /// A server that hangs up at each TOP: none waits for a day.
  @Test(arguments: [true, false]) func aServerWithoutAWorkingTOPIsReadWhole(hasUniqueIDs: Bool)
    throws
  {
    var trial = trial(.keep, hasUniqueIDs: hasUniqueIDs)
    trial.world.server.hangsUpOn = "TOP"
    for _ in 1...6 { try trial.poll() }
    #expect(Set(trial.world.fired) == Set((1...6).map { "ALARM \($0)" }))
    #expect(trial.world.outcome == .polled)
  }

  /// However few messages there are: where TOP gives no header at all, they are read whole.
  @Test(arguments: [1, 2], [true, false])
  func aServerWithoutAWorkingTOPIsReadWholeForFew(count: Int, pollsOnce: Bool) throws {
    var world = World([], settings: .test([.alarms(then: .keep)]))
    if pollsOnce { world.mode = .once(dryRun: false) }
    world.server.messages = (1...count).map { .numbered($0) }
    world.server.answer = { _, line in line.hasPrefix("TOP") ? "" : nil }
    var supervisor = try world.start()
    supervisor.tick(on: &world.lines, now: world.now)
    for _ in 1...5 where !supervisor.isFinished {
      try world.poll(&supervisor)
      if pollsOnce {
        supervisor.tick(on: &world.lines, now: world.now)
      } else {
        try world.pollNow(&supervisor)
      }
    }
    #expect(world.fired == (1...count).map { "ALARM \($0)" } && world.outcome == .polled)
    #expect(!world.reports.contains { if case .passedOver = $0 { true } else { false } })
  }

  /// TOP works: it gave the header by which the mailbox is recognised.
  @Test func aNewMessageAtWhichItHangsUpIsPassedOverByItself() throws {
    var trial = trial(.keep, hasUniqueIDs: false)
    try trial.poll()
    trial.deliver(.numbered(7))
    hangUp(at: "ALARM 7", &trial, keywords: ["TOP", "RETR"])
    for _ in 1...3 { try trial.poll() }
    #expect(trial.world.outcome == .polled)
    #expect(trial.world.reports.contains(.passedOver(message: 7)))
    #expect(!trial.world.reports.contains(.readsWholeMessages))
  }

  /// A server that hangs up when it is to list the unique-ids of all: the mailbox is looked at without.
  @Test(arguments: [true, false]) func aListingThatNeverComesKeepsNothingWaiting(pollsOnce: Bool)
    throws
  {
    var trial = trial(.keep, hasUniqueIDs: true)
    try trial.poll()
    trial.end()
    trial.world.server.hangsUpOn = "UIDL"
    trial.world.server.messages.remove(at: 2)
    trial.deliver(.numbered(7))
    if pollsOnce {
      trial.world.mode = .once(dryRun: false)
      var supervisor = try trial.world.start()
      supervisor.tick(on: &trial.world.lines, now: trial.world.now)
      for _ in 1...9 where !supervisor.isFinished {
        try trial.world.poll(&supervisor)
        supervisor.tick(on: &trial.world.lines, now: trial.world.now)
      }
    } else {
      for _ in 1...4 { try trial.poll() }
    }
    #expect(trial.world.fired.last == "ALARM 7" && trial.world.fired.count == 7)
    #expect(trial.world.outcome == .polled)
  }

  /// A line that cuts each session after a while: what fired is deleted before it is cut, and the rest has
  /// its turn.
  @Test(arguments: [12, 16, 30], [true, false])
  func sessionsThatAreCutComeForward(patience: Int, hasUniqueIDs: Bool) throws {
    var trial = trial(.delete, hasUniqueIDs: hasUniqueIDs)
    for number in 7...12 { trial.deliver(.numbered(number)) }
    trial.world.server.patience = patience
    for _ in 1...20 { try trial.poll() }
    #expect(trial.world.fired.count == 12 && Set(trial.world.fired).count == 12)
    #expect(trial.world.server.messages.isEmpty && trial.problems == [])
    #expect(!trial.world.reports.contains { if case .passedOver = $0 { true } else { false } })
  }

  /// A connection that is lost once or twice elsewhere is no sign of anything.
  @Test func aLostConnectionPassesOverNothing() throws {
    var trial = trial(.keep, hasUniqueIDs: true)
    hangUp(at: "ALARM 2", &trial, keywords: ["TOP"])
    try trial.poll()
    trial.world.server.answer = nil
    try trial.poll()
    #expect(Set(trial.world.fired) == Set((1...6).map { "ALARM \($0)" }))
    hangUp(at: "ALARM 7", &trial, keywords: ["TOP"])
    trial.deliver(.numbered(7))
    try trial.poll()
    trial.world.server.answer = nil
    try trial.poll()
    #expect(trial.world.fired.contains("ALARM 7"))
    #expect(!trial.world.reports.contains { if case .unread = $0 { true } else { false } })
  }

  /// Gmail lists about 250 conversations, and what is new only where there are fewer.
  @Test(arguments: [200, 239, 240, 262, 275, 276]) func saysThatGmailMayListNoMore(count: Int)
    throws
  {
    for isGmail in [true, false] {
      var trial = Trial(.test([.alarms()]), seed: 1)
      if isGmail { trial.world.server.capabilities.append("X-GOOGLE-RICO") }
      for number in 1...count { trial.deliver(.numbered(number, "news")) }
      for _ in 1...3 { try trial.poll() }
      let warning = Report.capped(messages: UInt32(count))
      #expect(!trial.world.reports.contains(warning))
      for _ in 1...9 { try trial.poll() }
      let isCapped = isGmail && (240...275).contains(count)
      #expect(trial.world.reports.count { $0 == warning } == (isCapped ? 1 : 0))
      trial.pass(86_400)
      for _ in 1...2 { try trial.poll() }
      #expect(trial.world.reports.count { $0 == warning } == (isCapped ? 2 : 0))
    }
  }
}
