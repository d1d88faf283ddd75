import Bytes

// Each piece is placed where it first fits. As a piece has a fixed number of characters, this leaves the most
// text for those behind it, so that there is no backtracking: no position is compared with a piece twice. The
// last piece can only be at the end.
extension Wildcard {
  /// True if the wildcard matches the whole of `text`; its captures are then added to `captures`.
  func match(_ text: Span<UInt8>, captures: inout Captures) -> Bool {
    var ranges = CaptureRanges()
    var steps = 0
    guard match(text, ranges: &ranges, steps: &steps) else { return false }
    for index in 0..<ranges.count { captures.append(text.extracting(ranges[index])) }
    return true
  }

  /// True if the wildcard matches the whole of `text`; its captures are then in `ranges`. `steps` counts
  /// comparisons: at most (bytes of text + pieces) x elements of a piece.
  package func match(_ text: Span<UInt8>, ranges: inout CaptureRanges, steps: inout Int) -> Bool {
    var position = 0
    for index in pieces.indices {
      let piece = pieces[index]
      guard
        let place = index == pieces.count - 1
          ? lastPlace(of: piece, in: text, from: position, &steps)
          : firstPlace(of: piece, in: text, from: position, &steps)
      else { return false }
      if piece.gap == .capture { ranges.append(position..<place.lowerBound) }
      position = place.upperBound
    }
    return true
  }

  private func firstPlace(
    of piece: Piece, in text: Span<UInt8>, from position: Int, _ steps: inout Int
  ) -> Range<Int>? {
    guard var start = start(of: piece, in: text, from: position) else { return nil }
    while true {
      if let end = end(of: piece, in: text, at: start, &steps) { return start..<end }
      guard piece.gap != .none, start < text.count else { return nil }
      start += text.characterLength(at: start)
    }
  }

  private func lastPlace(
    of piece: Piece, in text: Span<UInt8>, from position: Int, _ steps: inout Int
  ) -> Range<Int>? {
    guard let earliest = start(of: piece, in: text, from: position) else { return nil }
    var start = text.count
    for _ in piece.elements {
      guard start > 0 else { return nil }
      steps += 1
      start -= text.characterLength(before: start)
    }
    guard piece.gap == .none ? start == earliest : start >= earliest else { return nil }
    return end(of: piece, in: text, at: start, &steps).map { start..<$0 }
  }

  /// The first position at which the piece may begin; nil if no character is left for its capture.
  private func start(of piece: Piece, in text: Span<UInt8>, from position: Int) -> Int? {
    guard piece.gap == .capture else { return position }
    return position < text.count ? position + text.characterLength(at: position) : nil
  }

  private func end(
    of piece: Piece, in text: Span<UInt8>, at start: Int, _ steps: inout Int
  ) -> Int? {
    var position = start
    for index in piece.elements {
      steps += 1
      guard position < text.count else { return nil }
      let (scalar, length) = text.character(at: position)
      switch elements[index] {
      case .any: break
      case .character(let other): guard rule.folded(scalar) == other else { return nil }
      }
      position += length
    }
    return position
  }
}

/// The ranges of a wildcard's captures, from left to right.
package struct CaptureRanges {
  private var ranges = InlineArray<16, Range<Int>>(repeating: 0..<0)
  package private(set) var count = 0

  package init() {}

  package subscript(index: Int) -> Range<Int> { ranges[index] }

  mutating func append(_ range: Range<Int>) {
    ranges[count] = range
    count += 1
  }
}
