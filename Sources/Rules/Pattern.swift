import Bytes

/// A pattern for texts: a wildcard, which must match the whole text, or an expression, which is found in it.
public enum Pattern: Sendable {
  case wildcard(Wildcard)
  case expression(Expression)

  // pattern    = expression / wildcard
  // expression = "/" 1*OCTET "/"
  /// Parses a pattern from the value in the configuration, without quotes or comment.
  public init(
    parsing text: Span<UInt8>, for target: PatternTarget, caseSensitive: Bool
  ) throws(PatternError) {
    if let offset = text.firstIndexNotUTF8 {
      throw PatternError(reason: .notUTF8, offset: offset, length: 1)
    }
    guard text.hasPrefix("/") else {
      self = .wildcard(
        try Wildcard(parsing: text, for: target, caseSensitive: caseSensitive))
      return
    }
    guard text.count > 1, text[text.count - 1] == .ascii("/") else {
      throw PatternError(reason: .unclosedExpression, offset: 0, length: text.count)
    }
    guard text.count > 2 else {
      throw PatternError(reason: .emptyExpression, offset: 0, length: 2)
    }
    self = .expression(try Expression(parsing: text, for: target, caseSensitive: caseSensitive))
  }

  /// Writes the pattern as it was written.
  public func describe(into sink: inout some ByteSink & ~Copyable) {
    switch self {
    case .wildcard(let wildcard):
      sink.write(wildcard.source)
    case .expression(let expression):
      sink.write(.ascii("/"))
      sink.write(expression.source)
      sink.write(.ascii("/"))
    }
  }

  /// True if the pattern certainly matches every text: `*`, or an expression found at the start of any.
  var takesEveryText: Bool {
    switch self {
    case .wildcard(let wildcard):
      wildcard.elements.isEmpty && wildcard.pieces.count == 2 && wildcard.pieces[1].gap == .run
    case .expression(let expression): expression.program.takesEveryText
    }
  }

  public var isCaseSensitive: Bool {
    switch self {
    case .wildcard(let wildcard): wildcard.isCaseSensitive
    case .expression(let expression): expression.isCaseSensitive
    }
  }
}
