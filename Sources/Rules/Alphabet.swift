import Bytes

/// The characters that a captured text can contain, as far as its pattern proves.
public enum Alphabet: Int, Sendable {
  /// ASCII letters, digits, `_` and `.`.
  case plain
  /// Those of `plain`, and `-`, which may come first.
  case plainOrHyphen
  case anything

  func union(_ other: Alphabet) -> Alphabet { rawValue > other.rawValue ? self : other }

  /// The alphabet of one character.
  init(of scalar: UInt32) {
    let byte = scalar.asciiByte
    if byte.isLetter || byte.isDigit || byte == .ascii("_") || byte == .ascii(".") {
      self = .plain
    } else {
      self = byte == .ascii("-") ? .plainOrHyphen : .anything
    }
  }
}

extension ExpressionProgram {
  /// The alphabet of the capture `index`: of the characters that the states between its ends accept.
  func alphabet(ofCapture index: Int) -> Alphabet {
    var alphabet = Alphabet.plain
    var isInside = false
    for state in states {
      switch state {
      case .save(let slot) where Int(slot) == 2 * index: isInside = true
      case .save(let slot) where Int(slot) == 2 * index + 1: isInside = false
      case .character(let scalar): if isInside { alphabet = alphabet.union(Alphabet(of: scalar)) }
      case .set(let set):
        if isInside { alphabet = alphabet.union(Alphabet(of: sets[Int(set)])) }
      case .any: if isInside { alphabet = .anything }
      case .split, .jump, .save, .assertion, .match: continue
      }
    }
    return alphabet
  }
}

extension Alphabet {
  /// The alphabet of all characters of a set.
  fileprivate init(of set: CharacterSet) {
    var alphabet = Alphabet.plain
    for range in set.taken {
      for scalar in range {
        alphabet = alphabet.union(Alphabet(of: scalar))
        if alphabet == .anything { break }
      }
    }
    self = alphabet
  }
}
