internal import Bytes
import Config
import Ledger
import Rules

/// A match that a fetcher reported, and the time of the report: `now`, and `time` by the board's clock.
struct Match {
  let rule: Int
  let message: UInt32
  let identity: MessageIdentity
  var arrival: Arrival
  let now: Instant
  let time: UInt64
}

extension Supervisor where S: ~Copyable {
  /// Handles a match that the judge has confirmed. Orders an answer at once, or when the actions have ended.
  mutating func matched<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, _ match: Match, _ values: AlertValues, on lines: inout Lines
  ) {
    let box = mailboxes[mailbox]
    box.values = values
    if mode == .once(dryRun: true) {
      switch timeliness(of: match, mailbox) {
      case .fires, .waitsForClock: report(mailbox, .wouldFire(rule: match.rule))
      case .old(let reason):
        box.poll.tally.old += 1
        report(mailbox, .old(rule: match.rule, reason, isTold: true))
      }
      return order(.answer(mailbox: mailbox, .leave))
    }
    do throws(LedgerError) {
      let identity = try ledgers[mailbox].resolve(match.identity, rule: name(of: match.rule))
      let alert = Alert(
        rule: match.rule, message: match.message, identity: identity, since: match.now)
      guard let first = try firstAction(mailbox, alert, match, on: &lines) else { return }
      alert.action = first
      box.alert = alert
      report(mailbox, .matched(rule: match.rule))
      act(mailbox, on: &lines, now: match.now)
    } catch {
      ledgerFailed(mailbox, error)
      fail(mailbox)
    }
  }

  /// Decides whether to act on a match. Returns the index of the first action, with the intent on disk; nil
  /// if the match was answered at once.
  private mutating func firstAction<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, _ alert: Alert, _ match: Match, on lines: inout Lines
  ) throws(LedgerError) -> Int? {
    let (ledger, rule, now) = (ledgers[mailbox], alert.rule, match.now)
    try ledger.meet(alert.identity)
    switch try ledger.state(of: alert.identity) {
    case .new:
      switch try timeliness(ofNew: match, mailbox) {
      case .fires: break
      case .waitsForClock:
        // Once per poll, as a mailbox may be full of such messages.
        if !mailboxes[mailbox].poll.waitsForClock { report(mailbox, .waitsForClock(rule: rule)) }
        mailboxes[mailbox].poll.waitsForClock = true
        leaveWaiting(mailbox, alert, from: 0)
        return nil
      case .old(let reason):
        try leaveOld(mailbox, alert, reason)
        return nil
      }
    case .old:
      try leaveOld(mailbox, alert, .known)
      return nil
    case .failed: if try waits(mailbox, alert) { return nil }
    case .fired, .archived:
      report(mailbox, .firedBefore(rule: rule))
      try conclude(mailbox, alert)
      return nil
    case .intended where settings.rules.rules[rule].onCrash == .never:
      report(mailbox, .unfinished(rule: rule, again: false))
      try ledger.note(alert.identity, .fired)
      try conclude(mailbox, alert)
      return nil
    case .intended:
      report(mailbox, .unfinished(rule: rule, again: true))
      // An action that takes the board down must not do so for ever, nor without a pause; but it is repeated
      // once without a pause.
      if try countFailure(mailbox, alert, done: firstUndone(mailbox, alert), isKnown: false) == nil
      {
        order(.answer(mailbox: mailbox, .keep))
        return nil
      }
      if try waits(mailbox, alert) { return nil }
    case .givenUp:
      report(mailbox, .givenUpBefore(rule: rule))
      order(.answer(mailbox: mailbox, .keep))
      return nil
    }
    let first = try firstUndone(mailbox, alert)
    let actions = settings.rules.rules[rule].actions
    if try waitsBehind(mailbox, alert, from: first, on: &lines, now: now) { return nil }
    if first < actions.count, let end = restEnd(before: actions[first], now: now),
      end - now > Mailbox.shortRest
    {
      report(mailbox, .rests(rule: rule, action: first, end - now))
      // The alert must not be too old when its time comes, nor old for other rules.
      if try ledger.state(of: alert.identity) == .new { try noteDone(mailbox, alert, 0) }
      leaveWaiting(mailbox, alert, from: first)
      return nil
    }
    try ledger.intend(alert.identity)
    return first
  }

  /// Index of the first action of an alert that is not known to be done; 0 if the actions of the rule have
  /// changed.
  func firstUndone(_ mailbox: Int, _ alert: Alert) throws(LedgerError) -> Int {
    let failures = try ledgers[mailbox].state(of: alert.identity).failures
    let count = settings.rules.rules[alert.rule].actions.count
    return failures.actions == fingerprint(of: alert.rule) ? min(Int(failures.done), count) : 0
  }

  /// 16-bit hash of a rule's name, for records.
  func name(of rule: Int) -> UInt16 {
    let name = settings.rules.rules[rule].name
    return ruleWord(name.span)
  }

  /// 8-bit hash of a rule's actions, for records: actions done count only if it is the same.
  func fingerprint(of rule: Int) -> UInt8 {
    var description: [UInt8] = []
    for action in settings.rules.rules[rule].actions {
      action.describe(settings.rules.names, into: &description)
      description.append(.lineFeed)
    }
    return UInt8(truncatingIfNeeded: crc32(description.span))
  }

  /// Counts a failure, and leaves the message for the next poll.
  mutating func fail(_ mailbox: Int) {
    mailboxes[mailbox].poll.tally.failed += 1
    order(.answer(mailbox: mailbox, .leave))
  }
}
