import Bytes
import Rules

extension PatternError {
  /// Writes the error in words; `text` is the pattern.
  func write(_ text: Span<UInt8>, into sink: inout some ByteSink & ~Copyable) {
    let part = text.extracting(offset..<(offset + length))
    switch reason {
    case .notUTF8, .tooManyCaptures: break
    case .adjacentWildcards, .unclosedBrace, .strayBrace, .badName, .unclosedExpression,
      .emptyExpression, .neverMatches, .badEscape:
      sink.write(quoted: [UInt8](part))
      sink.write(" ")
    case .unclosedGroup, .strayParenthesis, .unclosedBracket, .badClass, .badRange,
      .reversedRange, .emptyClass, .nothingToRepeat, .badRepetition, .reversedRepetition,
      .emptyRepetition, .badCodePoint, .neverInText, .backReference, .lookAround, .possessive,
      .unknownGroup, .anchorEscape, .tooLarge, .tooDeep:
      sink.write(quoted: [UInt8](part))
      sink.write(", character ", characters(in: text.extracting(..<offset)) + 1, ", ")
    }
    reason.write(into: &sink)
  }
}

func characters(in text: Span<UInt8>) -> Int {
  var count = 0
  for index in text.indices where !text[index].isUTF8Tail { count += 1 }
  return count
}

extension PatternError.Reason {
  fileprivate func write(into sink: inout some ByteSink & ~Copyable) {
    switch self {
    case .notUTF8: ValueProblem.notUTF8.write(into: &sink)
    case .adjacentWildcards: sink.write("has no end to the first part: put text between the two")
    case .unclosedBrace: sink.write("has no '}': write '{NAME}', or '\\{' for a brace")
    case .strayBrace: sink.write("has no '{': write '{NAME}', or '\\}' for a brace")
    case .badName:
      sink.write("is no capture: a name is a letter, then letters, digits, '-' and '_', at most ")
      sink.write(decimal: Rules.Limits.captureName)
    case .badEscape: sink.write("escapes nothing: write '\\\\' for a backslash")
    case .tooManyCaptures: CaptureError.Reason.tooMany.write([], into: &sink)
    case .unclosedExpression:
      sink.write("has no '/' at its end, as an expression has: write '\\/' for a slash, ")
      sink.write("and 'case = ignore' for '/i'")
    case .emptyExpression: sink.write("is an empty expression: write '*' for any text")
    case .unclosedGroup: sink.write("has no ')': write '\\(' for a parenthesis")
    case .strayParenthesis: sink.write("has no '(': write '\\)' for a parenthesis")
    case .unclosedBracket: sink.write("has no ']': write '\\[' for a bracket")
    case .badClass: sink.write("is no class: write one such as '[:alpha:]', or the characters")
    case .badRange: sink.write("is no range: put the '-' last where it is a hyphen")
    case .reversedRange: sink.write("goes backwards: write the first character first")
    case .emptyClass: sink.write("takes no character that a text has: leave it out")
    case .nothingToRepeat:
      sink.write("has nothing before it to repeat: put '\\' before it for the character itself")
    case .badRepetition:
      sink.write("is no repetition as '{2}', '{2,}' or '{2,5}': write '\\{' for a brace, ")
      sink.write("'(?<name>...)' to capture")
    case .reversedRepetition: sink.write("goes backwards: write the smaller number first")
    case .emptyRepetition: sink.write("is there no times: leave it out")
    case .badCodePoint:
      sink.write("is no character: write '\\x41', '\\x{E9}' or '\\u{1F525}'")
    case .neverInText: sink.write("shows nothing, so no text has it: leave it out")
    case .neverMatches:
      sink.write("is found in no text: blanks in a row are one, none are at the ends, ")
      sink.write("and '^' and '$' are the ends")
    case .backReference:
      sink.write("is a back-reference, which expressions have not: repeat the part")
    case .lookAround:
      sink.write("looks around, which expressions cannot: write a condition of its own")
    case .possessive: sink.write("gives nothing back, which expressions cannot: write it without")
    case .unknownGroup:
      sink.write("is no group as '(...)', '(?:...)' or '(?<name>...)': write 'case = sensitive' ")
      sink.write("for case")
    case .anchorEscape: sink.write("is no anchor: write '^' for the start, '$' for the end")
    case .tooLarge:
      sink.write("needs more than ", Rules.Limits.states, " states: repeat less")
    case .tooDeep: sink.write("is too deep within other groups: use fewer")
    }
  }
}
