import Bytes
import POP3

/// Whatever a server sends, the session takes it or throws; what it writes, tells and shows keeps
/// to the protocol and to law L3.
///
///     input    = security mechanism asks *choice LF *OCTET    ; the octets are the server's
///     security = "s" (STLS) / "p" (no TLS) / any (TLS)
///     mechanism = "p" / "c" / "u" / "a" / any (automatic)
///     asks     = "-" (no CAPA) / any
///
/// The choices are the commands that the client sends once it may, in lower case for all messages
/// and in upper case for one: s u l t r d n z; behind them it sends QUIT. Others are about the way:
/// "9" makes it message 1,000,000, "w" writes an octet for each that comes, "x" has a long secret,
/// and "*" repeats the server's last line many times.
func fuzz(_ input: Span<UInt8>) {
  let end = input.firstIndex(of: .lineFeed) ?? input.count
  let plan = Plan(parsing: input.extracting(..<end))
  let server = input.extracting(min(end + 1, input.count)...)
  var client = Client(plan)
  for index in server.indices { client.receive(server[index]) }
  if plan.repeats { client.receive(repeating: lastLine(of: server)) }
  client.end()
}

private struct Plan {
  var configuration = SessionConfiguration(security: .tls)
  var commands: [Command] = []
  var message = 1
  var writesSlowly = false
  var secretIsLong = false
  var repeats = false

  init(parsing text: Span<UInt8>) {
    for index in text.indices {
      switch index {
      case 0: configuration.security = security(text[index])
      case 1: configuration.mechanism = mechanism(text[index])
      case 2: configuration.askCapabilities = text[index] != .ascii("-")
      default: choose(text[index])
      }
    }
  }

  private func security(_ byte: UInt8) -> Security {
    switch byte {
    case .ascii("s"): .startTLS
    case .ascii("p"): .plaintext
    default: .tls
    }
  }

  private func mechanism(_ byte: UInt8) -> Mechanism {
    switch byte {
    case .ascii("p"): .plain
    case .ascii("c"): .plainChallenge
    case .ascii("u"): .user
    case .ascii("a"): .apop
    default: .automatic
    }
  }

  private mutating func choose(_ byte: UInt8) {
    switch byte {
    case .ascii("9"): message = POP3.Limits.messages
    case .ascii("w"): writesSlowly = true
    case .ascii("x"): secretIsLong = true
    case .ascii("*"): repeats = true
    default:
      guard commands.count < 200, let command = command(byte) else { return }
      commands.append(command)
    }
  }

  private func command(_ byte: UInt8) -> Command? {
    switch byte {
    case .ascii("s"): .stat
    case .ascii("u"): .uidl(nil)
    case .ascii("U"): .uidl(message)
    case .ascii("l"): .list(nil)
    case .ascii("L"): .list(message)
    case .ascii("t"): .top(message)
    case .ascii("r"): .retr(message)
    case .ascii("d"): .dele(message)
    case .ascii("n"): .noop
    case .ascii("z"): .rset
    default: nil
    }
  }
}

/// A digest that tells nothing of what it was made of.
private struct NoDigest: MD5Digest {
  mutating func update(_ byte: UInt8) {}
  consuming func finish() -> [UInt8] { [UInt8]("0123456789abcdef") }
}

private struct Client: ~Copyable {
  private let plan: Plan
  private var session: Session<NoDigest>
  private let secret: [UInt8]
  private let response: [UInt8]

  private var isSecured: Bool
  private var nextCommand = 0
  /// The commands whose replies are due, oldest first.
  private var awaited: [Command] = []
  private var messageCount: Int?
  /// What is written of a line, and the server's bytes since the last reply ended.
  private var line: [UInt8] = []
  private var reply: [UInt8] = []
  private var content: [UInt8] = []
  private var failure: ProtocolError?
  /// Whether the session logs in, and did when the last byte came.
  private var isInLogin = false
  private var heardInLogin = false

  init(_ plan: Plan) {
    self.plan = plan
    isSecured = plan.configuration.security != .startTLS
    let user = [UInt8]("mrose")
    let secret = (0..<(plan.secretIsLong ? 128 : 1)).flatMap { _ in [UInt8]("tanstaaf") }
    self.secret = secret
    response = base64([0] + user + [0] + secret)
    session = Session(plan.configuration, makeCredential(user, secret))
  }

