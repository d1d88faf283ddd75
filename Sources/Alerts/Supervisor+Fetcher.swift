public import Bytes
import Config
import Ledger
import POP3
import Rules

extension Supervisor where S: ~Copyable {
  /// Takes a frame from the fetcher of `mailbox`, as from a stranger: one that does not parse or is
  /// out of place ends the fetcher.
  public mutating func received<Lines: OutputLines & ~Copyable>(
    _ frame: Span<UInt8>, from mailbox: Int, on lines: inout Lines, now: Instant, time: UInt64
  ) {
    let box = mailboxes[mailbox]
    guard case .polling = box.phase, !isStopping else { return }
    guard let frame = try? FetcherFrame(parsing: frame) else { return distrust(mailbox, now: now) }
    ledgers[mailbox].tick(now: now, wall: time)
    switch frame {
    case .mailbox(let messages, let octets):
      guard !box.isCounted else { return distrust(mailbox, now: now) }
      box.isCounted = true
      box.tally.messages = messages
      box.countedMessages = messages
      box.octets = octets
      noteCount(mailbox, messages)
      decideHorizon(mailbox, isEmpty: messages == 0, now: now, time: time)
    case .loginDelay(let seconds):
      box.schedule.serverAsks(for: .seconds(Int64(seconds)))
    case .took(let header, let text):
      guard header < settings.rules.names.headers.count, box.claim == nil,
        box.texts.add(header, text.span)
      else { return distrust(mailbox, now: now) }
    case .matched(let rule, let message, let identity, let arrival, let values):
      guard mayMatch(mailbox, rule: rule, message) else { return distrust(mailbox, now: now) }
      endListing(mailbox)
      let match = Match(
        rule: rule, message: message, identity: identity, arrival: arrival, now: now, time: time)
      box.tally.matched += 1
      box.texts.values = values
      box.claim = PendingClaim(match: match, claim: box.texts)
      box.texts = Claim()
      order(.judge(mailbox: mailbox))
    case .listed(let listed):
      guard mayList(mailbox, listed) else { return distrust(mailbox, now: now) }
      box.packet = listed
      order(.answerListing(mailbox: mailbox, answer(to: listed, of: mailbox, now: now)))
    case .archiving(let message):
      if !beginArchive(mailbox, message) { distrust(mailbox, now: now) }
    case .content(let bytes):
      guard box.archive != nil else { return distrust(mailbox, now: now) }
      order(.writeArchive(mailbox: mailbox, bytes))
    case .archived:
      guard box.archive != nil else { return distrust(mailbox, now: now) }
      order(.endArchive(mailbox: mailbox))
    case .contentRefused:
      guard let alert = box.archive else { return distrust(mailbox, now: now) }
      box.archive = nil
      box.tally.failed += 1
      report(mailbox, .contentRefused(rule: alert.rule))
    case .deleted(let message):
      box.tally.deleted = saturated(box.tally.deleted)
      if message <= ledgers[mailbox].earlier.count { box.deletedEarlier += 1 }
      ledgers[mailbox].noteDeletion(of: message)
      box.passesOver.noteDeletion(of: message)
    case .deletionRefused(let message, let words):
      deletionRefused(mailbox, message, words, now: now)
    case .commitRefused(let words):
      commitRefused(mailbox, words, now: now)
    case .folderInternalData:
      if !box.saidInternalData { report(mailbox, .folderInternalData) }
      box.saidInternalData = true
    case .unread(let message, let uniqueID, let words):
      guard message <= box.countedMessages, box.unread < box.countedMessages else {
        return distrust(mailbox, now: now)
      }
      box.unread += 1
      unread(mailbox, message, uniqueID, words)
    case .stuck(let message, let uniqueID, let topFailed):
      guard message <= box.countedMessages else { return distrust(mailbox, now: now) }
      box.stuck = StuckMessage(number: message, uniqueID: uniqueID)
      box.topFailed = topFailed
    case .listingIsStuck: box.listingIsStuck = true
    case .deletionIsStuck(let message):
      guard message <= box.countedMessages else { return distrust(mailbox, now: now) }
      box.stuckDeletion = message
    case .capped: box.isCapped = true
    case .nextLogin(let mechanism): box.nextMechanism = mechanism
    case .wholeMessages: sayWholeMessages(mailbox)
    case .unmatched(let message):
      if !unmatched(mailbox, message) { distrust(mailbox, now: now) }
    case .missed(let miss):
      if !missed(mailbox, miss) { distrust(mailbox, now: now) }
    case .committed(let examined, let extent, let newest):
      newestDelivery = max(newestDelivery, Int64(clamping: newest))
      box.newest = newest
      box.examined = examined
      box.examined?.rules = fingerprint
      (box.isComplete, box.isTriedThrough, box.isLookedThrough, box.beginsAnew) =
        switch extent {
        case .some: (false, false, false, false)
        case .someAnew: (false, false, false, true)
        case .all: (true, false, false, false)
        case .allTried: (true, true, false, false)
        case .allSeen: (true, true, true, false)
        }
    case .stage(let stage): box.stage = stage
    case .ended(let outcome, let detail):
      box.outcome = outcome
      box.detail = detail
      box.phase = .ending(since: now)
    }
  }

