import Bytes
public import Config
public import Ledger
public import Mail
public import POP3
public import Rules

/// SHA-256, FIPS 180-4, for identities; `finish` gives its 32 bytes.
public protocol SHA256Digest: ~Copyable {
  init()
  mutating func update(_ byte: UInt8)
  consuming func finish() -> [UInt8]
}

/// Takes the frames of a fetcher to its supervisor.
public protocol FrameSink: ~Copyable {
  mutating func send(_ frame: FetcherFrame)
}

/// What a fetcher needs to know of its mailbox.
public final class FetcherSettings: Sendable {
  public let mailbox: Int
  public let rules: RuleSet
  public let deletesUnmatched: Bool
  public let isDryRun: Bool
  /// How many messages are deleted before QUIT commits that.
  public let batch: Int
  /// True if no session follows by itself.
  public let pollsOnce: Bool
  public let headers: HeaderCommand
  public let known: KnownMailbox
  /// True if the supervisor is told of each message that no rule takes, and of the nearest rule.
  public let tellsNearest: Bool

  public init(
    mailbox: Int, rules: RuleSet, deletesUnmatched: Bool, isDryRun: Bool, batch: Int,
    pollsOnce: Bool = false, headers: HeaderCommand = .auto, known: KnownMailbox,
    tellsNearest: Bool = false
  ) {
    self.mailbox = mailbox
    self.rules = rules
    self.deletesUnmatched = deletesUnmatched
    self.isDryRun = isDryRun
    self.batch = batch
    self.pollsOnce = pollsOnce
    self.headers = headers
    self.known = known
    self.tellsNearest = tellsNearest
  }
}

/// What is known of a mailbox when a poll begins.
public struct KnownMailbox: Sendable, Equatable {
  public var examined: Examined
  /// How many octets STAT counted when nothing but that was in it; 0 where that is not known.
  public var octets: UInt64 = 0
  /// When it is to be listed in full.
  public var listing = Listing.whereChanged
  /// True if the server has refused QUIT of late, and what no rule takes is not deleted.
  public var refusesCommit = false
  /// True if the ledger has messages that it knows by the hashes of its older versions.
  public var knowsOlder = false

  public enum Listing: Sendable {
    /// Where it does not begin with what was looked at.
    case whereChanged
    /// Now, whatever it looks like; or, where unique-ids tell nothing, each message is looked at.
    case now
    /// Not now: there is no time for it. Where it has changed, all messages are looked at.
    case never
  }

  public init(examined: Examined) { self.examined = examined }
}

/// The fetcher's mind, one poll long: looks at what is new in the mailbox, asks the supervisor
/// about each match, deletes what it may. The server's bytes and verdicts in, bytes and frames out.
///
/// The law it keeps: DELE is sent only for a message whose verdict permits it, or that matches no
/// rule where the owner chose `unmatched = delete` (L1).
public struct Fetcher<MD5: MD5Digest & ~Copyable, SHA256: SHA256Digest & ~Copyable>: ~Copyable {
  /// What the fetcher waits for.
  public enum Step: Sendable, Equatable {
    /// Write `output`, give `receive` what the server says.
    case exchange
    /// Do the handshake, then call `secured`.
    case startTLS
    /// Call `answered` with what the supervisor says.
    case awaitVerdict
    /// Call `answeredListing` with what it says.
    case awaitListing
    case ended
  }

  enum Phase: Sendable, Equatable {
    case settingUp
    /// STAT was sent.
    case counting
    /// UIDL was sent for the last message that was looked at: is it still in its place?
    case recognising
    /// TOP was sent for it, as its unique-id does not tell.
    case recognisingHeader
    /// UIDL was sent for all.
    case listing
    case fetching
    /// RETR was sent, for a content that is wanted.
    case archiving
    case quitting
  }

  public internal(set) var step = Step.exchange

  let settings: FetcherSettings
  var session: Session<MD5>
  var header: MessageHeader
  var context: MatchContext
  var phase = Phase.settingUp
  private var stage: Stage?

  /// How many messages the mailbox has, and how many octets; 0 where that is not known.
  var count = 0
  var octets: UInt64 = 0
  /// True if each message is looked at by its header.
  var looksAtAll = false
  /// The message to ask for next, whether its unique-id was asked for, and the id of the message
  /// whose header comes next.
  var next = 1
  var uniqueIDIsAsked = false
  var uniqueID: UniqueID?
  /// Whether UIDL works for all messages, and for one, and whether TOP does (nil: not known yet).
  var hasUniqueIDs = true
  var hasUniqueIDOfEach = true
  var hasTop: Bool?
  /// Whether UIDL has named a message in this session.
  var hasSeenUniqueIDs = false
  /// False once a unique-id was that of two messages, or no more than a message's number: then none of
  /// them tells whether a message was looked at.
  var believesUniqueIDs = true
  /// True if a message waits for the next session.
  var hasMissed = false
  /// How many messages TOP was refused for where it had never worked.
  var refusedTops = 0
  /// The message that is read by RETR, as TOP did not give its header; and whether what was asked for
  /// behind it is dropped, as messages are looked at in their order.
  var rereading: Int?
  var isRewinding = false
  /// The message that a verdict is awaited for.
  var judged: JudgedMessage?
  var deletion: JudgedMessage?
  var deletions = DeletionQueue()
  /// The number of DELEs that the server took, or may yet take.
  var deletionCount = 0
  var mark = ExaminedMark()
  var listing: MailboxListing
  /// What a listing found to be due, as long as some of that was not asked for; and how many messages
  /// were listed.
  var due: MessageNumbers?
  /// All that it found to be due, by which unique-ids.
  var listed: MessageNumbers?
  var listedCount: UInt32 = 0
  var archive = ArchiveQueue()
  /// All messages were asked for that there were.
  var isComplete = true

