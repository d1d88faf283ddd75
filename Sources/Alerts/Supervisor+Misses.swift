import Config
import Ledger
import Rules

// Reports of a fetcher about messages that no rule takes. They are for people only, but checked as well.
extension Supervisor where S: ~Copyable {
  /// Reports a message that no rule takes. Returns `false` if the report cannot be true.
  mutating func unmatched(_ mailbox: Int, _ message: UnmatchedMessage) -> Bool {
    let box = mailboxes[mailbox]
    guard box.poll.unmatched < box.poll.countedMessages, message.number <= box.poll.countedMessages,
      message.nearest.map({ isPossible($0, in: mailbox) }) ?? true
    else { return false }
    box.poll.unmatched += 1
    report(mailbox, .unmatched(message))
    return true
  }

  /// Reports a rule that does not take a message. Returns `false` if the report cannot be true.
  mutating func missed(_ mailbox: Int, _ miss: RuleMiss) -> Bool {
    let box = mailboxes[mailbox]
    let most = UInt64(box.poll.countedMessages) * UInt64(settings.rules.rules.count)
    guard mode == .once(dryRun: true), box.poll.misses < most, isPossible(miss, in: mailbox) else {
      return false
    }
    box.poll.misses += 1
    report(mailbox, .missed(miss))
    return true
  }

  private func isPossible(_ miss: RuleMiss, in mailbox: Int) -> Bool {
    guard miss.rule < settings.rules.rules.count else { return false }
    let rule = settings.rules.rules[miss.rule]
    let isHere = rule.mailbox == nil || rule.mailbox == mailbox
    switch miss.reason {
    case .otherMailbox: return !isHere
    case .condition(let index, _): return isHere && index < rule.conditions.count
    }
  }
}
