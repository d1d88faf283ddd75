import Bytes
import Config
import Ledger
import Rules

// The order of alerts such as "on" and "off" is kept: if "on" has to wait, "off" must not act before it.
extension Supervisor where S: ~Copyable {
  /// Notes which outputs a waiting alert is still to leave on, with its actions from `first` on.
  func hold(_ mailbox: Int, rule: Int, from first: Int) {
    for action in settings.rules.rules[rule].actions.dropFirst(first) {
      switch action {
      case .output(let index, let change) where change.mayLeaveOn:
        mailboxes[mailbox].poll.heldOutputs.append(index)
      case .run, .output: break
      }
    }
  }

  /// True if an alert, with its actions from `first` on, switches off an output that an earlier, waiting
  /// alert is to switch on; then it waits as well, and the match is answered. When it is first met, it also
  /// switches that output off at once.
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
