import Bytes

/// The kind of text that a pattern is compared with.
public enum PatternTarget: Sendable {
  /// Text as a person sees it: see `TextNormaliser`.
  case text
  /// An address, as it was sent.
  case address
}

/// The rule by which characters are alike.
enum CaseRule: Sendable, Equatable {
  case sensitive
  /// ASCII letters of either case.
  case ascii
  /// All characters of the same simple folding.
  case unicode

  init(_ target: PatternTarget, caseSensitive: Bool) {
    self =
      switch target {
      case _ where caseSensitive: .sensitive
      case .text: .unicode
      case .address: .ascii
      }
  }

  /// The same character for all that are alike.
  func folded(_ scalar: UInt32) -> UInt32 {
    switch self {
    case .sensitive: scalar
    case .ascii: scalar < 0x80 ? Bytes.folded(scalar) : scalar
    case .unicode: Bytes.folded(scalar)
    }
  }
}

/// A pattern as characters that are compared: each with its place in what was written.
struct PatternText {
  private let source: [UInt8]
  private var scalars: [UInt32] = []
  /// The offset of each of them, and that of the end.
  private var places: [Int] = []

  /// Reads `text` from `start`, which is UTF-8. An expression keeps blanks at its ends.
  init(_ text: Span<UInt8>, from start: Int = 0, _ target: PatternTarget, keepingEnds: Bool) {
    source = [UInt8](text)
    func add(_ scalar: UInt32, _ place: Int) {
      scalars.append(scalar)
      places.append(place)
    }
    var normaliser = TextNormaliser(keepingEnds: keepingEnds)
    var index = start
    while index < text.count {
      let (scalar, length) = text.character(at: index)
      switch target {
      case .text: normaliser.receive(scalar, at: index, add)
      case .address: add(scalar, index)
      }
      index += length
    }
    normaliser.finish(add)
    places.append(text.count)
  }

  var count: Int { scalars.count }

  /// The character at `index`; nil at the end.
  subscript(index: Int) -> UInt32? { index < scalars.count ? scalars[index] : nil }

  func has(_ character: Unicode.Scalar, at index: Int) -> Bool {
    self[index] == character.value
  }

  /// The next index that has the character.
  func firstIndex(of character: Unicode.Scalar, from start: Int) -> Int? {
    var index = start
    while index < count, scalars[index] != character.value { index += 1 }
    return index < count ? index : nil
  }

  /// True if several characters were written for the one at `index`, such as blanks in a row.
  func isRun(at index: Int) -> Bool {
    let place = places[index]
    return place + source.span.character(at: place).length < places[index + 1]
  }

  /// The characters of `range` in UTF-8.
  func bytes(_ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in range { bytes.append(utf8: scalars[index]) }
    return bytes
  }

  /// The bytes that the characters of `range` were written as.
  func place(of range: Range<Int>) -> Range<Int> {
    let start = places[min(range.lowerBound, count)]
    // Marks may have changed places.
    return start..<max(start, places[min(range.upperBound, count)])
  }

  func error(_ reason: PatternError.Reason, _ range: Range<Int>) -> PatternError {
    let place = place(of: range)
    return PatternError(reason: reason, offset: place.lowerBound, length: place.count)
  }
}

extension UInt32 {
  /// A character that is one byte in ASCII; 0xFF for any other.
  var asciiByte: UInt8 { self < 0x80 ? UInt8(truncatingIfNeeded: self) : 0xFF }

  /// ASCII punctuation.
  var isPunctuation: Bool {
    let byte = asciiByte
    return byte > .space && byte < 0x7F && !byte.isLetter && !byte.isDigit
  }
}
