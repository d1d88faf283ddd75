import Rules

extension ByteSink where Self: ~Copyable {
  mutating func write(_ before: StaticString, _ number: Int, _ behind: StaticString) {
    write(before)
    write(decimal: number)
    write(behind)
  }

  mutating func write(quoted value: [UInt8]) {
    write("'")
    write(printable: value.span)
    write("'")
  }

  /// Writes `[rule NAME]`.
  mutating func write(_ kind: SectionKind) {
    write("[")
    write(kind.word)
    write(kind == .popbell ? "]" : " NAME]")
  }

  /// Writes `'pulse = OUTPUT TIME'`.
  mutating func write(_ row: KeyRow) {
    write("'")
    write(row.name)
    write(" = ")
    write(row.form)
    write("'")
  }

  @discardableResult
  mutating func write(
    suggestion: [UInt8]?, _ before: StaticString, _ behind: StaticString
  ) -> Bool {
    guard let suggestion else { return false }
    write("; did you mean ")
    write(before)
    write(suggestion)
    write(behind)
    return write("?")
  }

  mutating func write(list words: [StaticString], _ conjunction: StaticString) {
    for index in words.indices {
      if index > 0, index == words.count - 1 {
        write(" ")
        write(conjunction)
        write(" ")
      } else if index > 0 {
        write(", ")
      }
      write(words[index])
    }
  }
}
