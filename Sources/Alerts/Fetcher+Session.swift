import Bytes
import Ledger
import Mail
import POP3
import Rules

extension Fetcher
where MD5: ~Copyable, SHA256: ~Copyable {
  mutating func handle<Sink: FrameSink & ~Copyable>(_ event: SessionEvent, _ sink: inout Sink) {
    switch event {
    case .startTLS: step = .startTLS
    case .ready: ready(&sink)
    case .rejected(let stage, let refusal): rejected(stage, refusal, &sink)
    case .status(let messages, let octets): counted(messages, octets ?? 0, &sink)
    case .uniqueID(let message, let id): identified(message, id, &sink)
    case .endOfListing: listed(&sink)
    case .content(let byte):
      if phase == .archiving { archive.receive(byte, &sink) } else { header.receive(byte) }
    case .endOfContent(let message):
      if phase == .archiving { archived(&sink) } else { received(message, &sink) }
    case .deleted:
      let deletion = deletions.removeFirst()
      if let deletion {
        mark.delete(deletion.number, deletion.word)
        sink.send(.deleted(message: UInt32(deletion.number)))
      }
    case .listing, .done: break
    case .refused(let command, let refusal): refused(command, refusal, &sink)
    case .goodbye: committed(&sink)
    }
    pump(&sink)
  }

  /// The server did not let us in.
  private mutating func rejected<Sink: FrameSink & ~Copyable>(
    _ stage: LoginStage, _ refusal: Refusal, _ sink: inout Sink
  ) {
    sendLoginDelay(&sink)
    if let mechanism = session.nextMechanism { sink.send(.nextLogin(mechanism)) }
    // RFC 3206 section 5: where the server has that code, what comes without it is no wrong password.
    let isCredential =
      stage != .greeting && !(refusal.isUntagged && session.capabilities.authResponseCode)
    end(
      Outcome(refusal, otherwise: isCredential ? .loginRefused : .serverTrouble),
      explanation(
        of: refusal, at: stage, isCredential: isCredential, lastLine: session.lastLine), &sink)
  }

  private mutating func sendLoginDelay<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    guard let seconds = session.capabilities.loginDelay else { return }
    sink.send(.loginDelay(seconds: min(seconds, FetcherFrame.longestLoginDelay)))
  }

  /// The server has committed the deletions of the session.
  private mutating func committed<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    mark.endListed()
    // What a listing with a gap did not ask for may be gone.
    let isEachKnown = looksAtAll || listed != nil && listing.isWhole
    let extent: FetcherFrame.Extent =
      !isComplete ? .some : isEachKnown && !hasMissed ? .allSeen : .all
    sink.send(.committed(mark.examined, extent))
    endPoll(&sink)
  }

  private mutating func ready<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    sendLoginDelay(&sink)
    session.send(.stat)
    phase = .counting
  }

  private mutating func counted<Sink: FrameSink & ~Copyable>(
    _ messages: Int, _ octets: UInt64, _ sink: inout Sink
  ) {
    let octets = octets > FetcherFrame.mostOctets ? 0 : octets
    self.octets = octets
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
      lookAtAll()
    }
  }

  /// Each message is looked at by its header.
  private mutating func lookAtAll() {
    looksAtAll = true
    phase = .fetching
  }

  /// Whether one unique-id can tell that the mailbox begins with what was looked at.
  private func canRecognise(_ messages: Int, _ octets: UInt64) -> Bool {
    let known = settings.known
    return messages > known.examined.count
      || messages == known.examined.count && (known.octets == 0 || known.octets == octets)
  }

  private mutating func listAll() {
    guard settings.known.listing != .never, hasUniqueIDs else { return recogniseByHeader() }
    session.send(.uidl(nil))
    phase = .listing
  }

  /// The mailbox may begin with what was looked at, and no unique-id tells: the header of the last of
  /// that does.
  private mutating func recogniseByHeader() {
    let known = settings.known
    guard known.listing != .now, known.examined.count > 0, canRecognise(count, octets) else {
      return lookAtAll()
    }
    session.send(.top(Int(known.examined.count)))
    phase = .recognisingHeader
  }

  private mutating func recognised() {
    mark.begin(with: settings.known.examined)
    next = Int(settings.known.examined.count) + 1
    phase = .fetching
  }

  private mutating func identified<Sink: FrameSink & ~Copyable>(
    _ message: Int, _ id: UniqueID?, _ sink: inout Sink
  ) {
    if let id {
      hasSeenUniqueIDs = true
      if id.span.tellsNoMore(than: message) { believesUniqueIDs = false }
    }
    switch phase {
    case .recognising where !believesUniqueIDs: recogniseByHeader()
    case .recognising:
      hasUniqueIDOfEach = id != nil
      guard let id, Self.digest(of: id).word == settings.known.examined.last else {
        return listAll()
      }
      recognised()
    case .listing:
      if listing.list(message, id.map { Self.digest(of: $0) }) { ask(&sink, isLast: false) }
    case .settingUp, .counting, .recognisingHeader, .fetching, .archiving, .quitting:
      uniqueID = id
      if id == nil { hasUniqueIDOfEach = false }
    }
  }

  private mutating func ask<Sink: FrameSink & ~Copyable>(_ sink: inout Sink, isLast: Bool) {
    step = .awaitListing
    sink.send(listing.takeChunk(isLast: isLast))
  }

  private mutating func listed<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    phase = .fetching
    if !believesUniqueIDs { listing.disbelieve() }
    ask(&sink, isLast: true)
  }

  /// The listing has ended, and was answered.
  mutating func beginFetching() {
    // The same unique-ids, and other octets: they are of other messages by now.
    let known = settings.known
    let isReused =
      listing.isRecognised && listing.count == known.examined.count && octets > 0
      && known.octets > 0 && octets != known.octets
    guard !listing.isDoubled, !isReused, believesUniqueIDs else {
      believesUniqueIDs = false
      return recogniseByHeader()
    }
    // Some came since they were counted.
    count = max(count, listing.count)
    due = listing.due
    listed = due
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
    if session.hasStrayLines {
      (uniqueID, hasUniqueIDOfEach) = (nil, false)
      hasSeenUniqueIDs = listed != nil
    }
    header.finish()
    defer {
      header.reset()
      uniqueID = nil
    }
    if phase == .recognisingHeader {
      let identity = identity(of: message)
      let isThere = !identity.isSilent && identity.content.word == settings.known.examined.last
      return isThere ? recognised() : lookAtAll()
    }
    guard !isRewinding else { return }
    // What a server sends for a message that it cannot read, or that went away.
    guard !header.isEmpty else {
      return notRead(message, [UInt8]("the server sent no header"), &sink)
    }
    if rereading != message { hasTop = hasTop ?? true }
    rereading = nil
    mark.reach(message, listed: listedCount)
    let identity = identity(of: message)
    let judged = JudgedMessage(number: message, word: word(of: identity))
    guard !header.isFolderInternalData else {
      sink.send(.folderInternalData)
      return mark.extend(over: judged.word)
    }
    guard let rule = settings.rules.firstMatch(header, in: &context) else {
      tellUnmatched(message, &sink)
      return unmatched(judged)
    }
    self.judged = judged
    step = .awaitVerdict
    sink.send(
      .matched(
        rule: rule, message: UInt32(message), identity,
        AlertValues(header, uniqueID, context.captures)))
    tellMisses(before: rule, &sink)
  }

  private mutating func unmatched(_ judged: JudgedMessage) {
    if settings.deletesUnmatched && !settings.known.refusesCommit && !settings.isDryRun {
      deletion = judged
    } else {
      mark.extend(over: judged.word)
    }
  }

  private mutating func refused<Sink: FrameSink & ~Copyable>(
    _ command: Command, _ refusal: Refusal, _ sink: inout Sink
  ) {
    switch command {
    case .uidl(nil):
      (hasUniqueIDs, hasUniqueIDOfEach) = (false, false)
      recogniseByHeader()
    case .uidl:
      hasUniqueIDOfEach = false
      if phase == .recognising { listAll() }
    case .top where phase == .recognisingHeader: lookAtAll()
    case .retr where phase == .archiving:
      phase = .fetching
      judged = nil
      sink.send(.contentRefused)
    case .top(let message), .retr(let message):
      if isRewinding {
        uniqueID = nil
      } else {
        notRead(
          message, explanation(ofRefused: command, lastLine: session.lastLine), &sink)
      }
    case .dele:
      let deletion = deletions.removeFirst()
      deletionCount -= 1
      if let deletion {
        mark.keep(deletion.number, deletion.word)
        sink.send(
          .deletionRefused(
            message: UInt32(deletion.number),
            explanation(ofRefused: command, lastLine: session.lastLine)))
      }
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
      if isRewinding, let rereading {
        guard session.awaiting == nil else { return }
        isRewinding = false
        goBack(to: rereading)
      }
      if let deletion {
        self.deletion = nil
        deletions.append(deletion)
        session.send(.dele(deletion.number))
        deletionCount += 1
        continue
      }
      if deletionCount >= batch, next <= count {
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
    if hasUniqueIDOfEach && !uniqueIDIsAsked {
      session.send(.uidl(next))
      uniqueIDIsAsked = true
    } else {
      session.send(hasTop == false || rereading == next ? .retr(next) : .top(next))
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
