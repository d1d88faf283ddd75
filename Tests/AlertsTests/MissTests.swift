import Alerts
import Bytes
import Mail
import Rules
import TestSupport
import Testing

/// What is told of messages that no rule takes.
@Suite struct MissTests {
  private func miss(_ condition: Condition, _ message: String) -> RuleMiss {
    var rule = Rule(name: [0x72], line: 1)
    rule.conditions = [condition]
    var header = MessageHeader(extraFields: [[UInt8]("X-Zone")])
    header.receive(Array(message.utf8).span)
    header.finish()
    return RuleMiss(rule: 0, .condition(0), of: header, in: RuleSet(rules: [rule], names: Names()))
  }

  private static func pattern(_ text: String) -> Pattern {
    try! Pattern(parsing: Array(text.utf8).span, for: .text, caseSensitive: false)
  }

  @Test(
    arguments: [
      (.subject(pattern("x")), "Subject: =?utf-8?q?a=C2=A0b?=\n\n", .text([UInt8]("a b"))),
      (.subject(pattern("x")), "\n", .text([])),
      (.from(pattern("x")), "From: a@b\n\n", .text([UInt8]("a@b"))),
      (.from(pattern("x")), "From: Garage\n\n", .noSender([UInt8]("no address after 'Garage'"))),
      (
        .from(pattern("x")), "From: Ga\u{200B}rage\n\n",
        .noSender([UInt8]("no address after 'Ga\\u{200b}rage'"))
      ),
      (.from(pattern("x")), "\n", .noSender([UInt8]("no From field"))),
      (.to(pattern("x")), "To: a@b, c@d\n\n", .text([UInt8]("a@b, c@d"))),
      (.to(pattern("x")), "To: nobody\n\n", .nothing),
      (.header(0, pattern("x")), "X-Zone: 7\n\n", .text([UInt8]("7"))),
      (.header(0, pattern("x")), "\n", .nothing),
      (
        .subject(pattern("x")), "Subject: \(String(repeating: "ü", count: 150))\n\n",
        .text([UInt8](String(repeating: "ü", count: 98).utf8) + [UInt8]("..."))
      ),
    ] as [(Condition, String, Sight)])
  func seesTheValue(condition: Condition, message: String, sight: Sight) throws {
    let miss = miss(condition, message)
    #expect(miss.reason == .condition(0, sight))
    let frame = FetcherFrame.missed(miss)
    #expect(try FetcherFrame(parsing: frame.encoded.span) == frame)
  }

  @Test func framesAreReadAsAStrangers() throws {
    let nearest = RuleMiss(rule: 3, .otherMailbox)
    let frame = FetcherFrame.unmatched(
      UnmatchedMessage(number: 7, subject: [0x61], from: [0x62], nearest: nearest))
    let bytes = frame.encoded
    #expect(bytes == [19, 0, 0, 0, 7, 0, 1, 0x61, 0, 1, 0x62, 1, 3, 0])
    #expect(try FetcherFrame(parsing: bytes.span) == frame)
    for count in 0..<bytes.count {
      #expect(throws: FetcherFrame.Flaw.self) {
        try FetcherFrame(parsing: bytes.span.extracting(..<count))
      }
    }
    let refused: [[UInt8]] = [
      bytes + [0], [19, 0, 0, 0, 0, 0, 0, 0, 0, 0], [19, 0, 0, 0, 1, 0, 1, 7, 0, 0, 0],
      [19, 0, 0, 0, 1, 0, 0, 0, 0, 2], [20, 0, 4, 0], [20, 0, 1, 0, 0, 1, 0x1B],
      [20, 0, 1, 0, 0, 201],
    ]
    for bytes in refused {
      #expect(throws: FetcherFrame.Flaw.self, "\(bytes)") { try FetcherFrame(parsing: bytes.span) }
    }
  }
}
