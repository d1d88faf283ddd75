public import Bytes
import Config
import Ledger
import POP3
import Rules

extension Supervisor where S: ~Copyable {
  /// Handles a frame from the fetcher of `mailbox`, as untrusted input: a frame that does not parse or is out
  /// of place ends the fetcher.
  public mutating func received<Lines: OutputLines & ~Copyable>(
    _ frame: Span<UInt8>, from mailbox: Int, on lines: inout Lines, now: Instant, time: UInt64
  ) {
    let box = mailboxes[mailbox]
    guard case .polling = box.phase, !isStopping else { return }
    guard let frame = try? FetcherFrame(parsing: frame) else { return distrust(mailbox, now: now) }
    ledgers[mailbox].tick(now: now, wall: time)
    switch frame {
    case .mailbox(let messages, let octets):
      guard case .counting = box.poll.progress else { return distrust(mailbox, now: now) }
      box.poll.progress = .counted
      box.poll.tally.messages = messages
      box.poll.countedMessages = messages
      box.poll.octets = octets
      noteCount(mailbox, messages)
      decideHorizon(mailbox, isEmpty: messages == 0, now: now, time: time)
    case .loginDelay(let seconds):
      box.schedule.serverAsks(for: .seconds(Int64(seconds)))
    case .took(let header, let text):
      guard header < settings.rules.names.headers.count, var claim = claim(of: mailbox),
        claim.add(header, text.span)
      else { return distrust(mailbox, now: now) }
      box.poll.progress = .reading(claim)
    case .matched(let rule, let message, let identity, let arrival, let values):
      guard mayMatch(mailbox, rule: rule, message), var claim = claim(of: mailbox) else {
        return distrust(mailbox, now: now)
      }
      let match = Match(
        rule: rule, message: message, identity: identity, arrival: arrival, now: now, time: time)
      box.poll.tally.matched += 1
      claim.values = values
      box.poll.progress = .judging(PendingClaim(match: match, claim: claim))
      order(.judge(mailbox: mailbox))
    case .listed(let listed):
      guard mayList(mailbox, listed) else { return distrust(mailbox, now: now) }
      box.poll.packet = listed
      order(.answerListing(mailbox: mailbox, answer(to: listed, of: mailbox, now: now)))
    case .archiving(let message):
      if !beginArchive(mailbox, message) { distrust(mailbox, now: now) }
    case .content(let bytes):
      guard case .archiving = box.poll.progress else { return distrust(mailbox, now: now) }
      order(.writeArchive(mailbox: mailbox, bytes))
    case .archived:
      guard case .archiving = box.poll.progress else { return distrust(mailbox, now: now) }
      order(.endArchive(mailbox: mailbox))
    case .contentRefused:
      guard case .archiving(let alert) = box.poll.progress else {
        return distrust(mailbox, now: now)
      }
      box.poll.progress = .reading(Claim())
      box.poll.tally.failed += 1
      report(mailbox, .contentRefused(rule: alert.rule))
    case .deleted(let message):
      box.poll.tally.deleted = saturated(box.poll.tally.deleted)
      if message <= ledgers[mailbox].earlier.count { box.poll.deletedEarlier += 1 }
      ledgers[mailbox].noteDeletion(of: message)
      box.passesOver.noteDeletion(of: message)
    case .deletionRefused(let message, let words):
      deletionRefused(mailbox, message, words, now: now)
    case .commitRefused(let words):
      commitRefused(mailbox, words, now: now)
    case .folderInternalData:
      if !box.poll.saidInternalData { report(mailbox, .folderInternalData) }
      box.poll.saidInternalData = true
    case .unread(let message, let uniqueID, let words):
      guard message <= box.poll.countedMessages, box.poll.unread < box.poll.countedMessages else {
        return distrust(mailbox, now: now)
      }
      box.poll.unread += 1
      unread(mailbox, message, uniqueID, words)
    case .stuck(let message, let uniqueID, let topFailed):
      guard message <= box.poll.countedMessages else { return distrust(mailbox, now: now) }
      box.poll.stuck = StuckMessage(number: message, uniqueID: uniqueID)
      box.poll.topFailed = topFailed
    case .listingIsStuck: box.poll.listingIsStuck = true
    case .deletionIsStuck(let message):
      guard message <= box.poll.countedMessages else { return distrust(mailbox, now: now) }
      box.poll.stuckDeletion = message
    case .capped: box.poll.isCapped = true
    case .nextLogin(let mechanism): box.poll.nextMechanism = mechanism
    case .wholeMessages: sayWholeMessages(mailbox)
    case .unmatched(let message):
      if !unmatched(mailbox, message) { distrust(mailbox, now: now) }
    case .missed(let miss):
      if !missed(mailbox, miss) { distrust(mailbox, now: now) }
    case .committed(let examined, let extent, let newest):
      newestDelivery = max(newestDelivery, Int64(clamping: newest))
      box.poll.newest = newest
      box.poll.examined = examined
      box.poll.examined?.rules = fingerprint
      (
        box.poll.isComplete, box.poll.isTriedThrough, box.poll.isLookedThrough, box.poll.beginsAnew
      ) =
        switch extent {
        case .some: (false, false, false, false)
        case .someAnew: (false, false, false, true)
        case .all: (true, false, false, false)
        case .allTried: (true, true, false, false)
        case .allSeen: (true, true, true, false)
        }
    case .stage(let stage): box.poll.stage = stage
    case .ended(let outcome, let detail):
      box.poll.outcome = outcome
      box.poll.detail = detail
      box.end(now: now)
    }
  }

