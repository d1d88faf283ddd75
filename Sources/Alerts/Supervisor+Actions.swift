public import Bytes
import Config
import Ledger
import Rules

/// How an action ended.
public enum ActionEnd: Sendable, Equatable {
  case succeeded
  case failed(ActionFailure)
  /// The action did not begin, because its output must rest until `until`.
  case postponed(until: Instant)
}

/// Why an action failed.
public enum ActionFailure: Sendable, Equatable {
  case exit(status: Int32)
  case signal(Int32)
  /// errno of the fork or exec.
  case couldNotStart(code: Int32)
  case timedOut
  case outputRefused
}

extension Supervisor where S: ~Copyable {
  /// Carries out actions of the mailbox's alert until one must be waited for, one fails, or all are done.
  mutating func act<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, on lines: inout Lines, now: Instant
  ) {
    guard let alert = mailboxes[mailbox].alert else { return }
    let rule = settings.rules.rules[alert.rule]
    guard alert.action < rule.actions.count else { return fired(mailbox, alert, now: now) }
    if let end = start(rule.actions[alert.action], mailbox, alert, on: &lines, now: now) {
      ended(mailbox, alert, end, on: &lines, now: now)
    }
  }

  /// End of the rest that an action must wait for; nil if there is none.
  func restEnd(before action: Action, now: Instant) -> Instant? {
    switch action {
    case .run: nil
    case .output(let index, let change): outputs.restEnd(of: index, before: change, now: now)
    }
  }

  /// Starts an action. Returns how it ended; nil if `actionEnded` will report that.
  private mutating func start<Lines: OutputLines & ~Copyable>(
    _ action: Action, _ mailbox: Int, _ alert: Alert, on lines: inout Lines, now: Instant
  ) -> ActionEnd? {
    switch action {
    case .run:
      let timeout = settings.rules.rules[alert.rule].timeout
      alert.doing = .running(until: now + timeout, isTold: false)
      order(.startProgram(mailbox: mailbox, rule: alert.rule, action: alert.action))
      return nil
    case .output(let index, let change):
      defer { reportOutputs() }
      return outputs.apply(change, to: index, on: &lines, now: now)
    }
  }

  /// Handles the end of the action under way for the alert of `mailbox`, or the failure to start it.
  public mutating func actionEnded<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, _ end: ActionEnd, on lines: inout Lines, now: Instant, time: UInt64
  ) {
    guard let alert = mailboxes[mailbox].alert, case .running(_, let isTold) = alert.doing else {
      return
    }
    ledgers[mailbox].tick(now: now, wall: time)
    alert.doing = .begun
    let end = isTold ? .failed(.timedOut) : end
    if isStopping { return interrupted(mailbox, alert, end, now: now) }
    ended(mailbox, alert, end, on: &lines, now: now)
  }

  /// Continues with the next action, or leaves the message for another poll.
  private mutating func ended<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, _ alert: Alert, _ end: ActionEnd, on lines: inout Lines, now: Instant
  ) {
    switch end {
    case .succeeded:
      alert.action += 1
      act(mailbox, on: &lines, now: now)
    case .failed(let failure): failed(mailbox, alert, failure, now: now)
    case .postponed(let end): postponed(mailbox, alert, until: end, now: now)
    }
  }

  /// Continues an alert whose output has rested.
  mutating func resume<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, on lines: inout Lines, now: Instant
  ) {
    guard let alert = mailboxes[mailbox].alert, case .resting(let until) = alert.doing,
      until <= now
    else { return }
    alert.doing = .begun
    act(mailbox, on: &lines, now: now)
  }

  /// Ends an alert that waits for its output, because popbell stops; what was done is written down.
  mutating func stopResting(_ mailbox: Int, now: Instant) {
    guard let alert = mailboxes[mailbox].alert, case .resting = alert.doing else { return }
    mailboxes[mailbox].endAlert(now: now)
    do throws(LedgerError) { try noteDone(mailbox, alert, alert.action) } catch {
      ledgerFailed(mailbox, error)
    }
  }

  /// Handles the success of all actions: once that is on disk, the message may be deleted.
  private mutating func fired(_ mailbox: Int, _ alert: Alert, now: Instant) {
    let box = mailboxes[mailbox]
    box.endAlert(now: now)
    box.poll.tally.fired += 1
    report(mailbox, .fired(rule: alert.rule))
    goOn(mailbox, alert, from: .fired)
  }

  private mutating func failed(
    _ mailbox: Int, _ alert: Alert, _ failure: ActionFailure, now: Instant
  ) {
    mailboxes[mailbox].endAlert(now: now)
    do throws(LedgerError) {
      let attempt = Int(try ledgers[mailbox].state(of: alert.identity).failures.attempts) + 1
      report(
        mailbox,
        .actionFailed(rule: alert.rule, action: alert.action, failure, attempt: attempt))
      let next = try countFailure(mailbox, alert, done: alert.action, isKnown: true)
      mailboxes[mailbox].poll.tally.failed += 1
      if next != nil { hold(mailbox, rule: alert.rule, from: alert.action) }
      order(.answer(mailbox: mailbox, next == nil ? .keep : .leave))
    } catch {
      ledgerFailed(mailbox, error)
      fail(mailbox)
    }
  }

  /// Handles an action whose output must rest, which counts as no attempt. A rest of up to
  /// `Mailbox.shortRest` is waited for; before a longer one, the actions done are written down, and the
  /// others wait for another poll.
  private mutating func postponed(
    _ mailbox: Int, _ alert: Alert, until end: Instant, now: Instant
  ) {
    guard end - now > Mailbox.shortRest || isStopping else {
      alert.doing = .resting(until: end)
      return
    }
    mailboxes[mailbox].endAlert(now: now)
    report(mailbox, .rests(rule: alert.rule, action: alert.action, end - now))
    do throws(LedgerError) { try noteDone(mailbox, alert, alert.action) } catch {
      ledgerFailed(mailbox, error)
    }
    leaveWaiting(mailbox, alert, from: alert.action)
  }

  /// Writes down that the first `done` actions of an alert are done. The others wait, and have not failed.
  func noteDone(_ mailbox: Int, _ alert: Alert, _ done: Int) throws(LedgerError) {
    let before = try firstUndone(mailbox, alert)
    var failures =
      done > before ? Failures() : try ledgers[mailbox].state(of: alert.identity).failures
    failures.done = UInt8(clamping: done)
    failures.actions = fingerprint(of: alert.rule)
    try ledgers[mailbox].note(alert.identity, .failed(failures))
  }

  /// Handles the end of an action while popbell stops, whether it ended by itself or was told to. What is
  /// done is written down, so that only the rest is done after the next start.
  private mutating func interrupted(
    _ mailbox: Int, _ alert: Alert, _ end: ActionEnd, now: Instant
  ) {
    let ledger = ledgers[mailbox]
    let done = alert.action + (end == .succeeded ? 1 : 0)
    let isAll = done == settings.rules.rules[alert.rule].actions.count
    mailboxes[mailbox].endAlert(now: now)
    do throws(LedgerError) {
      if isAll {
        report(mailbox, .fired(rule: alert.rule))
        return try ledger.note(alert.identity, .fired)
      }
      // The result is not known, so the intent stays.
      if end.isUnknownWhereInterrupted, settings.rules.rules[alert.rule].onCrash == .never {
        return
      }
      try noteDone(mailbox, alert, done)
    } catch {
      ledgerFailed(mailbox, error)
    }
  }
}

extension ActionEnd {
  /// Why the action failed; nil if it did not.
  public var failure: ActionFailure? {
    switch self {
    case .succeeded, .postponed: nil
    case .failed(let failure): failure
    }
  }

  /// True if an action that was told to end may have done its work nevertheless.
  fileprivate var isUnknownWhereInterrupted: Bool {
    switch self {
    case .succeeded, .postponed, .failed(.couldNotStart): false
    case .failed(.exit), .failed(.signal), .failed(.timedOut), .failed(.outputRefused): true
    }
  }
}
