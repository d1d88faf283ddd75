import Bytes

extension ExpressionParser {
  /// The number of repetitions of a part; `most` is nil for no limit.
  private struct Repetition {
    var least: Int
    var most: Int?
    var isLazy = false
  }

  /// Parses a repetition of the atom that begins at `start`, and whose states begin at `begin`.
  mutating func takeRepetition(
    of atom: Part, from start: Int, _ begin: Int
  ) throws(PatternError) -> Part {
    let sign = index
    guard var repetition = try takeCount() else { return atom }
    guard atom.isRepeatable else { throw text.error(.nothingToRepeat, sign..<index) }
    guard repetition.most != 0 else { throw text.error(.emptyRepetition, start..<index) }
    repetition.isLazy = take("?")
    if text.has("+", at: index) { throw text.error(.possessive, sign..<(index + 1)) }
    // Blanks in a row become one in the text, so a repeated blank is the same as one.
    if start + 1 == sign, text.has(" ", at: start), text.isRun(at: start) { return atom }
    try `repeat`(repetition, atom, from: start, begin)
    return Part(isNullable: atom.isNullable || repetition.least == 0)
  }

  private mutating func takeCount() throws(PatternError) -> Repetition? {
    if take("*") { return Repetition(least: 0) }
    if take("+") { return Repetition(least: 1) }
    if take("?") { return Repetition(least: 0, most: 1) }
    let start = index
    guard take("{") else { return nil }
    let least = try takeNumber(start)
    var most: Int? = least
    if take(",") { most = text.has("}", at: index) ? nil : try takeNumber(start) }
    guard take("}") else { throw text.error(.badRepetition, start..<(start + 1)) }
    if let most, most < least { throw text.error(.reversedRepetition, start..<index) }
    return Repetition(least: least, most: most)
  }

  private mutating func takeNumber(_ start: Int) throws(PatternError) -> Int {
    var number: Int?
    while let byte = text[index]?.asciiByte, byte.isDigit {
      // A number over the limit stays over it.
      number = min((number ?? 0) * 10 + Int(byte & 0x0F), Limits.states + 1)
      index += 1
    }
    guard let number else { throw text.error(.badRepetition, start..<(start + 1)) }
    return number
  }

  private mutating func `repeat`(
    _ repetition: Repetition, _ atom: Part, from start: Int, _ begin: Int
  ) throws(PatternError) {
    let body = [ExpressionProgram.State](states[begin...])
    let (length, isLazy) = (body.count, repetition.isLazy)
    // One copy is there already; further required ones follow it.
    for _ in 1..<max(repetition.least, 1) { try emit(all: body, from: start) }
    guard let most = repetition.most else {
      // A part that can be empty must not be entered twice at one position, or the loop could not end.
      let isLoop = repetition.least == 0 && !atom.isNullable
      if isLoop {
        try emit(.jump(Int16(-length - 1)), from: start)
      } else {
        try emit(split(Int16(-length), 1, isLazy), from: start)
      }
      guard repetition.least == 0 else { return }
      return try insert(split(1, Int16(length + 2), isLazy), at: begin, from: start)
    }
    guard most > max(repetition.least, 1) || repetition.least == 0 else { return }
    if repetition.least == 0 { states.removeSubrange(begin...) }
    let count = most - repetition.least
    for number in 0..<count {
      let rest = (count - number) * (length + 1)
      guard rest <= Limits.states else { throw text.error(.tooLarge, start..<index) }
      try emit(split(1, Int16(rest), isLazy), from: start)
      try emit(all: body, from: start)
    }
  }

  private mutating func emit(
    all body: [ExpressionProgram.State], from start: Int
  ) throws(PatternError) {
    for state in body { try emit(state, from: start) }
  }

  private func split(_ more: Int16, _ done: Int16, _ isLazy: Bool) -> ExpressionProgram.State {
    isLazy ? .split(done, more) : .split(more, done)
  }
}
