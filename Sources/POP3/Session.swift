internal import Bytes

/// The client's side of a POP3 session: the server's bytes in, events and bytes to write out.
///
/// `init` waits for the greeting, then does all up to the login by itself; after `ready` it is the
/// caller who asks. It knows no time: a server that says nothing is the caller's deadline's matter,
/// and so is one whose message never ends.
public struct Session<MD5: MD5Digest & ~Copyable>: ~Copyable {
  let configuration: SessionConfiguration
  var credential: Credential
  var transport: Transport
  var step = SessionStep.greeting
  /// Chosen when its step begins.
  var login = Login<MD5>.user(UserLogin())
  var reading = Reading.status
  var framer = LineFramer()
  var decoder = ContentDecoder(lineFeedEnds: false)
  var stamp: Stamp?
  var heard = Capabilities()
  var waiting = Output()
  var window = CommandWindow()
  var messageCount: Int?
  private var lineIsWithheld = false
  private var replyIsUnsolicited = false
  /// The number of lines that are no replies and may come before the next reply.
  var strayLines = 0
  /// True if the server has answered about one unique-id in several lines: what the first said is none.
  public private(set) var hasStrayLines = false
  private var received: UInt64 = 0
  /// True if the server refused CAPA before the login: some hang up then.
  public internal(set) var hasRefusedCapabilities = false
  /// The login to try the next time, where a refusal may be of the mechanism's form and not of the
  /// credential; nil where nothing says so. USER only if the credential was not sent.
  public internal(set) var nextMechanism: Mechanism?
  /// True if the server refused a login that it had not offered among others.
  public internal(set) var loginIsNotOffered = false
  private(set) var failure: ProtocolError?

  /// What the server can do, as far as it is known; the union of what it said since TLS began.
  public internal(set) var capabilities = Capabilities()

  public init(_ configuration: SessionConfiguration, _ credential: consuming Credential) {
    self.configuration = configuration
    self.credential = credential
    transport = Transport(configuration.security)
  }

  /// How far it is; after an error, how far it was.
  public var state: SessionState { window.endsInQuit ? .update : step.state }

  /// True if the greeting had what APOP needs, and came where nobody could change it.
  public var offersAPOP: Bool { stamp != nil }

  /// Whether the server ends its lines with a bare LF, as its greeting did.
  public var acceptsBareLineFeed: Bool { framer.acceptsBareLineFeed }

  /// The command whose reply is due.
  public var awaiting: Command? { window.first }

  /// The last line of the server, raw and cut to 512 octets, for a log that escapes it; empty where
  /// it may repeat the secret. It stands until the next `receive`.
  public var lastLine: Span<UInt8> {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { lineIsWithheld ? framer.line.extracting(..<0) : framer.line }
  }

  /// What is to be written; then call `didWrite`.
  public var output: Span<UInt8> {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { waiting.bytes }
  }

  /// The first `count` bytes of `output` were written; what of them is secret is wiped.
  public mutating func didWrite(_ count: Int) { waiting.didWrite(count) }

  /// The handshake that `startTLS` asked for is done, and the certificate verified.
  public mutating func secured() throws(ProtocolError) {
    if let failure { throw failure }
    precondition(step == .handshake, "no handshake is due")
    do { _ = try advance(on: .secured) } catch { throw fail(error) }
  }

  /// Takes a byte from the server. After an error it throws the same again.
  public mutating func receive(_ byte: UInt8) throws(ProtocolError) -> SessionEvent? {
    if let failure { throw failure }
    do {
      let event = try take(byte)
      received += 1
      return event
    } catch {
      throw fail(error)
    }
  }

  /// The connection ended. Throws `connectionEnded` unless the session had ended before.
  ///
  /// Where it awaits QUIT, what was marked is deleted or is not: nobody can tell.
  public mutating func receiveEnd() throws(ProtocolError) {
    if let failure { throw failure }
    guard step != .ended else { return }
    throw fail(.connectionEnded(state, awaiting: awaiting))
  }

  private mutating func fail(_ reason: ProtocolError.Reason) -> ProtocolError {
    credential.wipe()
    waiting.clear()
    let error = ProtocolError(reason, at: received)
    failure = error
    return error
  }

  /// What the next bytes are.
  private mutating func take(_ byte: UInt8) throws(ProtocolError.Reason) -> SessionEvent? {
    switch reading {
    case .status: return try takeStatus(byte)
    case .capabilities(let lines): return try takeCapability(byte, lines)
    case .listing(let command, let lines, let skipped):
      return try takeListing(byte, command, lines, skipped)
    case .content(let message): return takeContent(byte, message)
    }
  }

  private mutating func takeStatus(_ byte: UInt8) throws(ProtocolError.Reason) -> SessionEvent? {
    if step == .ended { return nil }
    if step == .handshake { throw .bytesBeforeTLS }
    if framer.isAtLineStart { replyIsUnsolicited = !replyIsDue }
    lineIsWithheld = step.state == .login
    guard try framer.push(byte) == .line else { return nil }
    if lineIsWithheld {
      lineIsWithheld = framer.isTruncated || credential.isRepeated(in: framer.line)
    }
    let reply = Reply(parsing: framer.line)
    if strayLines > 0, reply.status == .strange || reply.status == .empty {
      strayLines -= 1
      hasStrayLines = true
      return nil
    }
    strayLines = 0
    guard !replyIsUnsolicited else { throw .unsolicitedReply }
    return try advance(on: .reply(reply.status, reply.refusal))
  }

  /// Whether all of a command, or at first none, was written: an answer that comes before its
  /// question is nobody's (CVE-2026-42246).
  private var replyIsDue: Bool {
    switch step {
    case .transaction: !window.isEmpty && waiting.count <= window.octetsBehindFirst
    case .greeting, .capabilities, .startTLS, .handshake, .authenticating, .capabilitiesAgain,
      .ended:
      waiting.isEmpty
    }
  }
}
