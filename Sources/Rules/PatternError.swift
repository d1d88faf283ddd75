/// Why a pattern is not valid, and the part of it that is to blame.
public struct PatternError: Error, Equatable, Sendable {
  public enum Reason: Sendable {
    case notUTF8
    /// Two wildcards of any length are adjacent, so that the end of the first is undefined.
    case adjacentWildcards
    case unclosedBrace
    case strayBrace
    /// A capture name that is not a letter followed by letters, digits, `-` and `_`, or is longer than
    /// `Limits.captureName`.
    case badName
    /// A backslash at the end, or before a character that needs no escape.
    case badEscape
    case tooManyCaptures
    /// An expression that begins with `/`, but does not end with it.
    case unclosedExpression
    case emptyExpression

    // Syntax errors of expressions.
    case unclosedGroup, strayParenthesis, unclosedBracket
    /// `[:name:]` with an unknown name; `[.a.]` or `[=a=]`.
    case badClass
    /// A range with a class at one end.
    case badRange
    case reversedRange
    /// A set without a character that a text can contain.
    case emptyClass
    case nothingToRepeat
    /// A brace that is not `{2}`, `{2,}` or `{2,5}`.
    case badRepetition
    case reversedRepetition
    /// `{0}`.
    case emptyRepetition
    /// An escape that is not a Unicode scalar in hexadecimal digits.
    case badCodePoint
    /// A character that is invisible, and thus in no text.
    case neverInText
    /// An expression that is found in no text.
    case neverMatches

    // Constructs of other languages.
    case backReference, lookAround, possessive
    /// `(?` that is not followed by `:` or `<name>`.
    case unknownGroup
    /// `\A`, `\Z`, `\z`.
    case anchorEscape

    /// An expression with more than `Limits.states` states.
    case tooLarge
    /// Groups nested deeper than `Limits.nesting`.
    case tooDeep
  }

  public let reason: Reason
  public let offset: Int
  public let length: Int
}

/// Why the captures of a rule's patterns are not valid together.
public struct CaptureError: Error, Equatable, Sendable {
  public enum Reason: Sendable { case nameTaken, nameReserved, tooMany }

  public let reason: Reason
  /// The name as the pattern has it; empty if there are too many captures.
  public let name: [UInt8]
}
