import Alerts
import Bytes
import Config
import Ledger
import Rules
import TestSupport
import Testing

/// A fetcher that a server has taken over, and one that the server keeps busy: neither costs the
/// supervisor more than a poll.
@Suite struct LyingFetcherTests {
  var lines = NotedLines()
  let disk = Disk()
  /// What the supervisor ordered.
  private var orders: [Order] = []

  private func start(
    _ rule: Rule = .alarms(), archive: Bool = false, mode: Mode = .service
  ) throws -> Supervisor<DiskStore> {
    var settings = Settings.test([rule], archive: archive)
    settings.rules.names.headers = [Array("X-Level".utf8)]
    return Supervisor(
      settings: settings,
      outputs: Outputs(maxOn: [nil], initiallyActive: [false], now: .seconds(0)),
      ledgers: [try disk.open()], fingerprint: 1, mode: mode, seed: 1, now: .seconds(0))
  }

  /// Sends frames as far as the supervisor takes them, and returns how many it took.
  private mutating func send(
    _ frames: [FetcherFrame], to supervisor: inout Supervisor<DiskStore>, at now: Int64 = 1
  ) -> Int {
    for (count, frame) in frames.enumerated() {
      supervisor.received(frame.encoded.span, from: 0, on: &lines, now: .seconds(now), time: 1)
      while let order = supervisor.nextOrder() {
        orders.append(order)
        switch order {
        case .endFetcher: return count
        case .judge:
          supervisor.judged(
            0, supervisor.judge(0), on: &lines, now: .seconds(now), time: 1)
        case .startProgram:
          supervisor.actionEnded(0, .succeeded, on: &lines, now: .seconds(now), time: 1)
        default: break
        }
      }
    }
    return frames.count
  }

  private func listed(_ numbers: [Int], isFirst: Bool, isLast: Bool) -> FetcherFrame {
    var listed = FetcherFrame.Listed()
    for number in numbers { listed.append(Identity(number)) }
    (listed.isFirst, listed.isLast) = (isFirst, isLast)
    return .listed(listed)
  }

  private func matched(_ number: Int) -> FetcherFrame {
    .matched(
      rule: 0, message: 1, MessageIdentity(number, content: number), Arrival(),
      AlertValues("ALARM 1"))
  }

  @Test mutating func listsOnceAndBeforeAnyMatch() throws {
    let whole = listed([1, 2], isFirst: true, isLast: true)
    let first = listed([1], isFirst: true, isLast: false)
    let last = listed([2], isFirst: false, isLast: true)
    let stat = FetcherFrame.mailbox(messages: 2, octets: 0)
    let accepted: [[FetcherFrame]] = [
      [stat, whole, matched(1)], [stat, first, last, matched(1)], [stat, first, matched(1)],
      [stat, listed([], isFirst: true, isLast: true)],
    ]
    for frames in accepted {
      var supervisor = try start()
      supervisor.tick(on: &lines, now: .seconds(0))
      #expect(send(frames, to: &supervisor) == frames.count)
    }
    let refused: [[FetcherFrame]] = [
      [stat, whole, whole], [stat, first, first], [stat, last], [stat, first, last, last],
      [stat, first, matched(1), last], [stat, whole, last],
    ]
    for frames in refused {
      var supervisor = try start()
      supervisor.tick(on: &lines, now: .seconds(0))
      #expect(send(frames, to: &supervisor) == frames.count - 1)
    }
  }

  /// A match comes after the count, one at a time, and not while a content comes.
  @Test mutating func matchesOnlyWhereHeadersAreRead() throws {
    let stat = FetcherFrame.mailbox(messages: 3, octets: 0)
    let took = FetcherFrame.took(header: 0, [])
    var honest = try start(archive: true)
    honest.tick(on: &lines, now: .seconds(0))
    let frames = [stat, took, matched(1), .archiving(message: 1), .archived]
    #expect(send(frames, to: &honest) == frames.count)
    let refused: [[FetcherFrame]] = [
      [matched(1)], [took],
      [stat, matched(1), .archiving(message: 1), matched(2)],
      [stat, matched(1), .archiving(message: 1), took],
      [stat, matched(1), .archiving(message: 1), .archiving(message: 1)],
    ]
    for frames in refused {
      var supervisor = try start(archive: true)
      supervisor.tick(on: &lines, now: .seconds(0))
      #expect(send(frames, to: &supervisor) == frames.count - 1, "\(frames)")
    }
  }

  /// A server may say a few more than it counted.
  @Test mutating func listsAboutAsManyAsWereCounted() throws {
    var supervisor = try start()
    supervisor.tick(on: &lines, now: .seconds(0))
    var frames = [FetcherFrame.mailbox(messages: 64, octets: 0)]
    for part in 0..<100 {
      frames.append(listed(Array(part * 64..<part * 64 + 64), isFirst: part == 0, isLast: false))
    }
    // 64 that were counted, and 1,000 more.
    #expect(send(frames, to: &supervisor) == 1 + 1064 / 64)
  }