  /// True if a match is plausible: the rule exists and is for this mailbox, no alert is under way, and no
  /// more messages match than were counted.
  private func mayMatch(_ mailbox: Int, rule: Int, _ message: UInt32) -> Bool {
    guard mailboxes[mailbox].alert == nil,
      rule < settings.rules.rules.count,
      // The deletions of a batch, and those that may be requested until the batch is full.
      ledgers[mailbox].deletionCount <= largestBatch(mailbox) + DeletionQueue.capacity,
      // Each match may be written down, so there must not be more than messages.
      mailboxes[mailbox].poll.tally.matched < mailboxes[mailbox].poll.countedMessages,
      message <= mailboxes[mailbox].poll.countedMessages
    else { return false }
    let rule = settings.rules.rules[rule]
    return rule.mailbox == nil || rule.mailbox == mailbox
  }

  private func largestBatch(_ mailbox: Int) -> Int {
    mode == .service ? settings.mailboxes[mailbox].batch : Config.Limits.batch.upperBound
  }

  @inline(never)
  private mutating func distrust(_ mailbox: Int, now: Instant) {
    let box = mailboxes[mailbox]
    box.poll.outcome = .fetcherDied
    box.end(now: now)
    order(.endFetcher(mailbox: mailbox))
  }

  /// Handles the end of the fetcher of `mailbox`, after all its frames. `end` explains the end of the process
  /// if the fetcher did not report an outcome.
  public mutating func fetcherEnded(
    _ mailbox: Int, _ end: ProcessEnd? = nil, now: Instant, time: UInt64
  ) {
    let box = mailboxes[mailbox]
    if box.poll.outcome == nil, let end {
      box.poll.detail = explanation(ofDeath: end, while: box.poll.stage)
    }
    let start = box.poll.start ?? now
    box.poll.packet = nil
    if case .judging = box.poll.progress { box.poll.progress = .reading(Claim()) }
    ledgers[mailbox].tick(now: now, wall: time)
    if box.poll.isTriedThrough { box.lastListing = now }
    // Messages behind the first that waits may not have just arrived.
    let isWhole = box.poll.isWhole
    if box.poll.examined != nil { box.lastWholeLook = isWhole ? start : nil }
    noteStuckDeletion(mailbox, now: now)
    noteBatch(mailbox)
    settle(mailbox)
    box.finish()
    if isStopping { return }  // It was ended by us, and that is no news.
    let outcome = box.poll.outcome ?? .fetcherDied
    box.poll.outcome = outcome
    let doesWithoutListing = noteSlowness(mailbox, outcome, now: now)
    var next: Instant?
    let goesOn = mode != .once(dryRun: true) && box.leftSome && outcome.isPolled
    box.messagesBefore = goesOn ? box.poll.tally.messages : nil
    box.listsAgain = goesOn && box.poll.isListed
    if !outcome.isPolled, box.poll.stage == .login { box.mechanism = box.poll.nextMechanism }
    var knowsBetter = noteStuck(mailbox, outcome, now: now) || doesWithoutListing
    noteCap(mailbox, outcome, now: now)
    if mode != .service, outcome == .capabilitiesHang, !box.skipsCapabilities {
      // One more poll without CAPA, which is the last.
      box.skipsCapabilities = true
      knowsBetter = true
    }
    let triesAgain = mode != .service && knowsBetter && box.tries < Self.mostTries
    box.tries += 1
    if mode == .service || goesOn || triesAgain {
      let planned =
        goesOn || triesAgain
        ? box.schedule.next(afterBatchAt: start, now: now)
        : nextPoll(mailbox, outcome, start: start, now: now)
      let due = box.poll.pollsAgain ? now : planned
      // `popbell once` does not wait for a server that demands a pause between logins.
      if mode == .service || due <= now {
        box.wait(until: due)
        next = due
      }
    }
    if mode == .once(dryRun: false), outcome.isPolled, !box.poll.isComplete, next == nil {
      report(mailbox, .leavesRest)
    }
    if outcome.isPolled { box.poll.tally.unread = unreadCount(of: mailbox) }
    box.failingSince = outcome == .polled ? nil : box.failingSince ?? now
    report(
      mailbox,
      .ended(
        outcome, box.poll.tally, box.poll.detail, box.poll.stage, next: next.map { $0 - now },
        failingFor: now - (box.failingSince ?? now)))
    if box.readsWhole { sayWholeMessages(mailbox) }
  }

