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
      ("=?utf-8?q", "=?utf-8?q"), ("=?utf-8?q?", "=?utf-8?q?"), ("=?utf-8?q??", "=?utf-8?q??"),
      ("=?utf-8?b?", "=?utf-8?b?"), ("=?utf-8?b?!?=", "=?utf-8?b?!?="),
      ("=?utf-8?x?a?=", "=?utf-8?x?a?="), ("=?utf-8?b?YQ==?x", "=?utf-8?b?YQ==?x"),
      ("=?utf-8?qq?a?=", "=?utf-8?qq?a?="), ("=?utf 8?q?a?=", "=?utf 8?q?a?="),
      ("=?utf-8?b?a-b?=", "=?utf-8?b?a-b?="),
      ("=?utf-8?q?a?= =?utf-8?q", "a =?utf-8?q"),
      // Damaged, and shown by mail programs: no end, half an end, blanks, odd base64.
      ("=?UTF-8?B?QWxhcm06IFTDvHIgb2ZmZW4=", "Alarm: Tür offen"),
      ("=?UTF-8?B?QWxhcm06IFTDvHIgb2ZmZW4", "Alarm: Tür offen"),
      ("=?UTF-8?B?VMO8cg== zone 3", "Tür zone 3"), ("=?UTF-8?B?VMO8cg", "Tür"),
      ("=?UTF-8?B?VMO8cg==? zone!", "Tür zone!"), ("=?UTF-8?B?VMO8cg==?", "Tür"),
      ("=?UTF-8?B?VMO8cg==...", "Tür..."), ("=?UTF-8?B?VMO8c...", "Tü..."),
      ("=?UTF-8?B?VMO8.cg==", "=?UTF-8?B?VMO8.cg=="), ("=?UTF-8?B?...", "=?UTF-8?B?..."),
      ("=?UTF-8?B?VMO8=?UTF-8?B?cg==?=", "Tür"), ("=?UTF-8?B?VMO8cg== \"zone\"", "Tür \"zone\""),
      ("=?utf-8?q?a", "a"), ("=?utf-8?q?a?", "a"), ("=?utf-8?q?T=C3=BCr_offen", "Tür offen"),
      ("=?utf-8?q?T=C3=BCr offen", "Tür offen"), ("=?utf-8?b?YQ==", "a"),
      ("=?utf-8?q?cut =?utf-8?q?whole?=", "cutwhole"), ("=?utf-8?q?cut=?utf-8?b?YQ==?=", "cuta"),
      ("=? utf-8 ? q ?a?=", "a"), ("=?utf-8 ?B?YQ==?=", "a"),
      ("=?utf-8?b? VMO8 \r\n\tcg== ?=", "Tür"),
      ("=?utf-8?b?VA==w7w=cg==?=", "Tür"), ("=?utf-8?b?VMO8c?=", "Tü"),
      ("=?utf-8?b?VMO8cg=?=", "Tür"),
      ("\"=?utf-8?q?T=C3=BCr?=\" <a@x>", "\"Tür\" <a@x>"),
      ("zone=?utf-8?q?_T=C3=BCr?=3", "zone Tür3"),
      ("=?utf-8*en?Q?T=C3=BCr?= =?utf-8*de?Q?!?=", "Tür!"),
      // Characters that are split over two words, in any spelling of one charset.
      ("=?utf-8?q?T=C3?= =?UTF8?b?vHI=?=", "Tür"),
      ("=?utf-8?q?T=C3?= x =?utf-8?q?=BCr?=", "TÃ x ¼r"),
      // No label, or none that says anything: UTF-8, or else Windows-1252.
      ("=?x-foo?q?T=C3=BCr?=", "Tür"), ("=?us-ascii?q?T=FCr_=80?=", "Tür €"),
      ("=?x?q?T=FCr?=", "Tür"),
      ("=?us-ascii?q?T=C3=BCr_T=C3?=", "Tür T\u{FFFD}"),
      // A label that does not decode its text; one that does is never doubted.
      ("=?utf-8?q?T=FCr?=", "Tür"), ("=?iso-8859-1?q?T=C3=BCr?=", "TÃ¼r"),
      ("=?windows-1252?q?=C3=81?=", "Á"),
      ("=?utf-8?q?T=C3=BCr_=FC_=E2=82x?=", "Tür \u{FFFD} \u{FFFD}x"),
      ("=?utf-8?q?T=C3=BCr_=F0=9F=9A?=", "Tür \u{FFFD}"), ("=?iso-8859-6?q?=A1=A2?=", "¡¢"),
      // Charsets.
      ("=?latin1?q?=80=A0=E9=81?=", "€\u{A0}é\u{FFFD}"),
      ("=?iso-8859-2?q?=B1=EA=9F=FF?=", "ąę\u{FFFD}˙"),
      ("=?ISO_8859-15?q?=A4=BC=A0?=x", "€Œ\u{A0}x"),
      ("=?cp1250?q?=8A=9E=FF?=", "Šž˙"),
      ("=?Windows-1251?q?=C0=FF=98=80?=", "Ая\u{FFFD}Ђ"),
      ("=?windows-1252?q?=93=94=FF?=", "“”ÿ"),
      ("=?KOI8-R?q?=C1=FF=80=9A?=", "аЪ─\u{A0}"),
      ("=?x-a-charset-with-a-long-name?q?=41?=", "A"),
      ("=?utf-7?q?T+APw-r +- a+?b?=", "Tür + a+?b"), ("=?UTF-7?Q?T+APw r?=", "Tü r"),
      ("=?unicode-1-1-utf-7?q?+2D3eqA?=", "🚨"),
      ("=?utf-7?q?+2D0-x_+3qgA9g-x?=", "\u{FFFD}x \u{FFFD}öx"),
      ("=?utf-7?q?=C3=BC +?=", "ü +"), ("=?utf-7?q?a+?= =?utf-7?q?APw-?=", "aü"),
    ] as [(String, String)])
  func decodes(raw: String, text: String) {
    #expect(String(decoding: decoded(raw.utf8), as: UTF8.self) == text)
  }

  // Devices write what they have: "Störung" in Latin-1, "Tür" in UTF-8, cut at so many bytes.
  @Test(
    arguments: [
      ([0x54, 0xFC, 0x72], "Tür"), ([0x54, 0xC3, 0xBC, 0x72], "Tür"),
      ([0x54, 0xC3, 0xBC, 0x72, 0x20, 0xE2, 0x82], "Tür \u{FFFD}"),
      ([0x80, 0x20, 0x81], "€ \u{FFFD}"), ([0x54, 0xC3, 0xBC, 0x72, 0xFC, 0x72], "TÃ¼rür"),
    ] as [([UInt8], String)])
  func readsBytesOutsideOfWords(raw: [UInt8], text: String) {
    #expect(String(decoding: decoded(raw), as: UTF8.self) == text)
    // Each text by itself: what is in words says nothing of it.
    let mixed = raw + Array(" =?koi8-r?q?=C1?=".utf8)
    #expect(String(decoding: decoded(mixed), as: UTF8.self) == text + " а")
  }

  /// What a rule is compared with.
  private func subject(_ value: String) -> String {
    var header = MessageHeader()
    header.receive(message("Subject: \(value)", ""))
    header.finish()
    return String(decoding: [UInt8](header.subject), as: UTF8.self)
  }

  @Test(
    arguments: [
      ("x", 1024, 1024), ("ü", 512, 1024), ("ü", 513, 1024), ("€", 341, 1023), ("€", 342, 1023),
      ("🚪", 256, 1024), ("🚪", 257, 1024), ("a ü", 256, 1024), ("a€", 300, 1024),
      ("a🚪 ", 300, 1021), ("b a", 400, 1024),
    ] as [(String, Int, Int)])
  func cutsBetweenCharacters(part: String, times: Int, count: Int) throws {
    let whole = String(repeating: part, count: times)
    let text = subject(whole)
    #expect(text.utf8.count == count && whole.hasPrefix(text))
  }

  @Test func hasNoBlankAtTheEndWhereItIsCut() {
    let text = String(repeating: "a", count: 1023)
    #expect(subject("\(text) \(text)") == text)
  }

  /// What nobody sees takes no room.
  @Test func isCutWhereAPersonSeesItsEnd() {
    let text = String(repeating: "a\u{AD}", count: 600)
    #expect(subject("\(text)b") == String(repeating: "a", count: 600) + "b")
  }
}
