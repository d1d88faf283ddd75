import Bytes

// line    = *space [ note / section / setting ]
// note    = ( "#" / ";" ) *OCTET
// section = "[" *( any but "]" ) "]" *OCTET
// setting = key ( "=" / ":" ) value [comment]
/// A parsed line of the file; the ranges are those of its bytes, without the line end.
///
/// Lines are never continued. Outside of values, only ` ;` begins a comment.
package enum Line: Equatable, Sendable {
  /// Blank, or only a comment.
  case nothing
  case section(Range<Int>)
  /// The value includes a comment, as its beginning depends on the key.
  case setting(key: Range<Int>, value: Range<Int>)

  package init(parsing line: Span<UInt8>) throws(LineProblem) {
    guard line.firstIndex(of: 0) == nil else { throw .notASetting }
    let start = line.rangeWithoutSpaces.lowerBound
    guard start < line.count, line[start] != .ascii("#"), line[start] != .ascii(";") else {
      self = .nothing
      return
    }
    var end = start
    while end < line.count, !isRemark(line, at: end) { end += 1 }
    let content = line.extracting(..<end)
    if content[start] == .ascii("[") {
      try checkLength(end - start)
      guard let close = content.firstIndex(of: .ascii("]"), from: start) else {
        throw .notASetting
      }
      self = .section((start + 1)..<close)
      return
    }
    var mark = start
    while mark < end, content[mark] != .ascii("="), content[mark] != .ascii(":") { mark += 1 }
    guard mark < end else {
      try checkLength(end - start)
      throw .notASetting
    }
    try checkLength(mark + 1 - start + endOfValue(line.extracting((mark + 1)...)))
    let key = content.extracting(start..<mark).rangeWithoutSpaces
    self = .setting(key: start..<(start + key.upperBound), value: (mark + 1)..<line.count)
  }
}

/// Throws if `length`, which does not include the comment, exceeds the limit; comments may have any length.
private func checkLength(_ length: Int) throws(LineProblem) {
  guard length <= Limits.line else { throw .tooLong(limit: Limits.line) }
}

// comment = space ";" *OCTET / space "#" [ space *OCTET ]
/// True if a comment begins at `index`; in `ALARM #5` and `a;b` none does.
func isComment(_ text: Span<UInt8>, at index: Int) -> Bool {
  if isRemark(text, at: index) { return true }
  return text[index] == .ascii("#") && (index == 0 || text[index - 1].isSpace)
    && (index + 1 == text.count || text[index + 1].isSpace)
}

private func isRemark(_ text: Span<UInt8>, at index: Int) -> Bool {
  text[index] == .ascii(";") && index > 0 && text[index - 1].isSpace
}

extension UInt8 {
  /// True for C's `isspace`, which includes the CR of a line end.
  var isSpace: Bool { self == .space || (.horizontalTab ... .carriageReturn).contains(self) }
}

extension Span<UInt8> {
  /// The range of the bytes without spaces at both ends.
  var rangeWithoutSpaces: Range<Int> {
    var start = 0
    var end = count
    while start < end, self[start].isSpace { start += 1 }
    while end > start, self[end - 1].isSpace { end -= 1 }
    return start..<end
  }
}
