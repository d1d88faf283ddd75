import Bytes
import Rules
import TestSupport
import Testing

@testable import Config

/// What is said of keys and their words is what is read.
@Suite struct ManualTests {
  @Test func everyWordIsRead() {
    func check<W: Word>(_ type: W.Type) {
      for word in W.allCases { #expect(W([UInt8](word.word).span) == word) }
    }
    check(SectionKind.self)
    check(TLSMode.self)
    check(Authentication.self)
    check(Unmatched.self)
    check(LedgerPolicy.self)
    check(CapabilityPolicy.self)
    check(Bias.self)
    check(Drive.self)
    check(ActiveLevel.self)
    check(InitialState.self)
    check(YesNo.self)
    check(CaseChoice.self)
    check(CrashPolicy.self)
  }

  @Test(
    arguments: [
      (MailboxKey.tls.row, TLSMode.words), (MailboxKey.auth.row, Authentication.words),
      (MailboxKey.unmatched.row, Unmatched.words), (MailboxKey.ledger.row, LedgerPolicy.words),
      (MailboxKey.capabilities.row, CapabilityPolicy.words),
      (OutputKey.active.row, ActiveLevel.words), (OutputKey.bias.row, Bias.words),
      (OutputKey.drive.row, Drive.words), (OutputKey.initial.row, InitialState.words),
      (RuleKey.case.row, CaseChoice.words), (RuleKey.onCrash.row, CrashPolicy.words),
    ])
  func aHelpLineHasEveryWord(row: KeyRow, words: [StaticString]) {
    let help = "\(row.help)"
    for word in words { #expect(help.contains("`\(word)`"), "\(row.name)") }
    #expect(words.contains { "\(row.defaultText)" == "`\($0)`" }, "\(row.name)")
  }

  /// What the manual calls the default is what holds where the key is left out.
  @Test(arguments: SectionKind.allCases)
  func theDefaultIsWhatHolds(kind: SectionKind) throws {
    var sections: [SectionKind: String] = [
      .mailbox: mailboxLines, .output: outputLines, .rule: ruleLines, .popbell: "[popbell]\n",
    ]
    func understood() throws -> String {
      var bytes: [UInt8] = []
      try settings(SectionKind.allCases.compactMap { sections[$0] }.joined()).describe(into: &bytes)
      return text(bytes.span)
    }
    let expected = try understood()
    let lines = sections[kind]
    var tried = 0
    for row in kind.rows {
      let value = "\(row.defaultText)".replacing("`", with: "")
      // Some are told in words.
      guard !value.isEmpty, !value.contains(" ") else { continue }
      sections[kind] = lines.map { $0 + "\(row.name) = \(value)\n" }
      #expect(try understood() == expected, "\(row.name)")
      tried += 1
    }
    #expect(tried >= 4)
  }
}
