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
struct World: ~Copyable {
  enum Direction { case toServer, toClient }

  var server: ModelServer
  let disk = Disk()
  var settings: Settings
  var lines = NotedLines()
  /// The subjects that programs were started for, in order.
  var fired: [String] = []
  /// What programs end with, for each subject; done where there is none.
  var programs: [String: ProgramEnd] = [:]
  /// The Maildir, the names in it in the order in which they came, and why it takes no more.
  var archive: [String: String] = [:]
  var archived: [String] = []
  var archiveError: Int32?
  private var archiving = (name: "", content: [UInt8]())
  var reports: [Report] = []
  var outcome: Outcome?
  var mode = Mode.service
  var deletesUnmatched = false
  var now = Instant(milliseconds: 0)
  /// What the board's clock says.
  var wall: UInt64 = 1_800_000_000
  /// After so many bytes in a direction the connection is gone.
  var cut: (direction: Direction, after: Int)?
  /// After so many bytes from the server the fetcher's time is up.
  var wrapsUpAfter = Int.max
  private(set) var bytes = (toServer: 0, toClient: 0)
  /// The power goes when this comes true, at the next order.
  private var powerGoes: ((borrowing World) -> Bool)?

  init(_ messages: [ModelServer.Message], settings: Settings) {
    server = ModelServer(messages: messages)
    self.settings = settings
  }

  /// Starts popbell from what is on the disk, lets it poll once, and takes its power.
  mutating func poll(until powerGoes: ((borrowing World) -> Bool)? = nil) throws {
    self.powerGoes = powerGoes
    let ledger = try disk.open(wall: wall, now: now)
    var supervisor = Supervisor(
      settings: settings, outputs: Outputs(maxOn: [nil], initiallyActive: [false], now: now),
      ledgers: [ledger], fingerprint: 1, mode: mode, seed: 1, now: now)
    supervisor.tick(on: &lines, now: now)
    try poll(&supervisor)
  }

  /// Does what the supervisor orders until it orders no more.
  mutating func poll(_ supervisor: inout Supervisor<DiskStore>) throws {
    var connection: Connection?
    while true {
      while let order = supervisor.nextOrder() {
        switch order {
        case .startFetcher: connection = try connect(supervisor)
        case .endFetcher: connection?.fetcher.isEnded = true
        case .answer(_, let verdict): connection?.fetcher.answered(verdict)
        case .answerListing(_, let answer): connection?.fetcher.answered(answer)
        case .startProgram(let mailbox, _, _):
          let subject = text(supervisor.alert(of: mailbox)!.subject.bytes)
          let end = programs[subject] ?? .exited(0)
          if case .couldNotStart = end {} else { fired.append(subject) }
          if powerGoes?(self) == true { return server.disconnect() }
          supervisor.programEnded(mailbox, end, on: &lines, now: now, time: wall)
        case .beginArchive(_, _, let name):
          archiving = (text(name.span), [])
        case .writeArchive(_, let bytes): archiving.content += bytes
        case .endArchive:
          if archiveError == nil, archive[archiving.name] == nil {
            archive[archiving.name] = text(archiving.content.span)
            archived.append(archiving.name)
          }
          if powerGoes?(self) == true { return server.disconnect() }
          supervisor.archiveEnded(0, code: archiveError, now: now, time: wall)
        case .endProgram, .switched: break
        case .report(_, let report): reports.append(report)
        }
      }
      guard let open = connection else { break }
      exchange(open)
      if let frame = open.sink.frames.first {
        open.sink.frames.removeFirst()
        supervisor.received(frame.bytes, from: 0, on: &lines, now: now, time: wall)
      } else if open.fetcher.isEnded {
        connection = nil
        server.disconnect()
        supervisor.fetcherEnded(0, now: now, time: wall)
      }
    }
    outcome = supervisor.lastOutcome(of: 0)
  }

