import Bytes

extension Span<UInt8> {
  // content   = type "/" subtype *(";" parameter)                ; RFC 2045 section 5.1
  // parameter = attribute "=" (token / quoted-string)
  //
  // Some devices omit the ";" or use apostrophes as quotes.
  /// The place of the charset's label in the value of a Content-Type field; nil if it has none.
  var rangeOfCharsetLabel: Range<Int>? {
    var isInQuotes = false
    for index in indices {
      let isEscaped = index > 0 && self[index - 1] == .ascii("\\")
      if self[index] == .ascii("\""), !isEscaped { isInQuotes.toggle() }
      guard !isInQuotes, index > 0,
        self[index - 1] == .ascii(";") || self[index - 1].isTextBlank,
        let label = rangeOfLabel(from: index)
      else { continue }
      return label
    }
    return nil
  }

  private func rangeOfLabel(from start: Int) -> Range<Int>? {
    let name: StaticString = "charset"
    guard extracting(start...).hasPrefixIgnoringCase(name) else { return nil }
    var index = skipTextBlanks(from: start + name.utf8CodeUnitCount)
    guard index < count, self[index] == .ascii("=") else { return nil }
    index = skipTextBlanks(from: index + 1)
    if index < count, self[index].isQuote { index += 1 }
    let first = index
    while index < count, self[index] > .space, !self[index].isQuote, self[index] != .ascii(";") {
      index += 1
    }
    return index > first ? first..<index : nil
  }

  /// The first index from `start` on that is not a blank.
  func skipTextBlanks(from start: Int) -> Int {
    var index = start
    while index < count, self[index].isTextBlank { index += 1 }
    return index
  }
}

extension UInt8 {
  fileprivate var isQuote: Bool { self == .ascii("\"") || self == .ascii("'") }
}
