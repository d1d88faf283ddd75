import Bytes
import Config
import Ledger
public import Mail
public import POP3
import Rules

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

/// The fetcher's mind, one poll long: looks at what is new in the mailbox, asks the supervisor
/// about each match, deletes what it may. The server's bytes and verdicts in, bytes and frames out.
///
/// The law it keeps: DELE is sent only for a message whose verdict permits it, or that matches no
/// rule where the owner chose `unmatched = delete` (L1).
public struct Fetcher<MD5: MD5Digest & ~Copyable, SHA256: SHA256Digest & ~Copyable>: ~Copyable {
  /// Who has the word.
  public enum Turn: Sendable, Equatable {
    /// The server: write `output`, give `receive` what it says.
    case server
    /// TLS: do the handshake, then call `secured`.
    case handshake
    /// The supervisor: call `answered` with its verdict.
    case verdict
    /// The supervisor: call `answeredListing` with its answer.
    case listing
    /// Nobody: the poll has ended.
    case nobody
  }

  /// What the fetcher is doing.
  enum State: Sendable {
    /// Up to the login the session acts by itself.
    case settingUp
    case securing
    /// STAT was sent.
    case counting
    /// UIDL was sent for a landmark, or, where that does not tell, TOP.
    case comparing(Landmark)
    case comparingHeader(Landmark)
    /// UIDL was sent for all.
    case listing
    /// The supervisor was told of a part of the listing, or of the end of it.
    case askingListing(isLast: Bool)
    case fetching
    /// The supervisor was told that a rule takes the message.
    case asking(JudgedMessage)
    /// RETR was sent, for a content that is wanted.
    case archiving(JudgedMessage)
    /// The supervisor has that content.
    case askingArchive(JudgedMessage)
    case quitting
    case ended
  }

  let settings: FetcherSettings
  var session: Session<MD5>
  var header: MessageHeader
  var context: MatchContext
  private(set) var state = State.settingUp
  private var stage: Stage?

  /// The number of messages in the mailbox.
  var count = 0
  /// The number of messages, from the first, that other rules had looked at; 0 if that is not known.
  var earlierCount = 0
  /// The octets of all messages; 0 if the server did not say a likely number.
  var octets: UInt64 = 0
  /// True if each message is looked at by its header.
  var looksAtAll = false
  /// The message to ask for next, whether its unique-id was asked for, and the id of the message
  /// whose header comes next.
  var next = 1
  var uniqueIDIsAsked = false
  var uniqueID: UniqueID?
  /// False once the server refused UIDL for all messages.
  var hasUniqueIDs = true
  /// False once UIDL of one message was refused, or gave no unique-id.
  var hasUniqueIDOfEach = true
  /// The last message that UIDL has named in this session, and the word of that unique-id.
  var lastNamed = (message: 0, word: UInt64(0))
  /// True if UIDL has named a message in this session.
  var hasSeenUniqueIDs = false
  /// True once TOP has given a header, false where all headers are read by RETR; nil before either.
  var hasTop: Bool?
  /// False once a unique-id was that of two messages, or no more than a message's number: then none of
  /// them tells whether a message was looked at.
  var believesUniqueIDs = true
  /// True if a message waits for the next session.
  var hasMissed = false
  /// True if TOP did not give the header of a message.
  var hasFailedTop = false
  /// The message that is read by RETR, as TOP did not give its header.
  var rereading: Int?
  /// True if it was told whose header is waited for.
  var isStuck = false
  /// True while replies about the messages behind `rereading` are dropped: messages are looked at in
  /// their order.
  var isRewinding = false
  var deletion: JudgedMessage?
  var deletions = DeletionQueue()
  /// The number of DELEs that the server took, or may yet take.
  var deletionCount = 0
  var mark = ExaminedMark()
  var listing: MailboxListing
  /// The messages that a listing found to be due and that were not asked for; nil if there are none.
  var due: MessageNumbers?
  /// All that it found to be due; nil without a listing.
  var listed: MessageNumbers?
  /// The number of messages that the listing covers, from the first.
  var listedCount: UInt32 = 0
  var archive = ArchiveQueue()
  /// All messages were asked for that there were.
  var isComplete = true
  /// True if the mailbox begins with what was looked at before.
  var isRecognised = false
  /// The last time at which the server took one of the messages that were looked at; 0 for none.
  var newest: Int64 = 0

  public init(
    _ settings: FetcherSettings, session configuration: SessionConfiguration,
    credential: consuming Credential, charsets: CharsetTables = .none
  ) {
    self.settings = settings
    context = MatchContext(mailbox: settings.mailbox, for: settings.rules)
    session = Session(configuration, credential)
    header = MessageHeader(extraFields: settings.rules.names.headers, charsets: charsets)
    listing = MailboxListing(known: settings.known.anchor)
    if settings.headers == .retr { hasTop = false }
  }

  /// The bytes to write to the server; then call `didWrite`.
  public var output: Span<UInt8> {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { session.output }
  }

  public mutating func didWrite(_ count: Int) { session.didWrite(count) }

  public var turn: Turn {
    switch state {
    case .settingUp, .counting, .comparing, .comparingHeader, .listing, .fetching, .archiving,
      .quitting:
      .server
    case .securing: .handshake
    case .asking, .askingArchive: .verdict
    case .askingListing: .listing
    case .ended: .nobody
    }
  }

