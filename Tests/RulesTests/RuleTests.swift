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
    let message = Message("-abc(-", from: "me@x", to: ["zx"], extras: ["y"])
    let values = captures(rule, message)
    #expect(values == ["abc", "c", "me", "x"] + Array(repeating: "y", count: 6))
  }

  /// A group counts also where it has a name, as it does for Python and RE2.
  @Test func namesGroups() throws {
    let rule = try rule([(.subject, "/(?<zone>[0-9])(a)(?:b)/"), (.from, "/(?<who>.*)@(.*)/")])
    #expect(rule.captures.names.map { text($0.span) } == ["zone", "2", "who", "4"])
    #expect(captures(rule, Message("x7ab", from: "me@x")) == ["7", "a", "me", "x"])
    let ten = String(repeating: "(a)", count: 10)
    let many = try RulesTests.rule([(.subject, "/\(ten)(?<last>b)/")])
    #expect(many.captures.names.map { text($0.span) } == (1...9).map(String.init) + ["last"])
    #expect(captures(many, Message("aaaaaaaaaab"))?.last == "b")
  }

  @Test func triesRulesInOrderForTheirMailbox() throws {
    let rules = RuleSet(
      rules: [
        try rule(mailbox: 1, [(.subject, "{a}")]), try rule([(.subject, "b{b}")]),
        try rule([(.subject, "*")]),
      ], names: Names())
    for (mailbox, subject, expected) in [(1, "bc", 0), (0, "bc", 1), (0, "c", 2), (1, "", 2)] {
      var context = MatchContext(mailbox: mailbox, for: rules)
      #expect(rules.firstMatch(Message(subject), in: &context) == expected)
      #expect(context.captures.count == rules.rules[expected].captures.names.count)
    }
    let none = RuleSet(rules: [], names: Names())
    var context = MatchContext(mailbox: 0, for: none)
    #expect(none.firstMatch(Message(), in: &context) == nil)
    #expect(context.captures.count == 0)
  }

  @Test(
    arguments: [
      ("([0-9]+)", [.plain]), ("(on|off)", [.plain]),
      ("zone ([A-Za-z0-9_.]+) (.*)", [.plain, .anything]),
      ("([A-Za-z0-9_.-]+)", [.plainOrHyphen]), ("([-a])", [.plainOrHyphen]),
      ("(a-b)", [.plainOrHyphen]),
      ("([[:digit:][:alpha:]]{1,3})", [.plain]), ("([[:space:]])", [.anything]),
      ("([[:punct:]])", [.anything]), ("([^0-9])", [.anything]),
      ("([A-z])", [.anything]), ("([+-9])", [.anything]), ("([]a])", [.anything]),
      ("([a)])", [.anything]), (#"(a\.b)"#, [.plain]), (#"(\-)"#, [.plainOrHyphen]),
      (#"(\;)"#, [.anything]), (#"(\s)"#, [.anything]),
      (#"(\d\w)"#, [.plain]), (#"(\D)"#, [.anything]), ("(a;b)", [.anything]), ("(ü)", [.anything]),
      ("((a)(;))", [.anything, .plain, .anything]), ("(a(b)*c?)x;", [.plain, .plain]),
      ("(^a$)", [.plain]), ("()", [.plain]), ("(?:;)(a)", [.plain]),
      ("(?<n>;)(a)", [.anything, .plain]),
      ("(a{0,3}|b*?)", [.plain]), ("(ſ|K)", [.anything]), ("([^\\W])", [.plain]),
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
    var context = MatchContext(mailbox: 0, for: set)
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