  /// Reports, once, that headers are read by RETR.
  private mutating func sayWholeMessages(_ mailbox: Int) {
    guard !mailboxes[mailbox].saidWholeMessages else { return }
    mailboxes[mailbox].saidWholeMessages = true
    report(mailbox, .readsWholeMessages)
  }

  /// Number of messages in the mailbox that could not be read.
  private func unreadCount(of mailbox: Int) -> UInt32 {
    let box = mailboxes[mailbox]
    // If every message was requested, this poll knows them all; otherwise the ledger does.
    if box.poll.isTriedThrough { return box.poll.unread }
    let known = (try? ledgers[mailbox].countUnread()) ?? 0
    return max(
      box.poll.unread,
      min(known, box.poll.tally.messages - min(box.poll.tally.deleted, box.poll.tally.messages)))
  }

  /// Limits the deletions of the next session after one that was cut and lost its deletions, as the next
  /// would be cut at the same place: to the number that was lost, and to half the last limit if that was
  /// still too much.
  private func noteBatch(_ mailbox: Int) {
    let box = mailboxes[mailbox]
    // If one deletion at a time was lost too, their number is not the cause.
    box.poll.lostDeletions =
      box.poll.examined == nil && box.poll.stage == .transaction && box.poll.tally.deleted > 0
      && box.smallBatch != 1
    if box.poll.examined != nil {
      if box.poll.isComplete { box.smallBatch = nil }
    } else if box.poll.lostDeletions {
      // The answers to some DELEs may have been lost.
      let deleted = Int(max(box.poll.tally.deleted, box.poll.tally.matched))
      box.smallBatch = min(deleted, max(1, (box.smallBatch ?? .max) / 2))
    }
  }

  /// Maximum number of deletions in a session with `mailbox`.
  public func batch(of mailbox: Int) -> Int {
    let batch = settings.mailboxes[mailbox].batch
    return mailboxes[mailbox].smallBatch.map { min($0, batch) } ?? batch
  }

  /// Postpones by a day what took longer than a poll may, because it would do so at each poll and keep other
  /// messages waiting. This also goes for a listing at which the connection ended twice; a content at which
  /// it ended waits for an hour. Returns `true` if `popbell once` may come further without the listing.
  private mutating func noteSlowness(
    _ mailbox: Int, _ outcome: Outcome, now: Instant
  ) -> Bool {
    let box = mailboxes[mailbox]
    var isTooSlow = box.poll.listingIsStuck
    if case .listing = box.poll.progress { isTooSlow = true }
    isTooSlow = isTooSlow && outcome == .deadline
    let isCut = box.poll.listingIsStuck && outcome == .connectionLost
    if isTooSlow || isCut && box.wasStuckListing { box.nextListing = now + Mailbox.longPause }
    let isFurther = isTooSlow || isCut
    guard case .archiving(let alert) = box.poll.progress else { return isFurther }
    // A content at which the connection ended would end the next one, too.
    let isLong = outcome.isPolled || outcome == .deadline
    let pause = isLong ? Mailbox.longPause : Mailbox.pause
    box.slow.append(SlowContent(key: alert.identity.key, end: now + pause))
    guard isLong else { return isFurther }
    box.poll.tally.failed += 1
    report(mailbox, .archiveTooSlow(rule: alert.rule))
    return isFurther
  }

