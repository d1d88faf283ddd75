public import Bytes
import Config
import Ledger
import Rules

/// Why a message does not fire that a rule takes and that has never fired.
public enum OldReason: Sendable, Equatable {
  /// It was there when other rules looked at the whole mailbox, or before the first poll.
  case known
  /// Its age, which is over `max-age`.
  case age(Interval)
}

// The age of messages, and whether the clock can tell it.
extension Supervisor where S: ~Copyable {
  private static var tolerance: Int64 { Int64(Horizon.tolerance) }
  /// Ten minutes after boot: the clock is believed from here on, unless a delivery is ahead of it.
  private static var timeToSet: Instant { Instant(milliseconds: 600_000) }
  /// An hour after boot: the clock is believed in any case, as an alert that waited for ever would be lost.
  private static var patience: Instant { Instant(milliseconds: 3_600_000) }
  /// Messages delivered within this time before the first poll are new; in seconds.
  private static var recent: UInt64 { 3600 }

  /// The decision about a message that a rule takes and that has never fired.
  enum Timeliness: Equatable {
    case fires
    case waitsForClock
    case old(OldReason)
  }

  /// True if the board's clock, which says `time`, can be believed.
  private func believesClock(now: Instant, time: UInt64) -> Bool {
    clockIsSure || hasHadTimeToSet(now: now, time: time)
  }

  /// True if the network has had time to set the clock: an hour since boot, or ten minutes if no delivery is
  /// ahead of the clock.
  private func hasHadTimeToSet(now: Instant, time: UInt64) -> Bool {
    if now >= Self.patience { return true }
    return now >= Self.timeToSet && newestDelivery <= Int64(clamping: time) + Self.tolerance
  }

  /// Decides, at the first poll, which messages were there before and are old.
  mutating func decideHorizon(_ mailbox: Int, isEmpty: Bool, now: Instant, time: UInt64) {
    mailboxes[mailbox].poll.startOfLook = clockIsSure ? time : nil
    guard mode != .once(dryRun: true), ledgers[mailbox].horizon.before == nil,
      settings.mailboxes[mailbox].existing != .fire
    else { return }
    do throws(LedgerError) {
      // Every later message is new, whatever the clocks say.
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

  /// Decides about the message of `match`, which has never fired. `wait` is the time in seconds since the
  /// server first refused to let it be read; 0 if it never did.
  func timeliness(of match: Match, _ mailbox: Int, unreadFor wait: UInt64 = 0) -> Timeliness {
    let (arrival, now, time) = (match.arrival, match.now, match.time)
    var horizon = ledgers[mailbox].horizon
    // Looks that could not read the message have not made it old.
    if wait > 0, let before = horizon.before {
      horizon.before = min(before, time - min(time, wait + Self.recent))
    }
    if arrival.look == .covered {
      // Without believed unique-ids, a newer message may have taken its place.
      var last = horizon.lastLook
      // A first look over several polls sees messages that arrive meanwhile.
      if horizon.isFirst, let before = horizon.before, before > 0 { last = before + Self.recent }
      let hasComeSince =
        clockIsSure && arrival.isServers && last > 0
        && (arrival.time ?? 0) > Int64(clamping: last) + Self.tolerance
      if !hasComeSince { return .old(.known) }
    }
    // A message without a time counts as just arrived.
    guard let delivery = arrival.time else { return .fires }
    let isFree = settings.mailboxes[mailbox].existing == .fire
    // A dry run does not write down the horizon that it would decide.
    if mode == .once(dryRun: true), !isFree, horizon.before == nil,
      believesClock(now: now, time: time)
    {
      horizon.before = time - min(time, Self.recent)
    }
    // A message behind all that were looked at is new, whatever the clocks say.
    let isNew =
      isFree && horizon.before == nil || arrival.look == .later && !horizon.isOpen
      || horizon.isEmpty

    if !isNew, let before = horizon.before, delivery < Int64(clamping: before) {
      if before <= time { return .old(.known) }
      // The clock was ahead when the horizon was decided, or is behind now; the network will set it right.
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
    // The time for which the message could not be read does not count.
    let age = Interval.seconds(Int64(clamping: time) - delivery - Int64(clamping: wait))
    return age > longest ? .old(.age(age)) : .fires
  }

  /// Decides about a match by what the ledger knows: a message that the owner had forgotten fires at any age.
  func timeliness(ofNew match: Match, _ mailbox: Int) throws(LedgerError) -> Timeliness {
    let ledger = ledgers[mailbox]
    if try ledger.isForgotten(match.identity) { return .fires }
    var match = match
    let wait = try ledger.timeUnread(match.identity.uniqueID, message: match.message)
    if wait != nil, match.arrival.look == .covered { match.arrival.look = .unknown }
    return timeliness(of: match, mailbox, unreadFor: wait ?? 0)
  }

  /// Answers for an alert that is too old to fire. Unless the rule deletes it, the ledger notes that it is
  /// old, because a copy of it is as old, whatever a server writes in front.
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
