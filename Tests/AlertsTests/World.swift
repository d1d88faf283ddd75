import Alerts
import Bytes
import Config
import Ledger
import Mail
import POP3
import Rules
import TestSupport

/// A board, its mailbox and its disk, without processes: the supervisor and the fetcher talk as
/// they do over a socket, and everything that happens is noted.
struct World {
  enum Direction { case toServer, toClient }

  var server: ModelServer
  var disk = Disk()
  var settings: Settings
  var lines = NotedLines()
  /// The subjects that programs were started for, in order.
  var fired: [String] = []
  /// What programs end with, for each subject, or for "subject/action"; done where there is none.
  var programs: [String: ActionEnd] = [:]
  /// What programs that succeeded were started for, as "subject/action".
  var effects: [String] = []
  /// Each of these, with the message as the server has it.
  var firings: [Firing] = []
  /// The alert whose record is not known to be on disk: what was done for it since its intent, and
  /// what was durable when that began.
  private(set) var open = (subject: "", effects: [String](), synchronizations: -1)
  /// The Maildir, the names in it in the order in which they came, and why it takes no more.
  var archive: [String: String] = [:]
  var archived: [String] = []
  var archiveError: Int32?
  private var archiving = (name: "", content: [UInt8]())
  /// What was archived last, and what was durable then: its record comes later.
  private(set) var openArchive = (content: "", synchronizations: -1)
  var reports: [Report] = []
  var outcome: Outcome?
  var mode = Mode.service
  var deletesUnmatched = false
  var headers = HeaderCommand.auto
  /// Stands for the rules.
  var fingerprint: UInt32 = 1
  var clockIsSure = true
  var now = Instant(milliseconds: 0)
  /// What the board's clock says, at the start of a minute: less than any mail, so that none is old by its
  /// date.
  var wall: UInt64 = 1_780_000_020
  /// After so many bytes in a direction the connection is gone.
  var cut: (direction: Direction, after: Int)?
  /// After so many bytes from the server the fetcher's time is up.
  var wrapsUpAfter = Int.max
  /// As many of the server's octets are received at once.
  var octetsAtOnce = Int.max
  private(set) var bytes = (toServer: 0, toClient: 0)
  /// The power goes when this comes true, at the next order.
  private var powerGoes: ((World) -> Bool)?
  /// What was ordered without its record on disk.
  var violations: [String] = []
  var checksDisk = false
  private var matched: [(message: UInt32, identity: MessageIdentity)] = []
  /// The alerts whose intents nothing made durable, and nothing removed, since they were written.
  var openIntents: [(subject: String, synchronizations: Int)] = []
  /// After so many orders, and things done for them, popbell is killed.
  var isKilledAfter = Int.max
  /// Whether popbell runs no more: it was killed, or has no power.
  var isOver: Bool { isKilledAfter < 0 || !disk.hasPower }

  init(_ messages: [ModelServer.Message], settings: Settings) {
    server = ModelServer(messages: messages)
    self.settings = settings
  }

  /// Time passes, on the board's clock too.
  mutating func pass(_ seconds: Int64) {
    now = now + .seconds(seconds)
    wall += UInt64(seconds)
  }

  /// popbell, as it starts from what is on the disk.
  func start() throws -> Supervisor<DiskStore> {
    let ledger = try disk.open(wall: wall, now: now)
    var supervisor = Supervisor(
      settings: settings, outputs: Outputs(maxOn: [nil], initiallyActive: [false], now: now),
      ledgers: [ledger], fingerprint: fingerprint, mode: mode, seed: 1, now: now)
    supervisor.clockIsSure = clockIsSure
    return supervisor
  }

  /// Starts popbell from what is on the disk, lets it poll once, and takes its power.
  mutating func poll(until powerGoes: ((World) -> Bool)? = nil) throws {
    self.powerGoes = powerGoes
    var supervisor = try start()
    supervisor.tick(on: &lines, now: now)
    try poll(&supervisor)
  }

  /// Has a popbell that runs poll at once.
  mutating func pollNow(_ supervisor: inout Supervisor<DiskStore>) throws {
    supervisor.pollNow(now: now)
    supervisor.tick(on: &lines, now: now)
    try poll(&supervisor)
  }

