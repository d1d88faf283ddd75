import Bytes
import Rules
import TestSupport
import Testing

@testable import Config

/// Which lines a file has, and where their values end.
@Suite struct LineTests {
  /// What each line says, as `LINE KEY = VALUE`, `LINE [SECTION]` or `LINE: PROBLEM`; the values
  /// with their quotes, and without their comments.
  private func lines(_ text: String) -> [String] { lines(Array(text.utf8)) }

  private func lines(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: .lineFeed, omittingEmptySubsequences: false).enumerated()
      .compactMap { index, line in
        let line = Array(line)
        func part(_ range: Range<Int>) -> String { text(line.span.extracting(range)) }
        do {
          switch try Line(parsing: line.span) {
          case .nothing: return nil
          case .section(let name): return "\(index + 1) [\(part(name))]"
          case .setting(let key, let value):
            let end = endOfValue(line.span.extracting(value))
            let content = line.span.extracting(value).extracting(..<end)
            return
              "\(index + 1) \(part(key)) = \(text(content.extracting(content.rangeWithoutSpaces)))"
          }
        } catch {
          return "\(index + 1): \(error)"
        }
      }
  }

  @Test(arguments: [
    ("", []), ("\n\n", []), ("# comment\n; comment\n \t # comment\n", []),
    ("[empty]", ["1 [empty]"]),
    ("a=1", ["1 a = 1"]), ("a:1\n", ["1 a = 1"]), ("a =\n", ["1 a = "]), ("= 1\n", ["1  = 1"]),
    ("[mailbox home]\r\nserver = x\r\n", ["1 [mailbox home]", "2 server = x"]),
    ("[s]\n\n# c\nb = ALARM #5\nc = 2 ; c\n", ["1 [s]", "4 b = ALARM #5", "5 c = 2"]),
    ("a = x#y;z\n", ["1 a = x#y;z"]), ("a = ; c\n", ["1 a = "]), ("a =;c\n", ["1 a = ;c"]),
    ("a = 1 # c\nb = # c\nc =#\n", ["1 a = 1", "2 b = ", "3 c = "]), ("a = 1 #\r\n", ["1 a = 1"]),
    ("a = b = c: d\n", ["1 a = b = c: d"]), ("a : b = c\n", ["1 a = b = c"]),
    ("  [s]\n\ta = 1\n    b = 2\n", ["1 [s]", "2 a = 1", "3 b = 2"]),
    ("a = \t 1  2 \t\n", ["1 a = 1  2"]), ("[s] ; c\n[t]x\n[]\n", ["1 [s]", "2 [t]", "3 []"]),
    ("\u{0B}a = 1\n\u{0C}b = 2\n\r\rc = 3\n", ["1 a = 1", "2 b = 2", "3 c = 3"]),
    ("a = \u{1F514}\n", ["1 a = \u{1F514}"]), ("[ a b ]", ["1 [ a b ]"]),
    ("a = \"1 ; 2\" ; c\n", ["1 a = \"1 ; 2\""]), ("a = \"1 # 2\" # c\n", ["1 a = \"1 # 2\""]),
    ("a = \"1\"# c\n", ["1 a = \"1\""]), ("a = \"1\"; c\n", ["1 a = \"1\"; c"]),
    ("a = \"1 ; 2\n", ["1 a = \"1 ; 2"]), ("a = x \"1 ; 2\"\n", ["1 a = x \"1"]),
    ("a = '1 ; 2'\n", ["1 a = '1"]),
  ])
  func findsSectionsAndSettings(text: String, expected: [String]) {
    #expect(lines(text) == expected)
  }

  @Test(arguments: [
    ("a=1\nnonsense\nb=2\n", ["1 a = 1", "2: notASetting", "3 b = 2"]),
    ("[s\na=1\n", ["1: notASetting", "2 a = 1"]), ("[a ; b]\n", ["1: notASetting"]),
    ("a=1\n  more\n", ["1 a = 1", "2: notASetting"]),
    ("x\ny\n", ["1: notASetting", "2: notASetting"]),
    ("a ; = 1\n", ["1: notASetting"]), ("a # = 1\n", ["1 a # = 1"]),
    ("a=1\nb=\0\nc=1\n", ["1 a = 1", "2: notASetting", "3 c = 1"]), ("#\0\n", ["1: notASetting"]),
  ])
  func saysWhatIsNeither(text: String, expected: [String]) {
    #expect(lines(text) == expected)
  }

  @Test func aLineMayBeLongOnlyInItsComment() {
    let long = String(repeating: "x", count: 5000)
    #expect(lines("# \(long)\na=1\n") == ["2 a = 1"])
    #expect(lines("a=1 ;\(long)\nb=1 # \(long)") == ["1 a = 1", "2 b = 1"])
    let blanks = String(repeating: " ", count: 1024)
    #expect(lines(blanks + "a=1") == ["1 a = 1"])
    let longest = String(repeating: "x", count: 1022)
    #expect(lines("z=0\na=\(longest)\nb=1") == ["1 z = 0", "2 a = \(longest)", "3 b = 1"])
    for line in ["a=x\(longest)", longest + "xxx", "[\(longest)x]"] {
      #expect(lines("z=0\n\(line)\nb=1") == ["1 z = 0", "2: tooLong(limit: 1024)", "3 b = 1"])
    }
  }

  @Test(arguments: [
    ("/n a ; c", "/n a "), ("/n \"a ; b\" ; c", "/n \"a ; b\" "), ("/n 'a ; b' # c", "/n 'a ; b' "),
    ("/n 'a\" ; b' ; c", "/n 'a\" ; b' "), ("/n \"a\\\" ; b\" ; c", "/n \"a\\\" ; b\" "),
    ("/n a\\ ; b", "/n a\\ ; b"), ("/n \\; ; c", "/n \\; "), ("/n a;b ;c", "/n a;b "),
    ("/n \"a ; b", "/n \"a ; b"), ("; c", "; c"), (" ; c", " "), ("/n \\", "/n \\"),
  ])
  func aCommentBeginsInNoArgument(value: String, expected: String) {
    let bytes = Array(value.utf8)
    #expect(text(bytes.span.extracting(..<endOfCommand(bytes.span))) == expected)
  }

  /// `;` between quotes is text, in a value and in an argument.
  @Test func takesSemicolonsBetweenQuotes() throws {
    let rule = """
      [rule r]
      subject = "ALARM ; now"  ; a comment
      run = /bin/sh -c "sleep 1 ; exec beep" ; another
      """
    let settings = try settings(mailboxLines + rule)
    var bytes: [UInt8] = []
    settings.rules.rules[0].describe(settings.rules.names, into: &bytes)
    #expect(text(bytes.span).contains("  subject = ALARM ; now\n"))
    #expect(text(bytes.span).contains("  run /bin/sh -c \"sleep 1 ; exec beep\"\n"))
  }

  @Test func aByteOrderMarkMeansNothing() {
    #expect(errors("\u{FEFF}" + mailboxLines + ruleLines) == [])
    let inside = errors(mailboxLines + "\u{FEFF}" + ruleLines)
    #expect(inside.contains { $0.hasPrefix("5: this line is no [SECTION]") })
  }

  @Test func linesMayEndInCRLF() {
    let text = (mailboxLines + "port = 0\n" + ruleLines).replacing("\n", with: "\r\n")
    #expect(errors(text) == ["5: [mailbox m] port: '0' is not a number from 1 to 65535"])
  }

  @Test(arguments: [UInt64.random(in: 0 ... .max)])
  func survivesAnything(seed: UInt64) {
    var numbers = SeededGenerator(seed: seed)
    let alphabet = Array("[]=:;# \t\r\n\0a\"'\\\u{FEFF}".utf8)
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 0..<200, using: &numbers)).map { _ in
        alphabet.randomElement(using: &numbers) ?? 0
      }
      #expect(lines(text).count <= text.count { $0 == .lineFeed } + 1, "seed \(seed)")
      let end = endOfCommand(text.span)
      #expect(endOfCommand(text.span.extracting(..<end)) == end, "seed \(seed)")
    }
  }
}
