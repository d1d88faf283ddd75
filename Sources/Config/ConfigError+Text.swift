import Bytes
public import Rules

// The text of every error: where it is, what is wrong, and how to correct it.
extension ConfigError {
  /// Writes the error as a line of text, without file, line number and line end.
  public func write(into sink: inout some ByteSink & ~Copyable) {
    place.write(into: &sink)
    switch reason {
    case .line(let problem): problem.write(into: &sink)
    case .section(let problem): problem.write(into: &sink)
    case .key(let problem): problem.write(into: &sink)
    case .value(let problem): problem.write(into: &sink)
    case .conflict(let conflict): conflict.write(into: &sink)
    case .machine(let text): sink.write(printable: text.span, limit: 300)
    }
  }
}

extension Place {
  /// Writes `[rule NAME] key: `, as far as these are known.
  func write(into sink: inout some ByteSink & ~Copyable) {
    if !section.isEmpty {
      sink.write("[")
      sink.write(printable: section.span)
      sink.write(key.isEmpty ? "]: " : "] ")
    }
    if !key.isEmpty {
      sink.write(printable: key.span)
      sink.write(": ")
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
    case .sameInLedgers(let line):
      sink.write(
        "its name has the same checksum as that in line ", line,
        ", and the ledger knows rules by that: give it another name")
    case .tooMany(let kind):
      sink.write("at most ", kind.limit, " sections of this kind are allowed")
    case .outside: sink.write("it stands before the first section: write one above it")
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
        sink.write(list: kind.rows.filter { $0.isDocumented }.map { $0.name }, "and")
      }
    case .belongs(let kind):
      sink.write("it belongs in ")
      sink.write(kind)
    case .repeated(let line): sink.write("it is in line ", line, " already: keep one of them")
    case .repeatedCondition(let line):
      sink.write("it is in line ", line, " already: for 'either', write a second rule")
    case .missing(let row):
      sink.write("it needs ")
      sink.write(row)
    case .passwordInFile:
      sink.write("no password stands in this file, which many may read: put it in a file of its ")
      sink.write("own with mode 600 and write 'password-file = /PATH'")
    case .noSecret:
      sink.write("it needs a password: write 'password-file = /PATH', ")
      sink.write("'password-command = /PROGRAM' or 'password-credential = NAME'")
    case .secondSecret(let first, let line):
      sink.write(first.name)
      sink.write(" is in line ", line, " already: keep one of them")
    case .noCondition:
      sink.write("it has no condition: add one, such as 'subject = ALARM *'; ")
      sink.write("'subject = *' takes every message")
    case .noAction:
      sink.write("it has no action: add one, such as 'pulse = OUTPUT 10s' or 'run = /PROGRAM'")
    case .badHeaderName:
      sink.write("no header field has such a name: write 'header.X-NAME = PATTERN'")
    case .headerWithOwnKey(let row):
      sink.write("write ")
      sink.write(row)
    case .tooMany(let what, let limit):
      sink.write("at most ", limit, " ")
      sink.write(what)
      sink.write(" are allowed")
    }
  }
}
