import Alerts
import Bytes
import Config
import Ledger
import Rules
import TestSupport
import Testing

@Suite struct SupervisorTests {
  let disk = Disk()
  var lines = NotedLines()
  /// The supervisor was told how many messages there are.
  private var isCounted = false

  func supervisor(_ rule: Rule = .alarms()) throws -> Supervisor<DiskStore> {
    Supervisor(
      settings: .test([rule]),
      outputs: Outputs(maxOn: [nil], initiallyActive: [false], now: .seconds(0)),
      ledgers: [try disk.open()], fingerprint: 1, mode: .service,
      seed: 1, now: .seconds(0))
  }

  func orders(_ supervisor: inout Supervisor<DiskStore>) -> [Order] {
    var orders: [Order] = []
    while let order = supervisor.nextOrder() { orders.append(order) }
    return orders
  }

  mutating func send(
    _ frame: FetcherFrame, to supervisor: inout Supervisor<DiskStore>, at now: Int64 = 1
  ) {
    if case .matched = frame, !isCounted {
      isCounted = true
      send(.mailbox(messages: 9, octets: 0), to: &supervisor, at: now)
    }
    supervisor.received(frame.encoded.span, from: 0, on: &lines, now: .seconds(now), time: 1)
    supervisor.judged(0, supervisor.judge(0), on: &lines, now: .seconds(now), time: 1)
  }

  static var match: FetcherFrame {
    .matched(rule: 0, message: 1, MessageIdentity(7), Arrival(), AlertValues("ALARM 1"))
  }

  /// What is on disk of that message.
  private func state() throws -> MessageState {
    let ledger = try disk.open()
    return try ledger.state(
      of: ledger.resolve(MessageIdentity(7), rule: ruleWord([UInt8]("alarms".utf8).span)))
  }

  @Test mutating func endsAPollAtItsDeadline() throws {
    var supervisor = try supervisor()
    supervisor.tick(on: &lines, now: .seconds(0))
    #expect(orders(&supervisor) == [.startFetcher(mailbox: 0)])
    #expect(supervisor.nextWake == .seconds(60))
    supervisor.tick(on: &lines, now: .seconds(59))
    #expect(orders(&supervisor) == [])
    supervisor.tick(on: &lines, now: .seconds(60))
    #expect(orders(&supervisor) == [.endFetcher(mailbox: 0)])
    supervisor.fetcherEnded(0, now: .seconds(60), time: 1)
    #expect(supervisor.lastOutcome(of: 0) == .deadline)
  }

  @Test mutating func whatAnActionTakesIsNotTheServersTime() throws {
    var supervisor = try supervisor()
    supervisor.tick(on: &lines, now: .seconds(0))
    send(Self.match, to: &supervisor, at: 10)
    supervisor.actionEnded(0, .succeeded, on: &lines, now: .seconds(35), time: 1)
    _ = orders(&supervisor)
    supervisor.tick(on: &lines, now: .seconds(84))
    #expect(orders(&supervisor) == [])
    supervisor.tick(on: &lines, now: .seconds(85))
    #expect(orders(&supervisor) == [.endFetcher(mailbox: 0)])
  }

  /// `pulse = door 1s` twice in a rule, where that is max-on, too. Where popbell stops meanwhile, what is
  /// left is done after the next start.
  @Test(arguments: [false, true]) mutating func aShortRestIsWaitedFor(stops: Bool) throws {
    var supervisor = Supervisor(
      settings: .test([.alarms(actions: [.output(0, .pulse(.seconds(1)))])]),
      outputs: Outputs(
        maxOn: [.seconds(1)], rest: .milliseconds(100), initiallyActive: [true], now: .seconds(0)),
      ledgers: [try disk.open()], fingerprint: 1, mode: .service, seed: 1, now: .seconds(1))
    supervisor.tick(on: &lines, now: .seconds(1))
    send(Self.match, to: &supervisor)
    let end = Instant(milliseconds: 1100)
    #expect(supervisor.nextWake == end && lines.changes == [false])
    if stops {
      for force in [false, true] { supervisor.stop(force: force, on: &lines, now: end) }
      #expect(try state().failures.attempts == 0)
    } else {
      supervisor.tick(on: &lines, now: end)
      #expect(orders(&supervisor).contains(.answer(mailbox: 0, .delete)))
    }
    #expect(lines.changes == (stops ? [false] : [false, true]))
  }

