public import Bytes
public import Ledger

/// A line for the log.
public enum Report: Sendable, Equatable {
  case matched(rule: Int)
  case wouldFire(rule: Int)
  case fired(rule: Int)
  /// The alert does not fire because its message is too old. `isTold` is true for the first
  /// `Mailbox.mostOldTold` of a poll; the others are for a verbose log.
  case old(rule: Int, OldReason, isTold: Bool)
  /// The alert waits, because the age of its message matters and the time is not known yet.
  case waitsForClock(rule: Int)
  case firedBefore(rule: Int)
  /// popbell was cut off while the actions ran; `again` is true if the rule wants them repeated.
  case unfinished(rule: Int, again: Bool)
  case actionFailed(rule: Int, action: Int, ActionFailure, attempt: Int)
  case gaveUp(rule: Int)
  /// The alert was given up in an earlier poll, and is left alone.
  case givenUpBefore(rule: Int)
  /// The actions failed before; the next attempt is at least this long away.
  case waits(rule: Int, Interval)
  /// The alert would switch off an output that an earlier, waiting alert is to switch on; it waits for that.
  case waitsBehind(rule: Int)
  /// The output of an action must rest for this long.
  case rests(rule: Int, action: Int, Interval)
  case archived(rule: Int)
  /// `code` is an errno.
  case archiveFailed(rule: Int, code: Int32)
  /// Reading the content takes longer than a poll may; it is tried again in a day.
  case archiveTooSlow(rule: Int)
  /// The server refused the content that was to be archived.
  case contentRefused(rule: Int)
  /// The server claimed to have deleted the message, and still lists it. The deletion is tried again in a
  /// day.
  case notDeleted(rule: Int)
  /// The server refused a deletion, or to commit those of the poll; the refused command is tried again in a
  /// day. The text has the server's words, bounded and not escaped.
  case deletionRefused([UInt8])
  /// A message with a mail server's own folder data was left alone: rules do not apply to it.
  case folderInternalData
  /// The judge could not decide whether the rule takes the message: it ended this way or, if nil, could not
  /// be started.
  case notJudged(rule: Int, ProcessEnd?)
  /// The server gave neither the message nor its header; it is tried again in a day. The text has the
  /// server's words, bounded and not escaped.
  case unread(message: UInt32, [UInt8])
  /// The server twice did not answer a request for the message; it is tried again in an hour.
  case passedOver(message: UInt32)
  /// `popbell once` ends without having looked at all messages: the server demands a pause before the next
  /// session, or there was no time or room for more.
  case leavesRest
  /// Headers are read by RETR, together with their messages.
  case readsWholeMessages
  /// Gmail lists this number of messages, none of them new; others may wait behind them.
  case capped(messages: UInt32)
  /// No rule takes the message. The values are bounded and not escaped.
  case unmatched(UnmatchedMessage)
  /// The rule does not take the message that was reported last.
  case missed(RuleMiss)
  case ledgerFailed(LedgerError)
  /// The poll ended. The text, bounded and not escaped, explains the outcome; the stage says how far the poll
  /// came. `next` is the time until the next poll, nil if there is none. `failingFor` is the time since the
  /// first failed poll after the last successful one.
  case ended(Outcome, Tally, [UInt8], Stage, next: Interval?, failingFor: Interval)
}

/// The totals of one poll.
public struct Tally: Sendable, Equatable {
  public var messages: UInt32 = 0
  public var matched: UInt32 = 0
  public var fired: UInt32 = 0
  public var failed: UInt32 = 0
  /// Alerts whose next attempt is not due yet.
  public var waiting: UInt32 = 0
  /// Messages that a rule takes, but that are too old to fire.
  public var old: UInt32 = 0
  /// Messages that could not be read, in this session or in the day before.
  public var unread: UInt32 = 0
  public var deleted: UInt32 = 0

  /// Messages that are left on the server, if it has deleted what it says.
  var left: UInt32 { messages - min(deleted, messages) }

  public init() {}
}
