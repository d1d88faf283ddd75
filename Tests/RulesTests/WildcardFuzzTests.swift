import Bytes
import Rules
import TestSupport
import Testing

/// A second, slower opinion on what a wildcard matches: a table of what can still match from where.
private struct Reference {
  enum Token: Equatable {
    case text([UInt8])
    case any
    case run(isCapture: Bool)
  }

  let tokens: [Token]
  let text: [[UInt8]]

  /// The shortest captures, from left to right; nil where there is no match.
  func match() -> [[UInt8]]? {
    var can = Array(
      repeating: Array(repeating: false, count: text.count + 1), count: tokens.count + 1)
    can[tokens.count][text.count] = true
    for token in tokens.indices.reversed() {
      for place in text.indices.reversed() {
        can[token][place] = lengths(of: tokens[token], at: place).contains {
          can[token + 1][place + $0]
        }
      }
      can[token][text.count] = tokens[token] == .run(isCapture: false) && can[token + 1][text.count]
    }
    guard can[0][0] else { return nil }
    var captures: [[UInt8]] = []
    var place = 0
    for token in tokens.indices {
      let length = lengths(of: tokens[token], at: place).first { can[token + 1][place + $0] }!
      if tokens[token] == .run(isCapture: true) {
        captures.append(Array(text[place..<(place + length)].joined()))
      }
      place += length
    }
    return captures
  }

  private func lengths(of token: Token, at place: Int) -> [Int] {
    switch token {
    case .any: place < text.count ? [1] : []
    case .run(let isCapture): Array((isCapture ? 1 : 0)..<max(text.count - place + 1, 1))
    case .text(let character): place < text.count && text[place] == character ? [1] : []
    }
  }
}

@Suite struct WildcardFuzzTests {
  static let alphabet: [[UInt8]] = [
    [0x61], [0x62], [0x20], [0xC3, 0xA9], [0xF0, 0x9F, 0x98, 0x80], [0xFF], [0xA9], [0x41],
  ]

  @Test(arguments: [UInt64.random(in: 0 ... .max)])
  func agreesWithAReference(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var matches = 0
    for _ in 0..<20_000 {
      let (source, tokens) = randomPattern(&random)
      let characters = (0..<Int.random(in: 0...9, using: &random)).map { _ in
        Self.alphabet[Int.random(in: 0..<(Bool.random(using: &random) ? 3 : 8), using: &random)]
      }
      let text = characters.flatMap { $0 }
      let wildcard = try wildcard(source, for: .address, caseSensitive: true)
      var steps = 0
      let captures = captured(wildcard, from: text, steps: &steps)
      let expected = Reference(tokens: tokens, text: decoded(text)).match()
      #expect(captures == expected, "seed \(seed), pattern \(source), text \(text)")
      if expected != nil { matches += 1 }
    }
    #expect(matches > 1000, "seed \(seed): hardly anything matched")
  }

  private func randomPattern(_ random: inout SeededGenerator) -> (String, [Reference.Token]) {
    var source = ""
    var tokens: [Reference.Token] = []
    for index in 0..<Int.random(in: 0...6, using: &random) {
      let afterRun = if case .run? = tokens.last { true } else { false }
      switch Int.random(in: 0..<10, using: &random) {
      case 0...1 where !afterRun:
        source += "*"
        tokens.append(.run(isCapture: false))
      case 2...3 where !afterRun:
        source += "{c\(index)}"
        tokens.append(.run(isCapture: true))
      case 4:
        source += "?"
        tokens.append(.any)
      default:
        let character = Self.alphabet[Int.random(in: 0..<5, using: &random)]
        source += String(decoding: character, as: UTF8.self)
        tokens.append(.text(character))
      }
    }
    return (source, tokens)
  }

  /// `text` in characters, as the standard library's own decoder sees it.
  private func decoded(_ text: [UInt8]) -> [[UInt8]] {
    var characters: [[UInt8]] = []
    var rest = text[...]
    while !rest.isEmpty {
      let length =
        (1...min(4, rest.count)).first { String(validating: rest.prefix($0), as: UTF8.self) != nil }
        ?? 1
      characters.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return characters
  }

  @Test(arguments: [UInt64.random(in: 0 ... .max)])
  func neverTraps(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let bytes = Array("*?{}\\/ab\u{0}[(".utf8) + [0xC3, 0xA9, 0xFF]
    for _ in 0..<20_000 {
      let source = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        bytes.randomElement(using: &random)!
      }
      let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        bytes.randomElement(using: &random)!
      }
      _ = try? Template(parsing: source.span, captures: CaptureNames())
      guard
        case .wildcard(let wildcard)? = try? Pattern(
          parsing: source.span, for: .text, caseSensitive: false)
      else { continue }
      var steps = 0
      _ = captured(wildcard, from: text, steps: &steps)
      #expect(steps <= (text.count + source.count + 1) * (source.count + 1), "seed \(seed)")
    }
  }
}