  @Test mutating func skipsTheCapabilitiesWhereTheServerHungOnThem() throws {
    var supervisor = try supervisor()
    supervisor.tick(on: &lines, now: .seconds(0))
    send(.stage(.capabilities), to: &supervisor)
    supervisor.tick(on: &lines, now: .seconds(60))
    supervisor.fetcherEnded(0, now: .seconds(60), time: 1)
    #expect(supervisor.lastOutcome(of: 0) == .capabilitiesHang)
    let asks = supervisor.asksCapabilities(of: 0)
    #expect(!asks)
  }

  @Test mutating func endsAProgramThatTakesTooLongFirstPolitely() throws {
    var supervisor = try supervisor()
    supervisor.tick(on: &lines, now: .seconds(0))
    send(Self.match, to: &supervisor)
    _ = orders(&supervisor)
    supervisor.tick(on: &lines, now: .seconds(31))
    #expect(orders(&supervisor) == [.endProgram(mailbox: 0, force: false)])
    supervisor.tick(on: &lines, now: .seconds(34))
    #expect(orders(&supervisor) == [.endProgram(mailbox: 0, force: true)])
    supervisor.actionEnded(0, .succeeded, on: &lines, now: .seconds(35), time: 1)
    let orders = orders(&supervisor)
    #expect(orders.contains(.answer(mailbox: 0, .leave)))
    let report = Report.actionFailed(rule: 0, action: 0, .timedOut, attempt: 1)
    #expect(orders.contains(.report(mailbox: 0, report)))
  }

  @Test mutating func doesNotPollWhileAnAlertIsUnderWay() throws {
    var supervisor = try supervisor()
    supervisor.tick(on: &lines, now: .seconds(0))
    send(Self.match, to: &supervisor)
    supervisor.fetcherEnded(0, now: .seconds(2), time: 1)
    supervisor.pollNow(now: .seconds(2))
    _ = orders(&supervisor)
    supervisor.tick(on: &lines, now: .seconds(5))
    #expect(orders(&supervisor) == [])
    supervisor.actionEnded(0, .succeeded, on: &lines, now: .seconds(6), time: 1)
    #expect(try state() == .fired)
    supervisor.tick(on: &lines, now: .seconds(6))
    #expect(orders(&supervisor).contains(.startFetcher(mailbox: 0)))
  }

  /// A reload, as after each change of a rule, must not make a server lock the account.
  @Test mutating func aReloadKeepsPausesAndWhatTheServerAskedFor() throws {
    var old = try supervisor()
    for poll in Int64(0)..<6 {
      let start = old.nextWake!
      old.tick(on: &lines, now: start)
      send(.loginDelay(seconds: 300), to: &old, at: start.milliseconds / 1000)
      send(.ended(.loginRefused, []), to: &old, at: start.milliseconds / 1000)
      old.fetcherEnded(0, now: start + .seconds(poll), time: 1)
    }
    let due = old.nextWake!
    var new = try supervisor(.alarms(then: .keep))
    new.adopt(old, now: due + .seconds(-1))
    #expect(new.nextWake == due && due > .seconds(6 * 300))
    // It goes on failing as it did.
    new.tick(on: &lines, now: due)
    new.fetcherEnded(0, now: due, time: 1)
    #expect(new.nextWake! >= due + .seconds(900))
  }

  @Test(arguments: [("localhost", "10s", 10), ("localhost", "1h", 61), ("elsewhere", "60s", 1)])
  mutating func aReloadChangesWhatTheOwnerChanged(
    server: String, interval: String, due: Int64
  ) throws {
    var old = try supervisor()
    old.tick(on: &lines, now: .seconds(0))
    send(.ended(.polled, []), to: &old)
    old.fetcherEnded(0, now: .seconds(1), time: 1)
    let before = old.nextWake!
    var new = Supervisor(
      settings: .test([.alarms()], server: server, interval: interval),
      outputs: Outputs(maxOn: [nil], initiallyActive: [false], now: .seconds(0)),
      ledgers: [try disk.open()], fingerprint: 1, mode: .service, seed: 1, now: .seconds(1))
    new.adopt(old, now: .seconds(1))
    let after = new.nextWake!
    #expect(due == 61 ? after == before : after <= .seconds(due + 1))
  }

