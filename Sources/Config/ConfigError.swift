public import Bytes
public import Rules

/// Where in the file something stands.
public struct Place: Sendable, Equatable {
  /// From 1; 0 for what is nowhere.
  public var line: Int
  /// What stands between the brackets; empty outside of a section.
  public var section: [UInt8]
  /// As it is written; empty for the section as a whole.
  public var key: [UInt8]

  var ofSection: Place { Place(line: line, section: section, key: []) }

  func with(_ row: KeyRow) -> Place {
    Place(line: line, section: section, key: [UInt8](row.name))
  }
}

/// What is wrong with the configuration, and where.
public struct ConfigError: Error, Finding {
  public enum Reason: Sendable {
    case line(LineProblem)
    case section(SectionProblem)
    case key(KeyProblem)
    case value(ValueProblem)
    case conflict(Conflict)
    /// What only the edge can find, in its own words: a missing file, a line.
    case machine([UInt8])
  }

  public let place: Place
  public let reason: Reason

  public init(at place: Place, _ reason: Reason) {
    self.place = place
    self.reason = reason
  }
}

// Below, what is large is indirect: it is handed on and on, and one reference costs less than all its
// parts.

/// What is wrong with a line.
public enum LineProblem: Error, Equatable, Sendable {
  case notASetting
  case tooLong(limit: Int)
}

/// What is wrong with a section.
public enum SectionProblem: Sendable {
  case unknown(suggestion: [UInt8]?)
  case noName(SectionKind)
  case popbellWithName
  case badName
  case repeated(firstLine: Int)
  /// In a ledger, the rule's name stands for that of another rule too.
  case sameInLedgers(firstLine: Int)
  case tooMany(SectionKind)
  /// The key stands before the first section.
  case outside
  /// The configuration has no section of the kind.
  case missing(SectionKind)
}

/// What is wrong with a key, or with not having it.
public indirect enum KeyProblem: Sendable {
  case unknown(SectionKind, suggestion: [UInt8]?)
  case belongs(in: SectionKind)
  case repeated(firstLine: Int)
  case repeatedCondition(firstLine: Int)
  case missing(KeyRow)
  case passwordInFile
  case noSecret
  case secondSecret(first: KeyRow, firstLine: Int)
  case noCondition
  case noAction
  case badHeaderName
  case headerWithOwnKey(KeyRow)
  /// More than `limit` of them.
  case tooMany(StaticString, limit: Int)
}

/// What is wrong with a value alone.
public indirect enum ValueProblem: Error, Sendable {
  case missing
  case controlByte(UInt8)
  case notUTF8
  case tooLong(limit: Int)
  case unclosedQuote
  case textBehindQuote
  case notOneOf([UInt8], [StaticString], suggestion: [UInt8]?)
  case noUnit([UInt8])
  case notAnInterval([UInt8])
  case intervalOutside([UInt8], ClosedRange<Interval>)
  case numberOutside([UInt8], ClosedRange<Int>)
  case notAHost([UInt8])
  case hostWithPort([UInt8], port: [UInt8])
  case notAbsolute([UInt8])
  case notAbsoluteNorNone([UInt8])
  case notACredential([UInt8])
  case wrongForm(KeyRow)
  case backslashAtEnd
  case tooManyArguments
  /// The path of a program has a brace in it.
  case programNotFixed([UInt8])
  case pattern(PatternError, of: [UInt8])
  // The bytes are the part that is to blame.
  case capture(CaptureError.Reason, [UInt8])
  case template(TemplateError.Reason, [UInt8], suggestion: [UInt8]?)
  case code(CodeArgument)
}

/// What does not go together.
public indirect enum Conflict: Sendable {
  case plaintext
  case unknownName(SectionKind, [UInt8], suggestion: [UInt8]?)
  case lineWithoutChip([UInt8])
  case lineTaken(by: [UInt8])
  /// A rule in `line` leaves the output on.
  case leftOn(line: Int)
  case startsOn
  /// The rule `by` is tried before and takes every message.
  case neverTried(by: [UInt8])
  case overMaxOn(Interval, output: [UInt8], maxOn: Interval)
}
