import Rules
import TestSupport
import Testing

/// The texts that the groups of an expression capture; nil where it is not found.
func found(
  _ expression: String, in text: String, for target: PatternTarget = .text,
  caseSensitive: Bool = false
) throws -> [String]? {
  let field = target == .text ? Field.subject : .from
  let rule = try rule([(field, "/\(expression)/")], caseSensitive: caseSensitive)
  return captures(rule, target == .text ? Message(text) : Message(from: text))
}

@Suite struct ExpressionTests {
  @Test(
    arguments: [
      ("b", "abc", []), ("d", "abc", nil), ("(b.)", "abc", ["bc"]), ("^b", "abc", nil),
      ("(c)$", "abc", ["c"]), ("b$", "abc", nil), ("^$", "", []), ("^$", "a", nil),
      ("a|b", "xb", []), ("(a|ab)(c|bcd)", "abcd", ["a", "bcd"]),
      ("(ab|a)(c|bcd)?", "abcd", ["ab", "c"]),
      ("(a*)(a*)", "aa", ["aa", ""]), ("(a*?)(a*)", "aa", ["", "aa"]),
      ("(a+?)(a*)", "aaa", ["a", "aa"]),
      ("(a??)(a?)$", "a", ["", "a"]), ("(a{2})", "aaa", ["aa"]), ("^(a{2,})$", "aaa", ["aaa"]),
      ("(a{1,2}?)", "aaa", ["a"]), ("^a{2}$", "aaa", nil), ("(x{0,2})y", "xxxy", ["xx"]),
      ("(?:ab)+(c)", "ababc", ["c"]), ("(?<n>[0-9]+)", "a17b", ["17"]),
      ("(a)|(b)", "b", ["", "b"]),
      ("(a|(b))+", "ba", ["a", "b"]), ("(|a)*", "aa", [""]), ("(|a)+", "aa", [""]),
      ("(a*)+", "aa", ["aa"]),
      ("(a|b)*?c", "abc", ["b"]), ("x*", "", []), ("()", "a", [""]), ("(a|)b", "b", [""]),
      (#"(\d+)"#, "Temperature 71 C", ["71"]), (#"(\w+)$"#, "on x_1", ["x_1"]),
      (#"(\S+) (\D+)"#, "a1 bc", ["a1", "bc"]),
      (#"\bon\b"#, "turn on now", []), (#"\bon\b"#, "tone", nil), (#"\Bn"#, "on", []),
      (#"\bn"#, "on", nil),
      (#"([\d.]+)"#, "at 21.5 C", ["21.5"]), (#"([\w-]+)"#, "? a-b", ["a-b"]),
      (#"([^\s,]+)"#, ", a,", ["a"]),
      ("([[:alpha:]]+)", "12ab", ["ab"]), ("([[:upper:][:digit:]-]+)", "a B-2 c", ["a"]),
      ("([]a]+)", "b]a", ["]a"]), ("([^]]+)", "]b]", ["b"]), ("([a-]+)", "b-a", ["-a"]),
      ("([[]+)", "a[[", ["[["]),
      (#"([\]\\]+)"#, #"a]\"#, [#"]\"#]), (##"(\.\/\-\#\ \_)"##, "./-# _", ["./-# _"]),
      ("}a]", "}a]", []),
      (#"(\x41\x{e9}\u{1F525})"#, "aÉ🔥", ["aÉ🔥"]), ("T.r offen", "Tür offen", []),
      ("T[uü]r", "Tür", []),
      ("(ü{2})", "züü", ["üü"]), ("(.)$", "a👍", ["👍"]), ("[^a]", "ü", []),
      ("([à-ÿ]+)", "aéü", ["éü"]),
    ] as [(String, String, [String]?)])
  func finds(expression: String, text: String, captures: [String]?) throws {
    #expect(try found(expression, in: text) == captures)
  }

  @Test(
    arguments: [
      ("störung", "STÖRUNG HEIZUNG", true), ("STÖRUNG", "störung", true), ("[äöü]", "Ö", true),
      ("[À-Ý]x", "éX", true), ("[^ö]", "Ö", false), ("σ", "Σς", true), ("ς", "Σ", true),
      ("ж", "Ж", true),
      ("ß", "ẞ", true), ("ss", "ß", false), ("k", "\u{212A}", false), ("\u{212A}", "k", false),
      ("s", "ſ", false), ("[a-z]", "ſ", false), ("[a-z]", "\u{212A}", false), (#"\w"#, "ſ", false),
      (#"\W"#, "s", false), ("[[:lower:]]", "A", true), ("i", "İ", false), ("ǆ", "ǅ", true),
      ("[Ā-Į]", "į", true), ("[ā]", "Ă", false), ("Ꭰ", "ꭰ", true), ("𐐀", "𐐨", true),
      ("µ", "μ", true),
    ] as [(String, String, Bool)])
  func ignoresCase(expression: String, text: String, isFound: Bool) throws {
    #expect(try (found(expression, in: text) != nil) == isFound)
    if !isFound { return }
    #expect(try found(expression, in: text, caseSensitive: true) == nil)
  }

  /// Text is as `TextNormaliser` makes it; an expression is written for that.
  @Test(
    arguments: [
      ("zone\u{A0}(.)", "zone 3", ["3"]), ("zone\t3", "zone 3", []), (#"zone\s3"#, "zone 3", []),
      (#"zone\t3"#, "zone 3", []), (#"zone\xA03"#, "zone 3", []), ("zone  3", "zone 3", []),
      ("zone  *3", "zone 3", []), ("zone  *3", "zone3", nil), ("zone *3", "zone3", []),
      ("zone  +(3)", "zone 3", ["3"]), (#"zone\s\s*3"#, "zone 3", []),
      ("zone {1,3}3", "zone 3", []),
      ("Tu\u{308}?r", "Tr", []), ("Tu\u{308}r", "Tür", []), ("[u\u{308}]", "ü", []),
      ("[u\u{308}]", "u", nil),
      ("Tem\u{AD}peratur", "Temperatur", []), ("\u{2126}", "Ω", []), (#"\x{2126}"#, "Ω", []),
      ("[[:space:]][[:blank:]]?x", "a x", []),
    ] as [(String, String, [String]?)])
  func meetsTextAsAPersonSeesIt(expression: String, text: String, captures: [String]?) throws {
    #expect(try found(expression, in: text) == captures)
  }

  /// An address is as it was sent: nothing is folded but ASCII, nothing composed, no blank is another.
  @Test(
    arguments: [
      ("^A@B$", "a@b", true), ("ü", "Ü", false), ("u\u{308}", "ü", false),
      ("u\u{308}", "u\u{308}", true),
      (#"\s"#, "a\u{A0}", false), (#"\t"#, "a\tb", true), (" $", "a ", true), ("  b", "a  b", true),
      ("  b", "a b", false), ("[K-L]", "\u{212A}", false),
    ] as [(String, String, Bool)])
  func takesAddressesAsTheyWereSent(expression: String, address: String, isFound: Bool) throws {
    #expect(try (found(expression, in: address, for: .address) != nil) == isFound)
  }

  @Test(
    arguments: [
      ("*", true), (".*", true), ("^.*", true), ("x?", true), ("a|", true), ("^", true),
      ("(a*)(b*)", true),
      ("^.*$", false), ("a", false), (".+", false), ("$", false), (#"\b"#, false),
    ])
  func knowsWhatTakesEveryText(source: String, isKnown: Bool) throws {
    let rule = try rule([(.subject, source == "*" ? source : "/\(source)/")])
    #expect(rule.takesEveryMessage == isKnown)
  }

  /// The exact number of visits, at worst: no pattern and no text need more.
  @Test(
    arguments: [
      "(a|aa)+$", "(a*)*b", "(a?){80}a{80}", "(?:a{0,20}){0,12}c", "(.*)(.*)(.*)(.*)(.*)x",
      "(a|a|a|a|a|a)*c", "(((a+)+)+)+b", "[a-z]{200}[^a]", #"(\b|a|\B)*c"#,
    ])
  func takesStepsInProportionToTheText(source: String) throws {
    guard case .expression(let expression) = try pattern("/\(source)/") else { return }
    #expect(expression.stateCount <= Limits.states)
    for count in [0, 1, 100, 1000, 4000] {
      var matcher = ExpressionMatcher(for: [expression])
      _ = matcher.find(expression, in: [UInt8](repeating: 0x61, count: count).span)
      #expect(matcher.steps <= 2 * expression.stateCount * (count + 1))
    }
  }
}
