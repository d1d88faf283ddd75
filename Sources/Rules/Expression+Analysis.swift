// Properties of an expression that hold for every text.
extension ExpressionProgram {
  /// The character before a position, as far as it matters.
  private enum Before: Int, CaseIterable { case nothing, blank, other }

  /// A state, and what is known of the position in the text at which it is reached.
  private struct Place {
    let state: Int
    let before: Before
    /// True if the text must end here.
    let isAtEnd: Bool

    var number: Int { (state * 3 + before.rawValue) * 2 + (isAtEnd ? 1 : 0) }

    func moved(_ distance: Int) -> Place {
      Place(state: state + distance, before: before, isAtEnd: isAtEnd)
    }

    func moved(behind character: Before) -> Place {
      Place(state: state + 1, before: character, isAtEnd: false)
    }
  }

  /// True if there is a text in which the expression is found. Normalised text has no two blanks in a row,
  /// and none at its ends.
  var canMatch: Bool {
    var known = [Bool](repeating: false, count: states.count * 6)
    var places: [Place] = []
    for before in Before.allCases { places.append(Place(state: 0, before: before, isAtEnd: false)) }
    while let place = places.popLast() {
      guard !known[place.number] else { continue }
      known[place.number] = true
      if states[place.state] == .match { return true }
      addNext(of: place, to: &places)
    }
    return false
  }

  /// Adds the places that can follow `place`.
  private func addNext(of place: Place, to places: inout [Place]) {
    switch states[place.state] {
    case .character, .any, .set:
      guard !place.isAtEnd else { return }
      if takesBlank(states[place.state], after: place.before) {
        places.append(place.moved(behind: .blank))
      }
      if takesOther(states[place.state]) { places.append(place.moved(behind: .other)) }
    case .split(let first, let second):
      places.append(place.moved(Int(first)))
      places.append(place.moved(Int(second)))
    case .jump(let distance): places.append(place.moved(Int(distance)))
    case .save, .assertion(.wordBoundary), .assertion(.noWordBoundary):
      places.append(place.moved(1))
    case .assertion(.start): if place.before == .nothing { places.append(place.moved(1)) }
    case .assertion(.end):
      guard place.before != .blank else { return }
      places.append(Place(state: place.state + 1, before: place.before, isAtEnd: true))
    case .match: return
    }
  }

  /// True if the state accepts a blank here. In an address, a blank counts as any other character.
  private func takesBlank(_ state: State, after before: Before) -> Bool {
    switch target {
    case .address: false
    case .text: takes(state, 0x20) && before == .other
    }
  }

  private func takesOther(_ state: State) -> Bool {
    switch state {
    case .character(let scalar): scalar != 0x20 || target == .address
    case .set(let index):
      !sets[Int(index)].isEmpty { ($0 != 0x20 || target == .address) && target.mayHold($0) }
    case .any, .split, .jump, .save, .assertion, .match: true
    }
  }

  /// True if the expression is found at the start of every text. May be false although it is.
  var takesEveryText: Bool {
    var known = [Bool](repeating: false, count: states.count)
    var places = [0]
    while let place = places.popLast() {
      guard !known[place] else { continue }
      known[place] = true
      switch states[place] {
      case .match: return true
      case .split(let first, let second):
        places.append(place + Int(first))
        places.append(place + Int(second))
      case .jump(let distance): places.append(place + Int(distance))
      case .save, .assertion(.start): places.append(place + 1)
      case .character, .any, .set, .assertion: continue
      }
    }
    return false
  }
}
