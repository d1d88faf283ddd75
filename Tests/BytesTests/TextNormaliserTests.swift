import Bytes
import Foundation
import TestSupport
import Testing

private func seen(_ text: String, limit: Int = 10_000) -> String {
  String(decoding: normalised(Array(text.utf8).span, limit: limit), as: UTF8.self)
}

/// The scalars that the tables know: those of Unicode 14 and before.
private let scalars = (0...0x10FFFF).compactMap { Unicode.Scalar($0) }.filter {
  $0.properties.age.map { $0.major <= 14 } ?? false
}

@Suite struct TextNormaliserTests {
  @Test(
    arguments: [
      ("", ""), ("a", "a"), (" a ", "a"), ("a  b", "a b"),
      ("Alarm\u{A0}Zone\u{A0}3", "Alarm Zone 3"),
      ("a \u{2003}\u{3000}\t\u{85}b", "a b"), ("a\u{0}b\u{7F}", "a b"), ("\u{FEFF}a", "a"),
      ("a \u{200B} b", "a b"), ("\u{AD} a \u{AD}", "a"), ("Temp\u{AD}eratur", "Temperatur"),
      ("e\u{301}", "é"), ("e\u{AD}\u{301}", "é"), ("e\u{200D}\u{301}", "é"),
      ("q\u{301}", "q\u{301}"),
      ("\u{1EE5}\u{31B}", "\u{1EF1}"), ("a\u{302}\u{301}", "ấ"), ("a\u{301}\u{302}", "á\u{302}"),
      ("a\u{301}\u{323}", "ạ\u{301}"), ("\u{1112}\u{1161}\u{11AB}", "한"), ("하\u{11AB}", "한"),
      ("\u{2126}", "Ω"), ("\u{212B}", "Å"), ("\u{958}", "\u{915}\u{93C}"), ("\u{301}a", "\u{301}a"),
      (" \u{301}", "\u{301}"), ("👨\u{200D}👩", "👨👩"), ("❤\u{FE0F}", "❤"), ("\u{202E}cba", "cba"),
      // Those that would become ASCII, and ideographs of compatibility, stay.
      ("\u{212A}\u{37E}\u{1FEF}", "\u{212A}\u{37E}\u{1FEF}"), ("\u{F900}", "\u{F900}"),
    ])
  func makesWhatAPersonSees(text: String, expected: String) {
    #expect(Array(seen(text).unicodeScalars) == Array(expected.unicodeScalars))
  }

  @Test(
    arguments: [
      ([0x61, 0xFF, 0x62], "a\u{FFFD}b"), ([0xC3], "\u{FFFD}"),
      ([0xC3, 0xE2, 0x80, 0x8B, 0xA9], "\u{FFFD}\u{FFFD}"),
      ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
    ] as [([UInt8], String)])
  func showsThatBytesAreNoText(bytes: [UInt8], expected: String) {
    #expect(String(decoding: normalised(bytes.span, limit: 100), as: UTF8.self) == expected)
  }

  @Test(
    arguments: [
      ("abc", 2, "ab"), ("aé", 2, "a"), ("a b", 2, "a"), ("a  b", 3, "a b"),
      ("ab\u{AD}c", 3, "abc"),
      ("\u{958}", 5, "\u{915}"), ("é", 0, ""),
    ])
  func isCutBetweenCharacters(text: String, limit: Int, expected: String) {
    #expect(seen(text, limit: limit) == expected)
  }

  /// The marks behind one character have no bound, the memory has.
  @Test(arguments: [("e", 32), ("q", 33), ("", 32), ("\u{1EF1}", 31)])
  func leavesOutWhatIsOver32Marks(letter: String, expected: Int) {
    let text = seen(letter + String(repeating: "\u{301}", count: 500) + "\u{323}a")
    #expect(text.unicodeScalars.count == expected + 1)
    #expect(seen(text) == text && text.hasSuffix("a"))
  }

