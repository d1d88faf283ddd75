import Bytes
import Rules
import TestSupport
import Testing

@Suite struct RuleTests {
  @Test(
    arguments: [
      ([(.subject, "*")], Message(), []),
      ([(.subject, "a *"), (.from, "*@b")], Message("a x", from: "c@b"), []),
      ([(.subject, "a *"), (.from, "*@b")], Message("a x", from: "c@d"), nil),
      ([(.subject, "a *"), (.from, "*@b")], Message("b x", from: "c@b"), nil),
      ([(.from, "*")], Message("a"), nil), ([(.to, "*")], Message("a"), nil),
      ([(.to, "{x}@b")], Message(to: ["1@a", "2@b", "3@b"]), ["2"]),
      ([(.to, "{x}@c")], Message(to: ["1@a", "2@b", "3@b"]), nil),
      ([(.header(1), "hi{x}")], Message(extras: ["no", "High"]), ["gh"]),
      ([(.header(0), "*")], Message(extras: [nil]), nil),
      ([(.from, "{who}@*"), (.subject, "{x} {y}")], Message("a b", from: "c@d"), ["c", "a", "b"]),
    ] as [([(Field, String)], Message, [String]?)])
  func takesAMessageWhereAllHolds(
    conditions: [(Field, String)], message: Message, expected: [String]?
  ) throws {
    #expect(captures(try rule(conditions), message) == expected)
  }

