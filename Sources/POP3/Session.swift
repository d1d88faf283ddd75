internal import Bytes

/// The client's side of a POP3 session: the server's bytes in, events and bytes to write out.
///
/// The session acts by itself from the greeting to the login; after `ready` the caller sends commands. It has
/// no clock: the caller must set a deadline for a server that is silent or whose message never ends.
public struct Session<MD5: MD5Digest & ~Copyable>: ~Copyable {
  let configuration: SessionConfiguration
  var credential: Credential
  var transport: Transport
  var step = SessionStep.greeting
  /// The login; chosen when its step begins.
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
  /// Number of lines without a status that may still come before the next reply.
  var strayLines = 0
  /// True if the server has answered UIDL for one message in several lines, so that the first gave no
  /// unique-id.
  public private(set) var hasStrayLines = false
  private var received: UInt64 = 0
  /// True if the server refused CAPA before the login; some servers hang up afterwards.
  public internal(set) var hasRefusedCapabilities = false
  /// The mechanism to try in the next session, if the refusal may be due to the mechanism and not to the
  /// credential; nil otherwise. It is `user` only if the credential was not sent.
  public internal(set) var nextMechanism: Mechanism?
  /// True if the server refused a login that its capabilities do not offer.
  public internal(set) var loginIsNotOffered = false
  private(set) var failure: ProtocolError?

  /// The server's capabilities as far as known: the union of all replies to CAPA since TLS began.
  public internal(set) var capabilities = Capabilities()

  public init(_ configuration: SessionConfiguration, _ credential: consuming Credential) {
    self.configuration = configuration
    self.credential = credential
    transport = Transport(configuration.security)
  }

  /// The state of the session; after an error, the state in which it occurred.
  public var state: SessionState { window.endsInQuit ? .update : step.state }

  /// True if the greeting had a timestamp for APOP and did not come in the clear before STLS.
  public var offersAPOP: Bool { stamp != nil }

  /// True if a bare LF ends the server's lines, as it ended its greeting.
  public var acceptsBareLineFeed: Bool { framer.acceptsBareLineFeed }

  /// The oldest command whose reply is awaited; nil if there is none.
  public var awaiting: Command? { window.first }

  /// The server's last line, cut to 512 octets and not escaped, for a log; empty if it may repeat the secret.
  /// Valid until the next `receive`.
  public var lastLine: Span<UInt8> {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { lineIsWithheld ? framer.line.extracting(..<0) : framer.line }
  }

  /// Bytes to write to the server; call `didWrite` afterwards.
  public var output: Span<UInt8> {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { waiting.bytes }
  }

  /// Removes the first `count` bytes of `output`, which were written; secrets are wiped.
  public mutating func didWrite(_ count: Int) { waiting.didWrite(count) }

  /// Continues after the handshake that `startTLS` asked for; the certificate must be verified.
  public mutating func secured() throws(ProtocolError) {
    if let failure { throw failure }
    precondition(step == .handshake, "no handshake is due")
    do { _ = try advance(on: .secured) } catch { throw fail(error) }
  }

  /// Takes some of the server's bytes, from the first on: up to the end of a line, or of a run of content.
  /// Returns how many, and the event; pass the rest again. After an error, each call throws the same error
  /// again. `bytes` must not be empty.
  public mutating func receive(
    _ bytes: Span<UInt8>
  ) throws(ProtocolError) -> (count: Int, event: SessionEvent?) {
    if let failure { throw failure }
    if case .content(let message) = reading {
      let (count, piece) = decoder.take(bytes)
      received += UInt64(count)
      switch piece {
      case .needsMore: return (count, nil)
      case .content(let range): return (count, .content(range))
      case .end: return (count, finish(.endOfContent(message)))
      }
    }
    do {
      for index in bytes.indices {
        guard try isLineEnd(bytes[index]) else {
          received += 1
          continue
        }
        let event = try takeLine()
        received += 1
        return (index + 1, event)
      }
      return (bytes.count, nil)
    } catch { throw fail(error) }
  }

  /// Handles the end of the connection. Throws `connectionEnded` unless the session had ended.
  ///
  /// If the reply to QUIT is awaited, it is unknown whether the marked messages are deleted.
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

  /// Adds a byte to the current line. Returns true if it ends the line; never if the session has ended.
  private mutating func isLineEnd(_ byte: UInt8) throws(ProtocolError.Reason) -> Bool {
    if reading == .status {
      if step == .ended { return false }
      if step == .handshake { throw .bytesBeforeTLS }
      if framer.isAtLineStart { replyIsUnsolicited = !replyIsDue }
      lineIsWithheld = step.state == .login
    }
    return try framer.push(byte) == .line
  }

  /// Passes the line to the reader of the current part of the stream.
  private mutating func takeLine() throws(ProtocolError.Reason) -> SessionEvent? {
    switch reading {
    case .status: return try takeStatus()
    case .capabilities(let lines): return try takeCapability(lines)
    case .listing(let command, let lines, let skipped):
      return try takeListing(command, lines, skipped)
    case .content: preconditionFailure("content has no lines here")
    }
  }

  private mutating func takeStatus() throws(ProtocolError.Reason) -> SessionEvent? {
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

  /// True if the awaited command, or everything before the first command, is written: a reply that comes
  /// before its command is unsolicited (CVE-2026-42246).
  private var replyIsDue: Bool {
    switch step {
    case .transaction: !window.isEmpty && waiting.count <= window.octetsBehindFirst
    case .greeting, .capabilities, .startTLS, .handshake, .authenticating, .capabilitiesAgain,
      .ended:
      waiting.isEmpty
    }
  }
}
