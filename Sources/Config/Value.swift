public import Bytes
import Rules

// value = DQUOTE *( any but DQUOTE ) DQUOTE / text
/// A value without its quotes; it is empty only if it was in quotes.
func unquoted(_ text: Span<UInt8>) throws(ValueProblem) -> [UInt8] {
  guard !text.isEmpty else { throw .missing }
  guard text[0] == .ascii("\"") else { return [UInt8](text) }
  guard let close = text.firstIndex(of: .ascii("\""), from: 1) else { throw .unclosedQuote }
  guard close == text.count - 1 else { throw .textBehindQuote }
  return [UInt8](text.extracting(1..<close))
}

/// Index of the comment behind a value, or of its end; comments do not begin within quotes.
func endOfValue(_ text: Span<UInt8>) -> Int {
  let start = text.rangeWithoutSpaces.lowerBound
  var quoted = 0
  if start < text.count, text[start] == .ascii("\"") {
    guard let close = text.firstIndex(of: .ascii("\""), from: start + 1) else { return text.count }
    quoted = close + 1
  }
  let rest = text.extracting(quoted...)
  var end = 0
  while end < rest.count, !isComment(rest, at: end) { end += 1 }
  return quoted + end
}

/// The words of `text`, separated by blanks.
func words(_ text: [UInt8]) -> [[UInt8]] { parts(of: text) { $0.isBlank } }

// interval = 1*DIGIT ( "ms" / "s" / "m" / "h" / "d" )
func interval(_ text: [UInt8], in range: ClosedRange<Interval>) throws(ValueProblem) -> Interval {
  let digits = text.prefix { $0.isDigit }
  let unit = text[digits.count...]
  if !digits.isEmpty, unit.isEmpty { throw .noUnit(text) }
  guard let count = Int64(decimal: digits.span), let factor = milliseconds(in: unit.span) else {
    throw .notAnInterval(text)
  }
  let (product, overflow) = count.multipliedReportingOverflow(by: factor)
  let interval = Interval(milliseconds: overflow ? .max : product)
  guard range.contains(interval) else { throw .intervalOutside(text, range) }
  return interval
}

/// Parses the length of a pulse, as in a rule.
public func pulseTime(_ text: [UInt8]) throws(ValueProblem) -> Interval {
  try interval(text, in: Limits.pulse)
}

private func milliseconds(in unit: Span<UInt8>) -> Int64? {
  if unit.equals("ms") { return 1 }
  if unit.equals("s") { return 1000 }
  if unit.equals("m") { return 60_000 }
  if unit.equals("h") { return 3_600_000 }
  if unit.equals("d") { return 86_400_000 }
  return nil
}

func number(_ text: [UInt8], in range: ClosedRange<Int>) throws(ValueProblem) -> Int {
  guard let number = Int(decimal: text.span), range.contains(number) else {
    throw .numberOutside(text, range)
  }
  return number
}

func choice<W: Word>(_ text: [UInt8]) throws(ValueProblem) -> W {
  W.allCases[try index(of: text, among: W.words)]
}

private func index(of text: [UInt8], among words: [StaticString]) throws(ValueProblem) -> Int {
  if let index = words.firstIndex(where: { text.span.equals($0) }) { return index }
  throw .notOneOf(text, words, suggestion: nearest(to: text.span, among: words))
}

func text(_ text: [UInt8], limit: Int) throws(ValueProblem) -> [UInt8] {
  guard text.count <= limit else { throw .tooLong(limit: limit) }
  return text
}

func absolutePath(_ text: [UInt8]) throws(ValueProblem) -> [UInt8] {
  guard text.first == .ascii("/") else { throw .notAbsolute(text) }
  return text
}

func maximumAge(_ text: [UInt8]) throws(ValueProblem) -> MaximumAge {
  text.span.equals("none") ? .none : .limit(try interval(text, in: Limits.maxAge))
}

func archive(_ text: [UInt8]) throws(ValueProblem) -> Archive {
  guard !text.span.equals("none") else { return .none }
  guard text.first == .ascii("/") else { throw .notAbsoluteNorNone(text) }
  return .folder(text)
}

// disposition = "delete" / "keep" / "delete" 1*blank "after" 1*blank interval
func disposition(_ text: [UInt8]) throws(ValueProblem) -> Disposition {
  let words = words(text)
  guard words.count > 1, words[0] == [UInt8]("delete"), words[1] == [UInt8]("after") else {
    if text.span.equals("delete") { return .delete }
    if text.span.equals("keep") { return .keep }
    throw .notOneOf(text, dispositions, suggestion: suggestion(disposition: words))
  }
  guard words.count == 3 else { throw .wrongForm(RuleKey.then.row) }
  return .deleteAfter(try interval(words[2], in: Limits.deleteAfter))
}

private var dispositions: [StaticString] { ["delete", "keep", "delete after TIME"] }

private func suggestion(disposition words: [[UInt8]]) -> [UInt8]? {
  guard let first = words.first, let last = words.last else { return nil }
  guard words.count > 1, (try? interval(last, in: Limits.deleteAfter)) != nil else {
    return nearest(to: first.span, among: dispositions)
  }
  return "delete after " + last
}

func host(_ text: [UInt8]) throws(ValueProblem) -> [UInt8] {
  if isHost(text.span) { return text }
  let name = text.prefix { $0 != .ascii(":") }
  let port = text[name.count...].dropFirst()
  guard isHost(name.span), UInt16(decimal: port.span) != nil else { throw .notAHost(text) }
  throw .hostWithPort([UInt8](name), port: [UInt8](port))
}

/// Parses the name of a file, which must not have a path.
func credential(_ text: [UInt8]) throws(ValueProblem) -> [UInt8] {
  guard !text.contains(.ascii("/")), text != [UInt8]("."), text != [UInt8]("..") else {
    throw .notACredential(text)
  }
  return text
}
