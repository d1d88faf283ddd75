import Alerts
import Bytes
import Ledger
import Mail
import Rules
import TestSupport
import Testing

/// What a fetcher tells of a message, and what a judge makes of that.
@Suite struct ClaimTests {
  private func header(_ text: String, fields: [String] = []) -> MessageHeader {
    var header = MessageHeader(extraFields: fields.map { Array($0.utf8) })
    header.receive(Array(text.utf8).span)
    header.finish()
    return header
  }

  private func pattern(_ text: String, _ target: PatternTarget = .text) throws -> Pattern {
    try Pattern(parsing: Array(text.utf8).span, for: target, caseSensitive: false)
  }

  private func rule(_ conditions: Condition...) throws -> Rule {
    var rule = Rule(name: Array("rule".utf8), line: 1)
    rule.conditions = conditions
    for condition in conditions {
      if let pattern = condition.pattern { try rule.captures.add(pattern) }
    }
    return rule
  }

  private func claim(_ header: borrowing MessageHeader, _ rule: Rule) -> Claim {
    var context = MatchContext(mailbox: 0, for: RuleSet(rules: [rule], names: Names()))
    return Claim(header, nil, takenBy: rule, in: &context)
  }

  private func claim(_ subject: String) -> Claim {
    var claim = Claim()
    claim.values = AlertValues(subject)
    return claim
  }

  private func captures(of claim: Claim, _ rule: Rule) -> [String]? {
    claim.captures(of: rule, mailbox: 0, in: RuleSet(rules: [rule], names: Names()))
      .map { captures in (0..<captures.count).map { text(captures.value(at: $0)) } }
  }

  /// What a supervisor makes of the frames that tell of it.
  private func told(_ claim: Claim) -> Claim? {
    var sink = NotedFrames()
    claim.sendTexts(to: &sink)
    sink.send(.matched(rule: 0, message: 1, MessageIdentity(1), Arrival(), claim.values))
    var told = Claim()
    for frame in sink.frames {
      switch try? FetcherFrame(parsing: frame.encoded.span) {
      case .took(let header, let text): told.add(header, text.span)
      case .matched(_, _, _, _, let values): told.values = values
      default: return nil
      }
    }
    return told
  }

  @Test func hasTheWholeSubjectAndCutsWhatNoRuleMatches() throws {
    let id = String(repeating: "i", count: 300)
    let subject = "a" + String(repeating: "é", count: 500)
    let values = claim(
      header("Subject: \(subject)\r\nMessage-ID: <\(id)@b>\r\n"), try rule()
    ).values
    #expect(text(values.subject) == subject)
    #expect(text(values.messageID) == String("<\(id)".prefix(256)))
  }

  @Test func hasABlankForAControlCharacterAndASignForWhatIsNoUTF8() throws {
    var header = MessageHeader()
    let date = Array("Subject: =?utf-8?q?on=07off?=\r\nDate: 1\u{1B}[2J".utf8) + [0xFF, 0x0D, 0x0A]
    header.receive(date.span)
    header.finish()
    let values = claim(header, try rule()).values
    #expect(text(values.subject) == "on off")
    #expect(text(values.date) == "1 [2J\u{FFFD}")
  }

  /// The values go from the fetcher through a frame, whose limits are these.
  @Test func asLongAsIsMatched() {
    #expect(Rules.Limits.subject == Mail.Limits.text)
    #expect(Rules.Limits.address == Mail.Limits.localPart + 1 + Mail.Limits.domain)
  }

  @Test func hasTheReceiverThatTheRuleTook() throws {
    let header = header("To: a@b.example, c@d.example\r\n")
    #expect(text(claim(header, try rule()).values.to) == "a@b.example")
    let rule = try rule(.to(try pattern("{who}@d.example", .address)))
    let claim = claim(header, rule)
    #expect(text(claim.values.to) == "c@d.example")
    #expect(captures(of: claim, rule) == ["c"])
  }

  /// Every kind of condition, on the text that it took.
  @Test func capturesOnceMoreWhatTheRuleCaptured() throws {
    let header = header(
      "Subject: ALARM  zone kitchen\r\nFrom: Panel <p7@panel.example>\r\nTo: siren@home.example\r\n"
        + "X-Level: 3 of 5\r\n", fields: ["X-Other", "X-Level"])
    let rule = try rule(
      .subject(try pattern("ALARM zone {zone}")),
      .from(try pattern("{who}@panel.example", .address)),
      .to(try pattern("siren@*", .address)), .header(1, try pattern("/([0-9]) of/")))
    #expect(captures(of: claim(header, rule), rule) == ["kitchen", "p7", "3"])
  }

