import Bytes
import Rules
import TestSupport
import Testing

@Suite struct TemplateTests {
  func alert() -> AlertValues {
    var values = AlertValues()
    values.subject = Array("ALARM $(reboot) \"x\" y\u{0}z".utf8)
    values.from = Array("a@b".utf8)
    values.to = Array("c@d".utf8)
    values.date = Array("now".utf8)
    values.messageID = Array("<1@b>".utf8)
    values.uniqueID = Array("uid7".utf8)
    with("kitchen") { _ = values.captures.append($0) }
    with("9") { _ = values.captures.append($0) }
    return values
  }

  @Test(
    arguments: [
      ("", ""), ("plain", "plain"), ("zone-{zone}", "zone-kitchen"), ("{ZONE}{1}", "kitchen9"),
      ("{subject}", "ALARM $(reboot) \"x\" yz"), ("{{zone}}", "{zone}"),
      ("{{{zone}}}", "{kitchen}"),
      ("{from} {to} {date} {message-id} {uidl} {rule}", "a@b c@d now <1@b> uid7 r"),
      ("}}{{", "}{"),
    ])
  func expands(source: String, expected: String) throws {
    let rule = try rule([(.subject, "{zone} *"), (.from, "/(.)/")])
    let template = try template(source, rule.captures)
    let values = alert()
    #expect(described { template.expand(values, of: rule, into: &$0) } == expected)
  }

  @Test(
    arguments: [
      ("a{b", .unclosedBrace, 1, 2), ("a}b", .strayBrace, 1, 1), ("a{zome}", .unknownName, 2, 4),
      ("{}", .unknownName, 1, 0), ("{2}", .unknownName, 1, 1), ("{ zone }", .unknownName, 1, 6),
      ("{{zone}", .strayBrace, 6, 1),
    ] as [(String, TemplateError.Reason, Int, Int)])
  func saysWhatIsWrong(source: String, reason: TemplateError.Reason, offset: Int, length: Int)
    throws
  {
    let rule = try rule([(.subject, "{zone} *"), (.from, "/(.)/")])
    let error = #expect(throws: TemplateError.self) { try template(source, rule.captures) }
    #expect(error?.reason == reason)
    #expect(error?.offset == offset)
    #expect(error?.length == length)
  }

  @Test func saysWhereAnArgumentDoesNotFit() throws {
    let rule = try rule([(.subject, "{zone}")])
    let template = try template("zone {zone}", rule.captures)
    let values = alert()
    var exact = ByteBuffer<12>()
    let fits = template.expand(values, of: rule, into: &exact)
    var short = ByteBuffer<11>()
    let fitsShort = template.expand(values, of: rule, into: &short)
    #expect(fits)
    #expect(!fitsShort)
  }

  @Test func aMissingCaptureIsEmpty() throws {
    let rule = try rule([(.subject, "{a} {b} {c}")])
    let template = try template("<{c}>", rule.captures)
    let values = alert()
    #expect(described { template.expand(values, of: rule, into: &$0) } == "<>")
  }

  @Test func givesEachValueAVariable() throws {
    let rule = try rule(named: "front-door", [(.subject, "{zone-name} *"), (.from, "/(.)/")])
    let values = alert()
    let variables = (0..<rule.variableCount).map { index in
      described { _ = rule.writeVariable(index, of: values, into: &$0) }
    }
    #expect(
      variables == [
        "POPBELL_SUBJECT=ALARM $(reboot) \"x\" yz", "POPBELL_FROM=a@b", "POPBELL_TO=c@d",
        "POPBELL_DATE=now", "POPBELL_MESSAGE_ID=<1@b>", "POPBELL_UIDL=uid7",
        "POPBELL_RULE=front-door", "POPBELL_ZONE_NAME=kitchen", "POPBELL_1=9",
      ])
  }
}
