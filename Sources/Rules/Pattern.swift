import Bytes

/// A text to match: a wildcard for all of it, or an expression found in it.
public enum Pattern: Sendable {
  case wildcard(Wildcard)
  case expression(Expression)

  // pattern    = expression / wildcard
  // expression = "/" 1*OCTET "/"            ; a POSIX extended regular expression
  /// Reads a pattern, which is as it was written, without quotes or comments.
  ///
  /// `expressionIndex` is the number that it gets where it is an expression.
  public init(parsing text: Span<UInt8>, caseSensitive: Bool, expressionIndex: Int)
    throws(PatternError)
  {
    if let offset = text.firstIndexNotUTF8 {
      throw PatternError(reason: .notUTF8, offset: offset, length: 1)
    }
    guard text.hasPrefix("/") else {
      self = .wildcard(try Wildcard(parsing: text, caseSensitive: caseSensitive))
      return
    }
    guard text.count > 1, text[text.count - 1] == .ascii("/") else {
      throw PatternError(reason: .unclosedExpression, offset: 0, length: text.count)
    }
    let source = text.extracting(1..<(text.count - 1))
    guard !source.isEmpty else {
      throw PatternError(reason: .emptyExpression, offset: 0, length: 2)
    }
    self = .expression(
      Expression(source: source, caseSensitive: caseSensitive, index: expressionIndex))
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

  /// True if it is `*`; an expression is never known to be.
  var takesEveryText: Bool {
    switch self {
    case .wildcard(let wildcard):
      wildcard.elements.isEmpty && wildcard.pieces.count == 2 && wildcard.pieces[1].gap == .run
    case .expression: false
    }
  }

  public var isCaseSensitive: Bool {
    switch self {
    case .wildcard(let wildcard): wildcard.caseSensitive
    case .expression(let expression): expression.caseSensitive
    }
  }
}