  @Test func whatTheRuleDoesNotTakeIsRefused() throws {
    let rule = try rule(.subject(try pattern("/^zone ([0-9]+)$/")))
    #expect(captures(of: claim("zone 7"), rule) == ["7"])
    #expect(captures(of: claim("zone-../../etc/; reboot"), rule) == nil)
    #expect(captures(of: Claim(), try self.rule(.from(try pattern("*", .address)))) == nil)
    #expect(captures(of: Claim(), try self.rule(.to(try pattern("*", .address)))) == nil)
    #expect(captures(of: Claim(), try self.rule(.header(0, try pattern("*")))) == nil)
  }

  /// Fields as people, devices and attackers write them: whatever a rule takes of a message, a judge takes
  /// of the frame, with the same captures.
  @Test func aJudgeSaysWhatTheFetcherFound() throws {
    var random = SeededGenerator(seed: 7)
    let words = [
      "ALARM", "zone", " ", "\t", "=?utf-8?q?caf=C3=A9?=", "=?iso-8859-1?b?4Q==?=", "\u{A0}", "é",
      "\u{200B}",
      "<a@b.example>", "a@b.example", "\"x\" <c@d.example>", ",", ";", "\"", "\u{1}", "12", "(c)",
      "=?x?q?",
      "\r\n ", "=?utf-8?q?=00=FF?=", "<\"a b\"@c.example>", "ü@b.example",
    ]
    let patterns = [
      "*", "{all}", "ALARM {rest}", "/([0-9]+)/", "/(.)(.*)/", "*é*", "/^(?<x>\\S*)/",
    ]
    func any<Element>(_ all: [Element]) -> Element { all.randomElement(using: &random)! }
    func field() -> String {
      (0..<Int.random(in: 0...9, using: &random)).map { _ in any(words) }.joined()
    }
    var taken = 0
    for round in 0..<4000 {
      let text =
        "Subject: \(field())\r\nFrom: \(field())\r\nTo: \(field())\r\nX-Level: \(field())\r\n"
      let header = header(text, fields: ["X-Level"])
      var conditions: [Condition] = []
      if Bool.random(using: &random) { conditions.append(.subject(try pattern(any(patterns)))) }
      if Int.random(in: 0..<4, using: &random) == 0 {
        conditions.append(.from(try pattern("{who}@*", .address)))
      }
      if Int.random(in: 0..<4, using: &random) == 0 {
        conditions.append(.to(try pattern("*@{host}", .address)))
      }
      if Int.random(in: 0..<3, using: &random) == 0 {
        conditions.append(.header(0, try pattern(any(["*", "/(1)/"]))))
      }
      var rule = Rule(name: [], line: 1)
      rule.conditions = conditions
      let rules = RuleSet(rules: [rule], names: Names(headers: [Array("X-Level".utf8)]))
      var context = MatchContext(mailbox: 0, for: rules)
      guard rule.takes(header, in: &context) else { continue }
      taken += 1
      let captures = context.captures
      let claim = Claim(header, nil, takenBy: rule, in: &context)
      #expect(told(claim) == claim, "round \(round): \(text)")
      #expect(
        claim.captures(of: rule, mailbox: 0, in: rules) == captures, "round \(round): \(text)")
      let judgement = Judgement.taken(captures)
      #expect(Judgement(parsing: judgement.encoded.span) == judgement)
    }
    #expect(taken > 1000)
  }

  @Test(arguments: [
    [], [0, 0], [1], [1, 1, 0, 2, 0x61], [1, 0, 0], [2], [1, 1, 0, 1, 0xFF], [1, 17],
  ])
  func aPacketThatIsNoneIsNoJudgement(bytes: [UInt8]) {
    #expect(Judgement(parsing: bytes.span) == .refused)
  }

  @Test func aJudgementHasRoomForTheLongestCaptures() {
    var captures = Captures()
    let value = [UInt8](repeating: 0x78, count: Rules.Limits.captureValue)
    while captures.append(value.span) {}
    let bytes = Judgement.taken(captures).encoded
    #expect(bytes.count <= Judgement.Bytes().room)
    #expect(Judgement(parsing: bytes.span) == .taken(captures))
  }
}