  @Test(arguments: [false, true]) mutating func matchesNoMoreThanABatchMayHave(archive: Bool)
    throws
  {
    var supervisor = try start(archive: archive)
    supervisor.tick(on: &lines, now: .seconds(0))
    let frames = [FetcherFrame](repeating: matched(1), count: 10_000)
    _ = send([.mailbox(messages: 20_000, octets: 0)], to: &supervisor)
    let count = send(frames, to: &supervisor)
    // What is archived later is not permitted to go now, and no more are remembered than fit.
    #expect(archive ? count == 10_000 : count < 200)
  }

  /// Each would be written down, and a ledger is full some day.
  @Test mutating func matchesNoMoreThanWereCountedOrListed() throws {
    let stat = FetcherFrame.mailbox(messages: 2, octets: 0)
    let whole = listed([1, 2, 3], isFirst: true, isLast: true)
    var twice = try start()
    twice.tick(on: &lines, now: .seconds(0))
    #expect(send([stat, stat], to: &twice) == 1)
    for (begin, taken) in [([], 0), ([stat], 2), ([stat, whole], 3)] as [([FetcherFrame], Int)] {
      var supervisor = try start(.alarms(then: .keep))
      supervisor.tick(on: &lines, now: .seconds(0))
      let frames = begin + (1...10).map { matched($0) }
      #expect(send(frames, to: &supervisor) == begin.count + taken)
    }
  }

  /// Goal 2: no text reaches a program that the rule's own patterns do not allow. That costs this message,
  /// which waits for a day, and no other.
  @Test mutating func whatTheRuleDoesNotTakeFiresNothing() throws {
    var supervisor = try start(.alarms(pattern: "/^zone ([0-9]+)$/"))
    supervisor.tick(on: &lines, now: .seconds(0))
    func matched(_ subject: String, _ message: UInt32) -> FetcherFrame {
      .matched(
        rule: 0, message: message, MessageIdentity(Int(message), content: Int(message)), Arrival(),
        AlertValues(subject))
    }
    let lies = [
      FetcherFrame.mailbox(messages: 3, octets: 0), matched("zone-../../etc/; reboot", 1),
      matched("", 2),
    ]
    #expect(send(lies, to: &supervisor) == lies.count)
    let programs = { (orders: [Order]) in
      orders.count { if case .startProgram = $0 { true } else { false } }
    }
    #expect(programs(orders) == 0)
    let answers = orders.filter { if case .answer = $0 { true } else { false } }
    #expect(answers == [.answer(mailbox: 0, .unread), .answer(mailbox: 0, .unread)])
    let words = [UInt8]("rule alarms does not take what was read of it")
    #expect(orders.contains(.report(mailbox: 0, .unread(message: 1, words))))
    #expect(send([matched("zone 7", 3)], to: &supervisor) == 1)
    #expect(programs(orders) == 1)
    #expect(supervisor.alert(of: 0).map { text($0.captures.value(at: 0)) } == "7")
  }

  /// The text of a header field is one of those that rules name, and comes before its match.
  @Test mutating func tellsOfNoMoreTextsThanRulesName() throws {
    func took(_ header: UInt8) -> FetcherFrame { .took(header: header, Array("x".utf8)) }
    let stat = FetcherFrame.mailbox(messages: 9, octets: 0)
    for (frames, taken) in [
      ([took(0), matched(1), took(0), matched(2)], 4), ([took(1)], 0),
      ([FetcherFrame](repeating: took(0), count: 9), 8),
    ] {
      var supervisor = try start(.alarms(then: .keep))
      supervisor.tick(on: &lines, now: .seconds(0))
      #expect(send([stat] + frames, to: &supervisor) == 1 + taken, "\(frames)")
    }
  }

  /// A judge that something else ended has judged nothing: the message is not to wait for a day.
  @Test(arguments: [
    (ProcessEnd.killed(signal: 9), Judgement.none(.killed(signal: 9))),
    (.killed(signal: 31), .none(.killed(signal: 31))),
    (.exited(status: 1), .none(.exited(status: 1))), (.killed(signal: 4), .refused),
    (.killed(signal: 11), .refused),
  ])
  mutating func aJudgeThatDiesOverAMessageRefusesIt(end: ProcessEnd, judgement: Judgement) throws {
    #expect(Judgement(ofDeath: end) == judgement)
    var supervisor = try start()
    supervisor.tick(on: &lines, now: .seconds(0))
    for frame in [FetcherFrame.mailbox(messages: 1, octets: 0), matched(1)] {
      supervisor.received(frame.encoded.span, from: 0, on: &lines, now: .seconds(1), time: 1)
    }
    while supervisor.nextOrder() != nil {}
    supervisor.judged(0, judgement, on: &lines, now: .seconds(2), time: 2)
    var orders: [Order] = []
    while let order = supervisor.nextOrder() { orders.append(order) }
    let isRefused = judgement == .refused
    #expect(orders.last == .answer(mailbox: 0, isRefused ? .unread : .leave))
    #expect(orders.contains(.report(mailbox: 0, .notJudged(rule: 0, end))) == !isRefused)
    // What it says later is of nobody's claim.
    supervisor.judged(0, .taken(Captures()), on: &lines, now: .seconds(3), time: 3)
    #expect(supervisor.nextOrder() == nil)
  }

