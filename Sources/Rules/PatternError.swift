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
