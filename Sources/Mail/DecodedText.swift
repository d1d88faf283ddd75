import Bytes

/// The text of the unfolded field value `raw` in UTF-8, encoded words decoded: RFC 2047.
///
/// It holds no C0 control and no DEL: each becomes a blank, wherever it comes from, and there are
/// no blanks at the ends. What is over `Limits.text` is cut off between two characters. Bytes of
/// charsets that are not known are kept as they are, and so are 8-bit bytes outside of encoded
/// words: it need not be valid UTF-8. Blanks between two encoded words go, so that a character
/// which is split over both comes together again.
public func decodedText(of raw: Span<UInt8>) -> [UInt8] {
  var writer = TextWriter()
  var index = 0
  /// How many blanks were pending behind the last word; nil where text followed it.
  var blanksOfLastWord: Int?
  while index < raw.count {
    if let word = EncodedWord(in: raw, at: index) {
      if let blanks = blanksOfLastWord { writer.pendingBlanks = blanks }
      word.write(from: raw, to: &writer)
      blanksOfLastWord = writer.pendingBlanks
      index = word.end
    } else {
      writer.write(raw[index])
      if !raw[index].isTextBlank { blanksOfLastWord = nil }
      index += 1
    }
  }
  return writer.text
}