  /// Does what the supervisor orders until it orders no more.
  mutating func poll(_ supervisor: inout Supervisor<DiskStore>) throws {
    var connection: Connection?
    while true {
      if isOver { return server.disconnect() }
      while let order = supervisor.nextOrder() {
        isKilledAfter -= 1
        if isOver { return server.disconnect() }
        switch order {
        case .startFetcher: connection = try connect(supervisor)
        case .endFetcher: connection?.fetcher.isEnded = true
        case .judge(let mailbox):
          let judgement = supervisor.judge(mailbox)
          supervisor.judged(mailbox, judgement, on: &lines, now: now, time: wall)
          // Its intent may stand there, although the disk failed to say so.
          if let values = supervisor.alert(of: mailbox) {
            openIntents.append((text(values.subject), disk.synchronizations))
          }
        case .answer(_, let verdict):
          if verdict == .delete { checkDisk("deleted") { $0 == .fired || $0 == .archived } }
          if let connection { connection.fetcher.answered(verdict, &connection.sink) }
        case .answerListing(_, let answer):
          let answer = try ListingAnswer(parsing: answer.bytes.span)
          if let connection { connection.fetcher.answered(answer, &connection.sink) }
        case .startProgram(let mailbox, let rule, let action):
          let subject = text(supervisor.alert(of: mailbox)!.subject)
          checkDisk("started for \(subject)") { if case .intended = $0 { true } else { false } }
          openIntents.append((subject, disk.synchronizations))
          let end = programs[subject] ?? programs["\(subject)/\(action)"] ?? .succeeded
          if case .failed(.couldNotStart) = end {} else { fired.append(subject) }
          note("\(subject)/\(action)", of: subject, end)
          if end == .succeeded { noteFiring(of: supervisor.settings.rules.rules[rule]) }
          isKilledAfter -= 1
          if isOver || powerGoes?(self) == true { return server.disconnect() }
          supervisor.actionEnded(mailbox, end, on: &lines, now: now, time: wall)
        case .beginArchive(_, _, let name):
          archiving = (text(name.span), [])
        case .writeArchive(_, let bytes): archiving.content += bytes
        case .endArchive:
          if archiveError == nil, archive[archiving.name] == nil {
            archive[archiving.name] = text(archiving.content.span)
            archived.append(archiving.name)
          }
          openArchive = (text(archiving.content.span), disk.synchronizations)
          isKilledAfter -= 1
          if isOver || powerGoes?(self) == true { return server.disconnect() }
          supervisor.archiveEnded(0, code: archiveError, now: now, time: wall)
        case .endProgram, .switched: break
        case .report(let mailbox, let report):
          reports.append(report)
          if case .matched = report {
            let subject = text(supervisor.alert(of: mailbox)!.subject)
            open = (subject, [], disk.synchronizations)
          }
        }
      }
      guard let open = connection else { break }
      exchange(open)
      if let frame = open.sink.frames.first {
        open.sink.frames.removeFirst()
        switch frame {
        case .matched(_, let message, let identity, _, _): matched.append((message, identity))
        case .archiving(let message):
          if let index = matched.lastIndex(where: { $0.message == message }) {
            matched.append(matched[index])
          }
        default: break
        }
        supervisor.received(frame.encoded.span, from: 0, on: &lines, now: now, time: wall)
      } else if open.fetcher.isEnded {
        connection = nil
        server.disconnect()
        supervisor.fetcherEnded(0, now: now, time: wall)
      }
    }
    outcome = supervisor.lastOutcome(of: 0)
  }

  /// Whatever a cut of power leaves, the record that permits a step must be there.
  private mutating func checkDisk(_ step: String, _ permits: (MessageState) -> Bool) {
    guard checksDisk, let matched = matched.last else { return }
    for bytes in disk.possibleRemains {
      let copy = Disk()
      copy.bytes = bytes
      do {
        let ledger = try DiskLedger(reading: DiskStore(disk: copy))
        let name = settings.rules.rules[0].name
        let alert = try ledger.resolve(matched.identity, rule: ruleWord(name.span))
        let state = try ledger.state(of: alert)
        if !permits(state) { violations.append("\(step), and on disk it is \(state)") }
      } catch {
        violations.append("\(step), and the disk has \(error)")
      }
    }
  }

  /// A program has ended.
  private mutating func note(_ effect: String, of subject: String, _ end: ActionEnd) {
    open.synchronizations = disk.synchronizations
    guard end == .succeeded else { return }
    effects.append(effect)
    open.effects.append(effect)
  }

  private mutating func noteFiring(of rule: Rule) {
    guard let number = matched.last.map({ Int($0.message) }), number <= server.messages.count
    else { return }
    firings.append(
      Firing(
        message: server.messages[number - 1], rule: text(rule.name.span),
        synchronizations: disk.synchronizations))
  }

