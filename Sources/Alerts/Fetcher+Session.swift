import Bytes
public import Ledger
import Mail
import POP3
import Rules

extension Fetcher
where MD5: ~Copyable, SHA256: ~Copyable {
  mutating func handle<Sink: FrameSink & ~Copyable>(_ event: SessionEvent, _ sink: inout Sink) {
    switch event {
    case .startTLS: step = .startTLS
    case .ready: ready(&sink)
    case .rejected(let stage, let refusal):
      end(
        Outcome(refusal, otherwise: stage == .greeting ? .serverTrouble : .loginRefused),
        explanation(of: refusal, at: stage, lastLine: session.lastLine), &sink)
    case .status(let messages, let octets): counted(messages, octets ?? 0, &sink)
    case .uniqueID(let message, let id): identified(message, id, &sink)
    case .endOfListing: listed(&sink)
    case .content(let byte):
      if phase == .archiving { archive.receive(byte, &sink) } else { header.receive(byte) }
    case .endOfContent(let message):
      if phase == .archiving { archived(&sink) } else { received(message, &sink) }
    case .deleted:
      let deletion = deletions.removeFirst()
      if let deletion { mark.delete(deletion.message, deletion.word) }
      sink.send(.deleted(deletion?.identity))
    case .listing, .done: break
    case .refused(let command, let refusal): refused(command, refusal, &sink)
    case .goodbye: committed(&sink)
    }
    pump(&sink)
  }

  /// The server has committed the deletions of the session.
  private mutating func committed<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    mark.endListed()
    sink.send(.committed(mark.examined, isComplete: isComplete))
    endPoll(&sink)
  }

  private mutating func ready<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    if session.acceptsBareLineFeed {
      header = MessageHeader(extraFields: settings.rules.names.headers, lineEnds: .any)
    }
    if let seconds = session.capabilities.loginDelay {
      sink.send(.loginDelay(seconds: min(seconds, FetcherFrame.longestLoginDelay)))
    }
    session.send(.stat)
    phase = .counting
  }

  private mutating func counted<Sink: FrameSink & ~Copyable>(
    _ messages: Int, _ octets: UInt64, _ sink: inout Sink
  ) {
    let octets = octets > FetcherFrame.mostOctets ? 0 : octets
    sink.send(.mailbox(messages: UInt32(messages), octets: octets))
    count = messages
    let known = settings.known
    if messages == 0 && known.listing == .now {
      phase = .listing
      listed(&sink)
    } else if known.listing == .now || !canRecognise(messages, octets) {
      listAll()
    } else if known.examined.count > 0 {
      session.send(.uidl(Int(known.examined.count)))
      phase = .recognising
    } else {
      phase = .fetching
    }
  }

  /// Whether one unique-id can tell that the mailbox begins with what was looked at.
  private func canRecognise(_ messages: Int, _ octets: UInt64) -> Bool {
    let known = settings.known
    return messages > known.examined.count
      || messages == known.examined.count && (known.octets == 0 || known.octets == octets)
  }

  private mutating func listAll() {
    guard settings.known.listing != .never else {
      phase = .fetching
      return
    }
    session.send(.uidl(nil))
    phase = .listing
  }

  private mutating func identified<Sink: FrameSink & ~Copyable>(
    _ message: Int, _ id: UniqueID?, _ sink: inout Sink
  ) {
    switch phase {
    case .recognising:
      guard id != nil, Self.word(of: id) == settings.known.examined.last else { return listAll() }
      mark.begin(with: settings.known.examined)
      next = Int(settings.known.examined.count) + 1
      phase = .fetching
    case .listing:
      if id != nil { hasSeenUniqueIDs = true }
      if listing.list(message, id.map { Self.digest(of: $0) }) { ask(&sink, isLast: false) }
    case .settingUp, .counting, .fetching, .archiving, .quitting:
      uniqueID = id
      if id != nil { hasSeenUniqueIDs = true }
    }
  }

  private mutating func ask<Sink: FrameSink & ~Copyable>(_ sink: inout Sink, isLast: Bool) {
    step = .awaitListing
    sink.send(listing.takeChunk(isLast: isLast))
  }

  private mutating func listed<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    phase = .fetching
    ask(&sink, isLast: true)
  }

  /// The listing has ended, and was answered.
  mutating func beginFetching() {
    // Some came since they were counted.
    count = max(count, listing.count)
    due = listing.due
    listedCount = listing.due.covered.count
    mark.begin(
      withListed: listing.due.covered,
      known: listing.isRecognised ? settings.known.examined : nil)
    advance()
  }

  /// The header of `message` is complete: match it.
  private mutating func received<Sink: FrameSink & ~Copyable>(
    _ message: Int, _ sink: inout Sink
  ) {
    hasTop = hasTop ?? true
    mark.reach(message, listed: listedCount)
    header.finish()
    defer { header.reset() }
    if isPassedOver {
      isPassedOver = false
      return mark.stop()
    }
    // What a server sends for a message that it cannot read, or that went away.
    guard !header.isEmpty else { return mark.stop() }
    guard !header.isFolderInternalData else {
      sink.send(.folderInternalData)
      return mark.extend(over: Self.word(of: uniqueID))
    }
    let rule = settings.rules.firstMatch(header, in: &context)
    if let expression = context.failedExpression {
      failedExpression = failedExpression ?? expression
      return mark.stop()  // The next poll looks again.
    }
    guard let rule else { return unmatched(message) }
    let identity = identity()
    judged = JudgedMessage(
      number: message, identity: identity.unique, word: Self.word(of: uniqueID))
    step = .awaitVerdict
    sink.send(.matched(rule: rule, identity, AlertValues(header, uniqueID, context.captures)))
  }

  private mutating func unmatched(_ message: Int) {
    let word = Self.word(of: uniqueID)
    if settings.deletesUnmatched && !settings.known.refusesCommit && !settings.isDryRun {
      deletion = DueDeletion(message: message, identity: nil, word: word)
    } else {
      mark.extend(over: word)
    }
  }

  private mutating func refused<Sink: FrameSink & ~Copyable>(
    _ command: Command, _ refusal: Refusal, _ sink: inout Sink
  ) {
    switch command {
    case .uidl(nil): phase = .fetching  // Nothing is recognised, and all is looked at.
    case .uidl where phase == .recognising: listAll()
    case .uidl:
      uniqueID = nil
      // A server that has unique-ids has them for each message. Another identity for this one would
      // make it fire again, so it is left for the next poll.
      if hasSeenUniqueIDs || session.capabilities.uidl {
        isPassedOver = true
      } else {
        hasUniqueIDs = false
      }
    case .top(let message) where hasTop == nil && !session.capabilities.top:
      hasTop = false
      next = message
      uniqueIDIsAsked = hasUniqueIDs
    case .retr where phase == .archiving:
      phase = .fetching
      judged = nil
      sink.send(.contentRefused)
    case .top, .retr:
      mark.stop()  // It went away, or cannot be read: the next poll looks again.
      isPassedOver = false
    case .dele:
      let deletion = deletions.removeFirst()
      deletionCount -= 1
      if let deletion { mark.keep(deletion.message, deletion.word) }
      sink.send(
        .deletionRefused(
          deletion?.identity, explanation(ofRefused: command, lastLine: session.lastLine)))
    case .quit:
      sink.send(.commitRefused(explanation(ofRefused: command, lastLine: session.lastLine)))
      // Without a deletion nothing is in doubt.
      if deletionCount == 0 { committed(&sink) } else { end(.polled, [], &sink) }
    case .stat, .list, .noop, .rset:
      end(
        Outcome(refusal, otherwise: .serverTrouble),
        explanation(ofRefused: command, lastLine: session.lastLine), &sink)
    }
  }

  /// Sends what can be sent: a deletion first, then requests for as many messages as the window
  /// takes. Until TOP has worked once, one message at a time; and none while it is not known whether
  /// the batch is full, or what became of the messages of a listing, where only others are left.
  mutating func pump<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    while phase == .fetching, step == .exchange, session.canSend {
      if let deletion {
        self.deletion = nil
        deletions.append(deletion)
        session.send(.dele(deletion.message))
        deletionCount += 1
        continue
      }
      if deletionCount >= settings.batch, next <= count {
        guard deletions.isEmpty else { return }
        stopAsking()
      }
      if next > count {
        guard session.awaiting == nil else { return }
        archiveOrQuit(&sink)
      } else if session.awaiting != nil && !uniqueIDIsAsked
        && (hasTop == nil || next == Int(listedCount) + 1)
      {
        return
      } else {
        request()
      }
    }
  }

  private mutating func request() {
    if hasUniqueIDs && !uniqueIDIsAsked {
      session.send(.uidl(next))
      uniqueIDIsAsked = true
    } else {
      session.send(hasTop == false ? .retr(next) : .top(next))
      uniqueIDIsAsked = false
      if let due, Int(due.next ?? 0) == next { self.due?.removeFirst() }
      next += 1
      advance()
    }
  }

  /// Passes over what a listing showed to need no look.
  private mutating func advance() {
    guard let due else { return }
    next = Int(due.next ?? listedCount + 1)
    if due.next == nil { self.due = nil }
  }
}

