import Bytes
public import Rules

// The text of every error: where, what is wrong, and what to do about it.
extension ConfigError {
  /// Adds the error in words, without the file and the line: one line of text, without its end.
  public func write(into sink: inout some ByteSink & ~Copyable) {
    if !place.section.isEmpty {
      sink.write("[")
      sink.write(printable: place.section.span)
      sink.write(place.key.isEmpty ? "]: " : "] ")
    }
    if !place.key.isEmpty {
      sink.write(printable: place.key.span)
      sink.write(": ")
    }
    switch reason {
    case .line(let problem): problem.write(into: &sink)
    case .section(let problem): problem.write(into: &sink)
    case .key(let problem): problem.write(into: &sink)
    case .value(let problem): problem.write(into: &sink)
    case .conflict(let conflict): conflict.write(into: &sink)
    case .pattern(let reason, let part): reason.write(part, into: &sink)
    case .capture(let reason, let name): reason.write(name, into: &sink)
    case .template(let reason, let part, let suggestion):
      reason.write(part, suggestion, into: &sink)
    case .machine(let text): sink.write(printable: text.span, limit: 300)
    }
  }
}

extension LineProblem {
  fileprivate func write(into sink: inout some ByteSink & ~Copyable) {
    switch self {
    case .notASetting: sink.write("this line is no [SECTION], no KEY = VALUE and no comment")
    case .tooLong(let limit): sink.write("the line is longer than ", limit, " bytes")
    }
  }
}

extension SectionProblem {
  fileprivate func write(into sink: inout some ByteSink & ~Copyable) {
    switch self {
    case .unknown(let suggestion):
      sink.write("there is no such section")
      if !sink.write(suggestion: suggestion, "[", "]") {
        sink.write(": write [mailbox NAME], [output NAME], [rule NAME] or [popbell]")
      }
    case .noName(let kind):
      sink.write("it has no name: write ")
      sink.write(kind)
    case .popbellWithName: sink.write("it takes no name: write [popbell]")
    case .badName:
      sink.write("a name is letters, digits, '-', '_' and '.', at most ", Limits.name, " of them")
    case .repeated(let line):
      sink.write("it is in line ", line, " already: keep its keys together, or give it a new name")
    case .tooMany(let kind):
      sink.write("at most ", kind.limit, " sections of this kind are allowed")
    case .none: sink.write("it stands before the first section: write one above it")
    case .missing(let kind):
      sink.write("there is no ")
      sink.write(kind.word)
      sink.write(": add a section ")
      sink.write(kind)
    }
  }
}

extension KeyProblem {
  fileprivate func write(into sink: inout some ByteSink & ~Copyable) {
    switch self {
    case .unknown(let kind, let suggestion):
      sink.write("there is no such key")
      if !sink.write(suggestion: suggestion, "'", "'") {
        sink.write(": ")
        sink.write(kind)
        sink.write(" has ")
        sink.write(list: kind.keys.filter { $0 != .password }.map { $0.word }, "and")
      }
    case .belongs(let kind):
      sink.write("it belongs in ")
      sink.write(kind)
    case .repeated(let line): sink.write("it is in line ", line, " already: keep one of them")
    case .repeatedCondition(let line):
      sink.write("it is in line ", line, " already: for 'either', write a second rule")
    case .missing(let key):
      sink.write("it needs '")
      sink.write(key.word)
      sink.write(" = ")
      sink.write(key.form)
      sink.write("'")
    case .passwordInFile:
      sink.write("no password stands in this file, which many may read: put it in a file of its ")
      sink.write("own with mode 600 and write 'password-file = /PATH'")
    case .noSecret:
      sink.write("it needs a password: write 'password-file = /PATH', ")
      sink.write("'password-command = /PROGRAM' or 'password-credential = NAME'")
    case .secondSecret(let first, let line):
      sink.write(first.word)
      sink.write(" is in line ", line, " already: keep one of them")
    case .noCondition:
      sink.write("it has no condition: add one, such as 'subject = ALARM *'; ")
      sink.write("'subject = *' takes every message")
    case .noAction:
      sink.write("it has no action: add one, such as 'pulse = OUTPUT 10s' or 'run = /PROGRAM'")
    case .badHeaderName:
      sink.write("no header field has such a name: write 'header.X-NAME = PATTERN'")
    case .headerWithOwnKey(let key):
      sink.write("write '")
      sink.write(key.word)
      sink.write(" = PATTERN'")
    case .tooMany(let what, let limit):
      sink.write("at most ", limit, " ")
      sink.write(what)
      sink.write(" are allowed")
    }
  }
}

