import Bytes

/// An expression as the states of a machine that reads text a character at a time.
struct ExpressionProgram: Sendable {
  // The next states are told as distances: a part is moved and copied as it is.
  enum State: Sendable, Equatable {
    /// Takes this character, which is folded where case does not matter.
    case character(UInt32)
    case any
    /// Takes a character of the set with the number.
    case set(Int16)
    /// Goes on at both, rather at the first.
    case split(Int16, Int16)
    case jump(Int16)
    /// Keeps the place: that where a group begins, or behind it that where it ends.
    case save(Int16)
    case assertion(Assertion)
    case match
  }

  /// A demand on a place in the text.
  enum Assertion: Sendable, Equatable { case start, end, wordBoundary, noWordBoundary }

  let states: [State]
  let sets: [CharacterSet]
  let rule: CaseRule
  let target: PatternTarget
  /// The places that are kept: two for each group that is captured.
  let slots: Int

  /// True if the state, which takes a character, takes this one, folded where case does not matter.
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
  /// `before` and `after` are the characters around the place; nil where the text ends.
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
