import Rules
import Testing

@Suite struct MismatchTests {
  @Test(
    arguments: [
      (Message("a x", from: "c@b"), 0, nil), (Message("b x", from: "c@b"), 0, .condition(0)),
      (Message("a x", from: "c@d"), 0, .condition(1)), (Message("a x"), 0, .condition(1)),
      (Message("a x", from: "c@b"), 1, .otherMailbox),
    ] as [(Message, Int, Mismatch?)])
  func namesTheFirstThatFails(message: Message, mailbox: Int, expected: Mismatch?) throws {
    let rule = try rule(mailbox: 0, [(.subject, "a *"), (.from, "*@b"), (.subject, "*")])
    var context = MatchContext(mailbox: mailbox, for: RuleSet(rules: [rule], names: Names()))
    #expect(rule.mismatch(with: message, in: &context) == expected)
    #expect(rule.takes(message, in: &context) == (expected == nil))
  }

  @Test(
    arguments: [
      ("b", 1, .condition(0)), ("a", 2, .condition(1)), ("x", 0, .condition(0)),
    ] as [(String, Int, Mismatch)])
  func findsTheNearestRule(subject: String, rule number: Int, mismatch: Mismatch) throws {
    let rules = [
      try rule(mailbox: 7, [(.subject, "*")]), try rule([(.subject, "c"), (.to, "*")]),
      try rule([(.subject, "a"), (.to, "*")]), try rule([(.subject, "a"), (.from, "x@y")]),
    ]
    let set = RuleSet(rules: subject == "x" ? Array(rules[1...]) : rules, names: Names())
    var context = MatchContext(mailbox: 0, for: set)
    let nearest = set.nearest(to: Message(subject), in: &context)
    #expect(nearest?.rule == number && nearest?.mismatch == mismatch)
  }

  @Test func aRuleForAnotherMailboxIsTheFarthest() throws {
    let set = RuleSet(
      rules: [try rule(mailbox: 7, [(.subject, "*")]), try rule(mailbox: 8, [(.subject, "*")])],
      names: Names())
    var context = MatchContext(mailbox: 0, for: set)
    let nearest = set.nearest(to: Message("x"), in: &context)
    #expect(nearest?.rule == 0 && nearest?.mismatch == .otherMailbox)
  }
}
