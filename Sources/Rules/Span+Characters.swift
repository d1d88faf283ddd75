import Bytes

// Text is read as characters: each well-formed UTF-8 sequence is one, and so is each byte that is
// in none. No sequence begins inside another, so this reads the same from either end.
extension Span<UInt8> {
  // UTF8-2 = %xC2-DF UTF8-tail                                      ; RFC 3629 section 4
  // UTF8-3 = %xE0 %xA0-BF UTF8-tail / %xE1-EC 2( UTF8-tail ) /
  //          %xED %x80-9F UTF8-tail / %xEE-EF 2( UTF8-tail )
  // UTF8-4 = %xF0 %x90-BF 2( UTF8-tail ) / %xF1-F3 3( UTF8-tail ) /
  //          %xF4 %x80-8F 2( UTF8-tail )
  /// The bytes of the character at `index`, 1 to 4.
  public func characterLength(at index: Int) -> Int {
    let (length, second): (Int, ClosedRange<UInt8>) =
      switch self[index] {
      case 0xC2...0xDF: (2, 0x80...0xBF)
      case 0xE0: (3, 0xA0...0xBF)
      case 0xED: (3, 0x80...0x9F)
      case 0xE1...0xEF: (3, 0x80...0xBF)
      case 0xF0: (4, 0x90...0xBF)
      case 0xF1...0xF3: (4, 0x80...0xBF)
      case 0xF4: (4, 0x80...0x8F)
      default: (1, 0...0)
      }
    guard length > 1 else { return 1 }
    guard count - index >= length, second.contains(self[index + 1]) else { return 1 }
    for offset in 2..<max(length, 2) where !self[index + offset].isUTF8Tail { return 1 }
    return length
  }

  /// The character at `index`, and its bytes; a byte that is in none is over all characters.
  func character(at index: Int) -> (scalar: UInt32, length: Int) {
    decodeUTF8(extracting(index...)) ?? (0x110000 | UInt32(self[index]), 1)
  }

  /// The bytes of the character that ends before `end`, which is more than 0.
  func characterLength(before end: Int) -> Int {
    for length in 2..<(Swift.min(4, end) + 1)
    where characterLength(at: end - length) == length {
      return length
    }
    return 1
  }

  /// Where it is first not UTF-8; nil where all of it is.
  public var firstIndexNotUTF8: Int? {
    var index = 0
    while index < count {
      let length = characterLength(at: index)
      if length == 1, self[index] >= 0x80 { return index }
      index += length
    }
    return nil
  }

  /// Its first characters that fit into `limit` bytes.
  @_lifetime(copy self)
  public func prefix(ofCharactersWithin limit: Int) -> Span<UInt8> {
    guard count > limit else { return self }
    var end = 0
    while end + characterLength(at: end) <= limit { end += characterLength(at: end) }
    return extracting(..<end)
  }
}
