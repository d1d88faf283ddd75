import Bytes
import Config
import Ledger
import Rules

extension Supervisor where S: ~Copyable {
  /// Writes down that the actions of an alert failed once more; where that is not known
  /// (`isKnown` is `false`), popbell was cut off while they ran. Returns how long they wait for the next
  /// attempt; nil where the alert is given up.
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

  /// True where the time has not come for the next attempt at an alert whose actions failed; then it is
  /// answered. Who polls once has a clock that nobody watches, and a pace of the owner's.
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

  /// Leaves the message for a later poll, through no fault of this one: its actions from `first` on.
  mutating func leaveWaiting(_ mailbox: Int, _ alert: Alert, from first: Int) {
    hold(mailbox, rule: alert.rule, from: first)
    mailboxes[mailbox].poll.tally.waiting += 1
    order(.answer(mailbox: mailbox, .leave))
  }
}

/// The pause after an action failed for the nth time: none the first time, then 10 s, and twice as long
/// each time, up to a quarter of an hour.
func retryPause(after attempts: UInt8) -> Interval {
  attempts < 2 ? .zero : .seconds(min(5 << Int64(min(attempts - 1, 8)), 900))
}
