import Alerts
import Bytes
import Config
import Ledger
import Rules
import TestSupport
import Testing

/// When a mailbox counts as the one that was looked at, and when it is polled again.
@Suite struct RecognitionTests {
  /// popbell, with so many alerts in the mailbox, before its first poll.
  private func trial(
    _ rule: Rule = .alarms(then: .keep), batch: Int = 20, alerts: Int = 4
  ) -> Trial {
    var trial = Trial(.test([rule], batch: batch), seed: 1)
    for number in 1...alerts { trial.deliver(.numbered(number)) }
    return trial
  }

  /// Polls, and returns what the server was told.
  private func poll(_ trial: inout Trial) throws -> [String] {
    let before = trial.world.server.commands.count
    try trial.poll()
    return Array(trial.world.server.commands[before...])
  }

  private func replaceSecond(in trial: inout Trial, by message: ModelServer.Message) {
    trial.world.server.messages.remove(at: 1)
    trial.deliver(message, at: 1)
  }

  @Test func whatDidNotChangeIsRecognisedByItsLastMessage() throws {
    var trial = trial()
    #expect(try poll(&trial).filter { $0.hasPrefix("TOP") }.count == 4)
    let commands = try poll(&trial)
    #expect(commands.contains("UIDL 4") && !commands.contains("UIDL"))
    #expect(!commands.contains { $0.hasPrefix("TOP") })
  }

  @Test func aChangeBeforeTheLastMessageShowsInTheOctets() throws {
    var trial = trial()
    for _ in 1...2 { try trial.poll() }
    replaceSecond(in: &trial, by: .numbered(1000))
    #expect(try poll(&trial).contains("UIDL"))
    #expect(trial.world.fired.last == "ALARM 1000")
    #expect(trial.world.fired.count == 5)
  }

  /// As many octets, by chance: the listing of the day shows it, and so does a start.
  @Test(arguments: [false, true]) func aChangeThatDoesNotShowIsFoundLater(restarts: Bool) throws {
    var trial = trial()
    for _ in 1...2 { try trial.poll() }
    replaceSecond(in: &trial, by: .numbered(9))
    #expect(try !poll(&trial).contains("UIDL"))
    #expect(trial.world.fired.count == 4)
    if restarts { trial.end() } else { trial.pass(86_400) }
    #expect(try poll(&trial).contains("UIDL"))
    #expect(trial.world.fired == ["ALARM 1", "ALARM 2", "ALARM 3", "ALARM 4", "ALARM 9"])
  }

  @Test func whereSomeWereDeletedTheOctetsTellNothing() throws {
    var trial = trial(.alarms())
    trial.deliver(.numbered(5, "news"))
    for _ in 1...2 { try trial.poll() }
    trial.deliver(.numbered(6))
    try trial.poll()
    #expect(trial.world.server.messages.count == 1)
    let commands = try poll(&trial)
    #expect(commands.contains("UIDL 1") && !commands.contains("UIDL"))
  }

  @Test func fewerMessagesThanWereLookedAtAreListed() throws {
    var trial = trial()
    for _ in 1...2 { try trial.poll() }
    trial.world.server.messages.removeLast()
    #expect(try poll(&trial).contains("UIDL"))
    #expect(trial.world.fired.count == 4)
  }

  /// The octets are of what waits too.
  @Test func whereOneWaitsTheOctetsTellNothing() throws {
    var trial = trial(alerts: 2)
    trial.world.programs["ALARM 2"] = .failed(.exit(status: 1))
    for _ in 1...2 { try trial.poll() }
    trial.world.server.messages.removeLast()
    #expect(try !poll(&trial).contains("TOP 1 0"))
  }

  /// A listing found all of them: each poll goes on with what the batch before had no room for.
  @Test func copiesThatAreDueGoOneBatchAfterTheOther() throws {
    var trial = trial(.alarms(then: .deleteAfter(.seconds(3 * 86_400))), batch: 1, alerts: 1)
    for id in ["b-id", "c-id", "d-id"] { trial.deliver(.numbered(1, id: id)) }
    for _ in 1...2 { try trial.poll() }
    trial.pass(3 * 86_400 + 3600)
    for left in [3, 2, 1, 0] {
      try trial.poll()
      #expect(trial.world.server.messages.count == left)
    }
    #expect(trial.world.fired == ["ALARM 1"])
  }

