import Bytes
import Platform
import TestSupport
import Testing

@Suite struct INITests {
  struct Result {
    var entries: [String] = []
    var sections: [String] = []
    var problems: [INIError] = []

    init(_ text: String) { self.init(Array(text.utf8)) }

    init(_ text: [UInt8]) {
      parseINI(text.span) { line in
        switch line {
        case .section(let name, let line): sections.append("\(line) [\(string(name.bytes))]")
        case .entry(let section, let key, let value, let line):
          entries.append(
            "\(line) [\(string(section.bytes))] \(string(key.bytes)) = \(string(value.bytes))")
        case .problem(let error): problems.append(error)
        }
      }
    }
  }

  @Test(arguments: [
    ("", []), ("\n\n", []), ("# comment\n; comment\n", []), ("[empty]\n", []),
    ("a=1", ["1 [] a = 1"]), ("a:1\n", ["1 [] a = 1"]), ("a =\n", ["1 [] a = "]),
    ("= 1\n", ["1 []  = 1"]),
    ("[mailbox home]\r\nserver = x\r\n", ["2 [mailbox home] server = x"]),
    ("\u{FEFF}[s]\na = 1\n", ["2 [s] a = 1"]),
    ("[s]\n\n# c\nb = ALARM #5 # c\nc = 2 ; c\n", ["4 [s] b = ALARM #5 # c", "5 [s] c = 2"]),
    ("a = x#y;z\n", ["1 [] a = x#y;z"]), ("a = ; c\n", ["1 [] a = "]),
    ("a = b = c: d\n", ["1 [] a = b = c: d"]),
    ("  [s]\n\ta = 1\n    b = 2\n", ["2 [s] a = 1", "3 [s] b = 2"]),
    ("a = \t 1  2 \t\n", ["1 [] a = 1  2"]), ("[s] ; c\na=1\n", ["2 [s] a = 1"]),
    ("\u{0B}a = 1\n\u{0C}b = 2\n\r\rc = 3\n", ["1 [] a = 1", "2 [] b = 2", "3 [] c = 3"]),
    ("a = \u{1F514}\n", ["1 [] a = \u{1F514}"]),
  ])
  func findsEntriesAndTheirLines(text: String, entries: [String]) {
    let result = Result(text)
    #expect(result.entries == entries)
    #expect(result.problems == [])
  }

  @Test func aCommentMayBeLong() {
    #expect(Result("#" + String(repeating: "x", count: 5000) + "\na=1\n").entries == ["2 [] a = 1"])
    #expect(Result("a=1 ;" + String(repeating: "x", count: 5000) + "\n").entries == ["1 [] a = 1"])
  }

  @Test(arguments: [
    ("a=1\nnonsense\nb=2\n", [INIError.Reason.syntax], [2], 2), ("[s\na=1\n", [.syntax], [1], 1),
    ("a=1\n  more\n", [.syntax], [2], 1), ("x\ny\n", [.syntax, .syntax], [1, 2], 0),
    ("a=1\nb=\0\nc=1\n", [.nul], [2], 2), ("#\0\n", [.nul], [1], 0),
  ])
  func saysAllThatIsWrongAndGoesOn(
    text: String, reasons: [INIError.Reason], lines: [Int], entries: Int
  ) {
    let result = Result(text)
    #expect(result.problems.map(\.reason) == reasons)
    #expect(result.problems.map(\.line) == lines)
    #expect(result.entries.count == entries)
  }

  @Test func findsSectionsThatAreEmpty() {
    #expect(Result("[a]\n\n[b x]\n[b x]\n").sections == ["1 [a]", "3 [b x]", "4 [b x]"])
  }

  @Test(arguments: [1022, 1023]) func neverCutsALine(length: Int) {
    let value = String(repeating: "x", count: length)
    let result = Result("z=0\na=\(value)\nb=1\n")
    if length <= 1022 {
      #expect(result.entries == ["1 [] z = 0", "2 [] a = \(value)", "3 [] b = 1"])
    } else {
      #expect(result.entries == ["1 [] z = 0", "3 [] b = 1"])
      #expect(result.problems.map(\.reason) == [.lineTooLong])
    }
  }

  @Test(arguments: [49, 50]) func neverCutsASection(length: Int) {
    let name = String(repeating: "x", count: length)
    let result = Result("\n[\(name)]\na=1\n")
    if length <= 49 {
      #expect(result.entries == ["3 [\(name)] a = 1"])
    } else {
      #expect(result.problems.map(\.reason) == [.sectionTooLong])
    }
  }

  @Test func survivesAnything() {
    var generator = SystemRandomNumberGenerator()
    let seed = generator.next()
    var numbers = SeededGenerator(seed: seed)
    let alphabet = Array("[]=:;# \t\r\n\0a\u{FEFF}".utf8)
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 0..<200, using: &numbers)).map { _ in
        alphabet.randomElement(using: &numbers) ?? 0
      }
      let result = Result(text)
      let lines = text.count { $0 == .lineFeed } + 1
      #expect(result.entries.count + result.problems.count <= lines, "seed \(seed)")
      #expect(result.problems.allSatisfy { (1...lines).contains($0.line) }, "seed \(seed)")
    }
  }
}
