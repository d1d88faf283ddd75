/// Converts text into what a person sees of it, a character at a time, in fixed memory.
///
/// Law: runs of blanks and control characters become one blank, and those at the ends are dropped; invisible
/// characters are dropped; canonically equivalent texts become the same (NFC), except for what
/// `UnicodeTables` leaves out. Only blanks become ASCII characters that were none.
public struct TextNormaliser: Sendable {
  /// Maximum number of marks on a character, two more than the 30 of Unicode's Stream-Safe Text Format;
  /// further ones are dropped.
  private static let capacity = 32

  /// True to keep blanks at the ends.
  private let keepsEnds: Bool
  private var starter: (scalar: UInt32, place: Int)?
  private var marks = InlineArray<32, UInt32>(repeating: 0)
  private var markPlaces = InlineArray<32, Int>(repeating: 0)
  private var count = 0
  private var blankPlace: Int?
  private var isEmpty = true

  public init(keepingEnds: Bool = false) { keepsEnds = keepingEnds }

  /// Adds the character at `place`. Calls `emit` with each character that is complete, and its place.
  public mutating func receive(_ scalar: UInt32, at place: Int = 0, _ emit: (UInt32, Int) -> Void) {
    switch Visibility(of: scalar) {
    case .blank: if blankPlace == nil { blankPlace = place }
    case .nothing: return
    case .character:
      takeBlank(unless: isEmpty, emit)
      isEmpty = false
      decompose(scalar, place, emit)
    }
  }

  /// Ends the text. Calls `emit` with the remaining characters.
  public mutating func finish(_ emit: (UInt32, Int) -> Void) {
    takeBlank(unless: true, emit)
    flush(emit)
  }

  private mutating func takeBlank(unless isAtEnd: Bool, _ emit: (UInt32, Int) -> Void) {
    if let blankPlace, keepsEnds || !isAtEnd { add(0x20, blankPlace, emit) }
    blankPlace = nil
  }

  private mutating func decompose(_ scalar: UInt32, _ place: Int, _ emit: (UInt32, Int) -> Void) {
    guard let (first, second) = decomposition(of: scalar) else { return add(scalar, place, emit) }
    decompose(first, place, emit)
    if second != 0 { add(second, place, emit) }
  }

  private mutating func add(_ scalar: UInt32, _ place: Int, _ emit: (UInt32, Int) -> Void) {
    let order = combiningClass(of: scalar)
    if order > 0 {
      guard count < Self.capacity else { return }
      var index = count
      while index > 0, combiningClass(of: marks[index - 1]) > order {
        marks[index] = marks[index - 1]
        markPlaces[index] = markPlaces[index - 1]
        index -= 1
      }
      (marks[index], markPlaces[index]) = (scalar, place)
      count += 1
      return
    }
    composeMarks()
    if count == 0, let first = starter, let both = composition(of: first.scalar, scalar) {
      starter = (both, first.place)
    } else {
      flush(emit)
      starter = (scalar, place)
    }
  }

  /// Combines the character with the marks that compose with it.
  private mutating func composeMarks() {
    guard var first = starter else { return }
    var kept = 0
    for index in 0..<count {
      // A mark does not compose if another one of its class stands before it.
      let isBlocked =
        kept > 0 && combiningClass(of: marks[kept - 1]) == combiningClass(of: marks[index])
      if !isBlocked, let both = composition(of: first.scalar, marks[index]) {
        first.scalar = both
      } else {
        (marks[kept], markPlaces[kept]) = (marks[index], markPlaces[index])
        kept += 1
      }
    }
    (starter, count) = (first, kept)
  }

  private mutating func flush(_ emit: (UInt32, Int) -> Void) {
    composeMarks()
    if let starter { emit(starter.scalar, starter.place) }
    for index in 0..<count { emit(marks[index], markPlaces[index]) }
    (starter, count) = (nil, 0)
  }
}

/// The normalised form of a single character; nil if it is invisible or becomes several characters.
public func normalised(_ scalar: UInt32) -> UInt32? {
  var normaliser = TextNormaliser(keepingEnds: true)
  var (result, count) = (scalar, 0)
  normaliser.receive(scalar) { part, _ in (result, count) = (part, count + 1) }
  normaliser.finish { part, _ in (result, count) = (part, count + 1) }
  return count == 1 ? result : nil
}

/// Writes characters as a person sees them, in UTF-8, cut between characters to at most `limit` bytes, and
/// without a blank at the end.
public struct VisibleTextWriter {
  private var normaliser = TextNormaliser()
  private var end: End

  /// The length of the text so far, and whether it is full.
  private struct End {
    let limit: Int
    var count = 0
    var isBehindBlank = false
    var isCut = false

    mutating func write(_ scalar: UInt32, _ emit: (UInt8) -> Void) {
      guard scalar != 0x20 else {
        isBehindBlank = true
        return
      }
      let length = utf8Length(of: scalar) + (isBehindBlank ? 1 : 0)
      isCut = isCut || count + length > limit
      guard !isCut else { return }
      if isBehindBlank { emit(.space) }
      isBehindBlank = false
      count += length
      forEachUTF8Byte(of: scalar, emit)
    }
  }

  public init(limit: Int) { end = End(limit: limit) }

  /// True if a character did not fit.
  public var isCut: Bool { end.isCut }

  /// Adds the next character. Calls `emit` with each byte of what is complete.
  public mutating func receive(_ scalar: UInt32, _ emit: (UInt8) -> Void) {
    var end = end
    normaliser.receive(scalar) { scalar, _ in end.write(scalar, emit) }
    self.end = end
  }

  /// Ends the text. Calls `emit` with each byte of the rest.
  public mutating func finish(_ emit: (UInt8) -> Void) {
    var end = end
    normaliser.finish { scalar, _ in end.write(scalar, emit) }
    self.end = end
  }
}
