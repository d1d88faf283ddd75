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

  private(set) var phase: Phase
  var schedule: Schedule
  /// The poll that is under way, or the last.
  var poll = Poll()
  var alert: Alert?
  /// What the last message that a rule took carried.
  var values: AlertValues?

  // MARK: From poll to poll

  /// The number of polls since popbell started.
  var tries: UInt64 = 0
  /// The time of the first poll that failed since the last that went well; nil where that was the last.
  var failingSince: Instant?
  /// How many messages there were when the last poll left some for the next; nil where it did not.
  var messagesBefore: UInt32?
  /// True if a poll that listed it had no room for all that needed a look: the next lists it too.
  var listsAgain = false
  /// When the last poll began, where it looked at all that there was, and left nothing to wait for the
  /// clock; nil where it did not, or none was.
  var lastWholeLook: Instant?
  /// When it was last listed in full.
  var lastListing: Instant?
  /// When a listing is tried again that took longer than a poll may, or never came.
  var nextListing: Instant?
  /// Whose content did not come whole, and when it is tried again.
  var slow: [SlowContent] = []
  /// The time of the next try at a deletion that the server refused, of a message that no rule takes;
  /// true if it refused to commit, so that no other such message is deleted until then.
  var nextDeletion: Instant?
  var refusesCommit = false
  /// The last alert of which was said that the server did not delete its message.
  var notDeleted: Identity?
  /// How many messages a session deletes at most, where longer ones have been cut; nil where none was.
  var smallBatch: Int?

  // MARK: How its server is spoken to

  var skipsCapabilities = false
  /// The login to try, where the server refused the automatic one without a reason.
  var mechanism: Mechanism?
  /// True if messages are read whole; and if that was said.
  var readsWhole = false
  var saidWholeMessages = false
  /// The messages for whose headers the polls before waited in vain; until `nextReading`, those that are passed
  /// over, and whether messages are read whole for them.
  var wereStuck: [StuckMessage] = []
  var passesOver: [StuckMessage] = []
  var nextReading: Instant?
  /// The message whose deletion the poll before waited for in vain, and whether it did for the listing.
  var wasStuckDeletion: UInt32?
  var wasStuckListing = false
  /// The polls in a row in which the server listed as many messages as it does at most, and when that was said.
  var cappedPolls = 0
  var capWarning: Instant?

  init(schedule: Schedule, now: Instant) {
    self.schedule = schedule
    phase = .waiting(until: now)
  }

  /// Whether the poll came forward, and left the rest of the mailbox for the next. A server that
  /// only says that it deletes brings nobody forward.
  var leftSome: Bool {
    !poll.isComplete && poll.tally.deleted > 0
      && messagesBefore.map { poll.tally.messages < $0 } ?? true
  }

  /// When it needs attention next.
  var due: Instant? {
    if let alert { return alert.due }
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
          : schedule.next(afterSuccessAt: poll.start ?? now, now: now)))
  }

  func begin(deadline: Interval, now: Instant) {
    phase = .polling(deadline: now + deadline)
    (wasStuckDeletion, wasStuckListing) = (poll.stuckDeletion, poll.listingIsStuck)
    poll = Poll(start: now)
    slow.removeAll { $0.end <= now }
  }

  /// Its fetcher is done, or told to be.
  func end(now: Instant) { phase = .ending(since: now) }

  /// Its fetcher is gone: it is polled again then.
  func wait(until: Instant) { phase = .waiting(until: until) }

  /// Its fetcher is gone, and it is not polled again.
  func finish() { phase = .finished }

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
  var doing = Doing.begun

  enum Doing {
    case begun
    /// A program runs, and has to be ended then; `isTold` where it was told to end.
    case running(until: Instant, isTold: Bool)
    /// Its output rests until then.
    case resting(until: Instant)
  }

  /// When it needs attention next; nil for none.
  var due: Instant? {
    switch doing {
    case .begun: nil
    case .running(let until, _), .resting(let until): until
    }
  }

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