  /// True if what the server says may be given to `receive`.
  public var takesBytes: Bool { turn == .server || turn == .handshake }

  /// Begins to do something else: sends what that begins with.
  mutating func enter(_ state: State) {
    self.state = state
    switch state {
    case .counting: session.send(.stat)
    case .comparing(let landmark):
      session.send(.uidl(Int(settings.known.messages(upTo: landmark).count)))
    case .comparingHeader(let landmark):
      session.send(headerCommand(Int(settings.known.messages(upTo: landmark).count)))
    case .listing: session.send(.uidl(nil))
    case .archiving(let message): session.send(.retr(message.number))
    case .quitting: session.send(.quit)
    case .settingUp, .securing, .askingListing, .fetching, .asking, .askingArchive, .ended: break
    }
  }

  /// Takes a byte from the server, while `takesBytes`.
  public mutating func receive<Sink: FrameSink & ~Copyable>(_ byte: UInt8, _ sink: inout Sink) {
    precondition(takesBytes)
    do {
      if let event = try session.receive(byte) { handle(event, &sink) }
    } catch {
      fail(error, &sink)
    }
    reportStage(&sink)
  }

  /// The connection ended; or broke, for a `reason` in words: what the server means by that is the same.
  public mutating func receiveEnd<Sink: FrameSink & ~Copyable>(
    _ sink: inout Sink, reason: [UInt8]? = nil
  ) {
    guard turn != .nobody else { return }
    tellStuck(&sink)
    do { try session.receiveEnd() } catch { return fail(error, &sink, reason: reason) }
    if let reason { end(.connectionLost, reason, &sink) }
  }

  /// The handshake that `startTLS` asked for is done.
  public mutating func secured<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    precondition(turn == .handshake)
    enter(.settingUp)
    do { try session.secured() } catch { fail(error, &sink) }
    reportStage(&sink)
  }

  /// No further message is asked for, so that what was done so far is committed: time runs out, or a
  /// batch is full. The next poll goes on from there. A content that is on its way is given up, and
  /// with it this session: QUIT would have to wait for its end.
  public mutating func wrapUp<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    dropArchive()
    switch state {
    case .fetching, .asking, .askingArchive, .askingListing(isLast: true):
      tellStuck(&sink)
      stopAsking()
      pump(&sink)
    case .archiving: end(.polled, [], &sink)
    case .comparing, .comparingHeader, .listing: tellStuck(&sink)
    case .settingUp, .securing, .counting, .askingListing(isLast: false), .quitting, .ended: break
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
    let judged: JudgedMessage
    switch state {
    case .asking(let message), .askingArchive(let message): judged = message
    case .settingUp, .securing, .counting, .comparing, .comparingHeader, .listing, .askingListing,
      .fetching, .archiving, .quitting, .ended:
      preconditionFailure("no verdict is awaited")
    }
    enter(.fetching)
    switch verdict {
    case .delete: deletion = judged
    case .keep: mark.extend(over: judged.word)
    case .leave:
      mark.stop()
      // Where one could not be archived, another would be fetched for nothing.
      if archive.hasBegun { dropArchive() }
    case .unread:
      hasMissed = true
      mark.extend(over: judged.word)
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
    guard case .askingListing(let isLast) = state else {
      preconditionFailure("no answer to a listing is awaited")
    }
    listing.answered(answer)
    if isLast { beginFetching() } else { state = .listing }
    pump(&sink)
  }

  private mutating func reportStage<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    let current = Stage(session.state)
    guard current != stage, turn != .nobody else { return }
    stage = current
    sink.send(.stage(current))
  }

  private mutating func fail<Sink: FrameSink & ~Copyable>(
    _ error: ProtocolError, _ sink: inout Sink, reason: [UInt8]? = nil
  ) {
    var outcome = Outcome(error)
    // The question for its capabilities may have been the reason.
    if case .connectionEnded(.login, _) = error.reason, session.hasRefusedCapabilities {
      outcome = .capabilitiesHang
    }
    if error.reason == .noMechanism || error.reason == .noStamp,
      !session.capabilities.user, !session.capabilities.mechanisms.contains(.plain),
      var words = explanation(
        ofLoginNotOfferedBy: session.capabilities, offersAPOP: session.offersAPOP,
        lastLine: session.lastLine.extracting(..<0))
    {
      if error.reason == .noMechanism { words.append("; with TLS it may offer more") }
      return end(outcome, words, &sink)
    }
    end(outcome, reason ?? explanation(of: error, lastLine: session.lastLine), &sink)
  }

  /// The number of deletions after which the session ends: the largest batch if the server wants a pause
  /// between two sessions and no other follows.
  var batch: Int {
    let isOnly = settings.pollsOnce && session.capabilities.loginDelay ?? 0 > 0
    return isOnly ? Self.largestBatch : settings.batch
  }

  static var largestBatch: Int { Config.Limits.batch.upperBound }

  mutating func end<Sink: FrameSink & ~Copyable>(
    _ outcome: Outcome, _ detail: [UInt8], _ sink: inout Sink
  ) {
    enter(.ended)
    sink.send(.ended(outcome, detail))
  }
}
