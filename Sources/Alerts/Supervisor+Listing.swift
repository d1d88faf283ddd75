import Bytes
import Ledger
import POP3

// Answers to the listing of a mailbox, as its fetcher sends it.
extension Supervisor where S: ~Copyable {
  /// The verdicts on the messages of a `listed` frame.
  mutating func answer(
    to listed: FetcherFrame.Listed, of mailbox: Int, now: Instant
  ) -> ListingAnswer {
    var answer = ListingAnswer()
    let ledger = ledgers[mailbox]
    do throws(LedgerError) {
      if listed.isFirst { ledger.beginListing() }
      if listed.tellsNothing { ledger.dropListing() }
      for index in 0..<listed.count {
        answer.append(try ledger.list(listed[index], rules: rulesWord))
      }
      if listed.isLast, !ledger.listingIsDoubled {
        let box = mailboxes[mailbox]
        (box.lastListing, box.poll.isListed) = (now, true)
        try ledger.endListing(octets: box.poll.octets, of: box.poll.tally.messages)
      }
    } catch {
      // Messages met in this listing would count as met in the session.
      ledger.dropListing()
      ledgerFailed(mailbox, error)
    }
    return answer
  }

  /// The claim to which the texts for the next match are added; nil if no headers are read now. Drops an
  /// incomplete listing, which says nothing about missing messages.
  func openClaim(of mailbox: Int) -> Claim? {
    switch mailboxes[mailbox].poll.progress {
    case .reading(let claim): return claim
    case .counted: return Claim()
    case .listing:
      ledgers[mailbox].dropListing()
      return Claim()
    case .counting, .judging, .archiving: return nil
    }
  }

  /// Notes a part of a listing. Returns `false` if it is not plausible: there is one listing per session,
  /// before any match, of about as many messages as STAT counted.
  func acceptPart(_ listed: FetcherFrame.Listed, of mailbox: Int) -> Bool {
    let box = mailboxes[mailbox]
    var count = listed.count
    switch box.poll.progress {
    case .counted where listed.isFirst && mode != .once(dryRun: true): break
    case .listing(let before) where !listed.isFirst: count += before
    case .counting, .counted, .listing, .reading, .judging, .archiving: return false
    }
    guard count <= Int(box.poll.tally.messages) + Limits.listingSlack else { return false }
    box.poll.progress = listed.isLast ? .reading(Claim()) : .listing(count)
    box.poll.countedMessages = max(box.poll.countedMessages, UInt32(clamping: count))
    return true
  }
}