  mutating func receive(_ byte: UInt8) {
    heardInLogin = isInLogin
    var isNews = byte == .lineFeed || plan.writesSlowly
    reply.append(byte)
    do throws(ProtocolError) {
      let bytes: InlineArray<1, UInt8> = [byte]
      let (count, event) = try session.receive(bytes.span)
      require(failure == nil, "an error stands")
      require(count == 1, "a byte is taken")
      if let event { isNews = take(event, of: byte) || isNews }
    } catch {
      fail(error)
    }
    guard isNews || failure != nil else { return }
    requireSecretIsNotShown()
    isInLogin = session.state == .login
    require(session.awaiting == awaited.first, "what is awaited was sent, in this order")
    send()
    write()
  }

  /// The server says the same for ever; nothing but a message, or a listing of unknown length, may
  /// take that. Lines behind the reply to UIDL for one message may be such a listing, too.
  mutating func receive(repeating line: [UInt8]) {
    guard !line.isEmpty, line.count <= 48 else { return }
    for index in 0..<66_000 where failure == nil { receive(line[index % line.count]) }
    let isOver = failure != nil || session.state == .ended
    switch session.awaiting {
    case .top, .retr: break
    case .uidl(nil), .list(nil): require(isOver || messageCount ?? 101 > 100, "a listing ends")
    default: require(isOver || session.hasStrayLines, "a server that repeats itself is left")
    }
  }

  mutating func end() {
    requireSecretIsNotShown()
    do throws(ProtocolError) {
      try session.receiveEnd()
      require(session.state == .ended, "only an ended session may be cut")
      require(failure == nil, "an error stands")
    } catch {
      if failure == nil {
        let ended = ProtocolError.Reason.connectionEnded(session.state, awaiting: session.awaiting)
        require(error.reason == ended, "a connection that ends is an error")
      }
      fail(error)
    }
  }

  private mutating func fail(_ error: ProtocolError) {
    require(failure == nil || failure == error, "an error stands")
    failure = error
    require(session.output.isEmpty && !session.canSend, "after an error nothing is written")
  }

  private mutating func send() {
    while failure == nil, session.canSend {
      require(isSecured, "nothing is asked before the transport is in place")
      require(awaited.isEmpty || session.capabilities.pipelining, "one command at a time")
      let command = nextCommand < plan.commands.count ? plan.commands[nextCommand] : .quit
      nextCommand += 1
      session.send(command)
      awaited.append(command)
      require(awaited.count <= POP3.Limits.window, "the window holds")
    }
  }

  /// In the login: after it the session has forgotten the secret.
  private func requireSecretIsNotShown() {
    guard heardInLogin else { return }
    let shown = [UInt8](session.lastLine)
    require(!shown.contains(secret.prefix(64)), "the secret is not shown")
    require(!shown.contains(response.prefix(64)), "the response is not shown")
    require(!shown.contains(base64(secret).prefix(10)), "nor is the secret in base64")
  }
}

// What the client writes.
extension Client {
  private mutating func write() {
    require(session.output.count <= 1_714, "the output is bounded")
    if session.output.isEmpty { return }
    let output = [UInt8](session.output).prefix(plan.writesSlowly ? 1 : .max)
    session.didWrite(output.count)
    for byte in output { written(byte) }
  }

  private mutating func written(_ byte: UInt8) {
    line.append(byte)
    guard byte == .lineFeed else { return }
    require(line.suffix(2) == [.carriageReturn, .lineFeed], "a line ends in CRLF")
    line.removeLast(2)
    require(!line.contains(.carriageReturn), "a line has one end")
    let isBeforeTLS = line == [UInt8]("CAPA") || line == [UInt8]("STLS")
    require(isSecured || isBeforeTLS, "L3: the transport is in place")
    require(line == response || line.count <= 1_030, "a command fits")
    line = []
  }
}

