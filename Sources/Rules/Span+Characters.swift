import Bytes

// Text is read as characters: each well-formed UTF-8 sequence is one, and so is each byte that is
// in none. No sequence begins inside another, so this reads the same from either end.
extension Span<UInt8> {
  /// The bytes of the character at `index`, 1 to 4.
  public func characterLength(at index: Int) -> Int {
    decodeUTF8(extracting(index...))?.length ?? 1
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
