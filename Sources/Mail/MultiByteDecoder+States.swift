import Bytes

/// The seven-bit charsets, which switch between character sets.
extension MultiByteDecoder {
  private enum JapaneseSet {
    case ascii, roman, katakana, jis0208, jis0212
  }

  // ESC "(" ("B" / "J" / "I") / ESC "$" ("@" / "B") / ESC "$(D"    ; RFC 1468, RFC 2237
  //
  // Deviations: a text need not end in ASCII; bytes from 0xA1 on are katakana, which some mailers do not
  // convert; an unknown escape sequence is not a character.
  @_lifetime(self: copy self)
  mutating func decodeISO2022JP(_ body: (UInt32?) -> Void) {
    var set = JapaneseSet.ascii
    while true {
      if let next = takeJapaneseEscape() {
        set = next
        continue
      }
      guard let byte = take() else { return }
      switch (set, byte) {
      case (_, 0xA1...0xDF): body(halfWidthKatakana(byte))
      case (_, 0x80...), (_, 0x1B): body(nil)
      // Line ends and blanks are the same in all sets.
      case (_, ...0x20): body(UInt32(byte))
      case (.ascii, _): body(UInt32(byte))
      case (.roman, 0x5C): body(0xA5)
      case (.roman, 0x7E): body(0x203E)
      case (.roman, _): body(UInt32(byte))
      case (.katakana, 0x21...0x5F): body(halfWidthKatakana(byte + 0x80))
      case (.katakana, _): body(nil)
      case (.jis0208, _): body(sevenBitPair(byte, in: .jis0208))
      case (.jis0212, _): body(sevenBitPair(byte, in: .jis0212))
      }
    }
  }

  @_lifetime(self: copy self)
  private mutating func takeJapaneseEscape() -> JapaneseSet? {
    if take("\u{1B}(B") { return .ascii }
    if take("\u{1B}(J") { return .roman }
    if take("\u{1B}(I") { return .katakana }
    if take("\u{1B}$B") || take("\u{1B}$@") || take("\u{1B}$(B") { return .jis0208 }
    return take("\u{1B}$(D") ? .jis0212 : nil
  }

  /// The character of two bytes from 0x21 to 0x7E, in a table with rows of 94.
  @_lifetime(self: copy self)
  private mutating func sevenBitPair(_ first: UInt8, in table: CharsetTables.Table) -> UInt32? {
    guard first < 0x7F, let second = byte(at: 0), (0x21...0x7E).contains(second) else { return nil }
    skip(1)
    return character((Int(first) - 0x21) * 94 + Int(second) - 0x21, in: table)
  }

  // SO and SI switch; ESC "$)C" only says to what                  ; RFC 1557
  @_lifetime(self: copy self)
  mutating func decodeISO2022KR(_ body: (UInt32?) -> Void) {
    var isKorean = false
    while true {
      if take("\u{1B}$)C") { continue }
      guard let byte = take() else { return }
      switch byte {
      case 0x0E: isKorean = true
      case 0x0F: isKorean = false
      case 0x21...0x7E where isKorean:
        body(highPair(byte).flatMap { character($0.0 * 190 + $0.1 - 0x41, in: .eucKR) })
      case 0x1B, 0x80...: body(nil)
      default: body(UInt32(byte))
      }
    }
  }

  // "~{" and "~}" switch, "~~" is "~", and "~" at a line's end is nothing   ; RFC 1843
  @_lifetime(self: copy self)
  mutating func decodeHZ(_ body: (UInt32?) -> Void) {
    var isChinese = false
    while true {
      if take("~{") {
        isChinese = true
        continue
      }
      if take("~}") {
        isChinese = false
        continue
      }
      if !isChinese, take("~\n") { continue }
      guard let byte = take() else { return }
      switch byte {
      case 0x21...0x7D where isChinese:
        body(highPair(byte).flatMap { character($0.0 * 190 + $0.1 - 0x41, in: .gb18030) })
      case .ascii("~"): body(take("~") ? UInt32(byte) : nil)
      case 0x80...: body(nil)
      default: body(UInt32(byte))
      }
    }
  }

  /// The row of `first`, counted from 0x81, and the next byte, with the eighth bit set in both.
  @_lifetime(self: copy self)
  private mutating func highPair(_ first: UInt8) -> (Int, Int)? {
    guard let second = byte(at: 0), (0x21...0x7E).contains(second) else { return nil }
    skip(1)
    return (Int(first) + 0x80 - 0x81, Int(second) + 0x80)
  }
}