// What the client is told.
extension Client {
  /// Returns whether it may make a difference to what is to be done.
  private mutating func take(_ event: SessionEvent, of byte: UInt8) -> Bool {
    switch event {
    case .startTLS:
      require(!isSecured && plan.configuration.security == .startTLS, "TLS begins once")
      isSecured = true
      do { try session.secured() } catch { fail(error) }
    case .ready:
      require(session.state == .transaction, "ready is ready")
      reply = []
    case .rejected: require(session.state == .ended, "who is not let in is gone")
    case .uniqueID(let message, let id):
      requireNumber(message)
      if let id { requireUniqueID(id.span) }
      if awaited.first != .uidl(nil) { finish(.uidl(message)) }
    case .listing(let message, _):
      requireNumber(message)
      if awaited.first != .list(nil) { finish(.list(message)) }
    case .content(let range):
      require(range == 0..<1, "content is what came")
      content.append(byte)
      return false
    case .endOfContent(let message):
      requireContent()
      finish(awaited.first == .top(message) ? .top(message) : .retr(message))
    case .status(let count, _):
      require(count <= POP3.Limits.messages, "a mailbox is bounded")
      messageCount = count
      finish(.stat)
    case .deleted(let message): finish(.dele(message))
    case .endOfListing(let command, let skipped):
      require(skipped <= reply.count, "lines that were skipped were sent")
      finish(command)
    case .done(let command), .refused(let command, _): finish(command)
    case .goodbye: finish(.quit)
    }
    return true
  }

  /// The oldest command is `command`, and has its reply.
  private mutating func finish(_ command: Command) {
    require(awaited.first == command, "a reply is the oldest command's")
    awaited.removeFirst()
    if command == .quit { require(session.state == .ended, "QUIT ends it") }
    reply = []
    content = []
  }

  private func requireNumber(_ message: Int) {
    require((1...POP3.Limits.messages).contains(message), "a message has a number")
  }

  private func requireUniqueID(_ id: Span<UInt8>) {
    require((1...POP3.Limits.uniqueIDOctets).contains(id.count), "a unique-id has its length")
    for index in id.indices {
      require(id[index] > .space && id[index] != 0x7F, "a unique-id has no blank and no control")
    }
  }

  /// The content is the reply without its first line, its stuffing and its end. Carriage returns
  /// are not compared: one behind a stuffed dot goes, too.
  private func requireContent() {
    let lineFeedEnds = session.acceptsBareLineFeed
    var lines: [[UInt8]] = [[]]
    for byte in reply {
      lines[lines.count - 1].append(byte)
      let isEnd = byte == .lineFeed
      if isEnd, lineFeedEnds || lines[lines.count - 1].suffix(2).first == .carriageReturn {
        lines.append([])
      }
    }
    require(lines.removeLast().isEmpty, "an end is at a line's end")
    require(
      lines.removeLast().filter { $0 != .carriageReturn } == [UInt8](".\n"), "the end is a dot")
    let message = lines.dropFirst().flatMap { $0.first == .ascii(".") ? $0.dropFirst() : $0[...] }
    for line in lines.dropFirst() {
      let isEnd = line == [UInt8](".\r\n") || (lineFeedEnds && line == [UInt8](".\n"))
      require(!isEnd, "the first end ends it")
    }
    require(
      message.filter { $0 != .carriageReturn } == content.filter { $0 != .carriageReturn },
      "the content is what was sent")
  }
}

private func makeCredential(_ user: [UInt8], _ secret: [UInt8]) -> Credential {
  do {
    return try Credential(user: user.span, secret: secret.span)
  } catch {
    fatalError("the target's credential is none")
  }
}

private func lastLine(of text: Span<UInt8>) -> [UInt8] {
  var start = max(text.count - 1, 0)
  while start > 0, text[start - 1] != .lineFeed { start -= 1 }
  return [UInt8](text.extracting(start...))
}

private func base64(_ bytes: [UInt8]) -> [UInt8] {
  var digits: [UInt8] = []
  var encoder = Base64Encoder()
  for byte in bytes { encoder.encode(byte) { digits.append($0) } }
  encoder.finish { digits.append($0) }
  return digits
}

extension [UInt8] {
  fileprivate func contains(_ other: ArraySlice<UInt8>) -> Bool {
    guard count >= other.count else { return false }
    return (0...(count - other.count)).contains { self[$0..<($0 + other.count)] == other }
  }
}
