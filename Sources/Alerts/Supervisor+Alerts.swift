public import Bytes
import Config
import Ledger
import Rules

extension Supervisor where S: ~Copyable {
  /// A fetcher says that rule `rule` takes a message. Orders an answer, now or when the actions have
  /// ended.
  mutating func matched<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, rule: Int, identity: MessageIdentity, values: AlertValues,
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
      let message = try ledgers[mailbox].resolve(identity)
      let alert = Alert(
        rule: rule, message: message, unique: identity.unique, isListed: !values.uniqueID.isEmpty,
        since: now)
      guard let first = try firstAction(mailbox, alert) else { return }
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
  private mutating func firstAction(
    _ mailbox: Int, _ alert: Alert
  ) throws(LedgerError) -> Int? {
    let (ledger, rule) = (ledgers[mailbox], alert.rule)
    guard try ledger.meet(alert.message) else {
      report(mailbox, .sameIdentity(rule: rule))
      fail(mailbox)
      return nil
    }
    switch try ledger.state(of: alert.message) {
    case .new, .failed: break
    case .fired, .archived:
      report(mailbox, .firedBefore(rule: rule))
      try conclude(mailbox, alert)
      return nil
    case .intended where settings.rules.rules[rule].onCrash == .never:
      report(mailbox, .unfinished(rule: rule, again: false))
      try ledger.note(alert.message, .fired, rule: name(of: rule))
      try conclude(mailbox, alert)
      return nil
    case .intended(let failures):
      report(mailbox, .unfinished(rule: rule, again: true))
      // An action that takes the board down with it must not do so for ever; but once it is tried.
      let isLast = try countFailure(
        mailbox, alert, done: Int(failures.done),
        retries: max(1, settings.rules.rules[rule].retries))
      if isLast { return nil }
    case .givenUp:
      report(mailbox, .gaveUp(rule: rule))
      order(.answer(mailbox: mailbox, .keep))
      return nil
    }
    let failures = try ledger.state(of: alert.message).failures
    try ledger.intend(alert.message, rule: name(of: rule))
    let actions = settings.rules.rules[rule].actions
    return failures.actions == fingerprint(of: rule) ? min(Int(failures.done), actions.count) : 0
  }

  /// Stands for a rule's name in records.
  func name(of rule: Int) -> UInt16 {
    let name = settings.rules.rules[rule].name
    return ruleWord(name.span)
  }

  /// Stands for a rule's actions: what was done of others does not count.
  private func fingerprint(of rule: Int) -> UInt8 {
    var description: [UInt8] = []
    for action in settings.rules.rules[rule].actions {
      action.describe(settings.rules.names, into: &description)
      description.append(.lineFeed)
    }
    return UInt8(truncatingIfNeeded: crc32(description.span))
  }

  /// Writes down that the actions failed once more. Returns whether that was once too often; then
  /// the answer is ordered.
  private mutating func countFailure(
    _ mailbox: Int, _ alert: Alert, done: Int, retries: Int
  ) throws(LedgerError) -> Bool {
    let (ledger, rule) = (ledgers[mailbox], alert.rule)
    let attempts = Int(try ledger.state(of: alert.message).failures.attempts) + 1
    guard attempts <= retries else {
      mailboxes[mailbox].tally.failed += 1
      report(mailbox, .gaveUp(rule: rule))
      try ledger.note(alert.message, .givenUp, rule: name(of: rule))
      order(.answer(mailbox: mailbox, .keep))
      return true
    }
    let failures = Failures(
      attempts: UInt8(clamping: attempts), done: UInt8(clamping: done),
      actions: fingerprint(of: rule))
    try ledger.note(alert.message, .failed(failures), rule: name(of: rule))
    return false
  }

