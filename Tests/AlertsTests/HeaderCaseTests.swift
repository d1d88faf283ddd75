import Alerts
import Bytes
import Config
import Foundation
import Mail
import Rules
import TestSupport
import Testing

/// Headers as people report them, and what a rule makes of each: one row of a table.
@Suite struct HeaderCaseTests {
  /// A row: what it shows, the header, the rule's conditions, and what comes of it.
  struct Row: CustomTestStringConvertible, Sendable {
    enum Outcome: Equatable {
      case taken(captures: [String])
      /// The reason is empty where the condition saw a value.
      case left(reason: String)
    }

    let name: String
    let header: [UInt8]
    let conditions: String
    let outcome: Outcome

    var testDescription: String { name }

    // row     = name TAB header TAB condition *("¶" condition) TAB ("+" *(TAB capture) / "-" TAB reason)
    // header  = *( OCTET / "\n" / "\r" / "\t" / "\\" / "\x" 2HEXDIG ) ; without its last line end
    // comment = "#" *OCTET
    init?(_ line: Substring) {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard cells.count >= 4, let header = unescaped(cells[1]) else { return nil }
      name = cells[0]
      self.header = header
      conditions = cells[2].replacing("¶", with: "\n")
      switch (cells[3], cells.count) {
      case ("+", _): outcome = .taken(captures: Array(cells[4...]))
      case ("-", 5): outcome = .left(reason: cells[4])
      default: return nil
      }
    }
  }

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../Fixtures").standardized

  private static let lines =
    (try? String(contentsOf: folder.appendingPathComponent("headers.tsv"), encoding: .utf8))?
    .split(separator: "\n").filter { !$0.hasPrefix("#") } ?? []

  private static let charsets: CharsetTables? = {
    let file = folder.appendingPathComponent("../../board/charset-tables")
    guard let bytes = try? [UInt8](Data(contentsOf: file)) else { return nil }
    return try? CharsetTables(size: bytes.count) { bytes[$0] }
  }()

  @Test func everyRowIsOne() {
    #expect(Self.lines.count >= 120)
    #expect(Self.lines.filter { Row($0) == nil } == [])
    let names = Self.lines.map { $0.prefix { $0 != "\t" } }
    #expect(Set(names).count == names.count)
  }

  @Test(arguments: lines.compactMap(Row.init)) func comesToWhatItSays(_ row: Row) throws {
    let outcome = try outcome(of: row, row.header)
    #expect(outcome == row.outcome)
    // As servers give it.
    let withCRLF = row.header.flatMap { $0 == .lineFeed ? [.carriageReturn, .lineFeed] : [$0] }
    let outcomeWithCRLF = try self.outcome(of: row, withCRLF)
    #expect(outcomeWithCRLF == row.outcome)
  }

  private func rules(of row: Row) throws -> RuleSet {
    let file = """
      [mailbox m]
      server = pop.example.net
      user = u
      password-file = /p
      [rule r]
      \(row.conditions)
      run = /bin/true

      """
    var reader = ConfigReader()
    reader.read([UInt8](file.utf8).span)
    let read = reader.finish()
    return try #require(read.settings?.rules, "\(described(read.errors.sorted))")
  }

  private func described(_ errors: [ConfigError]) -> String {
    var bytes: [UInt8] = []
    for error in errors { error.write(into: &bytes) }
    return text(bytes)
  }

  private func outcome(of row: Row, _ header: [UInt8]) throws -> Row.Outcome {
    let rules = try rules(of: row)
    var message = MessageHeader(
      extraFields: rules.names.headers, charsets: try #require(Self.charsets))
    message.receive((header + [.lineFeed, .lineFeed]).span)
    message.finish()
    var context = MatchContext(mailbox: 0, for: rules)
    guard let mismatch = rules.rules[0].mismatch(with: message, in: &context) else {
      let count = context.captures.count
      return .taken(captures: (0..<count).map { text(context.captures.value(at: $0)) })
    }
    let miss = RuleMiss(rule: 0, mismatch, of: message, in: rules)
    guard case .condition(_, let sight) = miss.reason else { return .left(reason: "") }
    return switch sight {
    case .text: .left(reason: "")
    case .nothing: .left(reason: "there is none")
    case .noSender(let words): .left(reason: text(words))
    }
  }
}

/// The bytes that a cell stands for; nil where an escape is unknown.
private func unescaped(_ cell: String) -> [UInt8]? {
  var bytes: [UInt8] = []
  var rest = Array(cell.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == .ascii("\\") else {
      bytes.append(byte)
      continue
    }
    switch rest.popFirst() {
    case .ascii("n"): bytes.append(.lineFeed)
    case .ascii("r"): bytes.append(.carriageReturn)
    case .ascii("t"): bytes.append(.horizontalTab)
    case .ascii("\\"): bytes.append(.ascii("\\"))
    case .ascii("x"):
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    default: return nil
    }
  }
  return bytes
}
