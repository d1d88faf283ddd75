import Bytes

// A pattern for a sender is there to keep strangers out.

extension Pattern {
  /// The doubt of a pattern for a sender that takes addresses of domains which are not written in it.
  public var senderDoubt: PatternDoubt? {
    switch self {
    case .wildcard(let wildcard): return wildcard.senderDoubt
    case .expression(let expression):
      guard !takesEveryText else { return nil }  // That is a doubt already.
      let length = expression.source.count + 2
      if expression.program.isOpenAtEnd {
        return PatternDoubt(reason: .domainGoesOn, offset: 0, length: length)
      }
      guard expression.program.isOpenBeforeDomain else { return nil }
      return PatternDoubt(reason: .domainBeginsEarlier, offset: 0, length: length)
    }
  }
}

extension Wildcard {
  fileprivate var senderDoubt: PatternDoubt? {
    guard let last = pieces.last, last.gap != .none, !elements.isEmpty else { return nil }
    let offset = offsetBehindLastGap
    guard !last.elements.isEmpty else {
      // Who writes `panel@*` means any domain.
      guard elements.last != .character(0x40) else { return nil }
      return PatternDoubt(reason: .domainGoesOn, offset: 0, length: source.count)
    }
    let tail = elements[last.elements]
    guard !tail.contains(.character(0x40)), tail.first != .character(0x2E) else { return nil }
    return PatternDoubt(
      reason: .domainBeginsEarlier, offset: offset, length: source.count - offset)
  }

  private var offsetBehindLastGap: Int {
    var (index, end) = (0, 0)
    while index < source.count {
      let byte = source[index]
      index += byte == .ascii("\\") ? 2 : 1
      if byte == .ascii("*") || byte == .ascii("}") { end = index }
    }
    return end
  }
}

extension ExpressionProgram {
  /// True if it is found in texts that go on behind it.
  fileprivate var isOpenAtEnd: Bool {
    isMatchReached { state, _ in
      if case .assertion(.end) = state { return nil }
      return false
    }
  }

  /// True if it is found behind any text, and takes no `@`, and no dot behind what may be anything: then
  /// the domain may begin earlier.
  fileprivate var isOpenBeforeDomain: Bool {
    isMatchReached { [self] state, isBehindAnything in
      switch state {
      case .character(0x40): return nil
      case .character(0x2E): return isBehindAnything ? nil : false
      case .set(let index):
        let ranges = sets[Int(index)].taken
        if ranges == [0x40...0x40] || (ranges == [0x2E...0x2E] && isBehindAnything) { return nil }
        return true
      case .any: return true
      case .character: return false
      case .split, .jump, .save, .assertion, .match: return isBehindAnything
      }
    }
  }

  /// True if the match is reached from the start by steps that `step` allows.
  ///
  /// `step` is given a state, and true where what was taken before it may be anything, and returns that
  /// for the next state; nil where the way ends.
  private func isMatchReached(by step: (State, Bool) -> Bool?) -> Bool {
    var known = [Bool](repeating: false, count: states.count * 2)
    var places = [(state: 0, isBehindAnything: true)]
    while let place = places.popLast() {
      let number = place.state * 2 + (place.isBehindAnything ? 1 : 0)
      guard !known[number] else { continue }
      known[number] = true
      let state = states[place.state]
      guard state != .match else { return true }
      guard let next = step(state, place.isBehindAnything) else { continue }
      switch state {
      case .split(let first, let second):
        places.append((place.state + Int(first), next))
        places.append((place.state + Int(second), next))
      case .jump(let distance): places.append((place.state + Int(distance), next))
      case .character, .any, .set, .save, .assertion, .match: places.append((place.state + 1, next))
      }
    }
    return false
  }
}
