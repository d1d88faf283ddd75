import Bytes

// A rule is never reached if an earlier one takes every message that it takes. If that cannot be proved, the
// answer is `false`.

extension Pattern {
  /// True if the pattern certainly matches every text that `other` matches; both must have the same target.
  func covers(_ other: Pattern) -> Bool {
    if takesEveryText { return true }
    guard !isCaseSensitive || other.isCaseSensitive else { return false }
    if case .expression(let first) = self, case .expression(let second) = other,
      first.source == second.source
    {
      return true
    }
    guard let first = asWildcard, let second = other.asWildcard else { return false }
    return first.covers(second)
  }

  /// The pattern as a wildcard; nil for an expression that is more than plain text with optional anchors.
  private var asWildcard: Wildcard? {
    switch self {
    case .wildcard(let wildcard): return wildcard
    case .expression(let expression):
      let source = expression.source
      var text: [UInt8] = []
      if source.first != .ascii("^") { text.append("*") }
      for (index, byte) in source.enumerated() {
        switch byte {
        case .ascii("^") where index == 0: break
        case .ascii("$") where index == source.count - 1: break
        case let byte where byte.isLetter || byte.isDigit || byte == .space || byte >= 0x80:
          text.append(byte)
        default: return nil
        }
      }
      if source.last != .ascii("$") { text.append("*") }
      return try? Wildcard(
        parsing: text.span, for: expression.program.target,
        caseSensitive: expression.isCaseSensitive)
    }
  }
}

extension Wildcard {
  /// A private-use character, which patterns do not contain.
  private static var stranger: UInt32 { 0xE000 }

  fileprivate func covers(_ other: Wildcard) -> Bool {
    if source == other.source { return true }
    guard !elements.contains(.any) else {
      // Of `?` and `*` alone only the length counts; else a `?` may stand for what is longer in `other`.
      return elements.allSatisfy { $0 == .any } && pieces.contains { $0.gap == .run }
        && shortestLength <= other.shortestLength
    }
    return [0, 2].allSatisfy { length in
      let text = other.text(withGapsOf: length)
      var (ranges, steps) = (CaptureRanges(), 0)
      return match(text.span, ranges: &ranges, steps: &steps)
    }
  }

  /// Characters of the shortest text that the wildcard matches.
  private var shortestLength: Int {
    elements.count + pieces.count { $0.gap == .capture }
  }

  /// A text that the wildcard matches, with private-use characters for wildcards: `length` of them for a `*`.
  private func text(withGapsOf length: Int) -> [UInt8] {
    var text: [UInt8] = []
    for piece in pieces {
      let count =
        switch piece.gap {
        case .none: 0
        case .run: length
        case .capture: max(1, length)
        }
      for _ in 0..<count { text.append(utf8: Self.stranger) }
      for element in elements[piece.elements] {
        switch element {
        case .any: text.append(utf8: Self.stranger)
        case .character(let scalar): text.append(utf8: scalar)
        }
      }
    }
    return text
  }
}

extension Condition {
  /// True if the condition certainly holds for every message for which `other` holds.
  func covers(_ other: Condition) -> Bool {
    switch (self, other) {
    case (.subject(let pattern), .subject(let other)), (.from(let pattern), .from(let other)),
      (.to(let pattern), .to(let other)):
      pattern.covers(other)
    case (.header(let index, let pattern), .header(let otherIndex, let other)):
      index == otherIndex && pattern.covers(other)
    case (.subject, _), (.from, _), (.to, _), (.header, _): takesEveryMessage
    }
  }
}

extension Rule {
  /// True if the rule certainly takes every message that `other` takes; `isOnlyMailbox` is true if there is
  /// only one mailbox.
  public func covers(_ other: Rule, isOnlyMailbox: Bool = false) -> Bool {
    guard mailbox == nil || isOnlyMailbox || mailbox == other.mailbox, !conditions.isEmpty else {
      return false
    }
    return conditions.allSatisfy { condition in
      condition.takesEveryMessage || other.conditions.contains { condition.covers($0) }
    }
  }
}
