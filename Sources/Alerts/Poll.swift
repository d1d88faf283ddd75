import Bytes
import Ledger
import POP3
import Rules

/// One poll of a mailbox: what its fetcher has reported so far, and what was done about it.
struct Poll {
  /// The progress of the session, as the frames of the fetcher show it.
  enum Progress {
    /// STAT was not answered yet.
    case counting
    /// STAT was answered.
    case counted
    /// This number of messages was listed so far.
    case listing(Int)
    /// Headers are read; the claim has the texts that were received for the next match.
    case reading(Claim)
    /// A judge is to confirm a match.
    case judging(PendingClaim)
    /// The content of this alert's message is being received.
    case archiving(Alert)
  }

  /// Start of the poll; nil in the one that stands for "before the first".
  var start: Instant?
  var progress = Progress.counting
  /// The stage of the session that the fetcher reported last.
  var stage = Stage.starting
  /// How the poll ended; nil until it has.
  var outcome: Outcome?
  /// Why it ended so, for people.
  var detail: [UInt8] = []
  /// True if a poll was requested while this one was under way.
  var pollsAgain = false

  // MARK: The mailbox

  /// Number of messages: as STAT counted them, or as listed if more have arrived since.
  var countedMessages: UInt32 = 0
  /// Octets of all messages, as STAT says; 0 if it does not.
  var octets: UInt64 = 0
  /// The last packet of a listing. It is kept until the poll ends, because malloc would map and unmap a page
  /// for each one.
  var packet: FetcherFrame.Listed?
  /// True if the mailbox was listed in full.
  var isListed = false
  /// The messages looked at, once the server has committed the session; nil before.
  var examined: Examined?
  /// The part of the mailbox that the session has dealt with, once the server has committed it; nil before.
  var extent: FetcherFrame.Extent?
  /// True if a message was passed over, because an earlier poll waited for its header in vain.
  var hasPassedOver = false
  /// True if an alert waits until the clock can tell whether it is old.
  var waitsForClock = false
  /// Start of the poll by the board's clock, in seconds since 1970; nil if that may be wrong.
  var startOfLook: UInt64?
  /// Time at which the server received the newest message looked at, in seconds since 1970; 0 if unknown.
  var newest: UInt64 = 0
  /// True if Gmail lists as many messages as it ever does, and none of them is new.
  var isCapped = false

  /// False if messages were left for the next session.
  var isComplete: Bool { extent?.isComplete ?? true }
  /// True if every message was requested, whether it could be read or not.
  var isTriedThrough: Bool { extent == .allTried || extent == .allSeen }
  /// True if every message that was there may count as old from here on.
  var isWhole: Bool { isComplete && !waitsForClock && !hasPassedOver }

  // MARK: Its messages

  var tally = Tally()
  /// Indices of the outputs that waiting alerts are still to leave on.
  var heldOutputs: [Int] = []
  /// Alerts whose messages are to be archived.
  var archives: [Alert] = []
  /// True if archiving failed for one of them.
  var archiveFailed = false
  /// Number of deleted messages that other rules had looked at.
  var deletedEarlier: UInt32 = 0
  /// Number of messages reported as not read.
  var unread: UInt32 = 0
  /// Number of messages reported that no rule takes.
  var unmatched: UInt32 = 0
  /// Number of rules reported that do not take a message.
  var misses: UInt64 = 0

  // MARK: What went wrong

  /// True once this poll has reported a refused deletion.
  var saidRefusal = false
  /// True once this poll has reported a message with a server's own data.
  var saidInternalData = false
  /// True once this poll has reported an error of the ledger.
  var ledgerFailed = false
  /// True if the server refused to commit the deletions.
  var commitIsRefused = false
  /// The login mechanism for the next poll, if the server refused this one without giving a reason; nil
  /// otherwise.
  var nextMechanism: Mechanism?
  /// The message whose header was awaited when the session ended; nil if there was none.
  var stuck: StuckMessage?
  /// True if that header was requested by TOP, which had given none in the session.
  var topFailed = false
  /// The message whose deletion was awaited when the session ended; nil if there was none.
  var stuckDeletion: UInt32?
  /// True if the listing was awaited when the session ended.
  var listingIsStuck = false
  /// True if the session was cut before its deletions were committed.
  var lostDeletions = false
}
