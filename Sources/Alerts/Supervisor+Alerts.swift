public import Bytes
import Config
import Ledger
import Rules

extension Supervisor where S: ~Copyable {
  /// A fetcher says that rule `rule` takes a message. `time` is in seconds since 1970, as it is
  /// everywhere here. Orders an answer, now or when the actions have ended.
  mutating func matched<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, rule: Int, identity: Identity, values: AlertValues, on lines: inout Lines,
    now: Instant, time: UInt64
  ) {
    mailboxes[mailbox].tally.matched += 1
    mailboxes[mailbox].values = values
    if mode == .once(dryRun: true) {
      report(mailbox, .wouldFire(rule: rule))
      return order(.answer(mailbox: mailbox, .dryRun))
    }
    do throws(LedgerError) {
      let first = try firstAction(mailbox, rule: rule, identity: identity, time: time)
      guard let first else { return }
      mailboxes[mailbox].alert = Alert(
        rule: rule, identity: identity, since: now, action: first)
      report(mailbox, .matched(rule: rule))
      act(mailbox, on: &lines, now: now, time: time)
    } catch {
      report(mailbox, .ledgerFailed(error))
      fail(mailbox)
    }
  }

  /// Decides whether to act on a match, and from which action on; nil where it was answered at
  /// once. When it returns an action, the intent is on disk.
  private mutating func firstAction(
    _ mailbox: Int, rule: Int, identity: Identity, time: UInt64
  ) throws(LedgerError) -> Int? {
    let ledger = ledgers[mailbox]
    guard ledger.see(identity) else {
      report(mailbox, .sameIdentity(rule: rule))
      fail(mailbox)
      return nil
    }
    switch ledger.state(of: identity) {
    case .new, .failed: break
    case .fired(let durable):
      if !durable { try ledger.fire(identity, time: time) }
      return answerFiredBefore(mailbox, rule: rule)
    case .intended where settings.rules.rules[rule].onCrash == .never:
      try ledger.fire(identity, time: time)
      report(mailbox, .unfinished(rule: rule, again: false))
      return answerFiredBefore(mailbox, rule: rule)
    case .intended(let failures):
      report(mailbox, .unfinished(rule: rule, again: true))
      // An action that takes the board down with it must not do so for ever.
      let isLast = try countFailure(
        mailbox, rule, identity, done: Int(failures.done), time: time)
      if isLast { return nil }
    case .givenUp:
      report(mailbox, .gaveUp(rule: rule))
      order(.answer(mailbox: mailbox, .givenUp))
      return nil
    }
    let failures = ledger.state(of: identity).failures
    try ledger.intend(identity, time: time)
    _ = ledger.see(identity)
    let actions = settings.rules.rules[rule].actions
    return failures.actions == fingerprint(of: rule) ? min(Int(failures.done), actions.count) : 0
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
    _ mailbox: Int, _ rule: Int, _ identity: Identity, done: Int, time: UInt64
  ) throws(LedgerError) -> Bool {
    let ledger = ledgers[mailbox]
    let attempts = Int(ledger.state(of: identity).failures.attempts) + 1
    guard attempts <= settings.rules.rules[rule].retries else {
      mailboxes[mailbox].tally.failed += 1
      report(mailbox, .gaveUp(rule: rule))
      try ledger.giveUp(identity, time: time)
      order(.answer(mailbox: mailbox, .givenUp))
      return true
    }
    let failures = Failures(
      attempts: UInt8(clamping: attempts), done: UInt8(clamping: done),
      actions: fingerprint(of: rule))
    try ledger.fail(identity, failures, time: time)
    return false
  }

  private mutating func answerFiredBefore(_ mailbox: Int, rule: Int) -> Int? {
    report(mailbox, .firedBefore(rule: rule))
    order(.answer(mailbox: mailbox, .firedBefore))
    return nil
  }

  /// Carries out actions until one has to be waited for, one fails, or all are done.
  private mutating func act<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, on lines: inout Lines, now: Instant, time: UInt64
  ) {
    guard let alert = mailboxes[mailbox].alert else { return }
    let rule = settings.rules.rules[alert.rule]
    var action = alert.action
    while action < rule.actions.count {
      mailboxes[mailbox].alert?.action = action
      switch rule.actions[action] {
      case .run:
        mailboxes[mailbox].alert?.programDeadline = now + rule.timeout
        return order(.startProgram(mailbox: mailbox, rule: alert.rule, action: action))
      case .output(let index, let change):
        let isDone = outputs.apply(change, to: index, on: &lines, now: now)
        reportOutputs()
        guard isDone else {
          return actionFailed(mailbox, .outputRefused, now: now, time: time)
        }
      }
      action += 1
    }
    fired(mailbox, alert, now: now, time: time)
  }

  /// All actions succeeded: the message may go once that is on disk.
  private mutating func fired(_ mailbox: Int, _ alert: Alert, now: Instant, time: UInt64) {
    mailboxes[mailbox].endAlert(now: now)
    mailboxes[mailbox].tally.fired += 1
    report(mailbox, .fired(rule: alert.rule))
    do throws(LedgerError) {
      try ledgers[mailbox].fire(alert.identity, time: time)
      order(.answer(mailbox: mailbox, .fired))
    } catch {
      report(mailbox, .ledgerFailed(error))
      fail(mailbox)
    }
  }

  private mutating func actionFailed(
    _ mailbox: Int, _ failure: ActionFailure, now: Instant, time: UInt64
  ) {
    guard let alert = mailboxes[mailbox].alert else { return }
    let attempts = ledgers[mailbox].state(of: alert.identity).failures.attempts
    mailboxes[mailbox].endAlert(now: now)
    report(
      mailbox,
      .actionFailed(
        rule: alert.rule, action: alert.action, failure, attempt: Int(attempts) + 1))
    do throws(LedgerError) {
      let isLast = try countFailure(
        mailbox, alert.rule, alert.identity, done: alert.action, time: time)
      if !isLast { fail(mailbox) }
    } catch {
      report(mailbox, .ledgerFailed(error))
      fail(mailbox)
    }
  }

  private mutating func fail(_ mailbox: Int) {
    mailboxes[mailbox].tally.failed += 1
    order(.answer(mailbox: mailbox, .failed))
  }

  /// The program of the alert of `mailbox` has ended, or could not be started.
  public mutating func programEnded<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, _ end: ProgramEnd, on lines: inout Lines, now: Instant, time: UInt64
  ) {
    guard let alert = mailboxes[mailbox].alert, alert.programDeadline != nil else { return }
    mailboxes[mailbox].alert?.programDeadline = nil
    if isStopping { return interrupted(mailbox, alert, end, now: now, time: time) }
    switch end {
    case .exited(0) where !alert.timedOut:
      mailboxes[mailbox].alert?.action += 1
      act(mailbox, on: &lines, now: now, time: time)
    case .exited, .signalled, .couldNotStart:
      actionFailed(mailbox, alert.timedOut ? .timedOut : ActionFailure(end), now: now, time: time)
    }
  }

  /// popbell stops, and the program has ended: by itself, or because it was told to. What is done
  /// is written down, so that the rest, and only that, is done after the next start.
  private mutating func interrupted(
    _ mailbox: Int, _ alert: Alert, _ end: ProgramEnd, now: Instant, time: UInt64
  ) {
    let ledger = ledgers[mailbox]
    let done = alert.action + (end == .exited(0) && !alert.timedOut ? 1 : 0)
    let isAll = done == settings.rules.rules[alert.rule].actions.count
    mailboxes[mailbox].endAlert(now: now)
    do throws(LedgerError) {
      if isAll {
        report(mailbox, .fired(rule: alert.rule))
        return try ledger.fire(alert.identity, time: time)
      }
      var failures = ledger.state(of: alert.identity).failures
      failures.done = UInt8(clamping: done)
      failures.actions = fingerprint(of: alert.rule)
      try ledger.fail(alert.identity, failures, time: time)
    } catch {
      report(mailbox, .ledgerFailed(error))
    }
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
