import Bytes

/// A pattern for a whole text: `*` any run, `?` one character, `{name}` a run of one byte or more.
///
/// It is kept as pieces of fixed length, in characters, with a gap of any length before each.
public struct Wildcard: Sendable {
  enum Element: Equatable, Sendable {
    case byte(UInt8)
    case character
  }

  enum Gap: Equatable, Sendable { case none, run, capture }

  struct Piece: Sendable {
    let gap: Gap
    let elements: Range<Int>
    let characters: Int
  }

  let source: [UInt8]
  let caseSensitive: Bool
  let elements: [Element]
  let pieces: [Piece]
  /// The names of its captures, from left to right.
  let names: [[UInt8]]

  init(parsing text: Span<UInt8>, caseSensitive: Bool) throws(PatternError) {
    var parser = WildcardParser(caseSensitive: caseSensitive)
    var index = 0
    while index < text.count { index = try parser.take(text, at: index) }
    parser.endPiece()
    source = [UInt8](text)
    self.caseSensitive = caseSensitive
    elements = parser.elements
    pieces = parser.pieces
    names = parser.names
  }
}

// wildcard = *( "*" / "?" / "{" name "}" / "\" punctuation / OCTET )
// name     = letter *( letter / digit / "-" / "_" )
private struct WildcardParser {
  let caseSensitive: Bool
  var elements: [Wildcard.Element] = []
  var pieces: [Wildcard.Piece] = []
  var names: [[UInt8]] = []

  // The piece being read: its gap, where that gap was written, and where its elements begin.
  private var gap = Wildcard.Gap.none
  private var gapOffset = 0
  private var start = 0

  init(caseSensitive: Bool) { self.caseSensitive = caseSensitive }

  /// Reads what stands at `index`, and gives the index behind it.
  mutating func take(_ text: Span<UInt8>, at index: Int) throws(PatternError) -> Int {
    switch text[index] {
    case .ascii("*"):
      if gap == .run, start == elements.count { return index + 1 }
      try begin(.run, index..<(index + 1))
      return index + 1
    case .ascii("?"):
      elements.append(.character)
      return index + 1
    case .ascii("{"):
      return try takeCapture(text, at: index)
    case .ascii("}"):
      throw PatternError(reason: .strayBrace, offset: index, length: 1)
    case .ascii("\\"):
      guard index + 1 < text.count, text[index + 1].isPunctuation else {
        let length = index + 1 < text.count ? 1 + text.characterLength(at: index + 1) : 1
        throw PatternError(reason: .badEscape, offset: index, length: length)
      }
      append(text[index + 1])
      return index + 2
    default:
      append(text[index])
      return index + 1
    }
  }

  private mutating func takeCapture(_ text: Span<UInt8>, at index: Int) throws(PatternError) -> Int
  {
    guard let close = text.firstIndex(of: .ascii("}"), from: index) else {
      throw PatternError(reason: .unclosedBrace, offset: index, length: text.count - index)
    }
    let name = text.extracting((index + 1)..<close)
    guard isCaptureName(name) else {
      throw PatternError(reason: .badName, offset: index, length: close + 1 - index)
    }
    try begin(.capture, index..<(close + 1))
    guard names.count < Limits.captures else {
      throw PatternError(reason: .tooManyCaptures, offset: index, length: close + 1 - index)
    }
    names.append([UInt8](name))
    return close + 1
  }

  private mutating func begin(_ next: Wildcard.Gap, _ place: Range<Int>) throws(PatternError) {
    guard gap == .none || start < elements.count else {
      throw PatternError(
        reason: .adjacentWildcards, offset: gapOffset, length: place.upperBound - gapOffset)
    }
    endPiece()
    (gap, gapOffset, start) = (next, place.lowerBound, elements.count)
  }

  mutating func endPiece() {
    var characters = 0
    for element in elements[start...] {
      if case .byte(let byte) = element, byte.isUTF8Tail { continue }
      characters += 1
    }
    pieces.append(.init(gap: gap, elements: start..<elements.count, characters: characters))
  }

  private mutating func append(_ byte: UInt8) {
    elements.append(.byte(caseSensitive ? byte : byte.lowercased))
  }
}

extension UInt8 {
  fileprivate var isPunctuation: Bool { self > .space && self < 0x7F && !isLetter && !isDigit }
}
