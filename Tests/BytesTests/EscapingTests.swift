import Bytes
import TestSupport
import Testing

@Suite struct EscapingTests {
  @Test(
    arguments: [
      ("plain text", "plain text"), ("Grüße, 東京 🔔", "Grüße, 東京 🔔"), ("a\\b", "a\\\\b"),
      ("\u{1B}[31mred", "\\x1b[31mred"), ("two\r\nlines", "two\\x0d\\x0alines"),
      ("\0\u{7F}", "\\x00\\x7f"), ("\u{9B}31m", "\\xc2\\x9b31m"),
      ("right\u{202E}left", "right\\xe2\\x80\\xaeleft"), ("\u{2028}", "\\xe2\\x80\\xa8"),
      ("a\u{200B}b", "a\\xe2\\x80\\x8bb"), ("\u{AD}\u{FEFF}", "\\xc2\\xad\\xef\\xbb\\xbf"),
      ("\u{E0041}", "\\xf3\\xa0\\x81\\x81"), ("\u{FFF9}", "\\xef\\xbf\\xb9"),
    ] as [(String, String)])
  func escapesWhatIsNotToBeShown(raw: String, escaped: String) {
    var bytes: [UInt8] = []
    with(raw) { bytes.append(escaping: $0) }
    #expect(text(bytes.span) == escaped)
  }

  @Test(
    arguments: [
      [0xC3], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
      [0xFF], [0x80], [0xF0, 0x9F, 0x94],
    ] as [[UInt8]])
  func escapesWhatIsNotUTF8(raw: [UInt8]) {
    var bytes: [UInt8] = []
    bytes.append(escaping: raw.span)
    let hexadecimal = raw.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    #expect(text(bytes.span) == hexadecimal.joined())
  }

  @Test(
    arguments: [
      ("plain text", "plain text"), ("Grüße 🔔", "Grüße 🔔"), ("a\\d", "a\\d"),
      ("\u{1B}[31mred", "\\u{1b}[31mred"), ("\t\0\u{7F}", "\\u{09}\\u{00}\\u{7f}"),
      ("a\u{A0}b", "a\\u{a0}b"), ("a\u{200B}b", "a\\u{200b}b"), ("\u{FFF9}", "\\u{fff9}"),
      ("\u{202E}x\u{2028}", "\\u{202e}x\\u{2028}"), ("\u{E0041}", "\\u{e0041}"),
    ] as [(String, String)])
  func showsWhatCannotBeSeen(raw: String, shown: String) {
    var bytes: [UInt8] = []
    with(raw) { bytes.append(showing: $0) }
    #expect(text(bytes.span) == shown)
    var again: [UInt8] = []
    again.append(showing: bytes.span)
    #expect(again == bytes)
  }

  @Test func showsWhatIsNotUTF8() {
    var bytes: [UInt8] = []
    bytes.append(showing: ([0x61, 0xFF, 0xC3] as [UInt8]).span)
    #expect(text(bytes.span) == "a\\xff\\xc3")
  }

  @Test func decodesAsTheStandardLibraryDoes() {
    for scalar in (0...0x10FFFF).compactMap({ Unicode.Scalar($0) }) {
      let decoded = with(String(scalar)) { decodeUTF8($0) }
      guard decoded?.scalar == scalar.value else {
        Issue.record(
          "U+\(String(scalar.value, radix: 16)) decodes as \(String(describing: decoded))")
        return
      }
    }
  }
}
