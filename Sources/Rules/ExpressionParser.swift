import Bytes

// expression = branch *( "|" branch )
// branch     = *( atom [repetition] )
// atom       = literal / "." / "^" / "$" / "\" escape / bracket / group
// group      = "(" [ "?:" / "?<" name ">" ] expression ")"
// repetition = ( "*" / "+" / "?" / "{" 1*DIGIT [ "," *DIGIT ] "}" ) [ "?" ]
//
// The operators are those of POSIX (XBD section 9.4), the rest is as Python's and RE2's.
/// Compiles an expression while parsing it; the states of each part follow those of the part before.
struct ExpressionParser {
  let text: PatternText
  let rule: CaseRule
  let target: PatternTarget
  var index = 0
  var states: [ExpressionProgram.State] = []
  var sets: [CharacterSet] = []
  private(set) var groups: [Expression.Group] = []
  private(set) var doubts: [PatternDoubt] = []
  private var captures = 0
  private var depth = 0

  /// A part of an expression that was parsed.
  struct Part {
    /// True if the part can match the empty text.
    var isNullable: Bool
    var isRepeatable = true
  }

  init(_ text: PatternText, _ rule: CaseRule, _ target: PatternTarget) {
    (self.text, self.rule, self.target) = (text, rule, target)
  }

  mutating func parse() throws(PatternError) -> ExpressionProgram {
    guard text.count > 0 else { throw text.error(.emptyExpression, 0..<0) }
    _ = try takeBranches()
    guard index == text.count else {
      throw text.error(.strayParenthesis, index..<(index + 1))
    }
    try emit(.match, from: index)
    return ExpressionProgram(
      states: states, sets: sets, rule: rule, target: target, slots: 2 * captures)
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard text.has(character, at: index) else { return false }
    index += 1
    return true
  }

  /// Adds a state; `start` is the index of the text that needs it, for errors.
  mutating func emit(_ state: ExpressionProgram.State, from start: Int) throws(PatternError) {
    try insert(state, at: states.count, from: start)
  }

  mutating func insert(
    _ state: ExpressionProgram.State, at place: Int, from start: Int
  ) throws(PatternError) {
    guard states.count < Limits.states else {
      throw text.error(.tooLarge, start..<max(index, start))
    }
    states.insert(state, at: place)
  }

  mutating func doubt(_ reason: PatternDoubt.Reason, _ range: Range<Int>) {
    let place = text.place(of: range)
    doubts.append(PatternDoubt(reason: reason, offset: place.lowerBound, length: place.count))
  }

  private mutating func takeBranches() throws(PatternError) -> Part {
    let start = index
    var whole = Part(isNullable: false)
    var jumps: [Int] = []
    while true {
      let begin = states.count
      let branch = try takeBranch()
      whole.isNullable = whole.isNullable || branch.isNullable
      guard take("|") else { break }
      let length = states.count - begin
      try insert(.split(1, Int16(length + 2)), at: begin, from: start)
      jumps.append(states.count)
      try emit(.jump(0), from: start)
    }
    for jump in jumps { states[jump] = .jump(Int16(states.count - jump)) }
    return whole
  }

  private mutating func takeBranch() throws(PatternError) -> Part {
    var whole = Part(isNullable: true)
    while index < text.count, !text.has("|", at: index), !text.has(")", at: index) {
      let (start, begin) = (index, states.count)
      let atom = try takeAtom()
      let part = try takeRepetition(of: atom, from: start, begin)
      whole.isNullable = whole.isNullable && part.isNullable
    }
    return whole
  }

  private mutating func takeAtom() throws(PatternError) -> Part {
    let start = index
    guard let scalar = text[index] else { return Part(isNullable: true, isRepeatable: false) }
    index += 1
    switch scalar.asciiByte {
    case .ascii("("): return try takeGroup()
    case .ascii("["): return try takeBracket()
    case .ascii("\\"): return try takeEscape()
    case .ascii("."): try emit(.any, from: start)
    case .ascii("^"): return try takeAssertion(.start, from: start)
    case .ascii("$"): return try takeAssertion(.end, from: start)
    case .ascii("{") where text[index]?.asciiByte.isDigit != true:
      throw text.error(.badRepetition, start..<index)
    case .ascii("*"), .ascii("+"), .ascii("?"), .ascii("{"):
      throw text.error(.nothingToRepeat, start..<index)
    default: try emit(.character(rule.folded(scalar)), from: start)
    }
    return Part(isNullable: false)
  }

  mutating func takeAssertion(
    _ assertion: ExpressionProgram.Assertion, from start: Int
  ) throws(PatternError) -> Part {
    try emit(.assertion(assertion), from: start)
    return Part(isNullable: true, isRepeatable: false)
  }
}

// Groups.
extension ExpressionParser {
  /// Parses what follows a `(`.
  private mutating func takeGroup() throws(PatternError) -> Part {
    let start = index - 1
    let capture = try openGroup()
    depth += 1
    guard depth <= Limits.nesting else { throw text.error(.tooDeep, start..<index) }
    if let capture { try emit(.save(Int16(2 * capture)), from: start) }
    let part = try takeBranches()
    guard take(")") else { throw text.error(.unclosedGroup, start..<text.count) }
    if let capture { try emit(.save(Int16(2 * capture + 1)), from: start) }
    depth -= 1
    return part
  }

  /// Parses the kind of the group. Returns the index of its capture; nil if it is not captured.
  private mutating func openGroup() throws(PatternError) -> Int? {
    let start = index - 1
    guard take("?") else { return open(named: []) }
    if take(":") { return nil }
    let isBehind = take("<")
    if text.has("=", at: index) || text.has("!", at: index) {
      throw text.error(.lookAround, start..<(index + 1))
    }
    guard isBehind else {
      let isAtomic = text.has(">", at: index)
      throw text.error(isAtomic ? .possessive : .unknownGroup, start..<(index + 1))
    }
    let end = text.firstIndex(of: ">", from: index) ?? text.count
    let name = text.bytes(index..<end)
    guard end < text.count, isCaptureName(name.span) else {
      throw text.error(.badName, start..<(end + 1))
    }
    guard captures < Limits.groups + Limits.captures else {
      throw text.error(.tooManyCaptures, start..<(end + 1))
    }
    index = end + 1
    return open(named: name)
  }

  private mutating func open(named name: [UInt8]) -> Int? {
    let isCaptured = !name.isEmpty || groups.count < Limits.groups
    groups.append(Expression.Group(name: name, capture: isCaptured ? captures : nil))
    guard isCaptured else { return nil }
    captures += 1
    return captures - 1
  }
}
