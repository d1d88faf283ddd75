public import Bytes
import Config
import Ledger

// The end of a poll: updates the mailbox's state and its ledger.
extension Supervisor where S: ~Copyable {
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
    noteLostDeletions(mailbox)
    settle(mailbox)
    box.finish()
    if isStopping { return }  // It was ended by us, and that is no news.
    let outcome = box.poll.outcome ?? .fetcherDied
    box.poll.outcome = outcome
    noteSlowContent(mailbox, outcome, now: now)
    var next: Instant?
    let goesOn = mode != .once(dryRun: true) && box.leftSome && outcome.isPolled
    box.messagesBefore = goesOn ? box.poll.tally.messages : nil
    box.listsAgain = goesOn && box.poll.isListed
    if !outcome.isPolled, box.poll.stage == .login { box.mechanism = box.poll.nextMechanism }
    let isListingStuck = noteStuckListing(mailbox, outcome, now: now)
    var knowsBetter = noteStuck(mailbox, outcome, now: now) || isListingStuck
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

  /// Number of messages in the mailbox that could not be read.
  private func unreadCount(of mailbox: Int) -> UInt32 {
    let box = mailboxes[mailbox]
    // If every message was requested, this poll knows them all; otherwise the ledger does.
    if box.poll.isTriedThrough { return box.poll.unread }
    let known = (try? ledgers[mailbox].countUnread()) ?? 0
    return max(box.poll.unread, min(known, box.poll.tally.left))
  }

  /// Limits the deletions of the next session after one that was cut and lost its deletions, as the next
  /// would be cut at the same place: to the number that was lost, and to half the last limit if that was
  /// still too much.
  private func noteLostDeletions(_ mailbox: Int) {
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

  /// Writes down what the server has committed; drops what it has not.
  private mutating func settle(_ mailbox: Int) {
    let box = mailboxes[mailbox]
    let ledger = ledgers[mailbox]
    var committed = mode == .once(dryRun: true) ? nil : box.poll.examined
    let left = box.poll.tally.left
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
          committed, isWhole: box.poll.isWhole, beginsAnew: box.poll.extent == .someAnew,
          time: leftNone ? box.poll.startOfLook : nil, newest: box.poll.newest,
          deleted: box.poll.deletedEarlier,
          isEmpty: left == 0 && committed.count == 0)
        if box.poll.extent == .allSeen { try ledger.endLook(isListed: box.poll.isListed) }
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
