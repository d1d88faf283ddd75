import Bytes

/// A pattern for a whole text: `*` matches any run, `?` one character, `{name}` a run of at least one
/// character.
///
/// It is stored as pieces with a fixed number of characters, each with a gap before it.
public struct Wildcard: Sendable {
  enum Element: Equatable, Sendable {
    /// This character, which is folded if case is ignored.
    case character(UInt32)
    case any
  }

  enum Gap: Equatable, Sendable { case none, run, capture }

  struct Piece: Sendable {
    let gap: Gap
    let elements: Range<Int>
  }

  let source: [UInt8]
  let rule: CaseRule
  let elements: [Element]
  let pieces: [Piece]
  /// The names of the captures, from left to right.
  let names: [[UInt8]]

  var isCaseSensitive: Bool { rule == .sensitive }

  init(
    parsing text: Span<UInt8>, for target: PatternTarget, caseSensitive: Bool
  ) throws(PatternError) {
    rule = CaseRule(target, caseSensitive: caseSensitive)
    let characters = PatternText(text, target, keepingEnds: false)
    var parser = WildcardParser(rule, target)
    var index = 0
    while index < characters.count { index = try parser.take(characters, at: index) }
    parser.endPiece()
    source = [UInt8](text)
    elements = parser.elements
    pieces = parser.pieces
    names = parser.names
  }
}

// wildcard = *( "*" / "?" / "{" name "}" / "\" punctuation / character )
// name     = letter *( letter / digit / "-" / "_" )
private struct WildcardParser {
  let target: PatternTarget
  /// The case rule of the text; after the "@" of an address, that of host names, which ignores ASCII case.
  var rule: CaseRule
  var elements: [Wildcard.Element] = []
  var pieces: [Wildcard.Piece] = []
  var names: [[UInt8]] = []

  // The current piece: its gap, the index at which the gap was written, and the start of its elements.
  private var gap = Wildcard.Gap.none
  private var gapIndex = 0
  private var start = 0

  init(_ rule: CaseRule, _ target: PatternTarget) { (self.rule, self.target) = (rule, target) }

  /// Parses the element at `index`. Returns the index behind it.
  mutating func take(_ text: PatternText, at index: Int) throws(PatternError) -> Int {
    guard let scalar = text[index] else { return index }
    switch scalar.asciiByte {
    case .ascii("*"):
      if gap == .run, start == elements.count { return index + 1 }
      try begin(.run, text, index..<(index + 1))
      return index + 1
    case .ascii("?"):
      elements.append(.any)
      return index + 1
    case .ascii("{"):
      return try takeCapture(text, at: index)
    case .ascii("}"):
      throw text.error(.strayBrace, index..<(index + 1))
    case .ascii("\\"):
      guard let next = text[index + 1], next.isPunctuation else {
        throw text.error(.badEscape, index..<min(index + 2, text.count))
      }
      elements.append(.character(next))
      return index + 2
    default:
      if target == .address, scalar.asciiByte == .ascii("@") { rule = .ascii }
      elements.append(.character(rule.folded(scalar)))
      return index + 1
    }
  }

  private mutating func takeCapture(_ text: PatternText, at index: Int) throws(PatternError) -> Int
  {
    guard let close = text.firstIndex(of: "}", from: index) else {
      throw text.error(.unclosedBrace, index..<text.count)
    }
    let place = index..<(close + 1)
    let name = text.bytes((index + 1)..<close)
    guard isCaptureName(name.span) else { throw text.error(.badName, place) }
    try begin(.capture, text, place)
    guard names.count < Limits.captures else { throw text.error(.tooManyCaptures, place) }
    names.append(name)
    return close + 1
  }

  private mutating func begin(
    _ next: Wildcard.Gap, _ text: PatternText, _ place: Range<Int>
  ) throws(PatternError) {
    guard gap == .none || start < elements.count else {
      throw text.error(.adjacentWildcards, gapIndex..<place.upperBound)
    }
    endPiece()
    (gap, gapIndex, start) = (next, place.lowerBound, elements.count)
  }

  mutating func endPiece() {
    pieces.append(.init(gap: gap, elements: start..<elements.count))
  }
}
