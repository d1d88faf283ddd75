import Bytes
import Ledger
import Mail
import POP3
import Rules

extension Fetcher
where MD5: ~Copyable, SHA256: ~Copyable {
  /// Handles an event that follows from `bytes`.
  mutating func handle<Sink: FrameSink & ~Copyable>(
    _ event: SessionEvent, of bytes: Span<UInt8>, _ sink: inout Sink
  ) {
    switch event {
    case .startTLS: enter(.securing)
    case .ready: ready(&sink)
    case .rejected(let stage, let refusal): rejected(stage, refusal, &sink)
    case .status(let messages, let octets): counted(messages, octets ?? 0, &sink)
    case .uniqueID(let message, let id): identified(message, id, &sink)
    case .endOfListing: listed(&sink)
    case .content(let range):
      let content = bytes.extracting(range)
      if case .archiving = state {
        archive.receive(content, &sink)
      } else {
        header.receive(content)
      }
    case .endOfContent(let number):
      if case .archiving(let message) = state {
        archived(message, &sink)
      } else {
        received(number, &sink)
      }
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

  /// Ends the poll because the server refused the session or the login.
  private mutating func rejected<Sink: FrameSink & ~Copyable>(
    _ stage: LoginStage, _ refusal: Refusal, _ sink: inout Sink
  ) {
    sendLoginDelay(&sink)
    if let mechanism = session.nextMechanism { sink.send(.nextLogin(mechanism)) }
    // If USER is to be tried next, the server had no credential yet either.
    let hadCredential = session.nextMechanism != .user
    // RFC 3206 section 5: a server with AUTH-RESP-CODE marks each refusal of a credential with [AUTH].
    let mayBeCredential =
      stage != .greeting && hadCredential
      && !(refusal.isUntagged && session.capabilities.authResponseCode)
    // A login that is not offered is refused for good, with the credential or before it.
    let isCredential = mayBeCredential || session.loginIsNotOffered
    let outcome = Outcome(refusal, otherwise: isCredential ? .loginRefused : .serverTrouble)
    if session.loginIsNotOffered,
      let words = explanation(
        ofLoginNotOfferedBy: session.capabilities, offersAPOP: session.offersAPOP,
        lastLine: session.lastLine)
    {
      return end(outcome, words, &sink)
    }
    end(
      outcome,
      explanation(
        of: refusal, at: stage, isCredential: isCredential,
        next: settings.pollsOnce || !hadCredential ? session.nextMechanism : nil,
        lastLine: session.lastLine), &sink)
  }

  private mutating func sendLoginDelay<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    guard let seconds = session.capabilities.loginDelay else { return }
    sink.send(.loginDelay(seconds: min(seconds, FetcherFrame.longestLoginDelay)))
  }

  /// Handles the end of a session whose deletions the server has committed.
  private mutating func committed<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    mark.endListed()
    // Messages that an incomplete listing did not request may be gone.
    let isEachKnown = looksAtAll || listed != nil && listing.isWhole
    let extent: FetcherFrame.Extent =
      !isComplete
      ? isRecognised ? .some : .someAnew
      : !isEachKnown ? .all : hasMissed ? .allTried : .allSeen
    let isNothingNew = isRecognised && settings.known.examined.count == count
    if session.capabilities.isGmail, isNothingNew, Self.mostOfGmail.contains(count) {
      sink.send(.capped)
    }
    sink.send(.committed(mark.examined, extent, newest: UInt64(clamping: newest)))
    end(.polled, [], &sink)
  }

  /// Message counts at which Gmail may hide further messages: it lists about 250 conversations.
  private static var mostOfGmail: ClosedRange<Int> { 240...275 }

  private mutating func ready<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    sendLoginDelay(&sink)
    enter(.counting)
  }

  /// Matches the message whose header is complete.
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
    if case .comparingHeader(let landmark) = state {
      if !header.isEmpty { hasTop = hasTop ?? true }
      let identity = identity(of: message)
      let last = settings.known.messages(upTo: landmark).last
      return compared(landmark, isThere: !identity.isSilent && identity.content.word == last)
    }
    guard !isRewinding else { return }
    // An empty header is what a server sends for a message that it cannot read or that went away.
    guard !header.isEmpty else {
      return notRead(message, [UInt8]("the server sent no header"), &sink)
    }
    let rule = settings.rules.firstMatch(header, in: &context)
    guard rule != nil || header.hasSendersFields else {
      return notRead(message, [UInt8]("the server sent no more than a part of its header"), &sink)
    }
    if rereading != message { hasTop = hasTop ?? true }
    rereading = nil
    mark.reach(message, listed: listedCount)
    let identity = identity(of: message)
    let judged = JudgedMessage(number: message, word: word(of: identity))
    let arrival = Arrival(header, look(of: message))
    if arrival.isServers, let time = arrival.time { newest = max(newest, time) }
    guard !header.isFolderInternalData else {
      sink.send(.folderInternalData)
      return mark.extend(over: judged.word)
    }
    guard let rule else {
      tellUnmatched(message, &sink)
      return unmatched(judged)
    }
    enter(.asking(judged))
    let claim = Claim(header, uniqueID, takenBy: settings.rules.rules[rule], in: &context)
    claim.sendTexts(to: &sink)
    sink.send(
      .matched(rule: rule, message: UInt32(message), identity, arrival, claim.values))
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
      switch state {
      case .comparing(.earlier): compareHeader(.earlier)
      case .comparing(.anchor): listAll()
      case .settingUp, .securing, .counting, .comparingHeader, .listing, .askingListing,
        .fetching, .asking, .archiving, .askingArchive, .quitting, .ended:
        break
      }
    case .top(let message), .retr(let message):
      if case .comparingHeader(let landmark) = state {
        compared(landmark, isThere: false)
      } else if case .archiving = state {
        enter(.fetching)
        sink.send(.contentRefused)
      } else if isRewinding {
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
      // Without deletions, the refusal leaves nothing in doubt.
      guard deletionCount > 0 else { return committed(&sink) }
      sink.send(.commitRefused(explanation(ofRefused: command, lastLine: session.lastLine)))
      end(.polled, [], &sink)
    case .stat, .list, .noop, .rset:
      end(
        Outcome(refusal, otherwise: .serverTrouble),
        explanation(ofRefused: command, lastLine: session.lastLine), &sink)
    }
  }
}
