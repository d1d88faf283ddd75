import Alerts
import Bytes
import Mail
import Rules
import Testing

@Suite struct AlertValuesTests {
  @Test func cutsWhatIsTooLongBeforeACharacter() {
    let id = String(repeating: "i", count: 300)
    let values = values(
      "Subject: a\(String(repeating: "é", count: 400))\r\nMessage-ID: <\(id)@b>\r\n")
    #expect(values.subject == Array(("a" + String(repeating: "é", count: 255)).utf8))
    #expect(values.messageID == Array("<\(id)".utf8.prefix(256)))
  }

  @Test func hasABlankForAControlCharacter() {
    let values = values("Subject: =?utf-8?q?on=07off?=\r\nDate: 1\u{1B}[2J\r\n")
    #expect(values.subject == Array("on off".utf8))
    #expect(values.date == Array("1 [2J".utf8))
  }

  @Test func hasTheFirstOfItsReceivers() {
    #expect(values("To: a@b, c@d\r\n").to == Array("a@b".utf8))
  }

  private func values(_ text: String) -> AlertValues {
    var header = MessageHeader()
    for byte in text.utf8 { header.receive(byte) }
    header.finish()
    return AlertValues(header, nil, Captures())
  }
}
