import Bytes
import Rules

// A subject may hold what begins a comment: `Zone # 5 open`.
extension ConfigReader {
  /// Warns where a pattern, which ends at `end` of `raw`, may be cut by a comment, or hold one.
  mutating func warnOfComment(behind end: Int, in raw: Span<UInt8>, _ place: Place) {
    let range = raw.extracting(..<end).rangeWithoutSpaces
    let pattern = raw.extracting(range)
    guard let first = pattern.first, first != .ascii("\"") else { return }
    let comment = raw.extracting(end...)
    let text = comment.extracting(comment.rangeWithoutSpaces)
    // Who means a comment mostly sets it apart.
    if end - range.upperBound == 1, isLikelyPart(text, of: pattern) {
      warnings.add(place, .comment([UInt8](text)))
    }
    for index in pattern.indices.dropFirst() where isLikelyComment(pattern, at: index) {
      warnings.add(place, .noComment([UInt8](pattern.extracting(index...))))
      return
    }
  }
}

/// True for a comment with nothing in it, with a number first, with what patterns are made of, or with
/// the end of an expression.
private func isLikelyPart(_ comment: Span<UInt8>, of pattern: Span<UInt8>) -> Bool {
  guard !comment.isEmpty else { return false }
  let text = comment.extracting(1...)
  let words = text.extracting(text.rangeWithoutSpaces)
  guard let first = words.first else { return true }
  for index in words.indices {
    let byte = words[index]
    if byte == .ascii("*") || byte == .ascii("{") || byte == .ascii("}") { return true }
  }
  let isOpen = pattern.hasPrefix("/") && pattern[pattern.count - 1] != .ascii("/")
  return first.isDigit || isOpen && words[words.count - 1] == .ascii("/")
}

/// True for a `#` with a letter right behind it: `ALARM #5` and `ALARM #{n}` are likely meant.
private func isLikelyComment(_ pattern: Span<UInt8>, at index: Int) -> Bool {
  pattern[index] == .ascii("#") && pattern[index - 1].isSpace && index + 1 < pattern.count
    && pattern[index + 1].isLetter
}
