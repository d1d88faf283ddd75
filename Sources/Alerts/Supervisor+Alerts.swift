internal import Bytes
import Config
import Ledger
import Rules

extension Supervisor where S: ~Copyable {
  /// A fetcher says that rule `rule` takes a message. Orders an answer, now or when the actions have
  /// ended.
  mutating func matched<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, rule: Int, message: UInt32, _ identity: MessageIdentity, _ values: AlertValues,
    on lines: inout Lines, now: Instant
  ) {
    let box = mailboxes[mailbox]
    box.tally.matched += 1
    box.values = values
    if mode == .once(dryRun: true) {
      report(mailbox, .wouldFire(rule: rule))
      return order(.answer(mailbox: mailbox, .leave))
    }
    do throws(LedgerError) {
      let identity = try ledgers[mailbox].resolve(identity, rule: name(of: rule))
      let alert = Alert(rule: rule, message: message, identity: identity, since: now)
      guard let first = try firstAction(mailbox, alert, on: &lines, now: now) else { return }
      alert.action = first
      box.alert = alert
      report(mailbox, .matched(rule: rule))
      act(mailbox, on: &lines, now: now)
    } catch {
      ledgerFailed(mailbox, error)
      fail(mailbox)
    }
  }

  /// Decides whether to act on a match, and from which action on; nil where it was answered at
  /// once. When it returns an action, the intent is on disk.
  private mutating func firstAction<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, _ alert: Alert, on lines: inout Lines, now: Instant
  ) throws(LedgerError) -> Int? {
    let (ledger, rule) = (ledgers[mailbox], alert.rule)
    try ledger.meet(alert.identity)
    switch try ledger.state(of: alert.identity) {
    case .new: break
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
      // An action that takes the board down with it must not do so for ever, nor without a pause;
      // but once it is tried at once.
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
      leaveWaiting(mailbox, alert, from: first)
      return nil
    }
    try ledger.intend(alert.identity)
    return first
  }

  /// The first action of an alert that is not known to be done; what was done of others, before the rule
  /// was changed, does not count.
  func firstUndone(_ mailbox: Int, _ alert: Alert) throws(LedgerError) -> Int {
    let failures = try ledgers[mailbox].state(of: alert.identity).failures
    let count = settings.rules.rules[alert.rule].actions.count
    return failures.actions == fingerprint(of: alert.rule) ? min(Int(failures.done), count) : 0
  }

  /// Stands for a rule's name in records.
  func name(of rule: Int) -> UInt16 {
    let name = settings.rules.rules[rule].name
    return ruleWord(name.span)
  }

  /// Stands for a rule's actions: what was done of others does not count.
  func fingerprint(of rule: Int) -> UInt8 {
    var description: [UInt8] = []
    for action in settings.rules.rules[rule].actions {
      action.describe(settings.rules.names, into: &description)
      description.append(.lineFeed)
    }
    return UInt8(truncatingIfNeeded: crc32(description.span))
  }

  /// Leaves the message for the next poll.
  mutating func fail(_ mailbox: Int) {
    mailboxes[mailbox].tally.failed += 1
    order(.answer(mailbox: mailbox, .leave))
  }
}
