/// A part of a pattern that means something, and likely not what was meant.
public struct PatternDoubt: Equatable, Sendable {
  public enum Reason: Sendable {
    /// An expression that is found in any text, as `/x*/` is.
    case takesEveryText
    /// A bracket that has a character twice, as `[ALARM]` has: it is one character of them.
    case repeatedInBracket

    /// A pattern for addresses that is like none, such as one with a name in front.
    case takesNoAddress

    // Of patterns for a sender: it takes addresses of other domains.
    /// Text may follow, as in `panel@example*`.
    case domainGoesOn
    /// The domain may begin before the part, as in `*example.net`.
    case domainBeginsEarlier
  }

  public let reason: Reason
  /// Bytes of the pattern.
  public let offset: Int
  public let length: Int

  package init(reason: Reason, offset: Int, length: Int) {
    (self.reason, self.offset, self.length) = (reason, offset, length)
  }
}

extension Pattern {
  /// The doubts that `check` may warn of.
  public var doubts: [PatternDoubt] {
    switch self {
    case .wildcard: return []
    case .expression(let expression):
      guard takesEveryText else { return expression.doubts }
      let length = expression.source.count + 2
      return [PatternDoubt(reason: .takesEveryText, offset: 0, length: length)] + expression.doubts
    }
  }
}
