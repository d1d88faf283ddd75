import Rules
import TestSupport
import Testing

@Suite struct ExpressionErrorTests {
  @Test(
    arguments: [
      ("(", .unclosedGroup, 1, 1), ("a(b|c", .unclosedGroup, 2, 4), ("(?:a", .unclosedGroup, 1, 4),
      (")", .strayParenthesis, 1, 1), ("a)b", .strayParenthesis, 2, 1),
      ("[a", .unclosedBracket, 1, 2),
      ("[]", .unclosedBracket, 1, 2), ("[^]", .unclosedBracket, 1, 3),
      ("ü[[:alpha:]", .unclosedBracket, 3, 10),
      ("[[:alfa:]]", .badClass, 2, 8), ("[[.a.]]", .badClass, 2, 5), ("[[=a=]]", .badClass, 2, 5),
      ("[[:alpha]", .badClass, 2, 8), ("[[:", .badClass, 2, 2), ("[z-a]", .reversedRange, 2, 3),
      (#"[\d-x]"#, .badRange, 2, 4), (#"[a-\w]"#, .badRange, 2, 4),
      ("[[:digit:]-x]", .badRange, 2, 11),
      (#"[^\w\W]"#, .emptyClass, 1, 7), ("a[[:cntrl:]]", .emptyClass, 2, 11),
      (#"[^\s\S]"#, .emptyClass, 1, 7),
      ("*", .nothingToRepeat, 1, 1), ("a|+", .nothingToRepeat, 3, 1), ("(?)", .unknownGroup, 1, 3),
      ("(*a)", .nothingToRepeat, 2, 1), ("a**", .nothingToRepeat, 3, 1),
      ("^*", .nothingToRepeat, 2, 1),
      ("a$?", .nothingToRepeat, 3, 1), (#"\b+"#, .nothingToRepeat, 3, 1),
      ("a{2}{3}", .nothingToRepeat, 5, 1),
      ("a{", .badRepetition, 2, 1), ("zone {n}", .badRepetition, 6, 1),
      ("{n}", .badRepetition, 1, 1),
      ("a{,3}", .badRepetition, 2, 1), ("a{1,2", .badRepetition, 2, 1),
      ("a{3,2}", .reversedRepetition, 2, 5),
      ("a{0}", .emptyRepetition, 1, 4), ("(ab){0,0}", .emptyRepetition, 1, 9),
      (#"(a)\1"#, .backReference, 4, 2), (#"\k<a>"#, .backReference, 1, 2),
      ("a(?=b)", .lookAround, 2, 3),
      ("(?!b)", .lookAround, 1, 3), ("(?<=b)", .lookAround, 1, 4), ("(?<!b)", .lookAround, 1, 4),
      ("a*+", .possessive, 2, 2), ("a{2}+", .possessive, 2, 4), ("(?>a)", .possessive, 1, 3),
      ("(?i)a", .unknownGroup, 1, 3), ("(?P<a>b)", .unknownGroup, 1, 3),
      ("(?<1>b)", .badName, 1, 5),
      ("(?<a b>b)", .badName, 1, 7), ("(?<a", .badName, 1, 4), ("(?<>a)", .badName, 1, 4),
      (#"\q"#, .badEscape, 1, 2), (#"\é"#, .badEscape, 1, 3), (#"a\"#, .badEscape, 2, 1),
      (#"[\b]"#, .badEscape, 2, 2),
      (#"\0"#, .badEscape, 1, 2), (#"\A"#, .anchorEscape, 1, 2), (#"\x4"#, .badCodePoint, 1, 3),
      (#"\x{110000}"#, .badCodePoint, 1, 9), (#"\u{D800}"#, .badCodePoint, 1, 7),
      (#"\u00e9"#, .badCodePoint, 1, 2),
      (#"\x{}"#, .badCodePoint, 1, 3), (#"\x{41"#, .badCodePoint, 1, 5),
      (#"a\u{AD}"#, .neverInText, 2, 6),
      ("a{513}", .tooLarge, 1, 6), ("(a{100}){100}", .tooLarge, 1, 13),
      ("(.{1,300})", .tooLarge, 2, 8),
      (String(repeating: "(", count: 33), .tooDeep, 33, 1),
      ("b^", .neverMatches, 0, 4), ("$a", .neverMatches, 0, 4), ("a ^b|c$d", .neverMatches, 0, 10),
      (#"\s\s"#, .neverMatches, 0, 6), ("^ a", .neverMatches, 0, 5), ("a $", .neverMatches, 0, 5),
      (" {2}", .neverMatches, 0, 6), ("^ $", .neverMatches, 0, 5), (#"\s +"#, .neverMatches, 0, 6),
      ("", .emptyExpression, 0, 2), ("\u{AD}", .emptyExpression, 3, 0),
    ] as [(String, PatternError.Reason, Int, Int)])
  func saysWhatIsWrong(source: String, reason: PatternError.Reason, offset: Int, length: Int) {
    let error = #expect(throws: PatternError.self) { try pattern("/\(source)/") }
    #expect(error?.reason == reason)
    #expect(error?.offset == offset)
    #expect(error?.length == length)
  }

  @Test(
    arguments: [
      "a{512}", "(.{1,254})", "a ^b|c", "(a$)|b", "(?:){1000}", "[[:print:]]", "(a )?b", "^a$|^$",
      String(repeating: "(", count: 32) + String(repeating: ")", count: 32),
    ])
  func takesWhatIsJustInBounds(source: String) throws {
    if source == "a{512}" {
      #expect(throws: PatternError.self) { try pattern("/\(source)/") }
      #expect(throws: Never.self) { try pattern("/a{511}/") }
    } else {
      #expect(throws: Never.self) { try pattern("/\(source)/") }
    }
  }

  @Test(arguments: [" ", "a {2}", " $", #"[\x00-\x1f]"#, "[[:cntrl:]]", #"\xAD"#])
  func anAddressCanHoldAnything(source: String) throws {
    #expect(throws: Never.self) { try pattern("/\(source)/", for: .address) }
  }

  @Test(
    arguments: [
      ("/x*/", [(.takesEveryText, 0, 4)]),
      ("/ü[ALARM]|/", [(.takesEveryText, 0, 12), (.repeatedInBracket, 3, 7)]),
      ("/[a-z.a]/", []), ("/[[:alpha:][:digit:]]+/", []), ("/[^00]/", [(.repeatedInBracket, 1, 5)]),
      ("*", []),
      ("/ALARM|/", [(.takesEveryText, 0, 8)]), ("/a/", []),
    ] as [(String, [(PatternDoubt.Reason, Int, Int)])])
  func doubts(source: String, expected: [(PatternDoubt.Reason, Int, Int)]) throws {
    let doubts = try pattern(source).doubts
    #expect(doubts == expected.map { PatternDoubt($0) })
  }
}

extension PatternDoubt {
  fileprivate init(_ row: (Reason, Int, Int)) {
    self.init(reason: row.0, offset: row.1, length: row.2)
  }
}
