/// What a cut of power can leave of what was written and not made durable.
///
/// A disk takes it in pieces, here of a record's 32 bytes, in any order, and a piece may be torn. The
/// length of the file is on disk or not, like a piece; what is missing within it reads as zeros.
extension Disk {
  /// Where so few pieces are not durable, all combinations of them are tried.
  private static var fewPieces: Int { 4 }

  /// What may be there of the ledger if the power goes now, each once: the extremes, all
  /// combinations of a few pieces, and `count` as `random` chooses.
  public func possibleRemains(
    random count: Int, using random: inout some RandomNumberGenerator
  ) -> [[UInt8]] {
    var remains: [[UInt8]] = []
    // Without the folder, any of the files that had the name may have it again.
    for file in [ledger] + replaced {
      remains += file.extremes
      if file.lostPieces.count <= Self.fewPieces { remains += file.combinations }
      if !file.isDurable { for _ in 0..<count { remains.append(file.remains(using: &random)) } }
    }
    var seen: Set<[UInt8]> = []
    return remains.filter { seen.insert($0).inserted }
  }

  /// Whether a cut would leave all as it is.
  public var isDurable: Bool { ledger.isDurable && replaced.isEmpty }

  /// The same without chance.
  public var possibleRemains: [[UInt8]] {
    var random = SystemRandomNumberGenerator()
    return possibleRemains(random: 0, using: &random)
  }
}

extension Disk.File {
  private static var piece: Int { 32 }
  /// So many are written at once at most.
  private static var manyPieces: Int { 16 }

  var isDurable: Bool { cached == durable && shortest >= durable.count }

  /// The numbers of the pieces that may be lost.
  var lostPieces: [Int] {
    let length = max(cached.count, durable.count)
    return (0..<(length + Self.piece - 1) / Self.piece).filter {
      piece($0, of: cached) != piece($0, of: durable)
        || $0 * Self.piece >= min(cached.count, durable.count)
    }
  }

  private func piece(_ number: Int, of bytes: [UInt8]) -> ArraySlice<UInt8> {
    let start = min(number * Self.piece, bytes.count)
    return bytes[start..<min(start + Self.piece, bytes.count)]
  }

  /// Nothing of it, all of it, only the last of it, and each piece torn in its middle, with what came
  /// before it; with the old length, and with the new.
  fileprivate var extremes: [[UInt8]] {
    guard !isDurable else { return [durable] }
    let pieces = lostPieces
    var extremes = [durable, Array(durable.prefix(shortest)), left([]), cached]
    if let last = pieces.last { extremes.append(left([last])) }
    for (index, piece) in pieces.prefix(Self.manyPieces).enumerated() {
      let middle = piece * Self.piece + Self.piece / 2
      guard middle < cached.count else { continue }
      let torn = left(Set(pieces[...index]))
      extremes.append(Array(torn[..<middle]))
      extremes.append(torn[..<middle] + Array(left(Set(pieces[..<index]))[middle...]))
    }
    return extremes
  }

  /// Each set of pieces, with the old length or up to the last of them, and with the new.
  fileprivate var combinations: [[UInt8]] {
    let pieces = lostPieces
    return (0..<1 << pieces.count).flatMap { (bits: Int) -> [[UInt8]] in
      let kept = pieces.indices.filter { bits >> $0 & 1 == 1 }.map { pieces[$0] }
      let whole = left(Set(kept))
      let end = max(((kept.last ?? -1) + 1) * Self.piece, min(durable.count, whole.count))
      return [whole, Array(whole.prefix(end))]
    }
  }

  /// As long as it is now, with what is durable and these pieces.
  private func left(_ pieces: Set<Int>) -> [UInt8] {
    var bytes = Array(durable.prefix(cached.count))
    bytes += [UInt8](repeating: 0, count: cached.count - bytes.count)
    for piece in pieces {
      let start = min(piece * Self.piece, cached.count)
      let range = start..<min(start + Self.piece, cached.count)
      bytes.replaceSubrange(range, with: cached[range])
    }
    return bytes
  }

  /// Bytes that were written and not made durable are there or not, in pieces of any length.
  func remains(using random: inout some RandomNumberGenerator) -> [UInt8] {
    let lengths = [durable.count, cached.count].sorted()
    let length = Int.random(in: lengths[0]...lengths[1], using: &random)
    let old = durable + [UInt8](repeating: 0, count: max(0, length - durable.count))
    let new = cached + [UInt8](repeating: 0, count: max(0, length - cached.count))
    var left: [UInt8] = []
    while left.count < length {
      let piece = left.count..<min(length, left.count + Int.random(in: 1...64, using: &random))
      left += Bool.random(using: &random) ? old[piece] : new[piece]
    }
    return left
  }
}
