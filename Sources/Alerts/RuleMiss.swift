internal import Bytes
public import Mail
public import Rules

/// A rule that does not take a message, and why.
public struct RuleMiss: Sendable, Equatable {
  public enum Reason: Sendable, Equatable {
    /// The rule is for another mailbox.
    case otherMailbox
    /// The condition with this index is the first that does not hold, for this part of the message.
    case condition(Int, Sight)
  }

  /// Index of the rule in `RuleSet.rules`.
  public let rule: Int
  public let reason: Reason

  public init(rule: Int, _ reason: Reason) {
    self.rule = rule
    self.reason = reason
  }

  /// `mismatch` is why `rule` does not take the message.
  public init(
    rule: Int, _ mismatch: Mismatch, of header: borrowing MessageHeader, in rules: RuleSet
  ) {
    self.rule = rule
    reason =
      switch mismatch {
      case .otherMailbox: .otherMailbox
      case .condition(let index):
        .condition(index, rules.rules[rule].conditions[index].sight(of: header))
      }
  }
}

/// The part of a message that a condition looked at.
public enum Sight: Sendable, Equatable {
  /// At most `limit` bytes without control bytes; `...` marks a cut.
  case text([UInt8])
  /// The message has no such field, or no address in it.
  case nothing
  /// The message has no sender. The text says why, and is bounded like that of `text`.
  case noSender([UInt8])

  /// Maximum bytes of a text: two lines of a terminal.
  public static var limit: Int { 200 }
}

extension Condition {
  /// The part of the message that the condition looks at.
  func sight(of header: borrowing MessageHeader) -> Sight {
    switch self {
    case .subject: return .text(bounded(header.subject))
    case .from:
      if let from = header.from { return .text(bounded(from)) }
      let words = header.senderProblem?.words(from: header.value(of: .from)) ?? []
      return .noSender(bounded(words.span))
    case .to:
      var addresses: [UInt8] = []
      header.forEachTo { address in
        if !addresses.isEmpty { addresses.append(", ") }
        addresses.append(address)
        return addresses.count <= Sight.limit
      }
      return addresses.isEmpty ? .nothing : .text(bounded(addresses.span))
    case .header(let index, _):
      guard let text = header.extra(index) else { return .nothing }
      return .text(bounded(text))
    }
  }
}

private func bounded(_ text: Span<UInt8>) -> [UInt8] {
  guard text.count > Sight.limit else { return plainText(text, within: Sight.limit) }
  return plainText(text, within: Sight.limit - 3) + [UInt8]("...")
}
