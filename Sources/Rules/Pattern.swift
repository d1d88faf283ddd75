import Bytes

/// A text to match: a wildcard for all of it, or an expression found in it.
public enum Pattern: Sendable {
  case wildcard(Wildcard)
  case expression(Expression)

  // pattern    = expression / wildcard
  // expression = "/" 1*OCTET "/"
  /// Reads a pattern, which is as it was written, without quotes or comments.
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

  /// The pattern as it was written.
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

  /// True if it is plain that it takes any text: `*`, and what is found at the start of any.
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
