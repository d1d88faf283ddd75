import Bytes
import Rules

// The warnings of `check`, which README and popbell.conf(5) list.
extension SettingsBuilder {
  /// Warns of doubts about `pattern`, which is written as `text` in the condition `assignment`.
  func warn(of pattern: Pattern, _ text: [UInt8], _ assignment: Assignment) {
    for doubt in pattern.doubts { warnings.add(assignment.place, .pattern(doubt, of: text)) }
    let isFrom = assignment.key == .rule(.from)
    if isFrom || assignment.key == .rule(.to),
      let doubt = pattern.addressDoubt ?? (isFrom ? pattern.senderDoubt : nil)
    {
      warnings.add(assignment.place, .pattern(doubt, of: text))
    }
    if assignment.key == .rule(.header), isForgeable(assignment.argument) {
      warnings.add(assignment.place, .forgeable)
    }
  }

  /// Warns of rules that take only messages which an earlier rule takes.
  func warnOfCovered(_ rules: ArraySlice<Rule>) {
    for index in rules.indices {
      // A condition that was left out because of an error may restrict the earlier rule.
      let first = rules[..<index].indices.first { earlier in
        rules[earlier].conditions.count == ruleSections[earlier].assignments(.condition).count
          && (rules[earlier].mailbox != nil || !ruleSections[earlier].has(.rule(.mailbox)))
          && rules[earlier].covers(rules[index], isOnlyMailbox: names.mailboxes.count == 1)
      }
      guard let first else { continue }
      warnings.add(ruleSections[index].place, .neverReached(by: rules[first].name))
    }
  }
}

/// True for fields in which a server says whether the sender is authentic.
private func isForgeable(_ name: [UInt8]) -> Bool {
  let name = name.span
  return name.equalsIgnoringCase("authentication-results")
    || name.equalsIgnoringCase("received-spf")
    || name.equalsIgnoringCase("arc-authentication-results")
}
