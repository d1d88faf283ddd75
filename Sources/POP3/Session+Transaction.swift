internal import Bytes

/// What the server's next bytes belong to.
enum Reading: Equatable, Sendable {
  case status
  case capabilities(lines: Int)
  case listing(Command, lines: Int, skipped: Int)
  case content(message: Int)
}

extension Session where MD5: ~Copyable {
  /// True if `send` may be called: one command at a time, or up to `Limits.window` if the server announced
  /// PIPELINING.
  public var canSend: Bool {
    guard step == .transaction, failure == nil, !window.endsInQuit else { return false }
    return window.isEmpty || (capabilities.pipelining && !window.isFull)
  }

  /// Adds `command` to the output. Requires `canSend`, and a message number from 1 to `Limits.messages`.
  public mutating func send(_ command: Command) {
    precondition(canSend)
    let before = waiting.count
    command.write(to: &waiting)
    window.append(command, octets: waiting.count - before)
  }

  /// Handles the reply to the oldest command.
  mutating func answer(_ status: Reply.Status, _ refusal: Refusal)
    throws(ProtocolError.Reason) -> SessionEvent?
  {
    guard let command = window.first else { throw .unsolicitedReply }
    switch (command, status) {
    case (.uidl(nil), .ok), (.list(nil), .ok):
      reading = .listing(command, lines: 0, skipped: 0)
      return nil
    case (.top(let message), .ok), (.retr(let message), .ok):
      decoder = ContentDecoder(lineFeedEnds: framer.acceptsBareLineFeed)
      reading = .content(message: message)
      return nil
    case (.stat, .ok):
      return try finish(mailboxStatus())
    case (.uidl(let message?), .ok): return finish(.uniqueID(message, soughtUniqueID(message)))
    case (.list(let message?), .ok):
      let line = replyLine()
      return finish(.listing(message, octets: line.message == message ? line.octets : nil))
    case (.dele(let message), .ok): return finish(.deleted(message))
    case (.noop, .ok), (.rset, .ok): return finish(.done(command))
    case (.quit, .ok): return finish(.goodbye)
    case (.dele, .empty): return finish(.refused(command, .emptyLine))
    case (_, .refused): return finish(.refused(command, refusal))
    case (_, .continuation), (_, .empty), (_, .strange): throw .strangeReply
    }
  }

  mutating func finish(_ event: SessionEvent) -> SessionEvent {
    window.removeFirst()
    reading = .status
    return event
  }

  // "+OK" SP count SP octets                                         ; RFC 1939 section 5
  //
  // Some servers send a negative number of octets.
  private mutating func mailboxStatus() throws(ProtocolError.Reason) -> SessionEvent {
    var rest = framer.line.extracting(3...)
    guard let count = UInt64(decimal: takeWord(from: &rest)) else { throw .malformedStatus }
    guard count <= UInt64(Limits.messages) else { throw .tooManyMessages }
    messageCount = Int(count)
    return .status(count: Int(count), octets: UInt64(decimal: takeWord(from: &rest)))
  }

  // "+OK" SP unique-id-listing                                       ; RFC 1939 section 7
  //
  // Twisted omits the number. Mailpit before August 2025 answered in several lines: lines that are not
  // replies are then ignored.
  private mutating func soughtUniqueID(_ message: Int) -> UniqueID? {
    let line = replyLine()
    strayLines = Limits.strayLines
    return line.message == message ? line.uniqueID : line.soleUniqueID
  }

  private mutating func replyLine() -> ListingLine {
    ListingLine(parsing: framer.line.extracting(3...), isTruncated: framer.isTruncated)
  }
}

// The lines after the status line.
extension Session where MD5: ~Copyable {
  mutating func takeCapability(_ lines: Int) throws(ProtocolError.Reason) -> SessionEvent? {
    if framer.line.equals(".") {
      reading = .status
      return try advance(on: .endOfCapabilities)
    }
    guard lines < Limits.capabilityLines else { throw .tooManyCapabilities }
    reading = .capabilities(lines: lines + 1)
    heard.add(parsing: unstuffed(framer.line))
    return nil
  }

  mutating func takeListing(
    _ command: Command, _ lines: Int, _ skipped: Int
  ) throws(ProtocolError.Reason) -> SessionEvent? {
    if framer.line.equals(".") { return finish(.endOfListing(command, skipped: skipped)) }
    let limit = messageCount.map { $0 + Limits.listingSlack } ?? Limits.messages
    guard lines < limit else { throw .tooManyLines }
    let line = ListingLine(parsing: unstuffed(framer.line), isTruncated: framer.isTruncated)
    guard let message = line.message else {
      reading = .listing(command, lines: lines + 1, skipped: skipped + 1)
      return nil
    }
    reading = .listing(command, lines: lines + 1, skipped: skipped)
    return command == .uidl(nil)
      ? .uniqueID(message, line.uniqueID) : .listing(message, octets: line.octets)
  }
}

/// The line without its dot-stuffing: RFC 1939 section 3.
@_lifetime(copy line)
private func unstuffed(_ line: Span<UInt8>) -> Span<UInt8> {
  line.hasPrefix(".") ? line.extracting(1...) : line
}
