import Bytes

/// The characters that a captured text can hold, as far as its pattern proves that.
public enum Alphabet: Int, Sendable {
  /// ASCII letters, digits, `_` and `.`.
  case plain
  /// Those and `-`, which may be the first.
  case plainOrHyphen
  case anything

  func union(_ other: Alphabet) -> Alphabet { rawValue > other.rawValue ? self : other }

  /// That of one character.
  init(of byte: UInt8) {
    if byte.isLetter || byte.isDigit || byte == .ascii("_") || byte == .ascii(".") {
      self = .plain
    } else {
      self = byte == .ascii("-") ? .plainOrHyphen : .anything
    }
  }
}

extension Expression {
  /// What the group `number`, from 1, can hold.
  func alphabet(ofGroup number: Int) -> Alphabet {
    var scanner = AlphabetScanner(source: source)
    return scanner.alphabet(ofGroup: number)
  }
}

// group  = "(" *( literal / "\" any / bracket / group / "|" / "^" / "$" / repeat ) ")"
// repeat = "*" / "+" / "?" / "{" digits [ "," [ digits ] ] "}"      ; POSIX, XBD section 9.4
/// Reads an expression once. What it does not know can hold anything.
private struct AlphabetScanner {
  let source: [UInt8]
  private var index = 0

  init(source: [UInt8]) { self.source = source }

  mutating func alphabet(ofGroup number: Int) -> Alphabet {
    var (alphabet, opened, depth) = (Alphabet.plain, 0, 0)
    // How deep the group itself is, once it was opened; and whether something can be repeated.
    var inside: Int?
    var isBehindAtom = false
    while let byte = next() {
      var found = Alphabet.plain
      switch byte {
      case .ascii("("):
        if peek == .ascii("?") { return .anything }  // Not POSIX, and perhaps not counted.
        opened += 1
        depth += 1
        if opened == number { inside = depth }
      case .ascii(")"):
        if inside == depth { return alphabet }
        depth -= 1
      case .ascii("\\"): found = takeEscape()
      case .ascii("["): found = takeBracket()
      case .ascii("*"), .ascii("+"), .ascii("?"): found = isBehindAtom ? .plain : .anything
      case .ascii("{"): found = isBehindAtom && takeRepetition() ? .plain : .anything
      case .ascii("|"), .ascii("^"), .ascii("$"): break
      default: found = byte == .ascii(".") ? .anything : Alphabet(of: byte)
      }
      isBehindAtom = byte != .ascii("(") && byte != .ascii("|") && byte != .ascii("^")
      if inside != nil { alphabet = alphabet.union(found) }
    }
    return .anything
  }

  private var peek: UInt8? { index < source.count ? source[index] : nil }

  private mutating func next() -> UInt8? {
    guard let byte = peek else { return nil }
    index += 1
    return byte
  }

  /// `\.` is a dot; `\d` and `\w`, where they mean more than their letter, are digits and letters.
  private mutating func takeEscape() -> Alphabet {
    switch next() {
    case .some(.ascii("d")), .some(.ascii("w")): .plain
    case .some(let byte): byte.isLetter || byte.isDigit ? .anything : Alphabet(of: byte)
    case nil: .anything
    }
  }

  /// What follows a `{` up to its `}`; returns `false` where that is no repetition.
  private mutating func takeRepetition() -> Bool {
    while let byte = peek, byte.isDigit || byte == .ascii(",") { index += 1 }
    return next() == .ascii("}")
  }

  private mutating func takeBracket() -> Alphabet {
    let end = endOfBracket(in: source.span, from: index - 1)
    var alphabet = peek == .ascii("^") ? Alphabet.anything : .plain
    while index + 1 < end, let byte = next() {
      if byte == .ascii("["), let after = endOfClass(in: source.span, from: index - 1) {
        alphabet = alphabet.union(Self.alphabet(ofClass: source.span.extracting(index..<after - 2)))
        index = after
      } else if peek == .ascii("-"), index + 2 < end {
        alphabet = alphabet.union(Self.alphabet(from: byte, to: source[index + 1]))
        index += 2
      } else {
        alphabet = alphabet.union(Alphabet(of: byte))
      }
    }
    index = end
    return alphabet
  }

  /// That of a range, which must not go from one kind of character to another.
  private static func alphabet(from first: UInt8, to last: UInt8) -> Alphabet {
    let isOneKind =
      first.isDigit && last.isDigit
      || first.isLetter && last.isLetter && first & 0x20 == last & 0x20
    return isOneKind ? .plain : .anything
  }

  /// `name` is as in `:digit`.
  private static func alphabet(ofClass name: Span<UInt8>) -> Alphabet {
    let isPlain =
      name.equals(":alnum") || name.equals(":alpha") || name.equals(":digit")
      || name.equals(":lower") || name.equals(":upper") || name.equals(":xdigit")
    return isPlain ? .plain : .anything
  }
}
