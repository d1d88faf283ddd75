import Bytes
import Platform
import Testing

extension RegularExpressions {
  mutating func compile(
    _ pattern: String, caseSensitive: Bool = false
  ) throws(RegularExpressionError) -> Int {
    try compile(Array(pattern.utf8).span, caseSensitive: caseSensitive)
  }

  func match(_ index: Int, in text: String) throws(SystemError) -> Match? {
    try match(index, in: Array(text.utf8).span)
  }
}

@Suite struct RegularExpressionTests {
  @Test(arguments: [
    ("alarm", "An ALARM!", [3..<8]), ("^a(b)?(c)", "AC", [0..<2, nil, 1..<2]),
    ("zone ([0-9]+)", "ZONE 42 ok", [0..<7, 5..<7]), ("(a|b)*x", "ababx", [0..<5, 3..<4]),
    ("", "text", [0..<0]), ("^$", "", [0..<0]), ("ü", "für", [1..<3]), ("a.c", "a\nc", [0..<3]),
    ("(1)(2)(3)(4)(5)(6)(7)(8)(9)(a)", "123456789a", [0..<10, 0..<1, 1..<2]),
  ])
  func findsTheGroups(pattern: String, text: String, groups: [Range<Int>?]) throws {
    var expressions = RegularExpressions()
    let index = try expressions.compile(pattern)
    let match = try expressions.match(index, in: text)
    for (group, range) in groups.enumerated() { #expect(match?[group] == range) }
    #expect(match?[10] == nil && match?[-1] == nil)
  }

  @Test(arguments: [("alarm", "alert"), ("^a$", "aa"), ("x", "")])
  func doesNotMatch(pattern: String, text: String) throws {
    var expressions = RegularExpressions()
    let index = try expressions.compile(pattern)
    #expect(try expressions.match(index, in: text) == nil)
  }

  @Test(arguments: [("^a$", "a\0"), ("a", String(repeating: "a", count: 1025))])
  func failsWhereNobodyKnows(pattern: String, text: String) throws {
    var expressions = RegularExpressions()
    let index = try expressions.compile(pattern)
    #expect(throws: SystemError.self) { _ = try expressions.match(index, in: text) }
    #expect(throws: SystemError.self) { _ = try expressions.match(index + 1, in: "a") }
  }

  @Test func failsWithoutMemory() throws {
    #expect(try Run(probe: ["expression"]).lines == ["regexec: Cannot allocate memory", "matches"])
  }

  @Test func matchesTheLongestText() throws {
    var expressions = RegularExpressions()
    let index = try expressions.compile("a$")
    let text = String(repeating: "a", count: 1024)
    #expect(try expressions.match(index, in: text)?[0] == 1023..<1024)
  }

  @Test(arguments: [("(", "("), ("a{2,1}", "{"), ("[z-a]", "range")])
  func saysWhatIsWrong(pattern: String, hint: String) throws {
    var expressions = RegularExpressions()
    do {
      _ = try expressions.compile(pattern)
      Issue.record("it compiled")
    } catch {
      guard case .syntax(let reason) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(string(reason.span).contains(hint), "\(string(reason.span))")
    }
  }

  @Test func holdsManyAndNoMore() throws {
    var expressions = RegularExpressions()
    for count in 0..<128 {
      let index = try expressions.compile("^\(count)$")
      #expect(index == count)
    }
    #expect(throws: RegularExpressionError.self) { _ = try expressions.compile("") }
    #expect(try expressions.match(77, in: "77") != nil)
    #expect(try expressions.match(78, in: "77") == nil)
  }
}
