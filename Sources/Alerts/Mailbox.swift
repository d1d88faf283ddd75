import Bytes
import Ledger
import POP3
import Rules

/// What the supervisor knows of one mailbox.
final class Mailbox {
  /// How late a poll may be before something must be wrong with popbell itself.
  static let patience = Interval.seconds(60)
  /// How long a mailbox is believed to have changed at its end only, and how long what takes longer
  /// than a poll may is not tried again: a day.
  static let longPause = Interval.seconds(86_400)
  /// How long a content is not asked for with which the connection ended: an hour.
  static let pause = Interval.seconds(3600)
  /// How long a program has between being asked to end and being ended, and a fetcher that said it
  /// was done until it is.
  static let grace = Interval.seconds(3)

  /// How many messages of a poll that are too old to fire are told of one by one.
  static let mostOldTold: UInt32 = 20

  /// The longest rest of an output that an alert waits for while it is under way, and the server with it.
  static let shortRest = Interval.seconds(5)

  enum Phase: Sendable, Equatable {
    case waiting(until: Instant)
    case polling(deadline: Instant)
    /// Its fetcher is done, or told to be; the process is still there.
    case ending(since: Instant)
    /// It is not polled again.
    case finished
  }

  var phase: Phase
  var schedule: Schedule
  var outcome: Outcome?
  var tally = Tally()
  var alert: Alert?
  /// The outputs that alerts of this session which wait are still to leave on.
  var heldOutputs: [Int] = []
  /// The alerts of this session that are to be archived, the one that is, and whether one failed.
  var archives: [Alert] = []
  var archive: Alert?
  var archiveFailed = false
  /// Whose content did not come whole, and when it is tried again.
  var slow: [SlowContent] = []
  /// The listing of this session.
  var listing = Listing.none
  /// The number of messages in this session: as counted, or as listed where some came since.
  var countedMessages: UInt32 = 0
  var isCounted = false
  /// The last packet of it, kept until the poll ends: malloc would map and unmap a page for each one.
  var packet: FetcherFrame.Listed?
  /// When a listing is tried again that took longer than a poll may.
  var nextListing: Instant?
  /// The time of the next try at a deletion that the server refused, of a message that no rule takes;
  /// true if it refused to commit, so that no other such message is deleted until then.
  var nextDeletion: Instant?
  var refusesCommit = false
  /// True if this poll has said already that a deletion was refused, or that a server's own data is
  /// there.
  var saidRefusal = false
  var saidInternalData = false
  /// True if it was said that messages are read whole.
  var saidWholeMessages = false
  /// The messages of this session that could not be read.
  var unread: UInt32 = 0
  /// The messages of this session that no rule takes, and the rules that do not take one, as far as
  /// they were told of.
  var unmatched: UInt32 = 0
  var misses: UInt64 = 0
  /// The message whose header this session waited for when it ended; those of the sessions before that
  /// ended so; until `nextReading`, those that are passed over, and whether messages are read whole for them.
  var stuck: StuckMessage?
  /// True if TOP was asked for it, and gave no header in this session.
  var topFailed = false
  var wereStuck: [StuckMessage] = []
  var passesOver: [StuckMessage] = []
  var nextReading: Instant?
  /// The unique-ids of all messages were waited for when this session ended, and when the one before did.
  var listingIsStuck = false
  var wasStuckListing = false
  /// True where the session ended before what it deleted was committed.
  var lostDeletions = false
  /// How many messages a session deletes at most, where longer ones have been cut; nil where none was.
  var smallBatch: Int?
  /// The message for whose deletion this session waited when it ended, and the one of the session before.
  var stuckDeletion: UInt32?
  var wasStuckDeletion: UInt32?
  /// The number of polls since popbell started.
  var tries: UInt64 = 0
  var readsWhole = false
  /// The server lists as many messages as it does at most, and none is new: in this session, in so many
  /// before, and when that was said.
  var isCapped = false
  var cappedPolls = 0
  var capWarning: Instant?
  /// The server refused to commit this session.
  var commitIsRefused = false
  /// The last alert of which was said that the server did not delete its message.
  var notDeleted: Identity?
  /// How many messages there were when the last poll left some for the next; nil where it did not.
  var messagesBefore: UInt32?
  /// Its ledger could not be read or written in this poll.
  var ledgerFailed = false
  /// The texts that were told of before the next match.
  var texts = Claim()
  /// The match that a judge is to confirm; nil for none.
  var claim: PendingClaim?
  /// What the last message that a rule took carried.
  var values: AlertValues?
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
  /// True if all that was there is known to be old from here on.
  var isWhole: Bool { isComplete && !waitsForClock && !hasPassedOver }
  /// True if the mailbox was listed in full.
  var isListed = false
  /// True if a poll that listed it had no room for all that needed a look: the next lists it too.
  var listsAgain = false
  /// True if an alert of this session waits for the clock: nobody knows whether it is old.
  var waitsForClock = false
  /// When this poll began by the board's clock, in seconds since 1970; nil where that may be wrong.
  var startOfLook: UInt64?
  /// The time, by the server's clock, of the newest message that this poll looked at, in seconds since
  /// 1970; 0 if none has one.
  var newest: UInt64 = 0
  /// When the last poll began, where it looked at all that there was, and left nothing to wait for the
  /// clock; nil where it did not, or none was.
  var lastWholeLook: Instant?
  /// The deleted messages of this session that other rules had looked at.
  var deletedEarlier: UInt32 = 0
  /// The octets in the answer to STAT; 0 if that has none.
  var octets: UInt64 = 0
  /// When it was last listed in full.
  var lastListing: Instant?
  var detail: [UInt8] = []
  var stage = Stage.starting
  /// When the last poll began.
  var start: Instant?
  var skipsCapabilities = false
  /// The login to try, where the server refused the automatic one without a reason; and the one that this
  /// poll has told of.
  var mechanism: Mechanism?
  var nextMechanism: Mechanism?
  /// The time of the first poll that failed since the last that went well; nil where that was the last.
  var failingSince: Instant?
  /// Somebody asked for a poll while one was under way.
  var pollsAgain = false

