import Bytes

/// A regular expression, compiled.
///
/// Law: what it needs is decided here: at most `Limits.states` states, and memory in proportion to
/// them. A match takes at most two visits of each state for each character, and two at the end.
public struct Expression: Sendable {
  /// A group that is not `(?:…)`.
  struct Group: Sendable, Equatable {
    /// Empty where it has none.
    let name: [UInt8]
    /// Its place among the groups that are captured: those with names, and the first nine.
    let capture: Int?
  }

  /// The text between the slashes.
  public let source: [UInt8]
  public let isCaseSensitive: Bool
  let program: ExpressionProgram
  let groups: [Group]
  let doubts: [PatternDoubt]

  /// Reads what stands in `text` between the slashes at its ends.
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