  private mutating func connect(_ supervisor: borrowing Supervisor<DiskStore>) throws -> Connection
  {
    bytes = (0, 0)
    let credential = try Credential(user: [0x75].span, secret: [0x70].span)
    let fetcher = TestFetcher(
      FetcherSettings(
        mailbox: 0, rules: settings.rules, deletesUnmatched: deletesUnmatched,
        isDryRun: mode == .once(dryRun: true), batch: supervisor.batch(of: 0),
        pollsOnce: mode != .service,
        headers: supervisor.headers(of: 0) == .auto ? headers : supervisor.headers(of: 0),
        known: supervisor.known(of: 0, now: now, time: wall)),
      session: SessionConfiguration(
        security: .plaintext, mechanism: .user,
        askCapabilities: supervisor.asksCapabilities(of: 0)),
      credential: credential)
    let connection = Connection(fetcher)
    connection.incoming = server.connect()[...]
    return connection
  }

  /// Lets both sides say what they have to, until the fetcher has a frame for the supervisor.
  private mutating func exchange(_ connection: Connection) {
    while connection.sink.frames.isEmpty, !connection.fetcher.isEnded {
      let outgoing = connection.fetcher.takeOutput()
      for byte in outgoing {
        if let cut, cut.direction == .toServer, bytes.toServer >= cut.after {
          return lose(connection)
        }
        bytes.toServer += 1
        connection.incoming += server.receive(byte)
      }
      if bytes.toClient >= wrapsUpAfter { connection.fetcher.wrapUp(&connection.sink) }
      guard connection.fetcher.isReading else { return }
      if let cut, cut.direction == .toClient, bytes.toClient >= cut.after {
        return lose(connection)
      }
      guard !connection.incoming.isEmpty else { return lose(connection) }
      var count = min(connection.incoming.count, octetsAtOnce)
      if let cut, cut.direction == .toClient { count = min(count, cut.after - bytes.toClient) }
      if bytes.toClient < wrapsUpAfter { count = min(count, wrapsUpAfter - bytes.toClient) }
      let taken = connection.fetcher.receive(connection.incoming.prefix(count), &connection.sink)
      bytes.toClient += taken
      connection.incoming.removeFirst(taken)
    }
  }

  private mutating func lose(_ connection: Connection) {
    server.disconnect()
    connection.fetcher.receiveEnd(&connection.sink)
    connection.fetcher.isEnded = true
  }
}

typealias TestFetcher = Fetcher<TestMD5, TestSHA256>

/// A program that ran to its end, for a message and a rule, and what was durable then.
struct Firing {
  var message: ModelServer.Message
  var rule: String
  var synchronizations: Int
}

/// A fetcher that tests can keep in a class.
struct HeldFetcher: ~Copyable {
  var fetcher: TestFetcher
  var isKilled = false

  init(_ fetcher: consuming TestFetcher) { self.fetcher = fetcher }

  var isEnded: Bool {
    get { isKilled || fetcher.turn == .nobody }
    set { isKilled = newValue }
  }
  var isReading: Bool { fetcher.turn == .server }

  mutating func takeOutput() -> [UInt8] {
    guard fetcher.output.count > 0 else { return [] }
    let bytes = [UInt8](fetcher.output)
    fetcher.didWrite(bytes.count)
    return bytes
  }
  mutating func receive(_ bytes: ArraySlice<UInt8>, _ sink: inout NotedFrames) -> Int {
    fetcher.receive(Array(bytes).span, &sink)
  }
  mutating func wrapUp(_ sink: inout NotedFrames) { fetcher.wrapUp(&sink) }
  mutating func receiveEnd(_ sink: inout NotedFrames) { fetcher.receiveEnd(&sink) }
  mutating func answered(_ verdict: Verdict, _ sink: inout NotedFrames) {
    if !isKilled { fetcher.answered(verdict, &sink) }
  }
  mutating func answered(_ answer: ListingAnswer, _ sink: inout NotedFrames) {
    if !isKilled { fetcher.answeredListing(answer, &sink) }
  }
}

final class Connection {
  var fetcher: HeldFetcher
  var sink = NotedFrames()
  var incoming: ArraySlice<UInt8> = []

  init(_ fetcher: consuming TestFetcher) { self.fetcher = HeldFetcher(fetcher) }
}

struct NotedFrames: FrameSink {
  var frames: [FetcherFrame] = []
  mutating func send(_ frame: FetcherFrame) { frames.append(frame) }
}

/// Not the real thing, but different for different bytes.
struct TestSHA256: SHA256Digest {
  private var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  init() {}
  mutating func update(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  func finish() -> [UInt8] {
    var generator = SeededGenerator(seed: hash)
    var digest: [UInt8] = []
    for _ in 0..<4 { digest.append(bigEndian: generator.next(), size: 8) }
    return digest
  }
}

struct TestMD5: MD5Digest {
  mutating func update(_ byte: UInt8) {}
  func finish() -> [UInt8] { [] }
}