  @Test func knowsEveryCharacter() {
    for scalar in scalars {
      let properties = scalar.properties
      let isBlank = properties.isWhitespace || properties.generalCategory == .control
      let isNothing = properties.isDefaultIgnorableCodePoint
      let expected: Visibility = isBlank ? .blank : isNothing ? .nothing : .character
      #expect(Visibility(of: scalar.value) == expected, "\(scalar.value)")
      guard expected == .character else { continue }
      #expect(
        compared(seen(String(scalar))) == compared(composed(String(scalar))), "\(scalar.value)")
      let decomposed = String(scalar).decomposedStringWithCanonicalMapping
      guard !stays(scalar) else { continue }
      #expect(compared(seen(decomposed)) == compared(seen(String(scalar))), "\(scalar.value)")
    }
  }

  @Test(arguments: [UInt64.random(in: 0 ... .max)])
  func agreesWithFoundation(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let marks = (0x300...0x36F).compactMap { Unicode.Scalar($0) }.filter { $0.value != 0x34F }
    let values: [UInt32] = Array(0xC0...0x24F) + Array(0x1E00...0x1FEE) + Array(0x1FF0...0x1FFC)
    let letters = values.compactMap { Unicode.Scalar($0) }
    for _ in 0..<5000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        text.append(letters.randomElement(using: &random)!)
        for _ in 0..<Int.random(in: 0...4, using: &random) {
          text.append(marks.randomElement(using: &random)!)
        }
      }
      let all = String(text)
      #expect(compared(seen(all)) == compared(composed(all)), "seed \(seed), \(Array(text))")
      #expect(compared(seen(seen(all))) == compared(seen(all)), "seed \(seed)")
    }
  }

  private func compared(_ text: String) -> [UInt32] { text.unicodeScalars.map { $0.value } }

  private func composed(_ text: String) -> String {
    if let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1, stays(scalar) {
      return text
    }
    return text.precomposedStringWithCanonicalMapping
  }

  private func stays(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x212A, 0x37E, 0x1FEF, 0xF900...0xFAFF, 0x2F800...0x2FA1F: true
    default: false
    }
  }
}

@Suite struct CaseFoldingTests {
  @Test func foldsAsUnicodeDoesButForASCII() {
    for scalar in scalars {
      let folded = Bytes.folded(scalar.value)
      #expect(Bytes.folded(folded) == folded, "\(scalar.value)")
      #expect((folded < 0x80) == (scalar.value < 0x80))
      // Cherokee folds to capitals; for these the small letter is what the capital has.
      let lower = scalar.properties.lowercaseMapping.unicodeScalars
      guard let small = lower.first, lower.count == 1, small.isASCII == scalar.isASCII else {
        continue
      }
      #expect(Bytes.folded(small.value) == folded, "\(scalar.value)")
    }
  }

  @Test(
    arguments: [
      (0x41...0x43, [0x61...0x63]), (0x30...0x39, []), (0xC0...0xC1, [0xE0...0xE1]),
      (0x100...0x102, [0x101...0x103]),
      (0x101...0x101, []), (0x101...0x103, [0x103...0x103]), (0x1E9E...0x1E9E, [0xDF...0xDF]),
    ] as [(ClosedRange<UInt32>, [ClosedRange<UInt32>])])
  func foldsRanges(range: ClosedRange<UInt32>, expected: [ClosedRange<UInt32>]) {
    var ranges: [ClosedRange<UInt32>] = []
    forEachFoldedRange(of: range) { ranges.append($0) }
    #expect(ranges == expected)
  }

  @Test func foldsEachCharacterOfARange() {
    for scalar in scalars where Bytes.folded(scalar.value) != scalar.value {
      var ranges: [ClosedRange<UInt32>] = []
      forEachFoldedRange(of: scalar.value...scalar.value) { ranges.append($0) }
      let folded = Bytes.folded(scalar.value)
      #expect(ranges == [folded...folded], "\(scalar.value)")
    }
  }
}
