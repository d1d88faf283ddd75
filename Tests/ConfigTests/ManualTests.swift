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

  /// `| `name = form` | help | otherwise |`
  private struct HelpRow {
    let name: String
    let form: String
    let help: String
    /// What holds where the key is left out, or `required`; may be empty.
    let otherwise: String

    init(_ line: Substring) throws {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      try #require(cells.count == 3)
      let key = try #require(cells[0].wholeMatch(of: /`(\S+) = (.+)`/))
      (name, form) = (String(key.1), String(key.2))
      (help, otherwise) = (cells[1], cells[2])
    }
  }

  private static func readme(_ kind: SectionKind) throws -> [HelpRow] {
    let lines = try file("README.md").split(separator: "\n")
    let start = try #require(lines.firstIndex { $0 == "### `\(heading(kind))`" })
    return try lines[(start + 1)...].prefix { !$0.hasPrefix("#") }.filter { $0.hasPrefix("| `") }
      .map(HelpRow.init)
  }

  @Test(arguments: SectionKind.allCases)
  func readmeHasEveryRow(kind: SectionKind) throws {
    let rows = try Self.readme(kind)
    let expected = kind.rows.filter { $0.isDocumented }
    #expect(rows.map { "\($0.name) = \($0.form)" } == expected.map { "\($0.name) = \($0.form)" })
    #expect(rows.map { $0.otherwise == "required" } == expected.map { $0.isRequired })
    for row in rows { #expect(!row.help.isEmpty && !row.help.hasSuffix("."), "\(row.name)") }
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
    let rows = try Self.readme(kind)
    #expect(items.map { $0.name } == rows.map { $0.name })
    for (item, row) in zip(items, rows) {
      let help = row.help
      var expected =
        (help.first == "`" ? help : help.prefix(1).uppercased() + help.dropFirst()) + "."
      switch row.otherwise {
      case "": break
      case "required": expected += " Required."
      default: expected += " The default is \(row.otherwise)."
      }
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
      (.mailbox, MailboxKey.tls.row, TLSMode.words),
      (.mailbox, MailboxKey.auth.row, Authentication.words),
      (.mailbox, MailboxKey.unmatched.row, Unmatched.words),
      (.mailbox, MailboxKey.ledger.row, LedgerPolicy.words),
      (.mailbox, MailboxKey.capabilities.row, CapabilityPolicy.words),
      (.mailbox, MailboxKey.headers.row, HeaderCommand.words),
      (.output, OutputKey.active.row, ActiveLevel.words),
      (.output, OutputKey.bias.row, Bias.words), (.output, OutputKey.drive.row, Drive.words),
      (.output, OutputKey.initial.row, InitialState.words),
      (.rule, RuleKey.case.row, CaseChoice.words),
      (.rule, RuleKey.onCrash.row, CrashPolicy.words),
    ] as [(SectionKind, KeyRow, [StaticString])])
  func aHelpLineHasEveryWord(kind: SectionKind, row: KeyRow, words: [StaticString]) throws {
    let text = try #require(Self.readme(kind).first { $0.name == "\(row.name)" })
    for word in words { #expect(text.help.contains("`\(word)`"), "\(row.name)") }
    #expect(words.contains { text.otherwise == "`\($0)`" }, "\(row.name)")
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
    for row in try Self.readme(kind) {
      let value = row.otherwise.replacing("`", with: "")
      // Some are told in words.
      guard !value.isEmpty, value != "required", !value.contains(" ") else { continue }
      sections[kind] = lines.map { $0 + "\(row.name) = \(value)\n" }
      #expect(try understood() == expected, "\(row.name)")
      tried += 1
    }
    #expect(tried >= 4)
  }
}
