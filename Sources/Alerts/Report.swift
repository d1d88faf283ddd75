public import Bytes
public import Ledger

/// A line for the log.
public enum Report: Sendable, Equatable {
  case matched(rule: Int)
  case wouldFire(rule: Int)
  case fired(rule: Int)
  /// It does not fire, as its message is too old; told of one by one, or only where somebody wants to know
  /// all.
  case old(rule: Int, OldReason, isTold: Bool)
  /// The age of its message matters, and nobody knows what time it is yet.
  case waitsForClock(rule: Int)
  case firedBefore(rule: Int)
  /// A crash came between intent and record; `again` says what the rule chose.
  case unfinished(rule: Int, again: Bool)
  case actionFailed(rule: Int, action: Int, ActionFailure, attempt: Int)
  case gaveUp(rule: Int)
  /// It was given up in an earlier poll, and is left alone.
  case givenUpBefore(rule: Int)
  /// The next attempt at its actions, which failed, is so long away at least.
  case waits(rule: Int, Interval)
  /// An earlier alert that waits is to switch its output on, which this one switches off.
  case waitsBehind(rule: Int)
  /// The output of an action rests for so long.
  case rests(rule: Int, action: Int, Interval)
  case archived(rule: Int)
  /// errno of what failed.
  case archiveFailed(rule: Int, code: Int32)
  /// It takes longer than a poll may; it is tried again in a day.
  case archiveTooSlow(rule: Int)
  /// The server does not give the content that is to be archived.
  case contentRefused(rule: Int)
  /// The server said that it had deleted the message, and still lists it. It is told so again in a
  /// day.
  case notDeleted(rule: Int)
  /// The server refused a deletion, or to commit those of the poll; the text says so in its words,
  /// bounded and not escaped. What it refused is tried again in a day.
  case deletionRefused([UInt8])
  /// A message with a mail server's own data is left alone: no rule takes it, nothing deletes it.
  case folderInternalData
  /// Nobody could judge whether it takes the message: the judge ended so, or (nil) could not be started.
  case notJudged(rule: Int, ProcessEnd?)
  /// The server did not let a message be read, nor its header; it is tried again in a day. The text says
  /// so in its words, bounded and not escaped.
  case unread(message: UInt32, [UInt8])
  /// The server did not answer when it was asked for a message, twice; it is tried again in an hour.
  case passedOver(message: UInt32)
  /// Who polls once has not looked at all messages: the server wants a pause before the next session, or
  /// there was no time or room for more.
  case leavesRest
  /// Headers are read with their messages.
  case readsWholeMessages
  /// Gmail lists so many messages, and no new one: others may wait behind them.
  case capped(messages: UInt32)
  /// No rule takes the message. The values are bounded and not escaped.
  case unmatched(UnmatchedMessage)
  /// The rule does not take the message that was reported last.
  case missed(RuleMiss)
  case ledgerFailed(LedgerError)
  /// The detail, bounded and not escaped, is for people; the stage says how far the poll was. Since a
  /// poll failed first after one that went well, it is `failingFor`.
  case ended(Outcome, Tally, [UInt8], Stage, next: Interval?, failingFor: Interval)
}

/// The sums of one poll.
public struct Tally: Sendable, Equatable {
  public var messages: UInt32 = 0
  public var matched: UInt32 = 0
  public var fired: UInt32 = 0
  public var failed: UInt32 = 0
  /// Alerts whose time for another attempt has not come.
  public var waiting: UInt32 = 0
  /// Messages that a rule takes and that are too old to fire.
  public var old: UInt32 = 0
  /// Messages that the server did not let be read, in this session or in the day before.
  public var unread: UInt32 = 0
  public var deleted: UInt32 = 0

  public init() {}
}
