import Foundation
import Rules
import TestSupport
import Testing

@testable import Config

/// popbell.conf(5) has the keys that popbell has, and their words.
@Suite struct ManualTests {
  let page: String

  init() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    page = try String(
      contentsOf: root.appendingPathComponent("board/popbell.conf.5"), encoding: .utf8)
  }

  /// What stands below the heading of a kind of section.
  private func lines(of kind: SectionKind) throws -> [Substring] {
    let heading = kind == .popbell ? "[popbell]" : "[\(text(kind.word)) NAME]"
    let lines = page.split(separator: "\n")
    let start = try #require(lines.firstIndex { $0 == ".Ss \(heading)" })
    return Array(lines[(start + 1)...].prefix { !$0.hasPrefix(".Ss ") && !$0.hasPrefix(".Sh ") })
  }

  @Test(arguments: SectionKind.allCases)
  func hasEveryKeyAndNoOther(kind: SectionKind) throws {
    let keys = try lines(of: kind).filter { $0.hasPrefix(".It Ic ") }.map { $0.dropFirst(7) }
    // A password in the file is refused.
    let known = kind.keys.filter { $0 != .password }.map { text($0.word) }
    #expect(keys.map { String($0) }.sorted() == known.sorted())
  }

  @Test func everyCaseHasAWord() {
    func check<W: Word>(_ type: W.Type) {
      #expect(list(W.words).count == W.allCases.count, "\(type)")
      for word in W.allCases { #expect(W(word.word.span)?.rawValue == word.rawValue) }
    }
    check(SectionKind.self)
    check(Key.self)
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

  @Test(arguments: [
    (Key.tls, TLSMode.words), (.auth, Authentication.words), (.unmatched, Unmatched.words),
    (.capabilities, CapabilityPolicy.words), (.active, ActiveLevel.words), (.bias, Bias.words),
    (.drive, Drive.words), (.initial, InitialState.words), (.case, CaseChoice.words),
    (.allowPlaintext, YesNo.words), (.ledger, LedgerPolicy.words),
  ])
  func hasEveryWordOfAKey(key: Key, words: StaticString) throws {
    let kind = try #require(SectionKind.allCases.first { $0.keys.contains(key) })
    let item = try lines(of: kind).drop { $0 != ".It Ic \(text(key.word))" }.dropFirst()
      .prefix { !$0.hasPrefix(".It ") }
    let named = item.filter { $0.hasPrefix(".Cm ") }.map { $0.split(separator: " ")[1] }
    #expect(named.map { String($0) }.sorted() == list(words).map { text($0) }.sorted())
  }
}
