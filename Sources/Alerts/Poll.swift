import Bytes
import Ledger
import POP3
import Rules

/// One poll of a mailbox: what its fetcher told of so far, and what was done about it.
struct Poll {
  /// How far it is; each step begins where the one before has ended.
  enum Progress {
    /// The server has not counted its messages.
    case counting
    case counted
    /// So many messages were listed.
    case listing(Int)
    /// Headers are read; these texts were told of before the next match.
    case reading(Claim)
    /// A judge is to confirm a match.
    case judging(PendingClaim)
    /// The content of this alert's message comes.
    case archiving(Alert)
  }

  /// When it began; nil for the one before the first.
  var start: Instant?
  var progress = Progress.counting
  /// How far the session is, by its fetcher's word; how it ended, nil where it has not; and words for
  /// people.
  var stage = Stage.starting
  var outcome: Outcome?
  var detail: [UInt8] = []
  /// Somebody asked for a poll while this one was under way.
  var pollsAgain = false

  // MARK: The mailbox

  /// The number of messages: as counted, or as listed where some came since.
  var countedMessages: UInt32 = 0
  /// The octets in the answer to STAT; 0 if that has none.
  var octets: UInt64 = 0
  /// The last packet of a listing, kept until the poll ends: malloc would map and unmap a page for each one.
  var packet: FetcherFrame.Listed?
  /// True if the mailbox was listed in full.
  var isListed = false
  /// What has been looked at, once the server has committed the session; nil before.
  var examined: Examined?
  /// True if no message was left for the next session.
  var isComplete = true
  /// True if some were left, and what was looked at before is not there.
  var beginsAnew = false
  /// True if each message was looked at, or is known by a listing.
  var isLookedThrough = false
  /// True if each message was asked for, whether it could be read or not.
  var isTriedThrough = false
  /// True if a message was passed over.
  var hasPassedOver = false
  /// True if an alert waits for the clock: nobody knows whether it is old.
  var waitsForClock = false
  /// When it began by the board's clock, in seconds since 1970; nil where that may be wrong.
  var startOfLook: UInt64?
  /// The time, by the server's clock, of the newest message that was looked at, in seconds since 1970; 0 if
  /// none has one.
  var newest: UInt64 = 0
  /// True if the server lists as many messages as it does at most, and none is new.
  var isCapped = false

  /// True if all that was there is known to be old from here on.
  var isWhole: Bool { isComplete && !waitsForClock && !hasPassedOver }

  // MARK: Its messages

  var tally = Tally()
  /// The outputs that alerts which wait are still to leave on.
  var heldOutputs: [Int] = []
  /// The alerts that are to be archived, and whether that failed for one.
  var archives: [Alert] = []
  var archiveFailed = false
  /// The deleted messages that other rules had looked at.
  var deletedEarlier: UInt32 = 0
  /// The messages that could not be read, those that no rule takes, and the rules that do not take one, as far
  /// as they were told of.
  var unread: UInt32 = 0
  var unmatched: UInt32 = 0
  var misses: UInt64 = 0

  // MARK: What went wrong

  /// True if this poll has said already that a deletion was refused, that a server's own data is there, or
  /// that its ledger failed.
  var saidRefusal = false
  var saidInternalData = false
  var ledgerFailed = false
  /// The server refused to commit.
  var commitIsRefused = false
  /// The login to try the next time, where the server refused this one without a reason.
  var nextMechanism: Mechanism?
  /// The message whose header was waited for when the session ended, and whether TOP was asked for it and gave
  /// no header.
  var stuck: StuckMessage?
  var topFailed = false
  /// The message whose deletion was waited for, and whether the unique-ids of all were.
  var stuckDeletion: UInt32?
  var listingIsStuck = false
  /// True where the session ended before what it deleted was committed.
  var lostDeletions = false
}