  public init(
    _ settings: FetcherSettings, session configuration: SessionConfiguration,
    credential: consuming Credential, charsets: CharsetTables = .none
  ) {
    self.settings = settings
    context = MatchContext(mailbox: settings.mailbox, for: settings.rules)
    session = Session(configuration, credential)
    header = MessageHeader(extraFields: settings.rules.names.headers, charsets: charsets)
    listing = MailboxListing(known: settings.known.examined)
    if settings.headers == .retr { hasTop = false }
  }

  /// What is to be written to the server; then call `didWrite`.
  public var output: Span<UInt8> {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { session.output }
  }

  public mutating func didWrite(_ count: Int) { session.didWrite(count) }

  /// Takes a byte from the server, while `step` is `exchange` or `startTLS`.
  public mutating func receive<Sink: FrameSink & ~Copyable>(_ byte: UInt8, _ sink: inout Sink) {
    precondition(step == .exchange || step == .startTLS)
    do {
      if let event = try session.receive(byte) { handle(event, &sink) }
    } catch {
      fail(error, &sink)
    }
    reportStage(&sink)
  }

  /// The connection ended.
  public mutating func receiveEnd<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    guard step != .ended else { return }
    do { try session.receiveEnd() } catch { fail(error, &sink) }
  }

  /// The handshake that `startTLS` asked for is done.
  public mutating func secured<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    precondition(step == .startTLS)
    step = .exchange
    do { try session.secured() } catch { fail(error, &sink) }
    reportStage(&sink)
  }

  /// No further message is asked for, so that what was done so far is committed: time runs out, or a
  /// batch is full. The next poll goes on from there. A content that is on its way is given up, and
  /// with it this session: QUIT would have to wait for its end.
  public mutating func wrapUp<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    dropArchive()
    switch phase {
    case .fetching:
      stopAsking()
      pump(&sink)
    case .archiving where step == .exchange: endPoll(&sink)
    case .settingUp, .counting, .recognising, .recognisingHeader, .listing, .archiving, .quitting:
      break
    }
  }

  /// No content is fetched any more in this session.
  mutating func dropArchive() {
    if !archive.isEmpty { isComplete = false }
    archive.removeAll()
  }

  mutating func stopAsking() {
    guard next <= count else { return }
    isComplete = false
    if due != nil { mark.stop() }
    count = next - 1
    // A unique-id that was asked for stands alone; its answer does no harm.
    uniqueIDIsAsked = false
  }

  /// The supervisor's verdict on the match.
  public mutating func answered<Sink: FrameSink & ~Copyable>(
    _ verdict: Verdict, _ sink: inout Sink
  ) {
    precondition(step == .awaitVerdict)
    step = .exchange
    guard let judged else { return }
    self.judged = nil
    switch verdict {
    case .delete: deletion = judged
    case .keep: mark.extend(over: judged.word)
    case .leave:
      mark.stop()
      // Where one could not be archived, another would be fetched for nothing.
      if archive.hasBegun { dropArchive() }
    case .archive:
      mark.stop()
      if !archive.append(judged) { isComplete = false }
    }
    pump(&sink)
  }

  /// The supervisor's answer to a part of the listing.
  public mutating func answeredListing<Sink: FrameSink & ~Copyable>(
    _ answer: ListingAnswer, _ sink: inout Sink
  ) {
    precondition(step == .awaitListing)
    step = .exchange
    listing.answered(answer)
    if phase == .fetching { beginFetching() }
    pump(&sink)
  }

  private mutating func reportStage<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    let current = Stage(session.state)
    guard current != stage, step != .ended else { return }
    stage = current
    sink.send(.stage(current))
  }

  private mutating func fail<Sink: FrameSink & ~Copyable>(
    _ error: ProtocolError, _ sink: inout Sink
  ) {
    var outcome = Outcome(error)
    // It did so because it was asked for its capabilities, for all we know.
    if case .connectionEnded(.login, _) = error.reason, session.hasRefusedCapabilities {
      outcome = .capabilitiesHang
    }
    end(outcome, explanation(of: error, lastLine: session.lastLine), &sink)
  }

  /// How many messages are deleted in this session, about: where no other follows, and the server wants a
  /// pause between two, as many as may be.
  var batch: Int {
    let isOnly = settings.pollsOnce && session.capabilities.loginDelay ?? 0 > 0
    return isOnly ? Self.largestBatch : settings.batch
  }

  static var largestBatch: Int { Config.Limits.batch.upperBound }

  /// Ends a poll that looked at what it could.
  mutating func endPoll<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    end(.polled, [], &sink)
  }

  mutating func end<Sink: FrameSink & ~Copyable>(
    _ outcome: Outcome, _ detail: [UInt8], _ sink: inout Sink
  ) {
    step = .ended
    sink.send(.ended(outcome, detail))
  }
}

/// The messages whose DELE waits for its reply, oldest first: no more than the session's window.
struct DeletionQueue: Sendable {
  static var capacity: Int { 64 }

  private var ring = InlineArray<64, JudgedMessage?>(repeating: nil)
  private var start = 0
  private var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ deletion: JudgedMessage) {
    precondition(count < Self.capacity)
    ring[(start + count) % Self.capacity] = deletion
    count += 1
  }

  mutating func removeFirst() -> JudgedMessage? {
    guard count > 0 else { return nil }
    let first = ring[start]
    start = (start + 1) % Self.capacity
    count -= 1
    return first
  }
}
