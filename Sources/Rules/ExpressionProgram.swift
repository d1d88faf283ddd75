import Bytes

/// A compiled expression: the states of a machine that reads a text a character at a time.
struct ExpressionProgram: Sendable {
  // Branches are relative, so that a part can be moved and copied unchanged.
  enum State: Sendable, Equatable {
    /// Accepts this character, which is folded if case is ignored.
    case character(UInt32)
    case any
    /// Accepts a character of the set with this index.
    case set(Int16)
    /// Continues at both targets, and prefers the first.
    case split(Int16, Int16)
    case jump(Int16)
    /// Saves the position in this slot: an even slot for the start of a group, an odd one for its end.
    case save(Int16)
    case assertion(Assertion)
    case match
  }

  /// A condition on a position in the text.
  enum Assertion: Sendable, Equatable { case start, end, wordBoundary, noWordBoundary }

  let states: [State]
  let sets: [CharacterSet]
  let rule: CaseRule
  let target: PatternTarget
  /// Number of saved positions: two for each captured group.
  let slots: Int

  /// True if the state accepts the character, which must be folded if case is ignored.
  func takes(_ state: State, _ scalar: UInt32) -> Bool {
    switch state {
    case .character(let other): scalar == other
    case .any: true
    case .set(let index): sets[Int(index)].contains(scalar)
    case .split, .jump, .save, .assertion, .match: false
    }
  }
}

extension ExpressionProgram.Assertion {
  /// True if the assertion holds between the characters `before` and `after`, which are nil at the ends of
  /// the text.
  func holds(_ before: UInt32?, _ after: UInt32?) -> Bool {
    switch self {
    case .start: before == nil
    case .end: after == nil
    case .wordBoundary: isWord(before) != isWord(after)
    case .noWordBoundary: isWord(before) == isWord(after)
    }
  }
}

private func isWord(_ scalar: UInt32?) -> Bool {
  guard let byte = scalar?.asciiByte else { return false }
  return byte.isLetter || byte.isDigit || byte == 0x5F
}