  init(schedule: Schedule, now: Instant) {
    self.schedule = schedule
    phase = .waiting(until: now)
  }

  enum Listing: Sendable, Equatable {
    case none
    /// So many messages were listed.
    case underWay(Int)
    case ended
  }

  /// Whether the poll came forward, and left the rest of the mailbox for the next. A server that
  /// only says that it deletes brings nobody forward.
  var leftSome: Bool {
    !isComplete && tally.deleted > 0 && messagesBefore.map { tally.messages < $0 } ?? true
  }

  /// When it needs attention next.
  var due: Instant? {
    if let alert { return alert.programDeadline ?? alert.resume }
    switch phase {
    case .waiting(let until): return until
    case .polling(let deadline): return deadline
    case .ending(let since): return since + Self.grace
    case .finished: return nil
    }
  }

  /// Polls at another interval from now on. A pause after a failure is no longer than one can be.
  func change(interval: Interval, now: Instant) {
    guard interval != schedule.interval else { return }
    schedule.interval = interval
    guard case .waiting(let until) = phase else { return }
    phase = .waiting(
      until: min(
        until,
        schedule.isFailing
          ? schedule.latest(afterFailureAt: now)
          : schedule.next(afterSuccessAt: start ?? now, now: now)))
  }

  func begin(deadline: Interval, now: Instant) {
    phase = .polling(deadline: now + deadline)
    start = now
    stage = .starting
    detail.removeAll()
    outcome = nil
    pollsAgain = false
    tally = Tally()
    examined = nil
    (isComplete, beginsAnew, isLookedThrough, isListed) = (true, false, false, false)
    (isTriedThrough, hasPassedOver) = (false, false)
    (archives, archive, archiveFailed) = ([], nil, false)
    (texts, claim) = (Claim(), nil)
    slow.removeAll { $0.end <= now }
    listing = .none
    (isCounted, countedMessages) = (false, 0)
    heldOutputs = []
    ledgerFailed = false
    nextMechanism = nil
    (unread, unmatched, misses, deletedEarlier) = (0, 0, 0, 0)
    (stuck, topFailed, isCapped) = (nil, false, false)
    (wasStuckListing, listingIsStuck) = (listingIsStuck, false)
    (wasStuckDeletion, stuckDeletion) = (stuckDeletion, nil)
    (startOfLook, newest, waitsForClock) = (nil, 0, false)
    (saidRefusal, saidInternalData, commitIsRefused) = (false, false, false)
  }

  /// Ends the alert. The time it took was ours, not the server's: the deadline moves by it.
  func endAlert(now: Instant) {
    guard let alert else { return }
    if case .polling(let deadline) = phase {
      phase = .polling(deadline: deadline + (now - alert.since))
    }
    self.alert = nil
  }
}

/// An alert whose actions are being carried out.
final class Alert {
  let rule: Int
  /// Its message's number in the session, and what the ledger knows it as.
  let message: UInt32
  let identity: AlertIdentity
  let since: Instant
  /// When it fired, in seconds of the ledger's clock, once it has.
  var fired: UInt64 = 0
  /// Which action is next, or under way.
  var action = 0
  /// When the program that runs has to be ended; nil while none runs.
  var programDeadline: Instant?
  var timedOut = false
  /// The end of the rest of its output, for which it waits; nil where it does not.
  var resume: Instant?

  init(rule: Int, message: UInt32, identity: AlertIdentity, since: Instant) {
    self.rule = rule
    self.message = message
    self.identity = identity
    self.since = since
  }
}

/// A message that is not archived before `end`.
struct SlowContent: Sendable {
  let key: Identity
  let end: Instant
}
