import Bytes
import Config
import Ledger
import Rules

extension Supervisor where S: ~Copyable {
  /// Writes down another failure of an alert's actions; `isKnown` is false if popbell was cut off while they
  /// ran. Returns the pause before the next attempt; nil if the alert is given up.
  mutating func countFailure(
    _ mailbox: Int, _ alert: Alert, done: Int, isKnown: Bool
  ) throws(LedgerError) -> Interval? {
    let (ledger, rule) = (ledgers[mailbox], settings.rules.rules[alert.rule])
    let attempts = try ledger.noteFailure(
      of: alert.identity, done: UInt8(clamping: done), actions: fingerprint(of: alert.rule))
    let age = try ledger.timesOfFailure(of: alert.identity).map { ledger.now - $0.first } ?? 0
    let isLast = rule.retries.map { attempts > $0 } ?? false
    let isOld = age >= UInt64(rule.retryFor.milliseconds / 1000)
    guard isLast || isOld, isKnown || attempts > 1 else { return retryPause(after: attempts) }
    report(mailbox, .gaveUp(rule: alert.rule))
    try ledger.note(alert.identity, .givenUp)
    return nil
  }

  /// True if the next attempt at a failed alert is not due yet; then the match is answered. Never true for
  /// `popbell once`, which the owner runs at a pace of his own.
  mutating func waits(_ mailbox: Int, _ alert: Alert) throws(LedgerError) -> Bool {
    let ledger = ledgers[mailbox]
    guard mode == .service else { return false }
    guard let last = try ledger.timesOfFailure(of: alert.identity)?.last else { return false }
    let pause = retryPause(after: try ledger.state(of: alert.identity).failures.attempts)
    let due = last + UInt64(pause.milliseconds / 1000)
    guard due > ledger.now else { return false }
    report(mailbox, .waits(rule: alert.rule, .seconds(Int64(due - ledger.now))))
    leaveWaiting(mailbox, alert, from: try firstUndone(mailbox, alert))
    return true
  }

  /// Leaves the message for a later poll without counting a failure; its actions from `first` on are still to
  /// be done.
  mutating func leaveWaiting(_ mailbox: Int, _ alert: Alert, from first: Int) {
    hold(mailbox, rule: alert.rule, from: first)
    mailboxes[mailbox].poll.tally.waiting += 1
    order(.answer(mailbox: mailbox, .leave))
  }
}

/// The pause after the nth failure of an action: none after the first, then 10 s, doubling up to 15 minutes.
func retryPause(after attempts: UInt8) -> Interval {
  attempts < 2 ? .zero : .seconds(min(5 << Int64(min(attempts - 1, 8)), 900))
}
