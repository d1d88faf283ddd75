import Bytes

extension ExpressionParser {
  /// The meaning of an escape.
  enum Escape {
    case character(UInt32)
    case set([ClosedRange<UInt32>])
    case assertion(ExpressionProgram.Assertion)
  }

  /// Parses what follows a `\` outside of a bracket.
  mutating func takeEscape() throws(PatternError) -> Part {
    let start = index - 1
    switch try escape() {
    case .character(let scalar): try emit(.character(rule.folded(scalar)), from: start)
    case .set(let ranges): try emit(ranges, isNegated: false, from: start)
    case .assertion(let assertion): return try takeAssertion(assertion, from: start)
    }
    return Part(isNullable: false)
  }

  /// Adds a state that accepts the characters of `ranges`.
  mutating func emit(
    _ ranges: [ClosedRange<UInt32>], isNegated: Bool, from start: Int
  ) throws(PatternError) {
    let set = CharacterSet(ranges, isNegated: isNegated, rule)
    guard !set.isEmpty({ target.mayHold($0) }) else {
      throw text.error(.emptyClass, start..<index)
    }
    try emit(.set(Int16(sets.count)), from: start)
    sets.append(set)
  }

  // escape = "d" / "w" / "s" / "b" / "D" / "W" / "S" / "B" / "t" / "n" / "r" / "f" / "v"
  //        / "x" 2HEXDIG / "x{" 1*6HEXDIG "}" / "u{" 1*6HEXDIG "}" / punctuation / blank
  /// Parses what follows a `\`.
  mutating func escape() throws(PatternError) -> Escape {
    let start = index - 1
    guard let scalar = text[index] else { throw text.error(.badEscape, start..<index) }
    index += 1
    switch scalar.asciiByte {
    case .ascii("d"): return .set(CharacterSet.digits)
    case .ascii("D"): return .set(complement(of: CharacterSet.digits))
    case .ascii("w"): return .set(CharacterSet.word)
    case .ascii("W"): return .set(complement(of: CharacterSet.word))
    case .ascii("s"): return .set(CharacterSet.space)
    case .ascii("S"): return .set(complement(of: CharacterSet.space))
    case .ascii("b"): return .assertion(.wordBoundary)
    case .ascii("B"): return .assertion(.noWordBoundary)
    case .ascii("t"): return .character(try inTarget(0x09, start))
    case .ascii("n"): return .character(try inTarget(0x0A, start))
    case .ascii("v"): return .character(try inTarget(0x0B, start))
    case .ascii("f"): return .character(try inTarget(0x0C, start))
    case .ascii("r"): return .character(try inTarget(0x0D, start))
    case .ascii("x"), .ascii("u"):
      let isWhole = scalar == 0x78 || text.has("{", at: index)
      guard isWhole else { throw text.error(.badCodePoint, start..<index) }
      let value = try codePoint(start)
      return .character(try inTarget(value, start))
    case 0x31...0x39, .ascii("k"):
      throw text.error(.backReference, start..<index)
    case .ascii("A"), .ascii("Z"), .ascii("z"): throw text.error(.anchorEscape, start..<index)
    case _ where scalar.isPunctuation || scalar == 0x20: return .character(scalar)
    default: throw text.error(.badEscape, start..<index)
    }
  }

  /// The character in its normalised form, if the target is normalised. Throws if that is not a single
  /// character.
  private func inTarget(_ scalar: UInt32, _ start: Int) throws(PatternError) -> UInt32 {
    switch target {
    case .address: return scalar
    case .text:
      guard let seen = normalised(scalar) else {
        throw text.error(.neverInText, start..<index)
      }
      return seen
    }
  }

  private mutating func codePoint(_ start: Int) throws(PatternError) -> UInt32 {
    let isBraced = take("{")
    let first = index
    var value: UInt32 = 0
    while index < first + (isBraced ? 6 : 2), let digit = text[index],
      let nibble = hexadecimalValue(of: digit.asciiByte)
    {
      value = value << 4 | UInt32(nibble)
      index += 1
    }
    let isWhole = isBraced ? index > first : index == first + 2
    guard isWhole, Unicode.Scalar(value) != nil, !isBraced || take("}") else {
      throw text.error(.badCodePoint, start..<index)
    }
    return value
  }
}

extension PatternTarget {
  /// True if the target can contain the character.
  func mayHold(_ scalar: UInt32) -> Bool {
    switch self {
    case .address: return true
    case .text:
      guard scalar != 0x20 else { return true }
      return switch Visibility(of: scalar) {
      case .character: Unicode.Scalar(scalar) != nil
      case .blank, .nothing: false
      }
    }
  }
}