  /// Carries out actions until one has to be waited for, one fails, or all are done.
  private mutating func act<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, on lines: inout Lines, now: Instant
  ) {
    guard let alert = mailboxes[mailbox].alert else { return }
    let rule = settings.rules.rules[alert.rule]
    while alert.action < rule.actions.count {
      switch rule.actions[alert.action] {
      case .run:
        alert.programDeadline = now + rule.timeout
        return order(.startProgram(mailbox: mailbox, rule: alert.rule, action: alert.action))
      case .output(let index, let change):
        let isDone = outputs.apply(change, to: index, on: &lines, now: now)
        reportOutputs()
        guard isDone else {
          return actionFailed(mailbox, .outputRefused, now: now)
        }
      }
      alert.action += 1
    }
    fired(mailbox, alert, now: now)
  }

  /// All actions succeeded: the message may go once that is on disk.
  private mutating func fired(_ mailbox: Int, _ alert: Alert, now: Instant) {
    let box = mailboxes[mailbox]
    box.endAlert(now: now)
    box.tally.fired += 1
    report(mailbox, .fired(rule: alert.rule))
    goOn(mailbox, alert, from: .fired)
  }

  private mutating func actionFailed(_ mailbox: Int, _ failure: ActionFailure, now: Instant) {
    guard let alert = mailboxes[mailbox].alert else { return }
    mailboxes[mailbox].endAlert(now: now)
    do throws(LedgerError) {
      let attempts = try ledgers[mailbox].state(of: alert.message).failures.attempts
      report(
        mailbox,
        .actionFailed(
          rule: alert.rule, action: alert.action, failure, attempt: Int(attempts) + 1))
      let retries = settings.rules.rules[alert.rule].retries
      let isLast = try countFailure(mailbox, alert, done: alert.action, retries: retries)
      if !isLast { fail(mailbox) }
    } catch {
      ledgerFailed(mailbox, error)
      fail(mailbox)
    }
  }

  /// Leaves the message for the next poll.
  mutating func fail(_ mailbox: Int) {
    mailboxes[mailbox].tally.failed += 1
    order(.answer(mailbox: mailbox, .leave))
  }

  /// The program of the alert of `mailbox` has ended, or could not be started.
  public mutating func programEnded<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, _ end: ProgramEnd, on lines: inout Lines, now: Instant, time: UInt64
  ) {
    guard let alert = mailboxes[mailbox].alert, alert.programDeadline != nil else { return }
    ledgers[mailbox].tick(now: now, wall: time)
    alert.programDeadline = nil
    if isStopping { return interrupted(mailbox, alert, end, now: now) }
    switch end {
    case .exited(0) where !alert.timedOut:
      alert.action += 1
      act(mailbox, on: &lines, now: now)
    case .exited, .signalled, .couldNotStart:
      actionFailed(mailbox, alert.timedOut ? .timedOut : ActionFailure(end), now: now)
    }
  }

  /// popbell stops, and the program has ended: by itself, or because it was told to. What is done
  /// is written down, so that the rest, and only that, is done after the next start.
  private mutating func interrupted(
    _ mailbox: Int, _ alert: Alert, _ end: ProgramEnd, now: Instant
  ) {
    let ledger = ledgers[mailbox]
    let done = alert.action + (end == .exited(0) && !alert.timedOut ? 1 : 0)
    let isAll = done == settings.rules.rules[alert.rule].actions.count
    mailboxes[mailbox].endAlert(now: now)
    do throws(LedgerError) {
      if isAll {
        report(mailbox, .fired(rule: alert.rule))
        return try ledger.note(alert.message, .fired, rule: name(of: alert.rule))
      }
      // What became of it is not known: its intent stays.
      let isUnknown = end != .exited(0) && !end.isCouldNotStart
      if isUnknown, settings.rules.rules[alert.rule].onCrash == .never { return }
      var failures = try ledger.state(of: alert.message).failures
      failures.done = UInt8(clamping: done)
      failures.actions = fingerprint(of: alert.rule)
      try ledger.note(alert.message, .failed(failures), rule: name(of: alert.rule))
    } catch {
      ledgerFailed(mailbox, error)
    }
  }
}

/// Stands for a rule in the ledger's records: half of the CRC-32 of its name.
public func ruleWord(_ name: Span<UInt8>) -> UInt16 { UInt16(truncatingIfNeeded: crc32(name)) }

extension ProgramEnd {
  fileprivate var isCouldNotStart: Bool {
    if case .couldNotStart = self { return true }
    return false
  }
}

extension ActionFailure {
  fileprivate init(_ end: ProgramEnd) {
    switch end {
    case .exited(let status): self = .exit(status: status)
    case .signalled(let signal): self = .signal(signal)
    case .couldNotStart(let code): self = .couldNotStart(code: code)
    }
  }
}
