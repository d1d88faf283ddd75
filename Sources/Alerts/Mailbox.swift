import Bytes
import Ledger
import POP3
import Rules

/// The supervisor's state of one mailbox.
final class Mailbox {
  /// Time by which a poll may begin or end late; after that, the watchdog is not fed.
  static let patience = Interval.seconds(60)
  /// A day: the interval between full listings, and the pause before something that took longer than a poll
  /// may is tried again.
  static let longPause = Interval.seconds(86_400)
  /// An hour: the pause before a header or content is requested again with which the connection ended.
  static let pause = Interval.seconds(3600)
  /// Time that a program has to end when it is told to, and a fetcher when its poll is over, before it is
  /// killed.
  static let grace = Interval.seconds(3)

  /// Maximum number of old messages that one poll reports individually.
  static let mostOldTold: UInt32 = 20

  /// Longest rest of an output for which an alert waits within the poll, while the server waits too.
  static let shortRest = Interval.seconds(5)

  enum Phase: Sendable, Equatable {
    case waiting(until: Instant)
    case polling(deadline: Instant)
    /// The fetcher is done, or was told to end, but its process still exists.
    case ending(since: Instant)
    /// The mailbox is not polled again.
    case finished
  }

  private(set) var phase: Phase
  var schedule: Schedule
  /// The current poll, or the last one.
  var poll = Poll()
  /// The alert whose actions are being carried out; nil if there is none.
  var alert: Alert?
  /// Values of the last message that a rule took; nil if there was none.
  var values: AlertValues?

  // MARK: From poll to poll

  /// The number of polls since popbell started.
  var tries: UInt64 = 0
  /// Time of the first failed poll since the last successful one; nil if the last poll succeeded.
  var failingSince: Instant?
  /// Number of messages at the last poll, if it left some for the next; nil otherwise.
  var messagesBefore: UInt32?
  /// True if the next poll lists the mailbox again, because the last one listed it and left messages.
  var listsAgain = false
  /// Start of the last committed poll, if it looked at every message and none waits for the clock; nil
  /// otherwise.
  var lastWholeLook: Instant?
  /// Time of the last full listing, or of the last poll that requested every message.
  var lastListing: Instant?
  /// Time before which the mailbox is not listed, because a listing took longer than a poll may or never
  /// came.
  var nextListing: Instant?
  /// Contents that did not arrive completely; each is requested again after its `end` only.
  var slow: [SlowContent] = []
  /// Time of the next try to delete a message that no rule takes, after the server refused that.
  var nextDeletion: Instant?
  /// True if the server refused to commit: no message that no rule takes is deleted before `nextDeletion`.
  var refusesCommit = false
  /// Key of the last alert whose message was reported as not deleted by the server.
  var notDeleted: Identity?
  /// Maximum number of deletions per session, after a longer session was cut; nil if none was.
  var smallBatch: Int?

  // MARK: How its server is spoken to

  /// True if CAPA is not sent, because the server hung or hung up on it.
  var skipsCapabilities = false
  /// The login mechanism to try, after the server refused the automatic one without giving a reason.
  var mechanism: Mechanism?
  /// True if headers are read by RETR, because TOP hangs.
  var readsWhole = false
  /// True once the log says that headers are read by RETR.
  var saidWholeMessages = false
  /// Messages for whose headers the last polls waited in vain.
  var wereStuck: [StuckMessage] = []
  /// Messages that are not requested until `nextReading`.
  var passesOver: [StuckMessage] = []
  /// Time at which `passesOver` and `readsWhole` are reset; nil if neither is set.
  var nextReading: Instant?
  /// The message for whose deletion the previous poll waited in vain; nil if there was none.
  var wasStuckDeletion: UInt32?
  /// True if the previous poll waited for the listing in vain.
  var wasStuckListing = false
  /// Number of consecutive polls in which Gmail listed its maximum and nothing new; counted up to 3.
  var cappedPolls = 0
  /// Time of the last warning about that; nil if there was none.
  var capWarning: Instant?

  init(schedule: Schedule, now: Instant) {
    self.schedule = schedule
    phase = .waiting(until: now)
  }

  /// True if the poll made progress and left the rest of the mailbox for the next. A server that only claims
  /// to delete makes no progress: the number of messages must fall.
  var leftSome: Bool {
    !poll.isComplete && poll.tally.deleted > 0
      && messagesBefore.map { poll.tally.messages < $0 } ?? true
  }

  /// Time at which the mailbox needs attention next; nil for never.
  var due: Instant? {
    if let alert { return alert.due }
    switch phase {
    case .waiting(let until): return until
    case .polling(let deadline): return deadline
    case .ending(let since): return since + Self.grace
    case .finished: return nil
    }
  }

  /// Changes the poll interval. A pending poll comes no later than the new schedule allows.
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

  /// Notes that the fetcher is done or was told to end.
  func end(now: Instant) { phase = .ending(since: now) }

  /// Notes that the fetcher is gone; the next poll is at `until`.
  func wait(until: Instant) { phase = .waiting(until: until) }

  /// Notes that the fetcher is gone, and that no poll follows.
  func finish() { phase = .finished }

  /// Ends the alert, and moves the deadline of the poll by the time that its actions took, for which the
  /// server is not to blame.
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
  /// Number of its message in the session.
  let message: UInt32
  /// Its identity in the ledger.
  let identity: AlertIdentity
  let since: Instant
  /// Time at which it fired, in seconds of the ledger's clock; 0 until that is known.
  var fired: UInt64 = 0
  /// Index of the next action, or of the one under way.
  var action = 0
  var doing = Doing.begun

  enum Doing {
    case begun
    /// A program runs, and must end by `until`; `isTold` is true once it was told to.
    case running(until: Instant, isTold: Bool)
    /// The output of the next action rests until `until`.
    case resting(until: Instant)
  }

  /// Time at which the alert needs attention next; nil for never.
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

/// A content that is not requested again before `end`; `key` is that of its alert.
struct SlowContent: Sendable {
  let key: Identity
  let end: Instant
}