  /// Handles a message that the server did not let be read, which waits for a day. One that is passed over is
  /// reported once.
  mutating func unread(
    _ mailbox: Int, _ message: UInt32, _ uniqueID: Identity?, _ words: [UInt8]
  ) {
    let box = mailboxes[mailbox]
    if let index = box.passesOver.firstIndex(where: { $0.mayBe(message, uniqueID) }) {
      box.poll.hasPassedOver = true
      guard !box.passesOver[index].isSaid else { return }
      box.passesOver[index].isSaid = true
      return report(mailbox, .passedOver(message: message))
    }
    do throws(LedgerError) {
      // Without a unique-id, no listing passes over it; a service reports it once.
      let isKnown = try ledgers[mailbox].waitsForReading(uniqueID, message: message)
      guard !isKnown || mode != .service else { return }
      report(mailbox, .unread(message: message, words))
      guard !isKnown, mode != .once(dryRun: true) else { return }
      try ledgers[mailbox].noteUnread(uniqueID, message: message)
    } catch {
      ledgerFailed(mailbox, error)
    }
  }

  /// Tells the ledger the number of messages that STAT counted.
  private mutating func noteCount(_ mailbox: Int, _ messages: UInt32) {
    guard mode != .once(dryRun: true) else { return }
    do throws(LedgerError) { try ledgers[mailbox].noteCount(messages) } catch {
      ledgerFailed(mailbox, error)
    }
  }

  /// Writes down what the server has committed; drops what it has not.
  private mutating func settle(_ mailbox: Int) {
    let box = mailboxes[mailbox]
    let ledger = ledgers[mailbox]
    var committed = mode == .once(dryRun: true) ? nil : box.poll.examined
    let left = box.poll.tally.messages - min(box.poll.tally.deleted, box.poll.tally.messages)
    // The octets are those of all messages that STAT counted.
    let isAll = committed?.count == box.poll.tally.messages && box.poll.tally.deleted == 0
    committed?.note(octets: isAll ? box.poll.octets : 0)
    if committed == nil { box.poll.tally.deleted = 0 }
    do throws(LedgerError) {
      // A disk that was full may have room again.
      try ledger.flush()
      if let committed {
        try ledger.commitDeletions(left: left)
        if settings.mailboxes[mailbox].existing == .fire { try ledger.decideHorizon(0) }
        // A message that waits is not old for other rules either.
        let leftNone = box.poll.tally.waiting == 0 && box.poll.tally.failed == 0
        try ledger.examine(
          committed, isWhole: box.poll.isWhole, beginsAnew: box.poll.beginsAnew,
          time: leftNone ? box.poll.startOfLook : nil, newest: box.poll.newest,
          deleted: box.poll.deletedEarlier,
          isEmpty: left == 0 && committed.count == 0)
        if box.poll.isLookedThrough { try ledger.endLook(isListed: box.poll.isListed) }
      } else if box.poll.commitIsRefused {
        try ledger.keepDeletions(until: timeOfRetry(mailbox), rules: rulesWord)
      } else if box.poll.stage == .update {
        try ledger.doubtDeletions(left: left)
      }
    } catch {
      ledgerFailed(mailbox, error)
    }
  }

  private mutating func nextPoll(
    _ mailbox: Int, _ outcome: Outcome, start: Instant, now: Instant
  ) -> Instant {
    let box = mailboxes[mailbox]
    box.skipsCapabilities =
      outcome == .capabilitiesHang
      || (box.skipsCapabilities && outcome.isPolled)
    return outcome.isPolled
      ? box.schedule.next(afterSuccessAt: start, now: now)
      : box.schedule.next(afterFailureAt: now, outcome.retry)
  }
}

private func saturated(_ count: UInt32) -> UInt32 { count == .max ? count : count + 1 }
