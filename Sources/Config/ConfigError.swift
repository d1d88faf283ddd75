public import Bytes
public import Rules

/// A place in the configuration file.
public struct Place: Sendable, Equatable {
  /// Line number, from 1; 0 if the place is not in the file.
  public var line: Int
  /// The text between the brackets of the section; empty outside of sections.
  public var section: [UInt8]
  /// The key as written; empty for a section as a whole.
  public var key: [UInt8]

  var ofSection: Place { Place(line: line, section: section, key: []) }

  func with(_ row: KeyRow) -> Place {
    Place(line: line, section: section, key: [UInt8](row.name))
  }
}

/// An error in the configuration, and its place.
public struct ConfigError: Error, Finding {
  public enum Reason: Sendable {
    case line(LineProblem)
    case section(SectionProblem)
    case key(KeyProblem)
    case value(ValueProblem)
    case conflict(Conflict)
    /// An error that was found outside of this module, with its text: a missing file or GPIO line.
    case machine([UInt8])
  }

  public let place: Place
  public let reason: Reason

  public init(at place: Place, _ reason: Reason) {
    self.place = place
    self.reason = reason
  }
}

// Large enums below are indirect: they are passed on often, and a reference is smaller.

/// An error in a line.
public enum LineProblem: Error, Equatable, Sendable {
  case notASetting
  case tooLong(limit: Int)
}

/// An error in a section.
public enum SectionProblem: Sendable {
  case unknown(suggestion: [UInt8]?)
  case noName(SectionKind)
  case popbellWithName
  case badName
  case repeated(firstLine: Int)
  /// The rule's name has the same hash in ledgers as that of another rule.
  case sameInLedgers(firstLine: Int)
  case tooMany(SectionKind)
  /// A key before the first section.
  case outside
  /// The configuration has no section of this kind.
  case missing(SectionKind)
}

/// An error in a key, or a missing key.
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
  /// There are more than `limit` of these.
  case tooMany(StaticString, limit: Int)
}

/// An error in a value by itself.
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
  /// The path of a program contains a brace.
  case programNotFixed([UInt8])
  case pattern(PatternError, of: [UInt8])
  // The bytes are the part of the value that is to blame.
  case capture(CaptureError.Reason, [UInt8])
  case template(TemplateError.Reason, [UInt8], suggestion: [UInt8]?)
  case code(CodeArgument)
}

/// A contradiction between several settings.
public indirect enum Conflict: Sendable {
  case plaintext
  case unknownName(SectionKind, [UInt8], suggestion: [UInt8]?)
  case lineWithoutChip([UInt8])
  case lineTaken(by: [UInt8])
  /// The rule on this line leaves the output on.
  case leftOn(line: Int)
  case startsOn
  /// The rule `by` comes first and takes every message.
  case neverTried(by: [UInt8])
  case overMaxOn(Interval, output: [UInt8], maxOn: Interval)
}
