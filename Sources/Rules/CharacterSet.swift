import Bytes

/// The set of characters that a position in an expression accepts.
struct CharacterSet: Sendable, Equatable {
  /// All characters, followed by the values that stand for bytes that are not UTF-8.
  static let all: ClosedRange<UInt32> = 0...0x1100FF

  /// In order, with gaps between them; ranges of folded characters if case is ignored.
  let ranges: [ClosedRange<UInt32>]
  let isNegated: Bool

  init(_ ranges: [ClosedRange<UInt32>], isNegated: Bool, _ rule: CaseRule) {
    var all = ranges
    for range in ranges {
      switch rule {
      case .sensitive: break
      case .ascii:
        if range.overlaps(0x41...0x5A) {
          forEachFoldedRange(of: range.clamped(to: 0x41...0x5A)) { all.append($0) }
        }
      case .unicode: forEachFoldedRange(of: range) { all.append($0) }
      }
    }
    self.ranges = merged(all)
    self.isNegated = isNegated
  }

  /// True if the set contains the character, which must be folded if case is ignored.
  func contains(_ scalar: UInt32) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    return (low < ranges.count && ranges[low].lowerBound <= scalar) != isNegated
  }

  /// The ranges of characters that the set contains.
  var taken: [ClosedRange<UInt32>] { isNegated ? complement(of: ranges) : ranges }

  /// True if the set contains no character for which `isPossible` is true.
  func isEmpty(_ isPossible: (UInt32) -> Bool) -> Bool {
    for range in taken {
      for scalar in range where isPossible(scalar) { return false }
    }
    return true
  }
}

/// The characters in none of `ranges`, which must be in order, with gaps between them.
func complement(of ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
  var result: [ClosedRange<UInt32>] = []
  var next = CharacterSet.all.lowerBound
  for range in ranges {
    if next < range.lowerBound { result.append(next...range.lowerBound - 1) }
    next = range.upperBound + 1
  }
  if next <= CharacterSet.all.upperBound { result.append(next...CharacterSet.all.upperBound) }
  return result
}

/// `ranges` in order, with overlapping and adjacent ones merged.
private func merged(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
  var sorted: [ClosedRange<UInt32>] = []
  for range in ranges {
    var index = sorted.count
    while index > 0, sorted[index - 1].lowerBound > range.lowerBound { index -= 1 }
    sorted.insert(range, at: index)
  }
  var result: [ClosedRange<UInt32>] = []
  for range in sorted {
    if let last = result.last, range.lowerBound <= last.upperBound + 1 {
      result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
    } else {
      result.append(range)
    }
  }
  return result
}

// The classes contain ASCII characters only.
extension CharacterSet {
  static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
  static let letters: [ClosedRange<UInt32>] = [0x41...0x5A, 0x61...0x7A]
  static let word: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
  static let space: [ClosedRange<UInt32>] = [0x09...0x0D, 0x20...0x20]

  /// The class `[:name:]`, as in POSIX, XBD section 7.3.1; nil if there is no such class.
  static func ranges(ofClass name: Span<UInt8>) -> [ClosedRange<UInt32>]? {
    if name.equals("alpha") { return letters }
    if name.equals("digit") { return digits }
    if name.equals("alnum") { return digits + letters }
    if name.equals("upper") { return [0x41...0x5A] }
    if name.equals("lower") { return [0x61...0x7A] }
    if name.equals("space") { return space }
    if name.equals("blank") { return [0x09...0x09, 0x20...0x20] }
    if name.equals("punct") { return [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E] }
    if name.equals("print") { return [0x20...0x7E] }
    if name.equals("graph") { return [0x21...0x7E] }
    if name.equals("cntrl") { return [0x00...0x1F, 0x7F...0x7F] }
    if name.equals("xdigit") { return [0x30...0x39, 0x41...0x46, 0x61...0x66] }
    return nil
  }
}
