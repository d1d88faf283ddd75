/// Why a text is no pattern, and which part of it is to blame.
public struct PatternError: Error, Equatable, Sendable {
  public enum Reason: Sendable {
    case notUTF8
    /// Two wildcards of any length touch: where one ends and the other begins nobody can say.
    case adjacentWildcards
    case unclosedBrace
    case strayBrace
    /// Not a letter followed by letters, digits, `-` and `_`, or over `Limits.captureName`.
    case badName
    /// A backslash at the end, or before what stands for itself anyway.
    case badEscape
    case tooManyCaptures
    /// It begins with `/` and does not end with one.
    case unclosedExpression
    case emptyExpression

    // Of expressions: what is left open, or means nothing.
    case unclosedGroup, strayParenthesis, unclosedBracket
    /// `[:name:]` with no such name; `[.a.]`, `[=a=]`.
    case badClass
    /// A range with a class at an end.
    case badRange
    case reversedRange
    /// No text has a character that it takes.
    case emptyClass
    case nothingToRepeat
    /// A brace that is no `{2}`, `{2,}` or `{2,5}`.
    case badRepetition
    case reversedRepetition
    /// `{0}`.
    case emptyRepetition
    /// Not a Unicode scalar in hexadecimal digits.
    case badCodePoint
    /// A character that shows nothing.
    case neverInText
    /// There is no text that it is found in.
    case neverMatches

    // Of expressions: what other languages have.
    case backReference, lookAround, possessive
    /// `(?` with anything but `:` or `<name>` behind it.
    case unknownGroup
    /// `\A`, `\Z`, `\z`.
    case anchorEscape

    /// Over `Limits.states`.
    case tooLarge
    /// Over `Limits.nesting`.
    case tooDeep
  }

  public let reason: Reason
  public let offset: Int
  public let length: Int
}

/// Why a rule's patterns cannot stand together.
public struct CaptureError: Error, Equatable, Sendable {
  public enum Reason: Sendable { case nameTaken, nameReserved, tooMany }

  public let reason: Reason
  /// The name as the pattern writes it; empty where there are too many.
  public let name: [UInt8]
}
