import Bytes

/// A compiled regular expression.
///
/// Law: its cost is bounded when it is compiled: at most `Limits.states` states, and memory in proportion to
/// them. A match visits each state at most twice for each character, and twice at the end.
public struct Expression: Sendable {
  /// A group other than `(?:…)`.
  struct Group: Sendable, Equatable {
    /// Empty if the group has no name.
    let name: [UInt8]
    /// Index among the captured groups, which are those with names and the first nine; nil if it is not
    /// captured.
    let capture: Int?
  }

  /// The text between the slashes.
  public let source: [UInt8]
  public let isCaseSensitive: Bool
  let program: ExpressionProgram
  let groups: [Group]
  let doubts: [PatternDoubt]

  /// Parses the expression between the slashes at the ends of `text`.
  init(
    parsing text: Span<UInt8>, for target: PatternTarget, caseSensitive: Bool
  ) throws(PatternError) {
    let inside = text.extracting(..<(text.count - 1))
    var parser = ExpressionParser(
      PatternText(inside, from: 1, target, keepingEnds: true),
      CaseRule(target, caseSensitive: caseSensitive), target)
    program = try parser.parse()
    groups = parser.groups
    doubts = parser.doubts
    source = [UInt8](inside.extracting(1...))
    isCaseSensitive = caseSensitive
    guard program.canMatch else {
      throw PatternError(reason: .neverMatches, offset: 0, length: text.count)
    }
  }

  public var groupCount: Int { groups.count }

  package var stateCount: Int { program.states.count }
}
