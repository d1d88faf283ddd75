public import Bytes
import Config
import Ledger
import Rules

/// Why a message that a rule takes does not fire, though it never did.
public enum OldReason: Sendable, Equatable {
  /// It was there when other rules looked at all of the mailbox, or before the first poll.
  case known
  /// It is of this age, which is more than `max-age`.
  case age(Interval)
}

// The age of messages, and whether the clock can tell it.
extension Supervisor where S: ~Copyable {
  private static var tolerance: Int64 { Int64(Horizon.tolerance) }
  /// The time that the network has to set the clock of a board that starts, and after which it is taken
  /// as it is: an alert that waited for ever would be lost.
  private static var timeToSet: Instant { Instant(milliseconds: 600_000) }
  private static var patience: Instant { Instant(milliseconds: 3_600_000) }
  /// What came in this time before the first poll is new, in seconds.
  private static var recent: UInt64 { 3600 }

  /// What is to be done about a message that a rule takes and that never fired.
  enum Timeliness: Equatable {
    case fires
    case waitsForClock
    case old(OldReason)
  }

  /// True if the board's clock, which says `time`, can be believed.
  private func believesClock(now: Instant, time: UInt64) -> Bool {
    clockIsSure || hasHadTimeToSet(now: now, time: time)
  }

  /// True if the network would have set the clock by now.
  private func hasHadTimeToSet(now: Instant, time: UInt64) -> Bool {
    if now >= Self.patience { return true }
    return now >= Self.timeToSet && newestDelivery <= Int64(clamping: time) + Self.tolerance
  }

  /// Decides, at the first poll, which mail was there before.
  mutating func decideHorizon(_ mailbox: Int, isEmpty: Bool, now: Instant, time: UInt64) {
    mailboxes[mailbox].poll.startOfLook = clockIsSure ? time : nil
    guard mode != .once(dryRun: true), ledgers[mailbox].horizon.before == nil,
      settings.mailboxes[mailbox].existing != .fire
    else { return }
    do throws(LedgerError) {
      // Whatever comes is new, whatever the clocks say.
      if isEmpty, ledgers[mailbox].horizon.firstPoll == 0 {
        return try ledgers[mailbox].decideHorizon(0)
      }
      guard believesClock(now: now, time: time) else {
        return try ledgers[mailbox].noteFirstPoll()
      }
      let age = Self.recent + ledgers[mailbox].timeSinceFirstPoll
      try ledgers[mailbox].decideHorizon(time - min(time, age))
    } catch {
      ledgerFailed(mailbox, error)
    }
  }

  /// The decision about the message of `match`, which has never fired. `wait` is the time in seconds since
  /// the server refused to let it be read, 0 where it never did.
  func timeliness(of match: Match, _ mailbox: Int, unreadFor wait: UInt64 = 0) -> Timeliness {
    let (arrival, now, time) = (match.arrival, match.now, match.time)
    var horizon = ledgers[mailbox].horizon
    // Looks that it was not part of have not made it old.
    if wait > 0, let before = horizon.before {
      horizon.before = min(before, time - min(time, wait + Self.recent))
    }
    if arrival.look == .covered {
      // Where unique-ids tell nothing, what stands in its place may have come since.
      var last = horizon.lastLook
      // And a first look of several polls sees what comes meanwhile.
      if horizon.isFirst, let before = horizon.before, before > 0 { last = before + Self.recent }
      let hasComeSince =
        clockIsSure && arrival.isServers && last > 0
        && (arrival.time ?? 0) > Int64(clamping: last) + Self.tolerance
      if !hasComeSince { return .old(.known) }
    }
    // Without a time, its age is that since it was first seen: none.
    guard let delivery = arrival.time else { return .fires }
    let isFree = settings.mailboxes[mailbox].existing == .fire
    // Nobody has written down what this would decide.
    if mode == .once(dryRun: true), !isFree, horizon.before == nil,
      believesClock(now: now, time: time)
    {
      horizon.before = time - min(time, Self.recent)
    }
    // What came behind all that was looked at is new, whatever the clocks say.
    let isNew =
      isFree && horizon.before == nil || arrival.look == .later && !horizon.isOpen
      || horizon.isEmpty

    if !isNew, let before = horizon.before, delivery < Int64(clamping: before) {
      if before <= time { return .old(.known) }
      // The clock was ahead when that was decided, or is behind now: that the network would have set right.
      guard hasHadTimeToSet(now: now, time: time) else { return .waitsForClock }
    }
    let longest = settings.rules.rules[match.rule].longestAge
    guard longest != nil || !isNew && horizon.before == nil else { return .fires }
    if isNew, !clockIsSure, let longest, let look = mailboxes[mailbox].lastWholeLook,
      now - look <= longest
    {
      return .fires
    }
    guard believesClock(now: now, time: time) else { return .waitsForClock }
    guard let longest else { return .fires }
    // The time for which the server did not let it be read does not count.
    let age = Interval.seconds(Int64(clamping: time) - delivery - Int64(clamping: wait))
    return age > longest ? .old(.age(age)) : .fires
  }

  /// The same, by what the ledger knows of the message.
  func timeliness(ofNew match: Match, _ mailbox: Int) throws(LedgerError) -> Timeliness {
    let ledger = ledgers[mailbox]
    if try ledger.isForgotten(match.identity) { return .fires }
    var match = match
    let wait = try ledger.timeUnread(match.identity.uniqueID, message: match.message)
    if wait != nil, match.arrival.look == .covered { match.arrival.look = .unknown }
    return timeliness(of: match, mailbox, unreadFor: wait ?? 0)
  }

  /// Answers for an alert that is too old to fire, and writes that down: a copy of it is as old, whatever a
  /// server writes in front.
  mutating func leaveOld(
    _ mailbox: Int, _ alert: Alert, _ reason: OldReason
  ) throws(LedgerError) {
    let (box, ledger) = (mailboxes[mailbox], ledgers[mailbox])
    let isTold = box.poll.tally.old < Mailbox.mostOldTold
    box.poll.tally.old = min(box.poll.tally.old, .max - 1) + 1
    report(mailbox, .old(rule: alert.rule, reason, isTold: isTold))
    if settings.rules.rules[alert.rule].old == .delete, !box.refusesCommit {
      return order(.answer(mailbox: mailbox, .delete))
    }
    try ledger.noteOld(alert.identity, rules: rulesWord)
    order(.answer(mailbox: mailbox, .keep))
  }
}