  @Test mutating func whoAsksDuringAPollGetsAnother() throws {
    var supervisor = try supervisor()
    supervisor.tick(on: &lines, now: .seconds(0))
    supervisor.pollNow(now: .seconds(1))
    send(.ended(.polled, []), to: &supervisor)
    supervisor.fetcherEnded(0, now: .seconds(2), time: 1)
    #expect(supervisor.nextWake == .seconds(2))
  }

  /// A program that ended well while popbell stops has done its work; another has to do it again.
  @Test(arguments: [
    (ActionEnd.succeeded, MessageState.fired),
    (.failed(.signal(15)), .failed(Failures())), (.failed(.exit(status: 1)), .failed(Failures())),
  ])
  mutating func stoppingStartsNothingAndWritesDownWhatIsDone(
    end: ActionEnd, state: MessageState
  ) throws {
    var supervisor = try supervisor()
    supervisor.tick(on: &lines, now: .seconds(0))
    send(Self.match, to: &supervisor)
    _ = orders(&supervisor)
    supervisor.stop(force: false, on: &lines, now: .seconds(2))
    #expect(
      orders(&supervisor) == [.endProgram(mailbox: 0, force: false), .endFetcher(mailbox: 0)])
    supervisor.actionEnded(0, end, on: &lines, now: .seconds(2), time: 1)
    send(Self.match, to: &supervisor)
    supervisor.fetcherEnded(0, now: .seconds(2), time: 1)
    supervisor.tick(on: &lines, now: .seconds(1000))
    let starts = orders(&supervisor).filter {
      switch $0 {
      case .startProgram, .startFetcher: true
      default: false
      }
    }
    #expect(starts == [])
    var after = try self.state()
    if case .failed(var failures) = after {
      failures.actions = 0
      after = .failed(failures)
    }
    #expect(after == state)
  }

  @Test mutating func aFetcherThatSaidItWasDoneAndStaysIsEnded() throws {
    var supervisor = try supervisor()
    supervisor.tick(on: &lines, now: .seconds(0))
    send(.ended(.polled, []), to: &supervisor)
    _ = orders(&supervisor)
    #expect(supervisor.nextWake == .seconds(4))
    supervisor.tick(on: &lines, now: .seconds(4))
    #expect(orders(&supervisor) == [.endFetcher(mailbox: 0)])
  }

  @Test mutating func aPauseWaitsWithoutSpinning() throws {
    var supervisor = try supervisor()
    supervisor.isPaused = true
    #expect(supervisor.nextWake == nil)
    supervisor.tick(on: &lines, now: .seconds(1000))
    #expect(orders(&supervisor) == [])
  }

  @Test mutating func isHealthyOnlyWhilePollsEnd() throws {
    var supervisor = try supervisor()
    supervisor.tick(on: &lines, now: .seconds(0))
    var health = [100, 121].map { supervisor.isHealthy(now: .seconds($0)) }
    #expect(health == [true, false])
    send(.ended(.polled, []), to: &supervisor)
    supervisor.fetcherEnded(0, now: .seconds(2), time: 1)
    health = [supervisor.isHealthy(now: .seconds(1000))]
    supervisor.isPaused = true
    health.append(supervisor.isHealthy(now: .seconds(1000)))
    #expect(health == [false, true])
  }

  /// What a fetcher that somebody has taken over may send.
  @Test(
    arguments: [
      [], [0], [8], [8, 4], [8, 0, 1], [3], [3, 9] + [UInt8](repeating: 0, count: 29),
      [1, 0, 0, 0],
      [1, 0, 0, 0, 0, 0],
      [4, 1, 0], [6, 255, 0, 0], [6, 0, 0, 1, 0x1B], [6, 0, 1, 200], [7, 99],
      [3, 0] + [UInt8](repeating: 0, count: 16) + [2],
      [3, 0] + [UInt8](repeating: 0, count: 17) + [2, 1],
      [3, 0] + [UInt8](repeating: 0, count: 29) + [17],
      [8, 0] + [UInt8](repeating: 0, count: 257 * 16),
    ] as [[UInt8]])
  mutating func distrustsAFrameThatIsNone(frame: [UInt8]) throws {
    var supervisor = try supervisor()
    supervisor.tick(on: &lines, now: .seconds(0))
    _ = orders(&supervisor)
    supervisor.received(frame.span, from: 0, on: &lines, now: .seconds(1), time: 1)
    #expect(orders(&supervisor) == [.endFetcher(mailbox: 0)])
    supervisor.fetcherEnded(0, now: .seconds(1), time: 1)
    #expect(supervisor.lastOutcome(of: 0) == .fetcherDied)
  }

  @Test mutating func distrustsASecondMatchBeforeTheAnswer() throws {
    var supervisor = try supervisor()
    supervisor.tick(on: &lines, now: .seconds(0))
    send(Self.match, to: &supervisor)
    _ = orders(&supervisor)
    send(Self.match, to: &supervisor)
    #expect(orders(&supervisor) == [.endFetcher(mailbox: 0)])
  }

  /// Whatever bytes come, none of them traps or starts anything but the owner's rule.
  @Test(arguments: [UInt64.random(in: 0...UInt64.max)])
  mutating func survivesAnyFrame(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      var supervisor = try supervisor()
      supervisor.tick(on: &lines, now: .seconds(0))
      send(.mailbox(messages: 1, octets: 0), to: &supervisor)
      var frame = Self.match.encoded
      for _ in 0..<Int.random(in: 0..<4, using: &random) {
        frame[Int.random(in: 0..<frame.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      frame.removeLast(Int.random(in: 0..<frame.count, using: &random) / 8)
      supervisor.received(frame.span, from: 0, on: &lines, now: .seconds(1), time: 1)
      for order in orders(&supervisor) {
        if case .startProgram(_, let rule, _) = order { #expect(rule == 0, "seed \(seed)") }
      }
    }
  }

  @Test(arguments: Outcome.allCases) func carriesEveryOutcome(outcome: Outcome) throws {
    let frame = FetcherFrame.ended(outcome, [UInt8]("why".utf8))
    #expect(try FetcherFrame(parsing: frame.encoded.span) == frame)
  }

  @Test func carriesTheLongestMatch() throws {
    let frame = FetcherFrame.matched(
      rule: 63, message: 1, longestIdentity(),
      Arrival(time: -2_208_988_800, isServers: true, look: .later), .longest)
    #expect(frame.encoded.count <= FetcherFrame.Bytes().room)
    #expect(try FetcherFrame(parsing: frame.encoded.span) == frame)
  }

  @Test(arguments: [
    \AlertValues.subject, \.from, \.to, \.date, \.messageID, \.uniqueID,
  ])
  func refusesALongerValue(value: any WritableKeyPath<AlertValues, [UInt8]> & Sendable) {
    var values = AlertValues.longest
    values[keyPath: value].append(0x78)
    let frame = FetcherFrame.matched(rule: 0, message: 1, MessageIdentity(1), Arrival(), values)
    #expect(throws: FetcherFrame.Flaw.range) { try FetcherFrame(parsing: frame.encoded.span) }
  }

  @Test(arguments: [([0x61, 0x07], FetcherFrame.Flaw.control), ([0x61, 0xFF], .notUTF8)])
  func refusesTextThatIsNone(text: [UInt8], flaw: FetcherFrame.Flaw) {
    let frame = FetcherFrame.took(header: 0, text)
    #expect(throws: flaw) { try FetcherFrame(parsing: frame.encoded.span) }
  }

  @Test func cutsWhatIsSaidOfAnEnd() throws {
    let frame = FetcherFrame.ended(.polled, [UInt8](repeating: 0x78, count: 401))
    let cut = FetcherFrame.ended(.polled, [UInt8](repeating: 0x78, count: 400))
    #expect(try FetcherFrame(parsing: frame.encoded.span) == cut)
  }

  private func longestIdentity() -> MessageIdentity {
    var identity = MessageIdentity(1, content: 1)
    identity.older = OlderIdentity(header: Identity(2), content: Identity(3))
    return identity
  }
}
