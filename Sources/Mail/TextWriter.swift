import Bytes

/// Collects a field's text: no controls, no blanks at the ends, cut between characters.
struct TextWriter {
  private(set) var text: [UInt8] = []

  /// Blanks that are written when something follows them.
  var pendingBlanks = 0
  private var isFull = false

  init() { text.reserveCapacity(Limits.text) }

  /// Adds a byte; a control (CR, LF, NUL, TAB, …) becomes a blank.
  mutating func write(_ byte: UInt8) {
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

  /// Adds U+FFFD, for a byte that stands for nothing.
  mutating func writeReplacementCharacter() {
    write(0xEF)
    write(0xBF)
    write(0xBD)
  }

  /// Drops the UTF-8 character at the end where bytes of it are missing: RFC 3629 section 3.
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
  /// Whether it is a blank in a field's text: a space or any control.
  var isTextBlank: Bool { self == .space || isControl }
}
