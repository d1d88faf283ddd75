import Bytes
import Rules
import TestSupport
import Testing

@Suite struct DescriptionTests {
  let names = Names(
    mailboxes: [Array("alarms".utf8)], outputs: [Array("siren".utf8)],
    headers: [Array("X-Priority".utf8)])

  @Test(
    arguments: [
      (.output(0, .on), "on siren"), (.output(0, .off), "off siren"),
      (.output(0, .toggle), "toggle siren"), (.output(0, .pulse(.seconds(10))), "pulse siren 10s"),
      (
        .output(0, .blink(on: .milliseconds(500), off: .seconds(60), count: 3)),
        "blink siren 500ms 1m 3"
      ),
    ] as [(Action, String)])
  func namesOutputs(action: Action, expected: String) {
    #expect(described { action.describe(names, into: &$0) } == expected)
  }

  @Test func quotesArgumentsWhereTheyNeedIt() throws {
    let arguments = try ["/bin/x", "zone-{rule}", "a b", "", "q\"\\", "#", "'"].map {
      try template($0)
    }
    #expect(
      described { Action.run(arguments).describe(names, into: &$0) }
        == ##"run /bin/x zone-{rule} "a b" "" "q\"\\" "#" "'""##)
  }

  @Test func describesARule() throws {
    let intrusion = try rule(
      named: "intrusion", mailbox: 0,
      [(.subject, "ALARM zone {zone} *"), (.from, "/@panel/"), (.to, "*"), (.header(0), #"\*"#)],
      actions: [.output(0, .pulse(.seconds(10)))], retries: 1, timeout: .seconds(90))
    let lines = """
      rule intrusion
        mailbox = alarms
        subject = ALARM zone {zone} *
        from = /@panel/
        to = *
        header.X-Priority = \\*
        pulse siren 10s
        fire up to an age of 1d; leave old messages
        then delete the message; after a crash fire again; retry for 1d, 1 time at most; programs run at most 90s

      """
    #expect(described { intrusion.describe(names, into: &$0) } == lines)
  }

  @Test func describesWhatBecomesOfTheMessage() throws {
    let archived = try rule(
      [], then: .deleteAfter(.seconds(14 * 86_400)), archive: .folder(Array("/srv/mail".utf8)))
    #expect(
      described { archived.describe(names, into: &$0) }.contains(
        "  archive /srv/mail\n  then delete the message after 14d; after a crash fire again;"))
    let kept = try rule(
      [(.subject, "A")], caseSensitive: true, then: .keep, archive: .none, onCrash: .never)
    let words = described { kept.describe(names, into: &$0) }
    #expect(words.contains("  subject = A (case matters)\n"))
    #expect(
      words.contains("  archive none\n  then keep the message; after a crash never fire again"))
  }

  @Test(
    arguments: [
      (0, "0s"), (1, "1ms"), (1500, "1500ms"), (90_000, "90s"), (120_000, "2m"),
      (7_200_000, "2h"), (1_209_600_000, "14d"),
    ] as [(Int64, String)])
  func writesIntervalsAsTheyAreRead(milliseconds: Int64, expected: String) {
    #expect(described { $0.write(Interval.milliseconds(milliseconds)) } == expected)
  }

  @Test(
    arguments: [
      ([0x61, 0x1B, 0x5B], #"a\x1B["#), ([0xC3, 0xA9, 0xE9], #"é\xE9"#),
      ([0xC2, 0x9B], #"\xC2\x9B"#),
      ([UInt8](repeating: 0x61, count: 70), String(repeating: "a", count: 64) + "..."),
    ] as [([UInt8], String)])
  func escapesWhatDoesNotPrint(bytes: [UInt8], expected: String) {
    #expect(described { $0.write(printable: bytes.span) }.lowercased() == expected.lowercased())
  }
}