  /// Whether a match makes sense: the rule is there, is for this mailbox, and nothing else is under
  /// way.
  private func mayMatch(_ mailbox: Int, rule: Int, _ message: UInt32) -> Bool {
    guard mailboxes[mailbox].alert == nil, mailboxes[mailbox].claim == nil,
      rule < settings.rules.rules.count,
      // Those of a batch, and as many more as may be asked for until the batch is full.
      ledgers[mailbox].deletionCount <= largestBatch(mailbox) + DeletionQueue.capacity,
      // Each may be written down: no more than were counted, or listed.
      mailboxes[mailbox].tally.matched < mailboxes[mailbox].countedMessages,
      message <= mailboxes[mailbox].countedMessages
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
    box.outcome = .fetcherDied
    box.phase = .ending(since: now)
    order(.endFetcher(mailbox: mailbox))
  }

  /// The fetcher of `mailbox` is gone, after all its frames were received; `end` says how it died
  /// where it did not say itself what came of the poll.
  public mutating func fetcherEnded(
    _ mailbox: Int, _ end: ProcessEnd? = nil, now: Instant, time: UInt64
  ) {
    let box = mailboxes[mailbox]
    if box.outcome == nil, let end { box.detail = explanation(ofDeath: end, while: box.stage) }
    let start = box.start ?? now
    (box.packet, box.claim) = (nil, nil)
    ledgers[mailbox].tick(now: now, wall: time)
    if box.isTriedThrough { box.lastListing = now }
    // Behind the first message that waits, not all has just come.
    let isWhole = box.isWhole
    if box.examined != nil { box.lastWholeLook = isWhole ? start : nil }
    noteStuckDeletion(mailbox, now: now)
    noteBatch(mailbox)
    settle(mailbox)
    box.phase = .finished
    if isStopping { return }  // It was ended by us, and that is no news.
    let outcome = box.outcome ?? .fetcherDied
    box.outcome = outcome
    let doesWithoutListing = noteSlowness(mailbox, outcome, now: now)
    var next: Instant?
    let goesOn = mode != .once(dryRun: true) && box.leftSome && outcome.isPolled
    box.messagesBefore = goesOn ? box.tally.messages : nil
    box.listsAgain = goesOn && box.isListed
    if !outcome.isPolled, box.stage == .login { box.mechanism = box.nextMechanism }
    var knowsBetter = noteStuck(mailbox, outcome, now: now) || doesWithoutListing
    noteCap(mailbox, outcome, now: now)
    if mode != .service, outcome == .capabilitiesHang, !box.skipsCapabilities {
      // Once more without them; then it must do.
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
      let due = box.pollsAgain ? now : planned
      // Who polls once does not wait for a server that wants a pause between logins.
      if mode == .service || due <= now {
        box.phase = .waiting(until: due)
        next = due
      }
    }
    if mode == .once(dryRun: false), outcome.isPolled, !box.isComplete, next == nil {
      report(mailbox, .leavesRest)
    }
    if outcome.isPolled { box.tally.unread = unreadCount(of: mailbox) }
    box.failingSince = outcome == .polled ? nil : box.failingSince ?? now
    report(
      mailbox,
      .ended(
        outcome, box.tally, box.detail, box.stage, next: next.map { $0 - now },
        failingFor: now - (box.failingSince ?? now)))
    if box.readsWhole { sayWholeMessages(mailbox) }
  }

  /// Says it once.
  private mutating func sayWholeMessages(_ mailbox: Int) {
    guard !mailboxes[mailbox].saidWholeMessages else { return }
    mailboxes[mailbox].saidWholeMessages = true
    report(mailbox, .readsWholeMessages)
  }

  /// The messages that are there and could not be read.
  private func unreadCount(of mailbox: Int) -> UInt32 {
    let box = mailboxes[mailbox]
    // Each was asked for in this poll; of others, the ledger knows.
    if box.isTriedThrough { return box.unread }
    let known = (try? ledgers[mailbox].countUnread()) ?? 0
    return max(
      box.unread, min(known, box.tally.messages - min(box.tally.deleted, box.tally.messages)))
  }

