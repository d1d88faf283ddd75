import Bytes

// bracket = "[" ["^"] ["]"] *( item / item "-" item ) "]"        ; POSIX, XBD section 9.3.5
// item    = literal / "\" escape / "[:" name ":]"
extension ExpressionParser {
  /// Parses what follows a `[`.
  mutating func takeBracket() throws(PatternError) -> Part {
    let start = index - 1
    let isNegated = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    let first = index
    while index == first || !text.has("]", at: index) {
      guard index < text.count else { throw text.error(.unclosedBracket, start..<index) }
      ranges += try takeRanges(of: start)
    }
    index += 1
    if hasCharacterTwice(ranges) { doubt(.repeatedInBracket, start..<index) }
    try emit(ranges, isNegated: isNegated, from: start)
    return Part(isNullable: false)
  }

  /// Parses an item or a range.
  private mutating func takeRanges(of bracket: Int) throws(PatternError) -> [ClosedRange<UInt32>] {
    let start = index
    let low = try takeItem(of: bracket)
    let isRange =
      text.has("-", at: index) && index + 1 < text.count && !text.has("]", at: index + 1)
    guard isRange else { return low.ranges }
    index += 1
    let high = try takeItem(of: bracket)
    guard let low = low.character, let high = high.character else {
      throw text.error(.badRange, start..<index)
    }
    guard low <= high else { throw text.error(.reversedRange, start..<index) }
    return [low...high]
  }

  private mutating func takeItem(of bracket: Int) throws(PatternError) -> Escape {
    let start = index
    guard let scalar = text[index] else { throw text.error(.unclosedBracket, bracket..<index) }
    index += 1
    switch scalar.asciiByte {
    case .ascii("\\"):
      let escape = try escape()
      guard case .assertion = escape else { return escape }
      throw text.error(.badEscape, start..<index)
    case .ascii("["):
      let mark = text[index]?.asciiByte
      let isClass = mark == .ascii(":") || mark == .ascii(".") || mark == .ascii("=")
      return isClass ? .set(try takeClass(start)) : .character(scalar)
    default: return .character(scalar)
    }
  }

  /// Parses `[:name:]`, from the colon on.
  private mutating func takeClass(_ start: Int) throws(PatternError) -> [ClosedRange<UInt32>] {
    let close = text.firstIndex(of: "]", from: index) ?? text.count
    let end = min(close + 1, text.count)
    guard text.has(":", at: index), close > index + 1, text.has(":", at: close - 1) else {
      throw text.error(.badClass, start..<end)
    }
    let name = text.bytes((index + 1)..<(close - 1))
    guard let ranges = CharacterSet.ranges(ofClass: name.span) else {
      throw text.error(.badClass, start..<end)
    }
    index = close + 1
    return ranges
  }
}

/// True if a single character occurs twice among `ranges`.
private func hasCharacterTwice(_ ranges: [ClosedRange<UInt32>]) -> Bool {
  for index in ranges.indices where ranges[index].count == 1 {
    for other in ranges[..<index] where other == ranges[index] { return true }
  }
  return false
}

extension ExpressionParser.Escape {
  fileprivate var character: UInt32? {
    switch self {
    case .character(let scalar): scalar
    case .set, .assertion: nil
    }
  }

  fileprivate var ranges: [ClosedRange<UInt32>] {
    switch self {
    case .character(let scalar): [scalar...scalar]
    case .set(let ranges): ranges
    case .assertion: []
    }
  }
}
