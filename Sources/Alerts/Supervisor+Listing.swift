import Bytes
import Ledger
import POP3

// A listing of the mailbox, as its fetcher sends it: what of it needs a look.
extension Supervisor where S: ~Copyable {
  /// What the messages of a listing need.
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
        (box.lastListing, box.isListed) = (now, true)
        try ledger.endListing(octets: box.octets, of: box.tally.messages)
      }
    } catch {
      // What was met in a listing would count as met in the session.
      ledger.dropListing()
      ledgerFailed(mailbox, error)
    }
    return answer
  }

  /// The messages themselves are read from here on; a listing that was not complete says nothing.
  func endListing(_ mailbox: Int) {
    switch mailboxes[mailbox].listing {
    case .none: return
    case .underWay: ledgers[mailbox].dropListing()
    case .ended: break
    }
    mailboxes[mailbox].listing = .ended
  }

  /// Whether a part of a listing makes sense: there is one in a session, before any match, of about
  /// as many messages as were counted.
  mutating func mayList(_ mailbox: Int, _ listed: FetcherFrame.Listed) -> Bool {
    let box = mailboxes[mailbox]
    var count = 0
    switch box.listing {
    case .none where listed.isFirst && mode != .once(dryRun: true): break
    case .underWay(let before) where !listed.isFirst: count = before
    case .none, .underWay, .ended: return false
    }
    count += listed.count
    box.listing = listed.isLast ? .ended : .underWay(count)
    guard count <= Int(box.tally.messages) + Limits.listingSlack else { return false }
    box.countedMessages = max(box.countedMessages, UInt32(clamping: count))
    return true
  }
}
