import Bytes
import Foundation
import Rules
import TestSupport
import Testing

@testable import Config

/// README and popbell.conf(5) have the keys that popbell has, in their order, with their help lines.
@Suite struct ManualTests {
  private static func file(_ path: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  private static func heading(_ kind: SectionKind) -> String {
    kind == .popbell ? "[popbell]" : "[\(kind.word) NAME]"
  }

  // README: the rows of a table.

  @Test(arguments: SectionKind.allCases)
  func readmeHasEveryRow(kind: SectionKind) throws {
    let lines = try Self.file("README.md").split(separator: "\n")
    let start = try #require(lines.firstIndex { $0 == "### `\(Self.heading(kind))`" })
    let rows = lines[(start + 1)...].prefix { !$0.hasPrefix("#") }.filter { $0.hasPrefix("| `") }
    let expected = kind.rows.filter { $0.isDocumented }.map { row in
      let otherwise = row.isRequired ? "required" : "\(row.defaultText)"
      return "| `\(row.name) = \(row.form)` | \(row.help) | \(otherwise)"
        + (otherwise.isEmpty ? "|" : " |")
    }
    #expect(
      rows.map { String($0) } == expected,
      "README.md has to say:\n\(expected.joined(separator: "\n"))")
  }

  // popbell.conf(5): what an item begins with.

  /// The keys of a section, and what stands below each.
  private func items(of kind: SectionKind) throws -> [(name: String, text: [Substring])] {
    let lines = try Self.file("board/popbell.conf.5").split(separator: "\n")
    let start = try #require(lines.firstIndex { $0 == ".Ss \(Self.heading(kind))" })
    let section = lines[(start + 1)...].prefix { !$0.hasPrefix(".Ss ") && !$0.hasPrefix(".Sh ") }
    return section.indices.filter { section[$0].hasPrefix(".It Ic ") }.map { index in
      let text = section[(index + 1)...].prefix { !$0.hasPrefix(".It ") && $0 != ".El" }
      return (String(section[index].dropFirst(7)), Array(text))
    }
  }

  @Test(arguments: SectionKind.allCases)
  func manualHasEveryKey(kind: SectionKind) throws {
    let items = try items(of: kind)
    let rows = kind.rows.filter { $0.isDocumented }
    #expect(items.map { $0.name } == rows.map { "\($0.name)" })
    for (item, row) in zip(items, rows) {
      let help = "\(row.help)"
      var expected =
        (help.first == "`" ? help : help.prefix(1).uppercased() + help.dropFirst()) + "."
      if row.isRequired { expected += " Required." }
      if !"\(row.defaultText)".isEmpty { expected += " The default is \(row.defaultText)." }
      let plain = expected.replacing("`", with: "")
      #expect(Self.plain(item.text).hasPrefix(plain), "\(item.name) has to begin with: \(plain)")
    }
  }

  /// mdoc's lines as a reader sees them.
  private static func plain(_ lines: [Substring]) -> String {
    var text = ""
    for line in lines {
      var words = line.split(separator: " ").map { $0.replacing("\\&", with: "") }
      if line.hasPrefix(".") { words.removeFirst() }
      if line.hasPrefix(".Xr ") { words.replaceSubrange(0...1, with: ["\(words[0])(\(words[1]))"]) }
      for word in words {
        let isMark = line.hasPrefix(".") && [".", ",", ":", ";"].contains(word)
        text += (isMark || text.isEmpty ? "" : " ") + word
      }
    }
    return text
  }

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
