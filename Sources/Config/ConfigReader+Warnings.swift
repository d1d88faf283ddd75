import Bytes
import Rules

// A subject may contain text that looks like a comment: `Zone # 5 open`.
extension ConfigReader {
  /// Warns if a pattern without quotes, which ends at `end` of `raw`, is followed by a comment or may contain
  /// one.
  mutating func warnOfComment(behind end: Int, in raw: Span<UInt8>, _ place: Place) {
    let pattern = raw.extracting(raw.extracting(..<end).rangeWithoutSpaces)
    guard let first = pattern.first, first != .ascii("\"") else { return }
    let comment = raw.extracting(end...)
    let text = comment.extracting(comment.rangeWithoutSpaces)
    if !text.isEmpty { warnings.add(place, .comment([UInt8](text))) }
    for index in pattern.indices.dropFirst() where isLikelyComment(pattern, at: index) {
      warnings.add(place, .noComment([UInt8](pattern.extracting(index...))))
      return
    }
  }
}

/// True for a `#` with a letter directly behind it, which may be meant as a comment; `ALARM #5` and `ALARM
/// #{n}` are probably not.
private func isLikelyComment(_ pattern: Span<UInt8>, at index: Int) -> Bool {
  pattern[index] == .ascii("#") && pattern[index - 1].isSpace && index + 1 < pattern.count
    && pattern[index + 1].isLetter
}
