import Mail
import TestSupport
import Testing

@Suite struct LineFeedConverterTests {
  @Test(arguments: [
    ("", ""), ("a", "a"), ("\r\n", "\n"), ("a\r\nb\r\n", "a\nb\n"), ("\r\n\r\n", "\n\n"),
    ("a\nb\n", "a\nb\n"), ("\n\r\n\n", "\n\n\n"), ("a\rb", "a\rb"), ("\r", "\r"), ("a\r", "a\r"),
    ("\r\r", "\r\r"), ("\r\r\n", "\r\n"), ("\r\r\r\n\r", "\r\r\n\r"), ("a\n\rb", "a\n\rb"),
    ("\n\r", "\n\r"), ("\u{0}\r\n\u{0}\r\u{0}", "\u{0}\n\u{0}\r\u{0}"), ("ä\r\nö\r", "ä\nö\r"),
    (".\r\n..\r\n", ".\n..\n"),
  ])
  func makesLineFeedsOfCRLFOnly(octets: String, expected: String) {
    var converter = LineFeedConverter()
    forEachSplit(of: Array(octets.utf8)) { parts in
      var converted: [UInt8] = []
      for part in parts {
        converter.convert(part.span) { converted.append($0) }
      }
      converter.finish { converted.append($0) }
      #expect(converted == Array(expected.utf8))
    }
  }
}