  private mutating func connect(_ supervisor: borrowing Supervisor<DiskStore>) throws -> Connection
  {
    bytes = (0, 0)
    let credential = try Credential(user: [0x75].span, secret: [0x70].span)
    let fetcher = TestFetcher(
      FetcherSettings(
        mailbox: 0, rules: settings.rules, deletesUnmatched: deletesUnmatched,
        isDryRun: mode == .once(dryRun: true), batch: settings.mailboxes[0].batch,
        known: supervisor.known(of: 0, now: now)),
      session: SessionConfiguration(security: .plaintext, mechanism: .user),
      credential: credential, expressions: NoExpressions())
    let connection = Connection(fetcher)
    connection.incoming = server.connect()
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
      guard connection.fetcher.isReading else { return }
      if let cut, cut.direction == .toClient, bytes.toClient >= cut.after {
        return lose(connection)
      }
      guard !connection.incoming.isEmpty else { return lose(connection) }
      bytes.toClient += 1
      if bytes.toClient >= wrapsUpAfter { connection.fetcher.wrapUp() }
      connection.fetcher.receive(connection.incoming.removeFirst(), &connection.sink)
    }
  }

  private mutating func lose(_ connection: Connection) {
    server.disconnect()
    connection.fetcher.receiveEnd(&connection.sink)
    connection.fetcher.isEnded = true
  }
}

typealias TestFetcher = Fetcher<TestMD5, TestSHA256, NoExpressions>

/// A fetcher that tests can keep in a class.
struct HeldFetcher: ~Copyable {
  var fetcher: TestFetcher
  var isKilled = false

  init(_ fetcher: consuming TestFetcher) { self.fetcher = fetcher }

  var isEnded: Bool {
    get { isKilled || fetcher.step == .ended }
    set { isKilled = newValue }
  }
  var isReading: Bool { fetcher.step == .exchange }

  mutating func takeOutput() -> [UInt8] {
    let bytes = [UInt8](fetcher.output)
    fetcher.didWrite(bytes.count)
    return bytes
  }
  mutating func receive(_ byte: UInt8, _ sink: inout NotedFrames) { fetcher.receive(byte, &sink) }
  mutating func wrapUp() { fetcher.wrapUp() }
  mutating func receiveEnd(_ sink: inout NotedFrames) { fetcher.receiveEnd(&sink) }
  mutating func answered(_ verdict: Verdict) { if !isKilled { fetcher.answered(verdict) } }
  mutating func answered(_ answer: ListingAnswer) {
    if !isKilled { fetcher.answeredListing(answer) }
  }
}

final class Connection {
  var fetcher: HeldFetcher
  var sink = NotedFrames()
  var incoming: [UInt8] = []

  init(_ fetcher: consuming TestFetcher) { self.fetcher = HeldFetcher(fetcher) }
}

struct NotedFrames: FrameSink {
  var frames: [FetcherFrame.Bytes] = []
  mutating func send(_ frame: FetcherFrame) { frames.append(frame.encoded) }
}

struct NoExpressions: RegularExpressions {
  func match(expression index: Int, text: Span<UInt8>, groups: inout GroupRanges) -> Bool { false }
}

/// Not the real thing, but different for different bytes.
struct TestSHA256: SHA256Digest {
  private var bytes: [UInt8] = []
  init() {}
  mutating func update(_ byte: UInt8) { bytes.append(byte) }
  func finish() -> ByteBuffer<32> {
    var hasher: UInt64 = 0xCBF2_9CE4_8422_2325
    var digest = ByteBuffer<32>()
    for round in 0..<4 {
      for byte in bytes + [UInt8(round)] { hasher = (hasher ^ UInt64(byte)) &* 0x100_0000_01B3 }
      for shift in 0..<8 { digest.append(UInt8(truncatingIfNeeded: hasher >> (8 * shift))) }
    }
    return digest
  }
}

struct TestMD5: MD5Digest {
  mutating func update(_ byte: UInt8) {}
  func finish() -> ByteBuffer<16> { ByteBuffer() }
}
