/// A part of a pattern that is valid, but probably not what was meant.
public struct PatternDoubt: Equatable, Sendable {
  public enum Reason: Sendable {
    /// An expression that is found in every text, such as `/x*/`.
    case takesEveryText
    /// A bracket that contains a character twice, such as `[ALARM]`, which matches one character.
    case repeatedInBracket

    /// An address pattern that matches no address, such as one with a display name.
    case takesNoAddress

    // Of sender patterns that match addresses of other domains.
    /// Text may follow the domain, as in `panel@example*`.
    case domainGoesOn
    /// The domain may begin before the part in the pattern, as in `*example.net`.
    case domainBeginsEarlier
  }

  public let reason: Reason
  /// The part's offset and length in the pattern, in bytes.
  public let offset: Int
  public let length: Int

  package init(reason: Reason, offset: Int, length: Int) {
    (self.reason, self.offset, self.length) = (reason, offset, length)
  }
}

extension Pattern {
  /// The doubts about the pattern, for warnings of `check`.
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