extension ValueProblem {
  fileprivate func write(into sink: inout some ByteSink & ~Copyable) {
    switch self {
    case .none: sink.write("it has no value")
    case .controlByte(let byte):
      sink.write("a value must not hold a control character, as ")
      sink.write(printable: [byte].span)
      sink.write(" is")
    case .notUTF8: sink.write("it is not UTF-8: save the file as UTF-8")
    case .tooLong(let limit): sink.write("the value is longer than ", limit, " bytes")
    case .unclosedQuote:
      sink.write("a quote is not closed; note that ' ;' begins a comment even between quotes")
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
    case .notACredential(let value):
      sink.write(quoted: value)
      sink.write(" is not the name of a file in $CREDENTIALS_DIRECTORY: write it without a path")
    case .wrongForm(let key):
      sink.write("write '")
      sink.write(key.word)
      sink.write(" = ")
      sink.write(key.form)
      sink.write("'")
    case .backslashAtEnd: sink.write("a backslash at the end escapes nothing: write '\\\\'")
    case .tooManyArguments:
      sink.write("at most ", Limits.arguments, " arguments are allowed, the program among them")
    case .programNotFixed(let value):
      sink.write(quoted: value)
      sink.write(" would let a message choose the program: write its path without braces")
    }
  }
}

extension Conflict {
  fileprivate func write(into sink: inout some ByteSink & ~Copyable) {
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

extension PatternError.Reason {
  fileprivate func write(_ part: [UInt8], into sink: inout some ByteSink & ~Copyable) {
    if self != .notUTF8, self != .tooManyCaptures {
      sink.write(quoted: part)
      sink.write(" ")
    }
    switch self {
    case .notUTF8: ValueProblem.notUTF8.write(into: &sink)
    case .adjacentWildcards: sink.write("has no end to the first part: put text between the two")
    case .unclosedBrace: sink.write("has no '}': write '{NAME}', or '\\{' for a brace")
    case .strayBrace: sink.write("has no '{': write '{NAME}', or '\\}' for a brace")
    case .badName:
      sink.write("is no capture: a name is a letter, then letters, digits, '-' and '_', at most ")
      sink.write(decimal: Rules.Limits.captureName)
    case .badEscape: sink.write("escapes nothing: write '\\\\' for a backslash")
    case .tooManyCaptures: CaptureError.Reason.tooMany.write([], into: &sink)
    case .unclosedExpression:
      sink.write("has no '/' at its end, as an expression has: write '\\/' for a slash")
    case .emptyExpression: sink.write("is an empty expression: write '*' for any text")
    }
  }
}

extension CaptureError.Reason {
  fileprivate func write(_ name: [UInt8], into sink: inout some ByteSink & ~Copyable) {
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
  fileprivate func write(
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

extension ByteSink where Self: ~Copyable {
  fileprivate mutating func write(_ before: StaticString, _ number: Int, _ behind: StaticString) {
    write(before)
    write(decimal: number)
    write(behind)
  }

  fileprivate mutating func write(quoted value: [UInt8]) {
    write("'")
    write(printable: value.span)
    write("'")
  }

  /// Adds `[rule NAME]`.
  fileprivate mutating func write(_ kind: SectionKind) {
    write("[")
    write(kind.word)
    write(kind == .popbell ? "]" : " NAME]")
  }

  @discardableResult
  fileprivate mutating func write(
    suggestion: [UInt8]?, _ before: StaticString, _ behind: StaticString
  ) -> Bool {
    guard let suggestion else { return false }
    write("; did you mean ")
    write(before)
    write(suggestion)
    write(behind)
    return write("?")
  }

  fileprivate mutating func write(list words: [StaticString], _ conjunction: StaticString) {
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
