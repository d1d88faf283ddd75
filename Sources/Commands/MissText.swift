import Alerts
import Bytes
import Rules

extension [UInt8] {
  /// Adds why a rule does not take a message: `rule fire: subject = FIRE * is not met: "Backup ok"`.
  ///
  /// The text behind the name is aligned for names of up to `width` bytes.
  mutating func append(_ miss: RuleMiss, of rules: RuleSet, width: Int = 0) {
    let rule = rules.rules[miss.rule]
    append("rule ")
    append(rule.name)
    append(": ")
    for _ in 0..<Swift.max(0, width - rule.name.count) { append(.space) }
    switch miss.reason {
    case .otherMailbox:
      append("is for mailbox ")
      if let mailbox = rule.mailbox { append(rules.names.mailboxes[mailbox]) }
    case .condition(let index, let sight):
      rule.conditions[index].describe(rules.names, into: &self)
      append(" is not met: ")
      append(sight)
    }
  }

  /// Adds that no rule takes a message: `no rule takes message 3 "Backup ok" from nas@example.net`.
  mutating func append(_ message: UnmatchedMessage, of rules: RuleSet) {
    append("no rule takes message ")
    append(decimal: UInt64(message.number))
    append(" \"")
    append(showing: message.subject.span)
    append("\"")
    if !message.from.isEmpty {
      append(" from ")
      append(showing: message.from.span)
    }
    if let nearest = message.nearest {
      append("; nearest is ")
      append(nearest, of: rules)
    }
  }

  private mutating func append(_ sight: Sight) {
    switch sight {
    case .text(let value):
      append("\"")
      append(showing: value.span)
      append("\"")
    case .nothing: append("there is none")
    case .noSender(let words): append(showing: words.span)
    }
  }
}

extension RuleSet {
  /// Bytes of the longest name.
  var nameWidth: Int { rules.reduce(0) { max($0, $1.name.count) } }
}
