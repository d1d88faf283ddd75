import Bytes
import Config
import Rules
import TestSupport
import Testing

@Suite struct ConfigFuzzTests {
  private static let words =
    SectionKind.allCases.flatMap { $0.rows }.map { "\($0.name)" }
    + SectionKind.allCases.map { "\($0.word) a" } + [
      "popbell", "header.X", "delete after", "delete after 14d", "a", "a 1s", "a 1s 2s 3", "60",
      "18446744073709551616d", "*", "{a}{b}",
      "{a}", "/(a)/", "/", "//", "\"a\"", "\"", "'", "\\", " # ", "#", "/n {a} {1}", "::1",
      "127.0.0.1",
      "4294967295", "never", "none", "yes", "active", "simulated", "é", "\u{0}", "\r\n", "",
    ]

  /// Whatever stands in the file, it is understood or refused: nothing traps.
  @Test(arguments: [UInt64.random(in: 0 ... .max)])
  func takesAnyBytes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<400 {
      var file: [UInt8] = []
      for _ in 1...Int.random(in: 1...60, using: &random) {
        if Int.random(in: 0..<8, using: &random) == 0 { file += "[" + bytes(&random) + "]\n" }
        file += bytes(&random) + " = " + bytes(&random) + "\n"
      }
      let outcome = outcome(file)
      #expect((outcome.settings == nil) != outcome.errors.isEmpty, "seed \(seed)")
      for error in outcome.errors.sorted { expectOneLine(error, seed) }
    }
  }

  /// A line of a good file, replaced by anything.
  @Test(arguments: [UInt64.random(in: 0 ... .max)])
  func takesAnyValueInItsPlace(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let sections = [
      (
        "mailbox m",
        [
          ("server", "pop.example.net"), ("port", "995"), ("tls", "implicit"), ("ca", "/etc/x"),
          ("user", "u"), ("password-file", "/etc/x"), ("interval", "60s"), ("auth", "auto"),
        ]
      ),
      ("output o", [("line", "17"), ("chip", "u"), ("max-on", "60s"), ("initial", "inactive")]),
      (
        "rule a",
        [
          ("subject", "x {zone}"), ("header.X", "u"), ("run", "/n {zone}"), ("pulse", "o 1s"),
          ("blink", "o 1s 1s 3"), ("on", "o"), ("timeout", "60s"), ("case", "ignore"),
        ]
      ),
    ]
    var accepted = 0
    for _ in 0..<4000 {
      var file: [UInt8] = []
      for (section, keys) in sections {
        let fuzzed = Int.random(in: 0..<24, using: &random)
        file += Array("[\(section)]\n".utf8)
        for (line, (key, good)) in keys.enumerated() {
          let value = line == fuzzed ? bytes(&random) : Array(good.utf8)
          file += Array(key.utf8) + " = " + value + "\n"
        }
      }
      let outcome = outcome(file)
      for error in outcome.errors.sorted { expectOneLine(error, seed) }
      if let settings = outcome.settings {
        accepted += 1
        var text: [UInt8] = []
        settings.describe(into: &text)
        #expect(!text.contains(0), "seed \(seed)")
      }
    }
    #expect(accepted > 400, "seed \(seed): hardly anything was accepted")
  }

  private func expectOneLine(_ error: ConfigError, _ seed: UInt64) {
    var bytes: [UInt8] = []
    error.write(into: &bytes)
    #expect(!bytes.isEmpty && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "seed \(seed)")
    #expect(bytes.count < 800, "seed \(seed)")
  }

  private func bytes(_ random: inout SeededGenerator) -> [UInt8] {
    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      (0..<Int.random(in: 0...40, using: &random)).map { _ in .random(in: 0...255, using: &random) }
    case 1:
      Array(
        (Self.words.randomElement(using: &random)! + Self.words.randomElement(using: &random)!).utf8
      )
    default: Array(Self.words.randomElement(using: &random)!.utf8)
    }
  }
}
