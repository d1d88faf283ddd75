import Bytes
import Mail
import TestSupport
import Testing

@Suite struct DateTests {
  @Test(
    arguments: [
      ("Thu, 01 Jan 1970 00:00:00 +0000", 0),
      ("Thu, 1 Jan 1970 00:00:12 +0200", -7188),
      ("Fri, 21 Nov 1997 09:55:06 -0600", 880_127_706),
      ("21 Nov 97 09:55:06 GMT", 880_106_106),
      ("Tue, 10 Nov 2026 03:14:22 +0100 (CET)", 1_794_276_862),
      ("Sun,15 Nov 2026 01:02:08 +0000", 1_794_704_528),
      ("Thu\t,\t13\r Feb 1969 23:32 -0330", nil),
      ("Thu, 13 Feb 1969 23:32 -0330 (Newfoundland Time)", -27_723_480),
      ("(c) Tue (c(c)) , 10(c)Nov (c) 2026 03 : 14 (c) : 22 (c) +0100", 1_794_276_862),
      ("mon, 29 feb 2016 12:00:60 z", 1_456_747_260),
      ("29 Feb 2000 00:00 UT", 951_782_400),
      ("1 Jul 26 12:00 EDT", 1_782_921_600), ("1 Jul 26 12:00 EST", 1_782_925_200),
      ("1 Jul 26 12:00 CDT", 1_782_925_200), ("1 Jul 26 12:00 CST", 1_782_928_800),
      ("1 Jul 26 12:00 MDT", 1_782_928_800), ("1 Jul 26 12:00 MST", 1_782_932_400),
      ("1 Jul 26 12:00 PDT", 1_782_932_400), ("1 Jul 26 12:00 PST", 1_782_936_000),
      ("1 Jan 49 00:00 GMT", 2_493_072_000), ("1 Jan 50 00:00 GMT", -631_152_000),
      ("1 Jan 126 00:00 GMT", 1_767_225_600),
      ("31 Dec 9999 23:59:60 -2359", 253_402_387_140), ("1 Jan 1900 00:00 GMT", -2_208_988_800),
      // Of no zone, or one without a sure meaning: no later than that.
      ("1 Jan 2026 00:00", 1_767_268_800), ("1 Jan 2026 00:00 CET", 1_767_268_800),
      ("1 Jan 2026 00:00 A", 1_767_268_800),
      // Nonsense.
      ("", nil), ("now", nil), ("1899", nil), ("31 Dec 1899 00:00 GMT", nil),
      ("29 Feb 2015 00:00 GMT", nil), ("29 Feb 1900 00:00 GMT", nil),
      ("31 Apr 2026 00:00 GMT", nil),
      ("0 Jan 2026 00:00 GMT", nil), ("32 Jan 2026 00:00 GMT", nil), ("1 Foo 2026 00:00 GMT", nil),
      ("1 Janu 2026 00:00 GMT", nil), ("1 Jan 10000 00:00 GMT", nil), ("1 Jan 6 00:00 GMT", nil),
      ("1 Jan 99999999999999999999 00:00 GMT", nil), ("1 Jan 2026 24:00 GMT", nil),
      ("1 Jan 2026 00:60 GMT", nil), ("1 Jan 2026 00:00:61 GMT", nil), ("1 Jan 2026 0:0 GMT", nil),
      ("1 Jan 2026 00:00 +01:00", nil), ("1 Jan 2026 00:00 +2400", nil),
      ("1 Jan 2026 00:00 +0060", nil), ("1 Jan 2026 00:00 +010", nil),
      ("1 Jan 2026 00:00 +01000", nil), ("1 Jan 2026 00:00 GMT x", nil),
      ("Tue 10 Nov 2026 03:14:22 +0100", nil), ("Tue Nov 10 03:14:22 2026", nil),
      ("2026-11-10T03:14:22Z", nil), ("-1 Jan 2026 00:00 GMT", nil), ("1 Jan -2026 00:00 GMT", nil),
      ("1 Jan 2026 00:00 GMT (", nil), ("1 Jan 2026 00:00 GM\u{0}T", nil),
    ] as [(String, Int64?)])
  func reads(text: String, seconds: Int64?) {
    let date = with(text) { try? Date(parsing: $0) }
    #expect(date?.secondsSince1970 == seconds)
  }

  @Test(
    arguments: [
      ("from a by b; Tue, 10 Nov 2026 03:14:22 +0100 (CET)", 1_794_276_862),
      ("from a (x; y) by b;\r\n\t10 Nov 2026 03:14:22 +0100", 1_794_276_862),
      ("from a by b; 10 Nov 2026 03:14:22 +0100 (CET; for <c@d>)", 1_794_276_862),
      ("from (; 1 Jan 2001 00:00 GMT) by b; 10 Nov 2026 03:14:22 +0100 (x;y)", 1_794_276_862),
      ("from a by b", nil), ("from a by b;", nil), ("10 Nov 2026 03:14:22 +0100", nil),
    ] as [(String, Int64?)])
  func readsTheDateOfReceived(value: String, seconds: Int64?) {
    let message = message("Received: \(value)", "Received: c; 1 Jan 2026 00:00 GMT", "")
    #expect(read(message).receivedDate == seconds)
  }
}