  /// A listing did not have it; that session was lost, and with it what was looked at.
  @Test func whatIsBackFromABackupIsLookedAtAgain() throws {
    var trial = trial(.alarms(), alerts: 1)
    trial.deliver(.numbered(5, "news"), at: 0)
    let backup = trial.world.server.messages
    for _ in 1...2 { try trial.poll() }
    trial.world.server.messages = backup
    try trial.poll()
    trial.world.server.messages.removeLast()
    trial.world.server.losesQuitReply = true
    try trial.poll()
    trial.world.server.losesQuitReply = false
    trial.world.server.messages = backup
    for _ in 1...2 { try trial.poll() }
    trial.pass(2 * 86_400)
    for _ in 1...2 { try trial.poll() }
    #expect(trial.world.server.messages.count == 1)
    #expect(trial.world.fired == ["ALARM 1"])
  }

  /// Also at what the rules before left alone.
  @Test func otherRulesLookAtAllAgainAndFireNothingTwice() throws {
    var trial = trial()
    trial.deliver(.numbered(5, "news"))
    for _ in 1...2 { try trial.poll() }
    trial.end()
    trial.fingerprint += 1
    #expect(try poll(&trial).filter { $0.hasPrefix("TOP") }.count == 5)
    #expect(trial.world.fired.count == 4)
  }

  /// Without the answer to QUIT, nobody knows what was looked at.
  @Test func whatTheServerDidNotCommitWasNotLookedAt() throws {
    var trial = trial()
    trial.world.server.losesQuitReply = true
    try trial.poll()
    #expect(try trial.world.disk.open().examined == nil)
    trial.world.server.losesQuitReply = false
    try trial.poll()
    #expect(try trial.world.disk.open().examined?.count == 4)
    #expect(trial.world.fired.count == 4)
  }

  @Test func whatABatchLeavesIsPolledAtOnce() throws {
    var trial = trial(.alarms(), batch: 1, alerts: 3)
    for left in [2, 1] {
      try trial.poll()
      #expect(trial.world.server.messages.count == left)
      #expect(trial.running?.supervisor.nextWake == trial.world.now)
    }
    // All was looked at by the last.
    try trial.poll()
    #expect(trial.world.server.messages == [])
    let next = trial.running?.supervisor.nextWake ?? trial.world.now
    #expect(next >= trial.world.now + trial.world.settings.mailboxes[0].interval)
  }

  /// A server that wants a pause between logins, and more than one session may delete.
  @Test func whoPollsOnceSaysThatSomeAreLeft() throws {
    var world = World([], settings: .test([.alarms()]))
    world.mode = .once(dryRun: false)
    world.server.capabilities.append("LOGIN-DELAY 300")
    world.server.messages = (1...1040).map { .numbered($0) }
    var supervisor = try world.start()
    supervisor.tick(on: &world.lines, now: world.now)
    try world.poll(&supervisor)
    let isFinished = supervisor.isFinished
    #expect(isFinished)
    #expect(world.reports.contains(.leavesRest))
    #expect(world.fired.count < 1040)
    #expect(world.server.messages.count == 1040 - world.fired.count)
  }

  /// Or popbell would never stop.
  @Test(arguments: [["DELE"], ["QUIT"]] as [Set<String>])
  func whereNothingWasDeletedTheRestWaits(unknown: Set<String>) throws {
    var trial = trial(.alarms(), batch: 1, alerts: 3)
    trial.world.server.unknown = unknown
    try trial.poll()
    #expect(trial.world.server.messages.count == 3)
    let next = trial.running?.supervisor.nextWake ?? trial.world.now
    #expect(next >= trial.world.now + trial.world.settings.mailboxes[0].interval)
  }

  /// In one session where the server wants a pause between two logins.
  @Test(arguments: [0, 60]) func whoPollsOnceTakesAllBatches(delay: Int) throws {
    var trial = trial(.alarms(), batch: 1, alerts: 3)
    trial.world.mode = .once(dryRun: false)
    if delay > 0 { trial.world.server.capabilities.append("LOGIN-DELAY \(delay)") }
    var polls = 0
    repeat {
      try trial.poll()
      polls += 1
    } while !(trial.running?.supervisor.isFinished ?? true) && polls < 10
    #expect(polls == (delay > 0 ? 1 : 3))
    #expect(trial.world.server.messages.isEmpty && trial.world.fired.count == 3)
  }
}
