import Bytes
import Rules
import TestSupport
import Testing

@Suite struct WildcardTests {
  @Test(
    arguments: [
      ("", "", []), ("", "a", nil), ("*", "", []), ("*", "any\u{0}thing", []), ("**", "ab", []),
      ("a", "a", []), ("a", "A", []), ("a", "ab", nil), ("a", "ba", nil), ("Ä", "ä", []),
      ("ALARM zone {zone} *", "alarm ZONE Kitchen North *now*", ["Kitchen"]),
      ("ALARM zone {zone} *", "ALARM zone  x", nil), ("ALARM zone {zone} *", "ALARM zone 7", nil),
      ("ALARM zone {zone}", "ALARM zone Kitchen North", ["Kitchen North"]),
      ("ALARM zone {zone}", "ALARM zone ", nil), ("{a}", "", nil), ("{a}", "x", ["x"]),
      ("{a} on", "ups1 on", ["ups1"]), ("{a} on", " on", nil), ("{a} on", " on on", [" on"]),
      ("{a} {b}", "x y z", ["x", "y z"]), ("{a}-{b}-*", "1--2-", ["1", "-2"]),
      ("*{a}", nil, nil), ("*x{a}", "axbxc", ["bxc"]), ("*a", "bab", nil), ("*a*", "bab", []),
      ("a*a", "a", nil), ("a*a", "aa", []), ("a*b*c", "acb", nil), ("*ab", "abab", []),
      ("*.log", "a.log.log", []), ("?", "", nil), ("?", "é", []), ("?", "ab", nil),
      ("?b", "éb", []), ("*?b", "éb", []), ("{x}?b", "éb", nil), ("{x}?b", "aéb", ["a"]),
      ("{x}?", "€😀", ["€"]), ("??", "😀€", []), ("é{x}ü", "éöü", ["ö"]), ("{x}é", "öé", ["ö"]),
      (#"\*\?\{\}\\"#, #"*?{}\"#, []), (#"\/x\/"#, "/x/", []), (##"\"a\" \#5"##, "\"a\" #5", []),
      (#"\*"#, "a", nil), ("x{A-b_9}", "x1", ["1"]),
      ("*@panel.example.net", "a@PANEL.example.net", []),
      ("*@panel.example.net", "a@panel.example.net.evil", nil), ("*@a.b", "x@acb", nil),
    ] as [(String, String?, [String]?)])
  func matchesAllOfTheText(source: String, text: String?, captures: [String]?) throws {
    guard let text else {
      #expect(throws: PatternError.self) { try pattern(source) }
      return
    }
    #expect(captured(try wildcard(source), from: text) == captures)
  }

  @Test(
    arguments: [
      ("a", "A", nil), ("A", "A", []), ("ALARM {z}", "ALARM x", ["x"]),
      ("ALARM {z}", "Alarm x", nil),
    ] as [(String, String, [String]?)])
  func canMindCase(source: String, text: String, captures: [String]?) throws {
    #expect(captured(try wildcard(source, caseSensitive: true), from: text) == captures)
  }

  /// A host name's case never matters.
  @Test(
    arguments: [
      ("A@Example.NET", "A@example.net", true), ("A@*.NET", "A@example.net", true),
      ("a@example.net", "A@example.net", false),
    ])
  func mindsNoCaseOfADomain(source: String, address: String, matches: Bool) throws {
    let wildcard = try wildcard(source, for: .address, caseSensitive: true)
    #expect((captured(wildcard, from: address) != nil) == matches)
  }

  /// A wildcard is written for text as a person sees it, and read as such.
  @Test(
    arguments: [
      ("störung heizung", "STÖRUNG HEIZUNG", []), ("? ALARM zone {n} ?", "🚨 ALARM zone 3 🔥", ["3"]),
      ("ALARM  zone {n}", "ALARM zone 3", ["3"]), ("Alarm\u{A0}{n}", "Alarm 3", ["3"]),
      (" a ", "a", []),
      ("Tem\u{AD}peratur*", "Temperatur 3", []), ("Tu\u{308}r", "Tür", []), ("T?r", "Tür", []),
      ("k", "\u{212A}", nil), ("\u{17F}", "S", nil), ("straße", "STRASSE", nil), ("Ω", "ω", []),
      (#"\K"#, nil, nil), ("*\u{200B}*", "x", []),
    ] as [(String, String?, [String]?)])
  func meetsTextAsAPersonSeesIt(source: String, text: String?, captures: [String]?) throws {
    guard let text else {
      #expect(throws: PatternError.self) { try pattern(source) }
      return
    }
    #expect(captured(try wildcard(source), from: text) == captures)
  }

  @Test(
    arguments: [
      ("A@*", "a@b", true), ("ü@*", "Ü@b", false), ("a  b@*", "a b@c", false),
      ("a\u{AD}@*", "a@b", false),
      ("u\u{308}@*", "ü@b", false), (" a@b", "a@b", false), ("k@*", "\u{212A}@b", false),
    ])
  func takesAddressesAsTheyWereSent(source: String, address: String, matches: Bool) throws {
    #expect((captured(try wildcard(source, for: .address), from: address) != nil) == matches)
  }

  @Test(
    arguments: [
      ("?", [0xFF], []), ("?", [0xC3], []), ("??", [0xC3, 0xC3], []), ("?", [0xC3, 0xA9], []),
      ("{a}?", [0xC3, 0xA9, 0xA9], [[0xC3, 0xA9]]), ("*?", [0xA9], []),
      ("{a}x", [0xFF, 0xFE, 0x78], [[0xFF, 0xFE]]), ("é", [0xC3, 0xC3, 0xA9], nil),
      ("*é", [0xC3, 0xC3, 0xA9], []), ("???", [0xED, 0xA0, 0x80], []), ("??", [0xC0, 0x80], []),
      ("????", [0xF4, 0x90, 0x80, 0x80], []), ("?", [0xF4, 0x8F, 0xBF, 0xBF], []),
    ] as [(String, [UInt8], [[UInt8]]?)])
  func takesABytesOfNoCharacterForOne(source: String, text: [UInt8], captures: [[UInt8]]?) throws {
    var steps = 0
    #expect(captured(try wildcard(source), from: text, steps: &steps) == captures)
  }

  @Test(
    arguments: [
      ("x{a}{b}", .adjacentWildcards, 1, 6), ("{a}*", .adjacentWildcards, 0, 4),
      ("*{a}", .adjacentWildcards, 0, 4), ("**{a}", .adjacentWildcards, 0, 5),
      ("a{b", .unclosedBrace, 1, 2), ("a}", .strayBrace, 1, 1), ("{}", .badName, 0, 2),
      ("{1}", .badName, 0, 3), ("{a b}", .badName, 0, 5), ("{a{b}", .badName, 0, 5),
      ("{abcdefghijklmnopqrstuvwxy}", .badName, 0, 27), ("a\\", .badEscape, 1, 1),
      (#"C:\temp"#, .badEscape, 2, 2), (#"\é"#, .badEscape, 0, 3), ("/", .unclosedExpression, 0, 1),
      ("/var is full", .unclosedExpression, 0, 12), ("//", .emptyExpression, 0, 2),
    ] as [(String, PatternError.Reason, Int, Int)])
  func saysWhatIsWrong(source: String, reason: PatternError.Reason, offset: Int, length: Int) {
    let error = #expect(throws: PatternError.self) { try pattern(source) }
    #expect(error?.reason == reason)
    #expect(error?.offset == offset)
    #expect(error?.length == length)
  }

  @Test func refusesWhatIsNotUTF8() {
    let error = #expect(throws: PatternError.self) {
      try Pattern(parsing: [0x61, 0xE9, 0x62].span, for: .text, caseSensitive: false)
    }
    #expect(error?.reason == .notUTF8)
    #expect(error?.offset == 1)
  }

  @Test func refusesTheSeventeenthCapture() throws {
    let sixteen = (0..<16).map { "{c\($0)}-" }.joined()
    #expect(throws: Never.self) { try pattern(sixteen) }
    let error = #expect(throws: PatternError.self) { try pattern(sixteen + "{c16}") }
    #expect(error?.reason == .tooManyCaptures)
  }

  @Test(arguments: ["*a*a*a*a*b", "{a}a{b}aa{c}aaab", "*aaaaaaab*", "*?a?*aaab?*", "*aaaaaaaaac"])
  func takesStepsInProportionToTheText(source: String) throws {
    let wildcard = try wildcard(source)
    for count in [0, 1, 100, 1000, 10_000] {
      var steps = 0
      _ = captured(wildcard, from: [UInt8](repeating: 0x61, count: count), steps: &steps)
      #expect(steps <= (count + source.utf8.count) * 11)
    }
  }
}
