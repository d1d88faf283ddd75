import Bytes
import Config
import Ledger
import Rules

// Mail says "on" and then "off". Where "on" has to wait, it must not come last.
extension Supervisor where S: ~Copyable {
  /// Remembers which outputs an alert that waits is still to leave on, its actions from `first` on.
  func hold(_ mailbox: Int, rule: Int, from first: Int) {
    for action in settings.rules.rules[rule].actions.dropFirst(first) {
      switch action {
      case .output(let index, let change) where change.mayLeaveOn:
        mailboxes[mailbox].poll.heldOutputs.append(index)
      case .run, .output: break
      }
    }
  }

  /// True where an alert would switch off, with its actions from `first` on, what an earlier one that
  /// waits is to switch on: then it waits too, and is answered. The first time it is met, all the same,
  /// it switches that off.
  mutating func waitsBehind<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, _ alert: Alert, from first: Int, on lines: inout Lines, now: Instant
  ) throws(LedgerError) -> Bool {
    var held: [Int] = []
    for action in settings.rules.rules[alert.rule].actions.dropFirst(first) {
      switch action {
      case .output(let index, .off) where mailboxes[mailbox].poll.heldOutputs.contains(index):
        held.append(index)
      case .run, .output: break
      }
    }
    guard !held.isEmpty else { return false }
    if try ledgers[mailbox].state(of: alert.identity) == .new {
      for index in held { _ = outputs.apply(.off, to: index, on: &lines, now: now) }
      reportOutputs()
      try noteDone(mailbox, alert, 0)
    }
    report(mailbox, .waitsBehind(rule: alert.rule))
    leaveWaiting(mailbox, alert, from: first)
    return true
  }
}
