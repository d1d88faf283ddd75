/// Simple case folding of a character: C and S of Unicode's CaseFolding.txt.
///
/// ASCII folds within ASCII: no other character is folded to an ASCII letter.
public func folded(_ scalar: UInt32) -> UInt32 {
  guard scalar >= 0x80 else { return UInt32(UInt8(truncatingIfNeeded: scalar).lowercased) }
  guard scalar >= 0xB5 else { return scalar }
  let table = UnicodeTables.folds
  var (low, high) = (0, table.count / 3)
  while low < high {
    let middle = (low + high) / 2
    if FoldRun(table, middle).last < scalar { low = middle + 1 } else { high = middle }
  }
  guard low < table.count / 3 else { return scalar }
  return FoldRun(table, low).folded(scalar) ?? scalar
}

/// Calls `body` with ranges of folded forms. Together they cover the folded form of each character in `range`
/// that has another one; they contain no other characters except some that have another folded form
/// themselves.
public func forEachFoldedRange(of range: ClosedRange<UInt32>, _ body: (ClosedRange<UInt32>) -> Void)
{
  let capitals = range.clamped(to: 0x41...0x5A)
  if range.overlaps(0x41...0x5A) { body(capitals.lowerBound + 0x20...capitals.upperBound + 0x20) }
  let table = UnicodeTables.folds
  for index in 0..<table.count / 3 {
    let run = FoldRun(table, index)
    guard range.overlaps(run.first...run.last) else { continue }
    var first = max(range.lowerBound, run.first)
    var last = min(range.upperBound, run.last)
    if (first - run.first) % run.step != 0 { first += 1 }
    if (last - run.first) % run.step != 0 { last -= 1 }
    guard first <= last else { continue }
    body(run.target + (first - run.first)...run.target + (last - run.first))
  }
}

/// A run of characters that fold by the same distance: each, or every second one.
private struct FoldRun {
  let first: UInt32
  let last: UInt32
  let step: UInt32
  /// The folded form of `first`.
  let target: UInt32

  init(_ table: [UInt32], _ index: Int) {
    first = table[3 * index]
    last = table[3 * index + 1] & 0x7FFF_FFFF
    step = table[3 * index + 1] >> 31 + 1
    target = table[3 * index + 2]
  }

  func folded(_ scalar: UInt32) -> UInt32? {
    guard scalar >= first, (scalar - first) % step == 0 else { return nil }
    return target + (scalar - first)
  }
}
