import Bytes

// command  = argument *( 1*blank argument )
// argument = 1*( "'" *any "'" / DQUOTE *any DQUOTE / "\" any / any )
/// Splits a command into arguments, with the quoting of a shell and none of its other features.
///
/// Between double quotes, a backslash escapes `"` and `\`; between single quotes, nothing.
func arguments(_ text: Span<UInt8>) throws(ValueProblem) -> [[UInt8]] {
  var splitter = ArgumentSplitter()
  var index = 0
  while index < text.count { try splitter.take(text, &index) }
  return try splitter.finish()
}

/// Index of the comment behind a command, or of its end; comments do not begin within an argument.
func endOfCommand(_ text: Span<UInt8>) -> Int {
  var splitter = ArgumentSplitter()
  var index = 0
  while index < text.count, splitter.isInArgument || !isComment(text, at: index) {
    do throws(ValueProblem) { try splitter.take(text, &index) } catch { return text.count }
  }
  return index
}

/// Splits a command into its program and arguments. Throws if the program has no absolute path.
func command(_ text: [UInt8]) throws(ValueProblem) -> [[UInt8]] {
  let arguments = try arguments(text.span)
  guard arguments[0].first == .ascii("/") else { throw .notAbsolute(arguments[0]) }
  return arguments
}

private struct ArgumentSplitter {
  private var arguments: [[UInt8]] = []
  private var argument: [UInt8]?
  private var quote: UInt8?

  var isInArgument: Bool { argument != nil }

  /// Handles the byte at `index` of `text`, and the next one if the first escapes it.
  mutating func take(_ text: Span<UInt8>, _ index: inout Int) throws(ValueProblem) {
    let next: UInt8? = index + 1 < text.count ? text[index + 1] : nil
    index += try take(text[index], next)
  }

  private mutating func take(_ byte: UInt8, _ next: UInt8?) throws(ValueProblem) -> Int {
    switch (quote, byte) {
    case (.some(let open), byte) where byte == open:
      quote = nil
    case (.ascii("\""), .ascii("\\")) where next == .ascii("\"") || next == .ascii("\\"):
      append(next)
      return 2
    case (.some, _):
      append(byte)
    case (nil, .ascii("\\")):
      guard let next else { throw .backslashAtEnd }
      append(next)
      return 2
    case (nil, .ascii("\"")), (nil, .ascii("'")):
      quote = byte
      append(nil)
    case (nil, .space), (nil, .horizontalTab):
      if let argument { arguments.append(argument) }
      argument = nil
    case (nil, _):
      append(byte)
    }
    return 1
  }

  /// Begins an argument if there is none, and appends the byte if there is one.
  private mutating func append(_ byte: UInt8?) {
    argument = argument ?? []
    if let byte { argument?.append(byte) }
  }

  mutating func finish() throws(ValueProblem) -> [[UInt8]] {
    guard quote == nil else { throw .unclosedQuote }
    if let argument { arguments.append(argument) }
    guard !arguments.isEmpty else { throw .missing }
    guard arguments.count <= Limits.arguments else { throw .tooManyArguments }
    return arguments
  }
}
