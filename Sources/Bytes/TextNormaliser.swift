/// Makes of text what a person sees of it, a character at a time, in fixed memory.
///
/// Law: blanks and control characters in a row are one blank, and none are at the ends; characters
/// that show nothing are gone; canonically equivalent text is the same text (NFC), but for what
/// `UnicodeTables` leaves out. No character that is not a blank becomes an ASCII one.
public struct TextNormaliser: Sendable {
  /// Marks behind one character, two over the 30 of Unicode's Stream-Safe Text Format; further ones are
  /// left out.
  private static let capacity = 32

  /// Keeps blanks at the ends.
  private let keepsEnds: Bool
  private var starter: (scalar: UInt32, place: Int)?
  private var marks = InlineArray<32, UInt32>(repeating: 0)
  private var markPlaces = InlineArray<32, Int>(repeating: 0)
  private var count = 0
  private var blankPlace: Int?
  private var isEmpty = true

  public init(keepingEnds: Bool = false) { keepsEnds = keepingEnds }

  /// Takes the character that stands at `place`, and gives `emit` what is complete, each with the place
  /// where it begins.
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

  /// Takes the end of the text, and gives `emit` the rest.
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

  /// Takes into the character those marks that it has a composed form with.
  private mutating func composeMarks() {
    guard var first = starter else { return }
    var kept = 0
    for index in 0..<count {
      // A mark is out of reach behind another one of its own order.
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

/// The character as the normalised text has it, where it stands by itself; nil where that shows
/// nothing, or takes several characters.
public func normalised(_ scalar: UInt32) -> UInt32? {
  var normaliser = TextNormaliser(keepingEnds: true)
  var (result, count) = (scalar, 0)
  normaliser.receive(scalar) { part, _ in (result, count) = (part, count + 1) }
  normaliser.finish { part, _ in (result, count) = (part, count + 1) }
  return count == 1 ? result : nil
}

/// `text` as a person sees it, in UTF-8, cut between characters where it is over `limit` bytes. Each
/// byte that is no UTF-8 becomes U+FFFD.
public func normalised(_ text: Span<UInt8>, limit: Int) -> [UInt8] {
  var result: [UInt8] = []
  var isCut = false
  func emit(_ scalar: UInt32, _: Int) {
    isCut = isCut || result.count + utf8Length(of: scalar) > limit
    if !isCut { result.append(utf8: scalar) }
  }
  var normaliser = TextNormaliser()
  var index = 0
  while index < text.count, !isCut {
    let (scalar, length) = decodeUTF8(text.extracting(index...)) ?? (0xFFFD, 1)
    normaliser.receive(scalar, at: index, emit)
    index += length
  }
  normaliser.finish(emit)
  if result.last == .space { result.removeLast() }
  return result
}