  /// What is told of messages that no rule takes is for people, and no more than there can be.
  @Test mutating func tellsOfNoMoreRulesAndMessagesThanThereAre() throws {
    func unmatched(_ number: UInt32, _ nearest: RuleMiss? = nil) -> FetcherFrame {
      .unmatched(UnmatchedMessage(number: number, subject: [], from: [], nearest: nearest))
    }
    let possible = RuleMiss(rule: 0, .condition(0, .nothing))
    let frames: [(FetcherFrame, isDry: Bool, Int)] = [
      (unmatched(1), false, 2), (unmatched(2, possible), false, 2), (unmatched(3), false, 0),
      (unmatched(1, RuleMiss(rule: 1, .condition(0, .nothing))), false, 0),
      (unmatched(1, RuleMiss(rule: 0, .condition(1, .nothing))), false, 0),
      (unmatched(1, RuleMiss(rule: 0, .otherMailbox)), false, 0),
      (.missed(possible), true, 2), (.missed(possible), false, 0),
      (.missed(RuleMiss(rule: 9, .condition(0, .nothing))), true, 0),
    ]
    for (frame, isDry, taken) in frames {
      var supervisor = try start(mode: isDry ? .once(dryRun: true) : .service)
      supervisor.tick(on: &lines, now: .seconds(0))
      let stat = FetcherFrame.mailbox(messages: 2, octets: 0)
      #expect(send([stat, frame, frame, frame], to: &supervisor) == 1 + taken, "\(frame)")
    }
  }

  /// Each is a record, and a line in the log.
  @Test mutating func noMoreIsUnreadThanWasCounted() throws {
    var supervisor = try start(.alarms(then: .keep))
    supervisor.tick(on: &lines, now: .seconds(0))
    let unread = (1...9).map { FetcherFrame.unread(message: 1, Identity($0), []) }
    #expect(send([.mailbox(messages: 3, octets: 0)] + unread, to: &supervisor) == 4)
  }

  @Test mutating func aListingThatTakesTooLongIsNotTriedAgainForADay() throws {
    var supervisor = try start(.alarms(then: .keep))
    supervisor.tick(on: &lines, now: .seconds(0))
    let examined = FetcherFrame.committed(
      Examined(count: 1, last: 1, sum: 1, rules: 0), .all, newest: 0)
    _ = send(
      [.mailbox(messages: 1, octets: 0), examined, .ended(.polled, [])], to: &supervisor)
    supervisor.fetcherEnded(0, now: .seconds(2), time: 1)
    var known = supervisor.known(of: 0, now: .seconds(100), time: 1)
    #expect(known.listing == .now)
    supervisor.tick(on: &lines, now: .seconds(100))
    let frames = [.mailbox(messages: 100, octets: 0), listed([1], isFirst: true, isLast: false)]
    #expect(send(frames, to: &supervisor, at: 101) == 2)
    supervisor.tick(on: &lines, now: .seconds(200))
    supervisor.fetcherEnded(0, now: .seconds(200), time: 1)
    #expect(supervisor.lastOutcome(of: 0) == .deadline)
    known = supervisor.known(of: 0, now: .seconds(300), time: 1)
    #expect(known.listing == .never && known.examined.count == 1)
    known = supervisor.known(of: 0, now: .seconds(86_700), time: 1)
    #expect(known.listing == .now)
  }

  /// What no server can have, or wants, is no number for anybody to compute with.
  @Test(arguments: [
    ([1, 0, 0x0F, 0x42, 0x40, 0, 0, 0, 0, 0, 0, 0, 0], true),
    ([1, 0, 0x0F, 0x42, 0x41, 0, 0, 0, 0, 0, 0, 0, 0], false),
    ([1, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0], false),
    ([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], true),
    ([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1], false),
    ([2, 0, 0, 0x0E, 0x10], true), ([2, 0, 0, 0x0E, 0x11], false),
    ([5, 0, 0x0F, 0x46, 0x28] + [UInt8](repeating: 0, count: 25), true),
    ([5, 0, 0x0F, 0x46, 0x29] + [UInt8](repeating: 0, count: 25), false),
  ])
  func hasALimitForEachNumber(bytes: [UInt8], isFrame: Bool) {
    let frame = try? FetcherFrame(parsing: bytes.span)
    #expect((frame != nil) == isFrame)
    if let frame { #expect(frame.encoded == bytes) }
  }
}
