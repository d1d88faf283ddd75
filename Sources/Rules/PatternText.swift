import Bytes

/// The kind of text that a pattern matches.
public enum PatternTarget: Sendable {
  /// Text as a person sees it, normalised by `TextNormaliser`.
  case text
  /// An address as it was sent, not normalised.
  case address
}

/// Which characters count as the same.
enum CaseRule: Sendable, Equatable {
  case sensitive
  /// ASCII letters are the same in either case.
  case ascii
  /// Characters with the same simple case folding are the same.
  case unicode

  init(_ target: PatternTarget, caseSensitive: Bool) {
    self =
      switch target {
      case _ where caseSensitive: .sensitive
      case .text: .unicode
      case .address: .ascii
      }
  }

  /// The character by which all that count as the same are represented.
  func folded(_ scalar: UInt32) -> UInt32 {
    switch self {
    case .sensitive: scalar
    case .ascii: scalar < 0x80 ? Bytes.folded(scalar) : scalar
    case .unicode: Bytes.folded(scalar)
    }
  }
}

/// The characters of a pattern, normalised for its target, each with its offset in the source.
struct PatternText {
  private let source: [UInt8]
  private var scalars: [UInt32] = []
  /// The offset of each character, and of the end.
  private var places: [Int] = []

  /// Reads `text`, which must be UTF-8, from `start` on. `keepingEnds` keeps blanks at the ends, for
  /// expressions.
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

  /// Index of the next such character from `start` on; nil if there is none.
  func firstIndex(of character: Unicode.Scalar, from start: Int) -> Int? {
    var index = start
    while index < count, scalars[index] != character.value { index += 1 }
    return index < count ? index : nil
  }

  /// True if the character at `index` was written as several, such as a run of blanks.
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

  /// The bytes in the source of the characters of `range`.
  func place(of range: Range<Int>) -> Range<Int> {
    let start = places[min(range.lowerBound, count)]
    // Normalisation may have reordered marks.
    return start..<max(start, places[min(range.upperBound, count)])
  }

  func error(_ reason: PatternError.Reason, _ range: Range<Int>) -> PatternError {
    let place = place(of: range)
    return PatternError(reason: reason, offset: place.lowerBound, length: place.count)
  }
}

extension UInt32 {
  /// The character as a byte if it is ASCII; 0xFF otherwise.
  var asciiByte: UInt8 { self < 0x80 ? UInt8(truncatingIfNeeded: self) : 0xFF }

  /// True for ASCII punctuation.
  var isPunctuation: Bool {
    let byte = asciiByte
    return byte > .space && byte < 0x7F && !byte.isLetter && !byte.isDigit
  }
}
