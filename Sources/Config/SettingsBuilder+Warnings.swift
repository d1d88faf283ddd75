import Bytes
import Rules

// The doubts of `check`; README and popbell.conf(5) list them.
extension SettingsBuilder {
  /// Warns of what is doubtful about the condition of an assignment, which is `pattern`, written as `text`.
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

  /// Warns of rules that take nothing but what one before them takes.
  func warnOfCovered(_ rules: ArraySlice<Rule>) {
    for index in rules.indices {
      // A condition that was left out for an error may well narrow it.
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

/// True for a field in which a server says whether it believes a sender.
private func isForgeable(_ name: [UInt8]) -> Bool {
  let name = name.span
  return name.equalsIgnoringCase("authentication-results")
    || name.equalsIgnoringCase("received-spf")
    || name.equalsIgnoringCase("arc-authentication-results")
}
