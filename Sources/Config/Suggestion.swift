import Bytes

/// The word that is most similar to `text`; nil if none is similar enough to be meant.
public func nearest(to text: Span<UInt8>, among words: [[UInt8]]) -> [UInt8]? {
  guard text.count <= Limits.name else { return nil }
  var best: [UInt8]?
  var limit = (text.count + 3) / 4
  for word in words where word.count <= Limits.name {
    let distance = distance(text, word.span)
    guard distance < word.count, distance < limit || best == nil && distance == limit else {
      continue
    }
    (best, limit) = (word, distance)
  }
  return best
}

func nearest(to text: Span<UInt8>, among words: [StaticString]) -> [UInt8]? {
  nearest(to: text, among: words.map { [UInt8]($0) })
}

/// Number of bytes to add, remove, replace or swap with their neighbour to turn one text into the other; case
/// is ignored.
private func distance(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
  var beforeLast = [Int](repeating: 0, count: right.count + 1)
  var last = Array(0...right.count)
  for row in left.indices {
    var next = [row + 1]
    for column in right.indices {
      let isSame = left[row].lowercased == right[column].lowercased
      var best = min(last[column] + (isSame ? 0 : 1), last[column + 1] + 1, next[column] + 1)
      if row > 0, column > 0, left[row].lowercased == right[column - 1].lowercased,
        left[row - 1].lowercased == right[column].lowercased
      {
        best = min(best, beforeLast[column - 1] + 1)
      }
      next.append(best)
    }
    (beforeLast, last) = (last, next)
  }
  return last[right.count]
}
