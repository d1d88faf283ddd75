import Bytes
import Mail
import TestSupport
import Testing

private func decoded(_ raw: some Sequence<UInt8>) -> [UInt8] {
  let text = decodedText(of: Array(raw).span)
  return text
}

@Suite struct DecodedTextTests {
  @Test(
    arguments: [
      ("", ""),
      ("plain", "plain"),
      ("  ends \t", "ends"),
      ("a\r\nb\u{0}c\td\u{1B}[0m\u{7F}e", "a  b c d [0m e"),
      // RFC 2047 section 8.
      ("=?ISO-8859-1?Q?a?=", "a"),
      ("=?ISO-8859-1?Q?a?= b", "a b"),
      ("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
      ("=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab"),
      ("=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab"),
      ("=?ISO-8859-1?Q?a_b?=", "a b"),
      ("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
      ("=?ISO-8859-1?Q?a_?= =?ISO-8859-2?Q?b?=", "a b"),
      ("=?utf-8?q?a?= - =?utf-8?b?Yg==?=", "a - b"),
      ("=?utf-8?q?a?= x =?utf-8?b?Yg==?= =?utf-8?b?Yw==?=", "a x bc"),
      // What words stand for.
      ("=?US-ASCII?Q?Keith_Moore?=", "Keith Moore"),
      ("=?utf-8*en-GB?q?colour?=", "colour"),
      ("=?ISO-8859-1*de?q?T=FCr?=", "Tür"),
      ("=?utf-8?Q?=e2=82=AC?=", "€"),
      ("=?UTF-8?B?4oKs?=", "€"),
      ("=?UTF-8?B?4oKs?= =?UTF-8?b??=", "€"),
      ("=?UTF-8?B?4g==?= =?UTF-8?B?gqw=?=", "€"),
      ("=?UTF-8?Q?=E2=82?= =?UTF-8?B?rA==?=", "€"),
      ("=?UTF-8?B?YQ?= =?UTF-8?B?Yg?=", "ab"),
      ("=?utf-8?q?a=0D=0ABcc:_b=00=7F?=", "a  Bcc: b"),
      ("=?utf-8?q?_a_?=", "a"),
      // As mailers write them.
      ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
      ("[x]=?utf-8?q?a?=(y)", "[x]a(y)"),
      ("=?utf-8?q?two words?=", "two words"),
      ("=?utf-8?b?dHdv IHdvcmRz?=", "two words"),
      ("=?utf-8?q?ready? yes?=", "ready? yes"),
      ("=?utf-8?q?100%=?=", "100%="),
      ("=?utf-8?q?=4?=", "=4"),
      ("=?utf-8?q?=zz=C3=BC?=", "=zzü"),
      // Malformed.
      ("=?", "=?"), ("=?=", "=?="), ("=??q?a?=", "=??q?a?="), ("=?utf-8?", "=?utf-8?"),
      ("=?utf-8?q", "=?utf-8?q"), ("=?utf-8?q?", "=?utf-8?q?"), ("=?utf-8?q?a", "=?utf-8?q?a"),
      ("=?utf-8?q?a?", "=?utf-8?q?a?"), ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
      ("=?utf-8?qq?a?=", "=?utf-8?qq?a?="), ("=?utf 8?q?a?=", "=?utf 8?q?a?="),
      ("=?utf-8?b?a-b?=", "=?utf-8?b?a-b?="), ("=?utf-8?b?YQ==", "=?utf-8?b?YQ=="),
      ("=?utf-8?q?cut =?utf-8?q?whole?=", "=?utf-8?q?cut whole"),
      ("=?utf-8?q?a?= =?utf-8?q", "a =?utf-8?q"),
      // Charsets.
      ("=?latin1?q?=80=A0=E9=81?=", "€\u{A0}é\u{FFFD}"),
      ("=?iso-8859-2?q?=B1=EA=9F=FF?=", "ąę\u{FFFD}˙"),
      ("=?ISO_8859-15?q?=A4=BC=A0?=x", "€Œ\u{A0}x"),
      ("=?cp1250?q?=8A=9E=FF?=", "Šž˙"),
      ("=?Windows-1251?q?=C0=FF=98=80?=", "Ая\u{FFFD}Ђ"),
      ("=?windows-1252?q?=93=94=FF?=", "“”ÿ"),
      ("=?KOI8-R?q?=C1=FF=80=9A?=", "аЪ─\u{A0}"),
      ("=?x-a-charset-with-a-long-name?q?=41?=", "A"),
    ] as [(String, String)])
  func decodes(raw: String, text: String) {
    #expect(String(decoding: decoded(raw.utf8), as: UTF8.self) == text)
  }

  @Test func keepsTheBytesOfUnknownCharsets() {
    #expect(decoded("=?gb2312?Q?=BE=AF_=1B=1Ba?=".utf8) == [0xBE, 0xAF, 0x20, 0x20, 0x20, 0x61])
  }

  @Test func keepsBytesOutsideOfWords() {
    #expect(decoded([0x54, 0xFC, 0x72]) == [0x54, 0xFC, 0x72])
  }

  @Test(
    arguments: [
      ("x", 1024, 1024), ("ü", 512, 1024), ("ü", 513, 1024), ("€", 341, 1023), ("€", 342, 1023),
      ("🚪", 256, 1024), ("🚪", 257, 1024), ("a ü", 256, 1024), ("a€", 300, 1024),
      ("a🚪 ", 300, 1021), ("    a", 300, 1021),
    ] as [(String, Int, Int)])
  func cutsBetweenCharacters(part: String, times: Int, count: Int) throws {
    let whole = String(repeating: part, count: times)
    let text = try #require(String(validating: decoded(whole.utf8), as: UTF8.self))
    #expect(text.utf8.count == count)
    #expect(whole.drop { $0 == " " }.hasPrefix(text))
  }

  @Test func hasNoBlankAtTheEndWhereItIsCut() {
    let text = String(repeating: "a", count: 1023)
    #expect(decoded("\(text) \(text)".utf8) == Array(text.utf8))
  }
}
