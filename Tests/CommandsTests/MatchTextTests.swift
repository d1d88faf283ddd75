import Mail
import Service
import TestSupport
import Testing

@testable import Commands

/// What `match` says of a message.
@Suite struct MatchTextTests {
  private func explain(_ message: String) -> (isTaken: Bool, lines: [String]) {
    let charsets = CharsetFile()
    var header = MessageHeader(charsets: charsets.tables)
    header.receive(Array(message.replacing("\n", with: "\r\n").utf8).span)
    header.finish()
    var text: [UInt8] = []
    let isTaken = Commands.explain(header, Array("mail".utf8), loaded, 0, charsets, into: &text)
    return (isTaken, TestSupport.text(text).split(separator: "\n").map(String.init))
  }

  @Test func aMessageThatARuleTakes() {
    let (isTaken, lines) = explain("From: a@b.example\nSubject: fire hall\n\n")
    #expect(isTaken)
    #expect(
      lines == [
        "mail: rule fire takes it", "  subject: fire hall", "  from: a@b.example",
        "  {zone} = hall", "  pulse siren 10s", "  archive /srv/mail", "  then delete",
      ])
  }

  @Test func aMessageThatNoRuleTakesSaysWhatEachRuleMissed() {
    let (isTaken, lines) = explain("From: a@b.example\nSubject: WATER\n\n")
    #expect(!isTaken)
    #expect(
      lines == [
        "mail: no rule takes it; it would be left alone", "  subject: WATER",
        "  from: a@b.example", "  rule fire:  subject = FIRE {zone} is not met: \"WATER\"",
        "  rule water: from = panel@example.net is not met: \"a@b.example\"",
      ])
  }

  @Test func aSenderThatIsInDoubtSaysWhy() {
    let (_, lines) = explain("From: a@b.example, c@d.example\nSubject: WATER\n\n")
    #expect(lines.contains { $0.hasPrefix("  from: (") }, "\(lines)")
  }

  /// Whatever the process that reads it has become.
  @Test func nothingThatIsPrintedHidesAnything() {
    let text = Array("a\u{202E}b\nc\u{1B}[2J\\x\n\nd".utf8) + [0xFF]
    #expect(
      TestSupport.text(escapedLines(of: text))
        == "a\\xe2\\x80\\xaeb\nc\\x1b[2J\\x\n\nd\\xff")
    #expect(escapedLines(of: Array("a\n".utf8)) == Array("a\n".utf8))
  }

  @Test func aMessageWithoutAHeader() {
    #expect(explain("\n").lines == ["mail: it has no header, and would be left alone"])
  }

  @Test func aPartOfAHeader() {
    let lines = explain("X-Spam: no\n\n").lines
    #expect(
      lines.contains(
        "  it has no From, To, Subject or Message-ID: a service takes that for a part of a header"),
      "\(lines)")
  }
}

/// Rows for programs and for people.
@Suite struct TableTests {
  private var table: Table {
    var table = Table()
    table.add(Array("1".utf8), Array("a".utf8), [])
    table.add(Array("22".utf8), Array("bcd".utf8), Array("e".utf8))
    return table
  }

  @Test func aProgramGetsTabs() { #expect(text(table.tabbed) == "1\ta\t-\n22\tbcd\te\n") }

  @Test func aPersonGetsColumns() {
    #expect(text(table.aligned) == "   1  a\n  22  bcd  e\n")
  }
}
