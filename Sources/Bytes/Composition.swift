// Canonical decomposition and composition of characters: Unicode Standard, section 3.11, except for those
// that `UnicodeTables` leaves out.

/// The canonical combining class of a character, which orders marks behind a character; 0 if it is not a
/// mark.
func combiningClass(of scalar: UInt32) -> UInt8 {
  guard scalar >= 0x300, scalar < 0x20000 else { return 0 }
  let table = UnicodeTables.classes
  var (low, high) = (0, table.count)
  while low < high {
    let middle = (low + high) / 2
    if table[middle] >> 15 <= scalar { low = middle + 1 } else { high = middle }
  }
  guard low > 0 else { return 0 }
  let run = table[low - 1]
  return scalar - run >> 15 <= run >> 8 & 0x7F ? UInt8(truncatingIfNeeded: run) : 0
}

/// The canonical decomposition of a character; `second` is 0 if it is a single character. nil if there is
/// none.
func decomposition(of scalar: UInt32) -> (first: UInt32, second: UInt32)? {
  guard scalar >= 0xC0, scalar < 0x20000 else { return nil }
  let table = UnicodeTables.composites
  let plane = scalar & 0xFFFF_0000
  var low = plane == 0 ? 0 : UnicodeTables.compositesOfPlane0
  var high = plane == 0 ? UnicodeTables.compositesOfPlane0 : table.count
  while low < high {
    let middle = (low + high) / 2
    if UInt32(table[middle]) < scalar - plane { low = middle + 1 } else { high = middle }
  }
  let isThere =
    low < (plane == 0 ? UnicodeTables.compositesOfPlane0 : table.count)
    && UInt32(table[low]) == scalar - plane
  guard isThere else { return nil }
  let mark = Int(UnicodeTables.secondParts[low] & 0x7F)
  return (
    plane | UInt32(UnicodeTables.firstParts[low]), mark == 0 ? 0 : UnicodeTables.marks[mark - 1]
  )
}

/// The character that is composed of two; nil if there is none.
func composition(of first: UInt32, _ second: UInt32) -> UInt32? {
  if let syllable = hangulSyllable(of: first, second) { return syllable }
  guard second >= 0x300, let mark = UnicodeTables.marks.firstIndex(of: second) else { return nil }
  let plane = first & 0xFFFF_0000
  guard plane == second & 0xFFFF_0000, plane <= 0x10000 else { return nil }
  let plane0 = UnicodeTables.compositesOfPlane0
  let candidates = plane == 0 ? 0..<plane0 : plane0..<UnicodeTables.composites.count
  for index in candidates
  where Int(UnicodeTables.secondParts[index]) == mark + 1
    && UInt32(UnicodeTables.firstParts[index]) == first & 0xFFFF
  {
    return plane | UInt32(UnicodeTables.composites[index])
  }
  return nil
}

// Unicode Standard, section 3.12: a syllable is a leading consonant, a vowel, and maybe a trailing one.
private func hangulSyllable(of first: UInt32, _ second: UInt32) -> UInt32? {
  switch (first, second) {
  case (0x1100...0x1112, 0x1161...0x1175):
    return 0xAC00 + ((first - 0x1100) * 21 + second - 0x1161) * 28
  case (0xAC00...0xD7A3, 0x11A8...0x11C2) where (first - 0xAC00) % 28 == 0:
    return first + second - 0x11A7
  default: return nil
  }
}
