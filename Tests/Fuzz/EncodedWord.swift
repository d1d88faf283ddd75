import Bytes
import Mail
import TestSupport

/// Whatever a field's value is, its text is UTF-8 and clean; and a text is the same however it
/// was encoded.
///
///     input = *OCTET          ; the value of a field, and again a text to be encoded
func fuzz(_ input: Span<UInt8>) {
  let value = [UInt8](input)
  let text = decoded(value)
  let isPlain = !value.contains(.ascii("?")) && !value.contains(0x1B)
  if isPlain, isUTF8(value) { require(text == cleaned(value), "a text is what was sent") }

  let charsets: [StaticString] = [
    "utf-8", "x-none", "ISO-8859-1", "latin2", "windows-1250", "koi8-r*ru", "cp437", "windows-874",
    "gb18030", "hz", "big5", "euc-kr", "iso-2022-kr", "shift_jis", "euc-jp", "iso-2022-jp",
  ]
  let index = Int(value.first ?? 0) % charsets.count
  let charset = [UInt8](charsets[index])
  let plain = [UInt8](value.prefix(1500))
  let quoted = decoded(word(charset, "?q?", inQuoted(plain)))
  require(decoded(word(charset, "?B?", inBase64(plain))) == quoted, "B and Q say the same")
  let (head, tail) = (plain.prefix(plain.count / 2), plain.suffix(from: plain.count / 2))
  let two =
    word(charset, "?q?", inQuoted(head)) + [.space, .horizontalTab]
    + word(charset, "?b?", inBase64(tail))
  require(decoded(two) == quoted, "two words say what one says")
  if index < 2, isUTF8(plain), index == 0 || !plain.contains(0x1B) {
    require(quoted == cleaned(plain), "a text is what was sent")
  }
}

/// What `decodedText` makes of a value.
private func decoded(_ value: [UInt8]) -> [UInt8] {
  let bytes = decodedText(of: value.span)
  require(isUTF8(bytes), "a text is UTF-8")
  require(!bytes.contains { $0.isControl }, "a text has no control")
  require(bytes.first != .space && bytes.last != .space, "a text has no blanks at its ends")
  return bytes
}

/// `bytes` with a blank for each control, and none at the ends.
private func cleaned(_ bytes: [UInt8]) -> [UInt8] {
  let text = bytes.map { $0.isControl ? .space : $0 }.drop { $0 == .space }
  let end = text.lastIndex { $0 != .space } ?? text.startIndex - 1
  return [UInt8](text[...end])
}

private func word(_ charset: [UInt8], _ encoding: StaticString, _ text: [UInt8]) -> [UInt8] {
  [UInt8]("=?") + charset + [UInt8](encoding) + text + [UInt8]("?=")
}

private func inQuoted(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  bytes.flatMap { [.ascii("="), hexadecimalDigit($0 >> 4), hexadecimalDigit($0)] }
}

private func inBase64(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  var digits: [UInt8] = []
  var encoder = Base64Encoder()
  for byte in bytes { encoder.encode(byte) { digits.append($0) } }
  encoder.finish { digits.append($0) }
  return digits
}

private func isUTF8(_ bytes: [UInt8]) -> Bool {
  var index = 0
  while index < bytes.count {
    guard let (_, length) = decodeUTF8(bytes.span.extracting(index...)) else { return false }
    index += length
  }
  return true
}
