import Foundation
import Rules
import TestSupport
import Testing

/// Expressions find the same as Python's re and RE2, where these agree: see Tests/patterns-oracle.
@Suite struct ExpressionOracleTests {
  static let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../Fixtures/expressions.tsv").standardized.path

  @Test func findsWhatOthersFind() throws {
    let path = ProcessInfo.processInfo.environment["POPBELL_EXPRESSIONS"] ?? Self.fixture
    let rows = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(rows.count >= 500)
    var matches = 0
    for row in rows {
      let cells = row.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      let expected = cells[3] == "+" ? Array(cells[4...]) : nil
      do {
        let found = try found(cells[1], in: cells[2], caseSensitive: cells[0] == "sensitive")
        #expect(found == expected, "\(row)")
      } catch let error as PatternError where error.reason == .neverMatches {
        // Others find it in no text either.
        #expect(expected == nil, "\(row)")
      } catch {
        Issue.record(error, "\(row)")
      }
      if expected != nil { matches += 1 }
    }
    #expect(matches > rows.count / 5)
  }
}