extension Fetcher where MD5: ~Copyable, SHA256: ~Copyable {
  /// What stands for a unique-id in the sum over a listing.
  static func word(of id: UniqueID?) -> UInt64? { id.map { digest(of: $0).word } }

  private static func digest(of id: UniqueID) -> Identity { Identity(of: id.span, by: SHA256.self) }

  /// The unique-id's, or else the header's; and the content's.
  // These change nothing; what does not say that it might, copies the fetcher.
  private mutating func identity() -> MessageIdentity {
    var content = SHA256()
    content.update(.ascii("M"))
    let hasContent = header.forEachContentByte { content.update($0) }
    let contentIdentity = Identity(prefixOf: content.finish().span)
    var identity = MessageIdentity(unique: uniqueIdentity())
    if hasContent { identity.content = contentIdentity }
    return identity
  }

  private mutating func uniqueIdentity() -> Identity {
    if let uniqueID { return Self.digest(of: uniqueID) }
    var digest = SHA256()
    digest.update(.ascii("H"))
    header.forEachIdentityByte { digest.update($0) }
    return Identity(prefixOf: digest.finish().span)
  }
}

extension Identity {
  /// That of the message with this unique-id.
  public init<SHA256: SHA256Digest & ~Copyable>(of id: Span<UInt8>, by: SHA256.Type) {
    var digest = SHA256()
    digest.update(.ascii("U"))
    for index in id.indices { digest.update(id[index]) }
    self.init(prefixOf: digest.finish().span)
  }
}
