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
