import Bytes

// The pattern for a sender is meant to keep strangers out.

extension Pattern {
  /// A doubt about an address pattern that matches no address, such as `Panel <panel@example.net>` or
  /// `a@example.net, b@example.net`; nil if there is none.
  public var addressDoubt: PatternDoubt? {
    let (takesOne, source, length) =
      switch self {
      case .wildcard(let wildcard):
        (wildcard.takesAddresses, wildcard.source, wildcard.source.count)
      case .expression(let expression):
        (expression.program.holds(.takesAddresses), expression.source, expression.source.count + 2)
      }
    // A quoted local part may contain nearly any character.
    guard !takesOne, !source.contains(.ascii("\"")) else { return nil }
    return PatternDoubt(reason: .takesNoAddress, offset: 0, length: length)
  }

  /// A doubt about a sender pattern that matches addresses of domains other than those in it; nil if there is
  /// none.
  public var senderDoubt: PatternDoubt? {
    switch self {
    case .wildcard(let wildcard): return wildcard.senderDoubt
    case .expression(let expression):
      guard !takesEveryText else { return nil }  // That is a doubt already.
      let length = expression.source.count + 2
      if expression.program.holds(.isOpenAtEnd) {
        return PatternDoubt(reason: .domainGoesOn, offset: 0, length: length)
      }
      guard expression.program.holds(.isOpenBeforeDomain) else { return nil }
      return PatternDoubt(reason: .domainBeginsEarlier, offset: 0, length: length)
    }
  }
}

/// True for characters that no address contains outside of quotes.
private func isForeign(_ scalar: UInt32) -> Bool {
  switch scalar.asciiByte {
  case .ascii(","), .ascii(";"), .ascii("<"), .ascii(">"): true
  default: Visibility(of: scalar) != .character
  }
}

extension Wildcard {
  fileprivate var takesAddresses: Bool {
    var (signs, takesAny) = (0, pieces.count > 1)
    for element in elements {
      switch element {
      case .character(0x40): signs += 1
      case .character(let scalar): if isForeign(scalar) { return false }
      case .any: takesAny = true
      }
    }
    // A dot at the end of a domain is dropped from addresses.
    if elements.last == .character(0x2E), pieces.last?.elements.isEmpty == false { return false }
    return signs == 1 || signs == 0 && takesAny
  }

  // The literal text after the last wildcard is the end of every domain that matches. It is safe if it begins
  // a domain, or has two labels.
  fileprivate var senderDoubt: PatternDoubt? {
    guard let last = pieces.last else { return nil }
    var (start, dots) = (elements.count, 0)
    while start > last.elements.lowerBound, case .character(let scalar) = elements[start - 1] {
      guard scalar != 0x40 else { return nil }
      if scalar == 0x2E { dots += 1 }
      start -= 1
    }
    if start < elements.count, elements[start] != .character(0x2E) {
      // Behind a `?` it does not end whatever domain.
      guard start == last.elements.lowerBound else {
        return PatternDoubt(reason: .domainGoesOn, offset: 0, length: source.count)
      }
      let offset = offsetOfTail
      guard offset > 0 else { return nil }
      return PatternDoubt(
        reason: .domainBeginsEarlier, offset: offset, length: source.count - offset)
    }
    // `panel@*` and `*.local` deliberately match any domain.
    let isMeant = start == 0 || elements[start - 1] == .character(0x40)
    guard !isMeant, dots < 2 else { return nil }
    return PatternDoubt(reason: .domainGoesOn, offset: 0, length: source.count)
  }

  /// Offset in the source of the literal text after the last wildcard.
  private var offsetOfTail: Int {
    var (index, end) = (0, 0)
    while index < source.count {
      let byte = source[index]
      index += byte == .ascii("\\") ? 2 : 1
      if byte == .ascii("*") || byte == .ascii("?") || byte == .ascii("}") { end = index }
    }
    return end
  }
}

extension ExpressionProgram {
  /// What is known of the matched text before a state.
  private struct Way {
    /// True if that text ends with a part that can be anything.
    var isBehindAnything = true
    /// True if another domain may begin in that text.
    var isDoubtful = true

    var number: Int { (isBehindAnything ? 2 : 0) + (isDoubtful ? 1 : 0) }
  }

  /// A question about the paths through the program.
  fileprivate enum Question {
    /// True if the expression can be found in an address.
    case takesAddresses
    /// True if the expression can be found in a text that continues behind it.
    case isOpenAtEnd
    /// True if a part that can be anything may precede the domain, or a part of it, without an `@` or a dot
    /// between them, so that the domain may begin earlier.
    case isOpenBeforeDomain
  }

  // Not inlined, as it is large and used three times.
  @inline(never)
  fileprivate func holds(_ question: Question) -> Bool {
    var known = [Bool](repeating: false, count: states.count * 4)
    var places = [(state: 0, way: Way())]
    while let place = places.popLast() {
      let number = place.state * 4 + place.way.number
      guard !known[number] else { continue }
      known[number] = true
      let state = states[place.state]
      guard state != .match else {
        if place.way.isDoubtful { return true }
        continue
      }
      guard let next = way(behind: state, place.way, for: question) else { continue }
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

  /// What is known behind a state; nil if the path ends there.
  private func way(behind state: State, _ way: Way, for question: Question) -> Way? {
    switch question {
    case .takesAddresses:
      if case .character(let scalar) = state, isForeign(scalar) { return nil }
      return way
    case .isOpenAtEnd: return state == .assertion(.end) ? nil : way
    case .isOpenBeforeDomain: break
    }
    switch simplified(state) {
    case .character(0x40): return Way(isBehindAnything: false, isDoubtful: false)
    case .character(0x2E) where way.isBehindAnything:
      return Way(isBehindAnything: false, isDoubtful: false)
    case .character:
      return Way(isBehindAnything: false, isDoubtful: way.isDoubtful || way.isBehindAnything)
    case .any: return Way(isBehindAnything: true, isDoubtful: way.isDoubtful)
    case .set, .split, .jump, .save, .assertion, .match: return way
    }
  }

  /// A set as a single character that represents it here; as `any` if it has more than ten characters.
  private func simplified(_ state: State) -> State {
    guard case .set(let index) = state else { return state }
    var (count, result) = (0, UInt32(0x40))
    for range in sets[Int(index)].taken {
      count += range.count
      switch range {
      case 0x40...0x40: break
      case 0x2E...0x2E: result = min(result, 0x2E)
      default: result = 0
      }
    }
    // Digits are no other domain.
    return count > 10 ? .any : .character(result)
  }
}
