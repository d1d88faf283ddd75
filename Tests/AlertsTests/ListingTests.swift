import Ledger
import TestSupport
import Testing

@testable import Alerts

/// A listing, and how far a mailbox was looked at, for all small mailboxes.
@Suite struct ListingTests {
  static let verdicts: [ListingVerdict] = [.unknown, .look, .kept]

  /// What was looked at: the first messages of `identities`.
  private func examined(_ identities: [Identity], count: Int) -> Examined {
    var examined = Examined(rules: 0)
    for identity in identities.prefix(count) { examined.add(identity.word) }
    return examined
  }

  /// All combinations of `count` verdicts.
  private func combinations(_ count: Int) -> [[ListingVerdict]] {
    guard count > 0 else { return [[]] }
    return combinations(count - 1).flatMap { rest in Self.verdicts.map { rest + [$0] } }
  }

  private func numbers(_ due: MessageNumbers) -> [Int] {
    var (due, numbers) = (due, [Int]())
    while let next = due.next {
      numbers.append(Int(next))
      due.removeFirst()
    }
    return numbers
  }

  private func list(
    _ identities: [Identity], _ verdicts: [ListingVerdict], known: Examined
  ) -> MailboxListing {
    var listing = MailboxListing(known: known)
    var answered = 0
    func answer(_ listing: inout MailboxListing, upTo end: Int) {
      var answer = ListingAnswer()
      for index in answered..<end { answer.append(verdicts[index]) }
      listing.answered(answer)
      answered = end
    }
    for (index, identity) in identities.enumerated()
    where listing.list(index + 1, identity) {
      _ = listing.takeChunk(isLast: false)
      answer(&listing, upTo: index + 1)
    }
    _ = listing.takeChunk(isLast: true)
    answer(&listing, upTo: identities.count)
    return listing
  }

  @Test(arguments: 0...6) func whatNeedsALookInAnyMailbox(count: Int) {
    let identities = (0..<count).map { Identity($0) }
    for known in 0...count {
      for verdicts in combinations(count) {
        for isChanged in [false, true] where known > 0 || !isChanged {
          var examined = examined(identities, count: known)
          if isChanged { examined.sum &+= 1 }
          let listing = list(identities, verdicts, known: examined)
          let expected = (1...max(count, 1)).filter { number in
            guard number <= count else { return false }
            switch verdicts[number - 1] {
            case .kept: return false
            case .look: return true
            case .unknown: return number > known || isChanged
            case .doubled: return false  // None here has it.
            }
          }
          let found = numbers(listing.due(passingOverKnown: listing.isRecognised))
          #expect(found == expected)
          #expect(listing.isRecognised == (known > 0 && !isChanged))
          #expect(
            listing.due(passingOverKnown: listing.isRecognised).covered
              == self.examined(identities, count: count))
        }
      }
    }
  }

  /// More need a look than are remembered: all before the first that is not are covered.
  @Test(arguments: [255, 256, 257, 600, 1025], [0, 1, 300]) func moreThanFit(
    count: Int, known: Int
  ) {
    let identities = (0..<count).map { Identity($0) }
    let known = min(known, count)
    for (verdict, isChanged) in [(ListingVerdict.look, false), (.unknown, true), (.unknown, false)]
    {
      var examined = examined(identities, count: known)
      if isChanged { examined.sum &+= 1 }
      let verdicts = [ListingVerdict](repeating: verdict, count: count)
      let listing = list(identities, verdicts, known: examined)
      let due = listing.due(passingOverKnown: listing.isRecognised)
      let isPassedOver = verdict == .unknown && known > 0 && !isChanged
      let wanted = Array((isPassedOver ? known + 1 : 1)..<count + 1)
      let found = numbers(due)
      // None is left out among those that are covered, and none is twice.
      #expect(found == wanted.filter { $0 <= Int(due.covered.count) })
      #expect(due.covered == self.examined(identities, count: Int(due.covered.count)))
      #expect(wanted.count <= 256 ? due.covered.count == count : found.count >= 256)
    }
  }

  /// Out of order, with a gap, twice, or without an identity: nothing is told from it.
  @Test(arguments: [[2, 1], [1, 3], [1, 1], [0, 1], [1, 2, 2, 3]]) func aListingOutOfOrder(
    numbers: [Int]
  ) {
    var listing = MailboxListing(known: Examined(rules: 0))
    for number in numbers { _ = listing.list(number, Identity(number)) }
    #expect(!listing.isWhole)
  }

  @Test func aListingWithoutAnIdentity() {
    var listing = MailboxListing(known: Examined(rules: 0))
    _ = listing.list(1, Identity(1))
    _ = listing.list(2, nil)
    _ = listing.list(3, Identity(3))
    #expect(!listing.isWhole)
  }

  enum Fate: CaseIterable { case stays, deleted, looksAgain }

  /// All messages are judged: what was looked at ends before the first that needs another look.
  @Test(arguments: 0...6) func howFarAMailboxWasLookedAt(count: Int) {
    let identities = (0..<count).map { Identity($0) }
    for number in 0..<Int(pow3(count)) {
      let fates = (0..<count).map { Fate.allCases[number / Int(pow3($0)) % 3] }
      var mark = ExaminedMark()
      for (index, fate) in fates.enumerated() {
        mark.reach(index + 1, listed: 0)
        switch fate {
        case .stays: mark.extend(over: identities[index].word)
        case .deleted: mark.delete(index + 1, identities[index].word)
        case .looksAgain: mark.stop()
        }
      }
      mark.endListed()
      let end = fates.firstIndex(of: .looksAgain) ?? count
      let kept = (0..<end).filter { fates[$0] == .stays }.map { identities[$0] }
      #expect(mark.examined == examined(kept, count: kept.count))
    }
  }

  /// After a listing, only some are judged: nobody may believe that more was looked at than was.
  @Test(arguments: 1...5) func howFarAListedMailboxWasLookedAt(count: Int) {
    let identities = (0..<count).map { Identity($0) }
    for number in 0..<Int(pow3(count)) {
      let fates = (0..<count).map { Fate.allCases[number / Int(pow3($0)) % 3] }
      for known in 0...count {
        var mark = ExaminedMark()
        mark.begin(
          withListed: examined(identities, count: count),
          known: known == 0 ? nil : examined(identities, count: known))
        for (index, fate) in fates.enumerated() where fate != .stays {
          mark.reach(index + 1, listed: UInt32(count))
          if fate == .deleted { mark.delete(index + 1, identities[index].word) }
          if fate == .looksAgain { mark.stop() }
        }
        mark.endListed()
        let left = (0..<count).filter { fates[$0] != .deleted }
        let looks = left.firstIndex { fates[$0] == .looksAgain } ?? left.count
        // What was looked at is what is at the front of the mailbox now, and, but for what was known
        // before, nothing in it has to be looked at again.
        let front = examined(left.map { identities[$0] }, count: Int(mark.examined.count))
        #expect(mark.examined == front, "\(fates), \(known) known")
        let knownLeft = left.filter { $0 < known }.count
        #expect(Int(mark.examined.count) <= max(looks, knownLeft), "\(fates), \(known) known")
      }
    }
  }

  private func pow3(_ exponent: Int) -> Int { (0..<exponent).reduce(1) { power, _ in power * 3 } }
}
