import Bytes
public import Rules

extension ValueProblem {
  public func write(into sink: inout some ByteSink & ~Copyable) {
    switch self {
    case .missing: sink.write("it has no value")
    case .controlByte(let byte):
      sink.write("a value must not hold a control character, as ")
      sink.write(printable: [byte].span)
      sink.write(" is")
    case .notUTF8: sink.write("it is not UTF-8: save the file as UTF-8")
    case .tooLong(let limit): sink.write("the value is longer than ", limit, " bytes")
    case .unclosedQuote: sink.write("a quote is not closed")
    case .textBehindQuote:
      sink.write("there is text behind the closing quote: quote all of the value, or nothing of it")
    case .notOneOf(let value, let words, let suggestion):
      sink.write(quoted: value)
      sink.write(" is not ")
      sink.write(list: words, "or")
      sink.write(suggestion: suggestion, "'", "'")
    case .noUnit(let value):
      sink.write(quoted: value)
      sink.write(" has no unit: write '")
      sink.write(printable: value.span)
      sink.write("s' for seconds, or one of ms, m, h, d")
    case .notAnInterval(let value):
      sink.write(quoted: value)
      sink.write(" is no time: write it like 500ms, 30s, 10m, 2h or 14d")
    case .intervalOutside(let value, let range):
      sink.write(quoted: value)
      sink.write(" is not from ")
      sink.write(range.lowerBound)
      sink.write(" to ")
      sink.write(range.upperBound)
    case .numberOutside(let value, let range):
      sink.write(quoted: value)
      sink.write(" is not a number from ", range.lowerBound, " to ")
      sink.write(decimal: range.upperBound)
    case .notAHost(let value):
      sink.write(quoted: value)
      sink.write(" is neither a host name nor an IP address")
    case .hostWithPort(let host, let port):
      sink.write("the port has a key of its own: write 'server = ")
      sink.write(printable: host.span)
      sink.write("' and 'port = ")
      sink.write(port)
      sink.write("'")
    case .notAbsolute(let value):
      sink.write(quoted: value)
      sink.write(" is not an absolute path: begin it with '/'")
    case .notAbsoluteNorNone(let value):
      sink.write(quoted: value)
      sink.write(" is neither none nor an absolute path: begin it with '/'")
    case .notACredential(let value):
      sink.write(quoted: value)
      sink.write(" is not the name of a file in $CREDENTIALS_DIRECTORY: write it without a path")
    case .wrongForm(let row):
      sink.write("write ")
      sink.write(row)
    case .backslashAtEnd: sink.write("a backslash at the end escapes nothing: write '\\\\'")
    case .tooManyArguments:
      sink.write("at most ", Limits.arguments, " arguments are allowed, the program among them")
    case .programNotFixed(let value):
      sink.write(quoted: value)
      sink.write(" would let a message choose the program: write its path without braces")
    case .pattern(let error, let text): error.write(text.span, into: &sink)
    case .capture(let reason, let name): reason.write(name, into: &sink)
    case .template(let reason, let part, let suggestion):
      reason.write(part, suggestion, into: &sink)
    case .code(let argument): argument.write(into: &sink)
    }
  }
}

extension Conflict {
  func write(into sink: inout some ByteSink & ~Copyable) {
    switch self {
    case .plaintext:
      sink.write("without TLS anyone on the way can read the password: write 'tls = implicit' or ")
      sink.write("'tls = starttls', or 'allow-plaintext = yes' where that is no harm")
    case .unknownName(let kind, let name, let suggestion):
      sink.write("there is no [")
      sink.write(kind.word)
      sink.write(" ")
      sink.write(printable: name.span)
      sink.write("]")
      sink.write(suggestion: suggestion, "'", "'")
    case .lineWithoutChip(let value):
      sink.write(quoted: value)
      sink.write(
        " counts the lines of a chip: add 'chip = gpiochip0', or name the line: 'line = GPIO")
      sink.write(printable: value.span)
      sink.write("'")
    case .lineTaken(let output):
      sink.write("[output ")
      sink.write(output)
      sink.write("] has this line already")
    case .leftOn(let line):
      sink.write("line ", line, " may leave it on for good: add 'max-on = 10m'")
      sink.write(", or 'max-on = never' where that is meant")
    case .startsOn:
      sink.write("'initial = active' may leave it on for good: add 'max-on = 10m'")
      sink.write(", or 'max-on = never' where that is meant")
    case .neverTried(let rule):
      sink.write("it is never tried, as [rule ")
      sink.write(rule)
      sink.write("] above it takes every message: put that one last")
    case .overMaxOn(let time, let output, let maxOn):
      sink.write(time)
      sink.write(" is longer than the ")
      sink.write(maxOn)
      sink.write(" that [output ")
      sink.write(output)
      sink.write("] allows with max-on")
    }
  }
}

extension CaptureError.Reason {
  func write(_ name: [UInt8], into sink: inout some ByteSink & ~Copyable) {
    switch self {
    case .nameTaken:
      sink.write("'{")
      sink.write(name)
      sink.write("}' is in this rule already: take another name")
    case .nameReserved:
      sink.write("'{")
      sink.write(name)
      sink.write("}' is a value that every message has: take another name")
    case .tooMany: sink.write("a rule has at most ", Rules.Limits.captures, " captures")
    }
  }
}

extension TemplateError.Reason {
  func write(
    _ part: [UInt8], _ suggestion: [UInt8]?, into sink: inout some ByteSink & ~Copyable
  ) {
    switch self {
    case .unclosedBrace:
      sink.write(quoted: part)
      sink.write(" has no '}': write '{NAME}', or '{{' for a brace")
    case .strayBrace:
      sink.write(quoted: part)
      sink.write(" has no '{': write '{NAME}', or '}}' for a brace")
    case .unknownName:
      sink.write("nothing is called '{")
      sink.write(printable: part.span)
      sink.write("}'")
      if !sink.write(suggestion: suggestion, "'{", "}'") {
        sink.write(": a condition of the rule captures it with '{NAME}' or '(...)'")
      }
    }
  }
}
