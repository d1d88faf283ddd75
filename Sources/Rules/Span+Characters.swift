import Bytes

// Text is read as characters: each well-formed UTF-8 sequence is one, and so is each byte outside of these.
// As no sequence begins within another, the result is the same from either end.
extension Span<UInt8> {
  /// Length in bytes of the character at `index`, 1 to 4.
  public func characterLength(at index: Int) -> Int {
    decodeUTF8(extracting(index...))?.length ?? 1
  }

  /// The character at `index`, and its length in bytes. A byte that is not UTF-8 becomes a value above all
  /// characters.
  func character(at index: Int) -> (scalar: UInt32, length: Int) {
    decodeUTF8(extracting(index...)) ?? (0x110000 | UInt32(self[index]), 1)
  }

  /// Length in bytes of the character that ends before `end`, which must be more than 0.
  func characterLength(before end: Int) -> Int {
    for length in 2..<(Swift.min(4, end) + 1)
    where characterLength(at: end - length) == length {
      return length
    }
    return 1
  }

  /// Index of the first byte that is not UTF-8; nil if there is none.
  public var firstIndexNotUTF8: Int? {
    var index = 0
    while index < count {
      let length = characterLength(at: index)
      if length == 1, self[index] >= 0x80 { return index }
      index += length
    }
    return nil
  }

  /// As many characters from the start as fit into `limit` bytes.
  @_lifetime(copy self)
  public func prefix(ofCharactersWithin limit: Int) -> Span<UInt8> {
    guard count > limit else { return self }
    var end = 0
    while end + characterLength(at: end) <= limit { end += characterLength(at: end) }
    return extracting(..<end)
  }
}
