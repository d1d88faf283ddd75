import Bytes

/// Collects a field's text without control bytes and without blanks at the ends; it is cut between
/// characters.
struct TextWriter {
  private(set) var text: [UInt8] = []

  /// Blanks that are written once another character follows.
  private var pendingBlanks = 0
  private var isFull = false

  init() { text.reserveCapacity(Limits.text) }

  /// Adds a byte; a control byte (CR, LF, NUL, TAB, …) becomes a blank.
  private mutating func write(_ byte: UInt8) {
    guard !isFull else { return }
    if byte.isTextBlank {
      pendingBlanks += 1
      return
    }
    while pendingBlanks > 0 {
      pendingBlanks -= 1
      if !text.isEmpty, text.count < Limits.text { text.append(.space) }
    }
    guard text.count == Limits.text else { return text.append(byte) }
    isFull = true
    cutPartOfCharacter()
    while text.last == .space { text.removeLast() }
  }

  // UTF8-char = UTF8-1 / UTF8-2 / UTF8-3 / UTF8-4                  ; RFC 3629 section 4
  /// Adds a character.
  mutating func write(_ character: UInt32) {
    func byte(_ shift: UInt32, _ mask: UInt32, _ mark: UInt8) -> UInt8 {
      mark | UInt8(truncatingIfNeeded: character >> shift & mask)
    }
    switch character {
    case ..<0x80: write(byte(0, 0x7F, 0))
    case ..<0x800: write(byte(6, 0x1F, 0xC0))
    case ..<0x10000:
      write(byte(12, 0x0F, 0xE0))
      write(byte(6, 0x3F, 0x80))
    default:
      write(byte(18, 0x07, 0xF0))
      write(byte(12, 0x3F, 0x80))
      write(byte(6, 0x3F, 0x80))
    }
    if character >= 0x80 { write(byte(0, 0x3F, 0x80)) }
  }

  /// Removes an incomplete UTF-8 character at the end: RFC 3629 section 3.
  private mutating func cutPartOfCharacter() {
    for length in 1...3 where length <= text.count {
      let first = text[text.count - length]
      if first.isUTF8Tail { continue }
      let needed = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
      if needed > length { text.removeLast(length) }
      return
    }
  }
}

extension UInt8 {
  /// True for a blank in a field's text: a space or a control byte.
  var isTextBlank: Bool { self == .space || isControl }
}
