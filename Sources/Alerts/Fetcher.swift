import Bytes
import Config
import Ledger
public import Mail
public import POP3
import Rules

/// SHA-256 (FIPS 180-4) for identities; `finish` returns 32 bytes.
public protocol SHA256Digest: ~Copyable {
  init()
  mutating func update(_ byte: UInt8)
  consuming func finish() -> [UInt8]
}

/// Sends the frames of a fetcher to its supervisor.
public protocol FrameSink: ~Copyable {
  mutating func send(_ frame: FetcherFrame)
}

/// State machine of a fetcher, for one poll: it looks at the new messages of the mailbox, asks the supervisor
/// about each match, and deletes what it may. Bytes of the server and verdicts in, bytes and frames out.
///
/// Law: DELE is sent only for a message whose verdict permits it, or that no rule takes if the owner chose
/// `unmatched = delete` (L1).
public struct Fetcher<MD5: MD5Digest & ~Copyable, SHA256: SHA256Digest & ~Copyable>: ~Copyable {
  let settings: FetcherSettings
  var session: Session<MD5>
  var header: MessageHeader
  var context: MatchContext
  private(set) var state = State.settingUp
  private var stage: Stage?

  /// The number of messages in the mailbox.
  var count = 0
  /// Number of messages, from the first, that other rules had looked at; 0 if unknown.
  var earlierCount = 0
  /// Octets of all messages, as STAT says; 0 if the server gave no plausible number.
  var octets: UInt64 = 0
  /// True if the header of every message is read.
  var looksAtAll = false
  /// Number of the message to request next.
  var next = 1
  /// True if UIDL was sent for `next`.
  var uniqueIDIsAsked = false
  /// Unique-id of the message whose header is read next; nil if the server gave none.
  var uniqueID: UniqueID?
  /// False once the server has refused UIDL for the whole mailbox.
  var hasUniqueIDs = true
  /// False once the server has refused UIDL for one message, or given no unique-id.
  var hasUniqueIDOfEach = true
  /// The last message that UIDL has named in this session, and the hash of its unique-id.
  var lastNamed = (message: 0, word: UInt64(0))
  /// True if UIDL has named a message in this session.
  var hasSeenUniqueIDs = false
  /// True once TOP has given a header, false if all headers are read by RETR; nil while neither is known.
  var hasTop: Bool?
  /// False once two messages had the same unique-id, or a unique-id was no more than a message number: then
  /// unique-ids do not show which messages were looked at.
  var believesUniqueIDs = true
  /// True if a message could not be read and waits for a later session.
  var hasMissed = false
  /// True once TOP has failed to give a header.
  var hasFailedTop = false
  /// The message that is read by RETR because TOP did not give its header.
  var rereading: Int?
  /// True once the supervisor was told which reply is awaited.
  var isStuck = false
  /// True while replies about messages behind `rereading` are dropped, so that messages are handled in order.
  var isRewinding = false
  /// The message for which DELE is sent next.
  var deletion: JudgedMessage?
  var deletions = DeletionQueue()
  /// Number of DELE commands that the server has accepted or not yet answered.
  var deletionCount = 0
  var mark = ExaminedMark()
  var listing: MailboxListing
  /// Messages that the listing found due and that are not yet requested; nil if there are none.
  var due: MessageNumbers?
  /// All messages that the listing found due; nil without a listing.
  var listed: MessageNumbers?
  /// Number of messages, from the first, that the listing covers.
  var listedCount: UInt32 = 0
  var archive = ArchiveQueue()
  /// False if messages are left for the next session.
  var isComplete = true
  /// True if the mailbox begins with the messages that were looked at before.
  var isRecognised = false
  /// Latest time at which the server received one of the messages looked at, in seconds since 1970; 0 if
  /// unknown.
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

  /// Bytes to write to the server; call `didWrite` afterwards.
  public var output: Span<UInt8> {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { session.output }
  }

  public mutating func didWrite(_ count: Int) { session.didWrite(count) }

  /// Changes the state, and sends the command with which the new state begins.
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

  /// Takes some of the server's bytes, from the first on, while it is the server's turn. Returns how many; the
  /// others are to be passed when it is the server's turn again.
  public mutating func receive<Sink: FrameSink & ~Copyable>(
    _ bytes: Span<UInt8>, _ sink: inout Sink
  ) -> Int {
    var rest = bytes
    while !rest.isEmpty, takesBytes {
      do {
        let (count, event) = try session.receive(rest)
        if let event { handle(event, of: rest, &sink) }
        rest = rest.extracting(count...)
      } catch {
        fail(error, &sink)
      }
      reportStage(&sink)
    }
    return bytes.count - rest.count
  }

  /// Handles the end of the connection; `reason` says in words why it broke, nil if the server closed it.
  /// Either end means the same for the poll.
  public mutating func receiveEnd<Sink: FrameSink & ~Copyable>(
    _ sink: inout Sink, reason: [UInt8]? = nil
  ) {
    guard turn != .nobody else { return }
    tellStuck(&sink)
    do { try session.receiveEnd() } catch { return fail(error, &sink, reason: reason) }
    if let reason { end(.connectionLost, reason, &sink) }
  }

  /// Continues after the TLS handshake that `startTLS` asked for.
  public mutating func secured<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    precondition(turn == .handshake)
    enter(.settingUp)
    do { try session.secured() } catch { fail(error, &sink) }
    reportStage(&sink)
  }

  /// Requests no further message, so that what was done so far is committed, because time runs out or a batch
  /// is full. The next poll continues from there. A content that is being received is abandoned together with
  /// the session, as QUIT would have to wait for its end.
  public mutating func wrapUp<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    dropArchive()
    switch state {
    case .fetching, .asking, .askingArchive, .askingListing(isLast: true):
      tellStuck(&sink)
      stopAsking()
      pump(&sink)
      reportStage(&sink)
    case .archiving: end(.polled, [], &sink)
    case .comparing, .comparingHeader, .listing: tellStuck(&sink)
    case .settingUp, .securing, .counting, .askingListing(isLast: false), .quitting, .ended: break
    }
  }

  /// Requests no further content in this session.
  mutating func dropArchive() {
    if !archive.isEmpty { isComplete = false }
    archive.removeAll()
  }

  mutating func stopAsking() {
    guard next <= count else { return }
    isComplete = false
    if due != nil { mark.stop() }
    count = next - 1
    // An answer to UIDL that is still to come does no harm.
    uniqueIDIsAsked = false
  }

  /// Handles the supervisor's verdict on a match or on an archived content.
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
      // If one message could not be archived, the content of another would be fetched for nothing.
      if archive.hasBegun { dropArchive() }
    case .unread:
      hasMissed = true
      mark.extend(over: judged.word)
    case .archive:
      mark.stop()
      if !archive.append(judged) { isComplete = false }
    }
    pump(&sink)
    reportStage(&sink)
  }

  /// Handles the supervisor's answer to a part of the listing.
  public mutating func answeredListing<Sink: FrameSink & ~Copyable>(
    _ answer: ListingAnswer, _ sink: inout Sink
  ) {
    guard case .askingListing(let isLast) = state else {
      preconditionFailure("no answer to a listing is awaited")
    }
    listing.answered(answer)
    if isLast { beginFetching() } else { state = .listing }
    pump(&sink)
    reportStage(&sink)
  }

  /// Tells the supervisor how far the session is, before a reply can end the poll: it must know whether QUIT was
  /// sent.
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
    // CAPA may have been the cause.
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

  /// Number of deletions after which the session ends: that of the settings; the largest allowed if no other
  /// poll follows and the server demands a pause between logins (LOGIN-DELAY).
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