  @Test func numbersGroupsThroughTheRule() throws {
    let rule = try rule([
      (.subject, "/(ab(c))[(]/"), (.from, "{who}@*"), (.to, "/(x)/"),
      (.header(0), "/((((((((y))))))))/"),
    ])
    #expect(
      rule.captures.names.map { text($0.span) } == ["1", "2", "who", "3"] + (4...9).map(String.init)
    )
    let message = Message("-abc-", from: "me@x", to: ["zx"], extras: ["yyyyyyyy"])
    let values = captures(rule, message, words: ["abc", "x", "yyyyyyyy"])
    #expect(values?.prefix(4) == ["abc", "ab", "me", "x"])
    #expect(values?.count == rule.captures.names.count)
  }

  @Test(
    arguments: [
      ("a", 0), ("(a)(b)", 2), (#"\(a\)"#, 0), (#"\\(a)"#, 1), ("[(](a)", 1), ("[]((](a)", 1),
      ("[^](](a)", 1), ("[[:alpha:](](a)", 1), ("[[.(.]](a)", 1), ("[a(", 0), ("(a[", 1), ("\\", 0),
      ("[[:", 0), (#"[\](a)"#, 1),
    ])
  func countsGroupsAsPOSIXDoes(source: String, count: Int) throws {
    guard case .expression(let expression) = try pattern("/\(source)/") else {
      Issue.record("no expression")
      return
    }
    #expect(expression.groupCount == count)
    #expect(text(expression.source.span) == source)
  }

  @Test func triesRulesInOrderForTheirMailbox() throws {
    let rules = RuleSet(
      rules: [
        try rule(mailbox: 1, [(.subject, "{a}")]), try rule([(.subject, "b{b}")]),
        try rule([(.subject, "*")]),
      ], names: Names())
    for (mailbox, subject, expected) in [(1, "bc", 0), (0, "bc", 1), (0, "c", 2), (1, "", 2)] {
      var context = MatchContext(mailbox: mailbox, expressions: Words())
      #expect(rules.firstMatch(Message(subject), in: &context) == expected)
      #expect(context.captures.count == rules.rules[expected].captures.names.count)
    }
    var context = MatchContext(mailbox: 0, expressions: Words())
    #expect(RuleSet(rules: [], names: Names()).firstMatch(Message(), in: &context) == nil)
    #expect(context.captures.count == 0)
  }

  /// Not the second rule either: it is tried only for what the first does not take.
  @Test(
    arguments: [
      ([(.subject, "/a/")], 0), ([(.subject, "a"), (.to, "/x/")], 0),
      ([(.to, "/y/")], 0), ([(.from, "nobody"), (.subject, "/a/")], nil),
    ] as [([(Field, String)], Int?)])
  func anExpressionThatFailsDecidesNothing(
    conditions: [(Field, String)], failed: Int?
  ) throws {
    let set = RuleSet(
      rules: [try rule(conditions), try rule([(.subject, "*")])], names: Names())
    let message = Message("a", from: "me@x", to: ["1@x", "2@x"])
    var context = MatchContext(mailbox: 0, expressions: Words(words: ["b"], failing: [0]))
    #expect(set.firstMatch(message, in: &context) == (failed == nil ? 1 : nil))
    #expect(context.failedExpression == failed)
    #expect(set.condition(ofExpression: 0)?.rule.conditions.count == conditions.count)
    let other = try RuleSet(rules: [rule([(.subject, "*")])], names: Names())
    #expect(other.firstMatch(message, in: &context) == 0 && context.failedExpression == nil)
  }

  @Test(
    arguments: [
      ("([0-9]+)", [.plain]), ("(on|off)", [.plain]),
      ("zone ([A-Za-z0-9_.]+) (.*)", [.plain, .anything]),
      ("([A-Za-z0-9_.-]+)", [.plainOrHyphen]), ("([-a])", [.plainOrHyphen]),
      ("(a-b)", [.plainOrHyphen]),
      ("([[:digit:][:alpha:]]{1,3})", [.plain]), ("([[:space:]])", [.anything]),
      ("([[:punct:]])", [.anything]), ("([[.a.]])", [.anything]), ("([^0-9])", [.anything]),
      ("([A-z])", [.anything]), ("([+-9])", [.anything]), ("([]a])", [.anything]),
      ("([a)])", [.anything]), (#"(a\.b)"#, [.plain]), (#"(\-)"#, [.plainOrHyphen]),
      (#"(\;)"#, [.anything]), (#"(\1)"#, [.anything]), (#"(\s)"#, [.anything]),
      (#"(\d\w)"#, [.plain]), (#"(\D)"#, [.anything]), ("(a;b)", [.anything]), ("(ü)", [.anything]),
      ("((a)(;))", [.anything, .plain, .anything]), ("(a(b)*c?)x;", [.plain, .plain]),
      ("(*)", [.anything]), ("(a|*)", [.anything]), ("({)", [.anything]), ("(a{2)", [.anything]),
      ("(a{b})", [.anything]), ("(^a$)", [.plain]), ("()", [.plain]),
      ("(?:;)(a)", [.anything, .anything]),
    ] as [(String, [Alphabet])])
  func knowsWhatAGroupCanHold(source: String, alphabets: [Alphabet]) throws {
    let rule = try rule([(.subject, "/\(source)/")])
    #expect(rule.captures.alphabets == alphabets)
  }

  @Test func aWildcardCanHoldAnything() throws {
    let rule = try rule([(.subject, "{a} ?"), (.from, "/([0-9])/")])
    #expect(rule.captures.alphabets == [.anything, .plain])
  }

  @Test func forgetsWhatARuleCapturedThatDidNotTakeTheMessage() throws {
    let conditions: [(Field, String)] = [(.subject, "{a} {b}"), (.to, "/x/")]
    let set = RuleSet(
      rules: [try rule(conditions), try rule([(.subject, "1 {c}")])], names: Names())
    var context = MatchContext(mailbox: 0, expressions: Words(words: ["x"]))
    #expect(set.firstMatch(Message("1 2"), in: &context) == 1)
    #expect(strings(context.captures) == ["2"])
  }

  @Test(
    arguments: [
      (["{a}", "x{A}"], .nameTaken, "A"), (["{a-b} {a_b}"], .nameTaken, "a_b"),
      (["{subject}"], .nameReserved, "subject"), (["{Message_ID}"], .nameReserved, "Message_ID"),
      (["{UIDL}"], .nameReserved, "UIDL"),
      (["{a}-{b}-{c}-{d}-{e}-{f}-{g}-{h}", "/(((((((((x)))))))))/"], .tooMany, ""),
    ] as [([String], CaptureError.Reason, String)])
  func refusesNamesThatClash(sources: [String], reason: CaptureError.Reason, name: String) throws {
    let error = #expect(throws: CaptureError.self) {
      try rule(sources.map { (.subject, $0) })
    }
    #expect(error?.reason == reason)
    #expect(error?.name == Array(name.utf8))
  }

  @Test func cutsCapturesBeforeACharacter() throws {
    let values = captures(
      try rule([(.subject, "{a}")]), Message("a" + String(repeating: "é", count: 200)))
    #expect(values == ["a" + String(repeating: "é", count: 127)])
  }
}
