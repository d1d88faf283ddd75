import Bytes

/// The working memory for matching expressions, of the size that the largest of them needs.
///
/// All threads through an expression are followed at once, a character at a time. Each state is on one thread
/// only: the one that a backtracking matcher would try first (R. Pike's virtual machine).
public struct ExpressionMatcher: Sendable {
  /// The threads that wait for a character, the preferred one first, each with its saved positions.
  private struct Ways {
    var states: [Int16] = []
    var kept: [Int32] = []
  }

  /// Work that is left at a branch: a state at which to continue, or a saved position to restore.
  private enum Task {
    case state(Int16)
    case restore(slot: Int16, Int32)
  }

  private var ways = Ways()
  private var nextWays = Ways()
  /// For each state, the last position, counted from 1, at which a thread reached it.
  private var visits: [Int32] = []
  private var tasks: [Task] = []
  /// The saved positions of the thread that is being followed.
  private var slots: [Int32] = []
  /// The saved positions of the best match so far.
  private var found: [Int32] = []
  /// Number of states visited, in all matches.
  package private(set) var steps = 0

  public init(for expressions: [Expression]) {
    var (states, slots) = (0, 0)
    for expression in expressions {
      states = max(states, expression.program.states.count)
      slots = max(slots, expression.program.slots)
    }
    reserve(states, slots)
  }

  private mutating func reserve(_ states: Int, _ slotCount: Int) {
    ways.states.reserveCapacity(states)
    ways.kept.reserveCapacity(states * slotCount)
    nextWays.states.reserveCapacity(states)
    nextWays.kept.reserveCapacity(states * slotCount)
    visits.reserveCapacity(states)
    tasks.reserveCapacity(2 * states + 1)
    slots.reserveCapacity(slotCount)
    found.reserveCapacity(slotCount)
  }

  /// True if the expression is found in `text`; `range(ofCapture:)` then gives its captures.
  package mutating func find(_ expression: Expression, in text: Span<UInt8>) -> Bool {
    let program = expression.program
    begin(program)
    var matched = false
    var (place, before) = (0, UInt32?.none)
    while true {
      let here = place < text.count ? text.character(at: place) : nil
      if !matched {
        clearSlots(program)
        follow(0, program, place, before, here?.scalar)
      }
      if matched, ways.states.isEmpty || program.slots == 0 { return true }
      swap(&ways, &nextWays)
      let after = here.map { place + $0.length }
      let ahead = after.flatMap { $0 < text.count ? text.character(at: $0).scalar : nil }
      matched = advance(program, here?.scalar, ahead, after) || matched
      guard let here, let after else { return matched }
      (place, before) = (after, here.scalar)
    }
  }

  /// The range of the capture `index` in the text; empty if its group took no part in the match.
  func range(ofCapture index: Int) -> Range<Int> {
    let (start, end) = (Int(found[2 * index]), Int(found[2 * index + 1]))
    return start >= 0 && end >= start ? start..<end : 0..<0
  }

  private mutating func begin(_ program: ExpressionProgram) {
    ways.states.removeAll(keepingCapacity: true)
    ways.kept.removeAll(keepingCapacity: true)
    visits.removeAll(keepingCapacity: true)
    for _ in program.states { visits.append(0) }
    found.removeAll(keepingCapacity: true)
    for _ in 0..<program.slots { found.append(-1) }
  }

  private mutating func clearSlots(_ program: ExpressionProgram) {
    slots.removeAll(keepingCapacity: true)
    for _ in 0..<program.slots { slots.append(-1) }
  }

  /// Advances each thread by the character `here`, or by the end of the text if nil. Returns true if a thread
  /// has reached a match; the threads behind it then end.
  private mutating func advance(
    _ program: ExpressionProgram, _ here: UInt32?, _ ahead: UInt32?, _ after: Int?
  ) -> Bool {
    ways.states.removeAll(keepingCapacity: true)
    ways.kept.removeAll(keepingCapacity: true)
    let character = here.map { program.rule.folded($0) }
    for index in nextWays.states.indices {
      steps += 1
      let state = Int(nextWays.states[index])
      if case .match = program.states[state] {
        takeSlots(of: index, program)
        swap(&found, &slots)
        return true
      }
      guard let character, let after, program.takes(program.states[state], character) else {
        continue
      }
      takeSlots(of: index, program)
      follow(state + 1, program, after, here, ahead)
    }
    return false
  }

  private mutating func takeSlots(of way: Int, _ program: ExpressionProgram) {
    slots.removeAll(keepingCapacity: true)
    for slot in 0..<program.slots { slots.append(nextWays.kept[way * program.slots + slot]) }
  }

  /// Adds the threads that can be reached from `start` without a character; `before` and `after` are the
  /// characters around the position.
  private mutating func follow(
    _ start: Int, _ program: ExpressionProgram, _ place: Int, _ before: UInt32?, _ after: UInt32?
  ) {
    tasks.append(.state(Int16(start)))
    while let task = tasks.popLast() {
      guard case .state(let number) = task else {
        if case .restore(let slot, let value) = task { slots[Int(slot)] = value }
        continue
      }
      let state = Int(number)
      guard visits[state] != Int32(place + 1) else { continue }
      visits[state] = Int32(place + 1)
      steps += 1
      switch program.states[state] {
      case .split(let first, let second):
        tasks.append(.state(number + second))
        tasks.append(.state(number + first))
      case .jump(let distance): tasks.append(.state(number + distance))
      case .save(let slot):
        tasks.append(.restore(slot: slot, slots[Int(slot)]))
        tasks.append(.state(number + 1))
        slots[Int(slot)] = Int32(place)
      case .assertion(let assertion):
        if assertion.holds(before, after) { tasks.append(.state(number + 1)) }
      case .character, .any, .set, .match:
        ways.states.append(number)
        ways.kept.append(contentsOf: slots)
      }
    }
  }
}
