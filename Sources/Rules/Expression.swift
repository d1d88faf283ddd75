import Bytes

/// A POSIX extended regular expression, which only the platform can compile and match.
public struct Expression: Sendable, Equatable {
  /// What stands between the slashes, to be compiled.
  public let source: [UInt8]
  public let caseSensitive: Bool
  /// Its number among all expressions of the configuration, from 0.
  public let index: Int
  /// How many groups it has, as `re_nsub` counts them.
  public let groupCount: Int

  init(source: Span<UInt8>, caseSensitive: Bool, index: Int) {
    self.source = [UInt8](source)
    self.caseSensitive = caseSensitive
    self.index = index
    groupCount = countGroups(in: source)
  }
}

/// The platform's compiled expressions.
public protocol RegularExpressions {
  /// Looks for the expression `index` in `text`; where it is found, `groups` says where its groups are.
  func match(
    expression index: Int, text: Span<UInt8>, groups: inout GroupRanges
  ) -> ExpressionResult
}

/// The end of a search for an expression.
public enum ExpressionResult: Sendable {
  case found, notFound
  /// Nobody knows: the platform had no memory for it, or does not take such a text.
  case failed
}

/// Where the first nine groups of an expression were found.
public struct GroupRanges: Sendable {
  private var ranges = InlineArray<9, Range<Int>>(repeating: 0..<0)

  public init() {}

  /// Where the group `number` is, 1 to 9; empty where it took no part in the match.
  public subscript(number: Int) -> Range<Int> {
    get { ranges[number - 1] }
    set { ranges[number - 1] = newValue }
  }
}

/// How many `(` of `source` open a group: those neither escaped nor in a bracket expression.
private func countGroups(in source: Span<UInt8>) -> Int {
  var groups = 0
  var index = 0
  while index < source.count {
    switch source[index] {
    case .ascii("\\"): index += 2
    case .ascii("["): index = endOfBracket(in: source, from: index)
    case .ascii("("):
      groups += 1
      index += 1
    default: index += 1
    }
  }
  return groups
}

// bracket = "[" ["^"] ["]"] *( class / byte ) "]"        ; POSIX, XBD section 9.3.5
// class   = "[:" name ":]" / "[." name ".]" / "[=" name "=]"
func endOfBracket(in source: Span<UInt8>, from start: Int) -> Int {
  var index = start + 1
  if index < source.count, source[index] == .ascii("^") { index += 1 }
  if index < source.count, source[index] == .ascii("]") { index += 1 }
  while index < source.count, source[index] != .ascii("]") {
    index = endOfClass(in: source, from: index) ?? index + 1
  }
  return index + 1
}

func endOfClass(in source: Span<UInt8>, from start: Int) -> Int? {
  guard start + 1 < source.count, source[start] == .ascii("[") else { return nil }
  let mark = source[start + 1]
  guard mark == .ascii(":") || mark == .ascii(".") || mark == .ascii("=") else { return nil }
  var index = start + 2
  while index + 1 < source.count {
    if source[index] == mark, source[index + 1] == .ascii("]") { return index + 2 }
    index += 1
  }
  return nil
}