  /// A session that was cut has lost its deletions, and the next would be cut where this one was: it deletes no
  /// more than they were, and half as many where that was too much. So it goes until nothing is left.
  private func noteBatch(_ mailbox: Int) {
    let box = mailboxes[mailbox]
    // Where one at a time was lost, too, that is not why.
    box.lostDeletions =
      box.examined == nil && box.stage == .transaction && box.tally.deleted > 0
      && box.smallBatch != 1
    if box.examined != nil {
      if box.isComplete { box.smallBatch = nil }
    } else if box.lostDeletions {
      // The answers to some DELEs may have been lost.
      let deleted = Int(max(box.tally.deleted, box.tally.matched))
      box.smallBatch = min(deleted, max(1, (box.smallBatch ?? .max) / 2))
    }
  }

  /// How many messages a session with `mailbox` may delete.
  public func batch(of mailbox: Int) -> Int {
    let batch = settings.mailboxes[mailbox].batch
    return mailboxes[mailbox].smallBatch.map { min($0, batch) } ?? batch
  }

  /// What took longer than a poll may would do so at each poll, and keep other messages waiting; a listing at
  /// which the connection ends, too, where that was no accident. Returns whether who polls once may come
  /// further without what it waited for.
  private mutating func noteSlowness(
    _ mailbox: Int, _ outcome: Outcome, now: Instant
  ) -> Bool {
    let box = mailboxes[mailbox]
    var isListing = box.listingIsStuck
    if case .underWay = box.listing { isListing = true }
    if isListing, outcome == .deadline || outcome == .connectionLost && box.wasStuckListing {
      box.nextListing = now + Mailbox.longPause
    }
    let isFurther = isListing && (outcome == .deadline || outcome == .connectionLost)
    guard let alert = box.archive else { return isFurther }
    // A content with which each connection ends would do so too.
    let isTooSlow = outcome.isPolled || outcome == .deadline
    let pause = isTooSlow ? Mailbox.longPause : Mailbox.pause
    box.slow.append(SlowContent(key: alert.identity.key, end: now + pause))
    guard isTooSlow else { return isFurther }
    box.tally.failed += 1
    report(mailbox, .archiveTooSlow(rule: alert.rule))
    return isFurther
  }

  /// The server did not let a message be read: it waits for a day.
  mutating func unread(
    _ mailbox: Int, _ message: UInt32, _ uniqueID: Identity?, _ words: [UInt8]
  ) {
    let box = mailboxes[mailbox]
    if let index = box.passesOver.firstIndex(where: { $0.mayBe(message, uniqueID) }) {
      box.hasPassedOver = true
      guard !box.passesOver[index].isSaid else { return }
      box.passesOver[index].isSaid = true
      return report(mailbox, .passedOver(message: message))
    }
    do throws(LedgerError) {
      // Without a unique-id no listing passes over it; a service says it once.
      let isKnown = try ledgers[mailbox].waitsForReading(uniqueID, message: message)
      guard !isKnown || mode != .service else { return }
      report(mailbox, .unread(message: message, words))
      guard mode != .once(dryRun: true) else { return }
      try ledgers[mailbox].noteUnread(uniqueID, message: message)
    } catch {
      ledgerFailed(mailbox, error)
    }
  }

  /// The server has counted its messages.
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
    var committed = mode == .once(dryRun: true) ? nil : box.examined
    let left = box.tally.messages - min(box.tally.deleted, box.tally.messages)
    // They are of all that were counted.
    let isAll = committed?.count == box.tally.messages && box.tally.deleted == 0
    committed?.note(octets: isAll ? box.octets : 0)
    if committed == nil { box.tally.deleted = 0 }
    do throws(LedgerError) {
      // A disk that was full may have room again.
      try ledger.flush()
      if let committed {
        try ledger.commitDeletions(left: left)
        if settings.mailboxes[mailbox].existing == .fire { try ledger.decideHorizon(0) }
        // What waits is not old for other rules either.
        let leftNone = box.tally.waiting == 0 && box.tally.failed == 0
        try ledger.examine(
          committed, isWhole: box.isWhole, beginsAnew: box.beginsAnew,
          time: leftNone ? box.startOfLook : nil, newest: box.newest, deleted: box.deletedEarlier,
          isEmpty: left == 0 && committed.count == 0)
        if box.isLookedThrough { try ledger.endLook(isListed: box.isListed) }
      } else if box.commitIsRefused {
        try ledger.keepDeletions(until: timeOfRetry(mailbox), rules: rulesWord)
      } else if box.stage == .update {
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
