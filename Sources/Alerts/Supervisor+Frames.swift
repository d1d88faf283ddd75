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
      guard header < settings.rules.names.headers.count, var claim = openClaim(of: mailbox),
        claim.add(header, text.span)
      else { return distrust(mailbox, now: now) }
      box.poll.progress = .reading(claim)
    case .matched(let rule, let message, let identity, let arrival, let values):
      guard mayMatch(mailbox, rule: rule, message), var claim = openClaim(of: mailbox) else {
        return distrust(mailbox, now: now)
      }
      let match = Match(
        rule: rule, message: message, identity: identity, arrival: arrival, now: now, time: time)
      box.poll.tally.matched += 1
      claim.values = values
      box.poll.progress = .judging(PendingClaim(match: match, claim: claim))
      order(.judge(mailbox: mailbox))
    case .listed(let listed):
      guard acceptPart(listed, of: mailbox) else { return distrust(mailbox, now: now) }
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
      box.poll.extent = extent
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
}

private func saturated(_ count: UInt32) -> UInt32 { count == .max ? count : count + 1 }
