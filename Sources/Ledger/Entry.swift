/// The state of an alert.
public enum MessageState: Sendable, Equatable {
  case new
  /// The actions were about to start, and what became of them is not known.
  case intended(before: Failures)
  /// The actions succeeded.
  case fired
  /// They did, and the message was archived, or need not be.
  case archived
  case failed(Failures)
  /// The actions failed too often, and the message is left alone.
  case givenUp
  /// The message was too old to fire, and does not fire any more.
  case old

  public var failures: Failures {
    switch self {
    case .new, .fired, .archived, .givenUp, .old: Failures()
    case .intended(let failures), .failed(let failures): failures
    }
  }
}

/// The failed attempts at an alert's actions, and the actions that need not be done again.
public struct Failures: Sendable, Equatable {
  public var attempts: UInt8 = 0
  /// The number of actions, from the first, that had succeeded when one failed.
  public var done: UInt8 = 0
  /// Stands for the actions that `done` counts: of others, none is done.
  public var actions: UInt8 = 0
  /// The minute in which they failed first, by the ledger's clock: 1 to 65,535, over and over; 0 where
  /// an older popbell did not write it down.
  var firstMinute: UInt16 = 0

  public init(attempts: UInt8 = 0, done: UInt8 = 0, actions: UInt8 = 0) {
    self.attempts = attempts
    self.done = done
    self.actions = actions
  }
}

/// The state in a record.
public enum EntryState: Sendable, Equatable {
  case intended(before: Failures)
  case fired
  case archived
  case failed(Failures)
  case givenUp
  /// All was done, and the message stays: until an hour since 1970, or, where that is 0, for ever.
  /// Other rules than those of this fingerprint look at it again. It was archived, or was not, as
  /// nobody wanted that.
  case kept(dueHour: UInt32, rules: UInt16, archived: Bool)
  /// The server took its DELE. In an hour since 1970 it also said that it was deleted; 0 where it did
  /// not say what came of it. So many messages are `left` then, at most 65,535.
  case deleted(hour: UInt32, left: UInt16)
  /// A rule took it, and it was too old to fire: it stays. Other rules than those of this fingerprint look
  /// at it again, for what is to be done with old messages.
  case old(rules: UInt16)
  /// The owner wants it to fire again, however old it is.
  case forgotten
  /// No alert: the server did not let the message be read, which is tried again in an hour since
  /// 1970; 0 where that is at the next look.
  case unread(dueHour: UInt32)
  /// No alert, but leads to the one whose key has this word: from the unique-id of its message,
  /// or, in what an older version wrote, from its content. In an hour since 1970 the server said that
  /// this message was deleted; 0 where it did not.
  case link(to: UInt64, deletionHour: UInt32)

  public var message: MessageState {
    switch self {
    case .intended(let failures): .intended(before: failures)
    case .failed(let failures): .failed(failures)
    case .forgotten: .failed(Failures())
    case .fired, .kept(_, _, archived: false): .fired
    case .archived, .kept(_, _, archived: true), .deleted: .archived
    case .givenUp: .givenUp
    case .old: .old
    case .unread, .link: .new
    }
  }

  /// True if nothing more is to be fired for the message, by whatever rule.
  var isSettled: Bool {
    switch self {
    case .fired, .archived, .givenUp, .kept, .deleted, .old: true
    case .intended, .failed, .forgotten, .unread, .link: false
    }
  }
}

public struct Entry: Sendable, Equatable {
  /// Its key; for a link, what it leads from.
  public var identity: Identity
  public var state: EntryState
  /// The day since 1970, of what popbell has seen, on which the message was not there when all of the
  /// mailbox was listed, or looked at; 0 where it is there, for all that is known.
  public var goneDay: UInt16 = 0
  /// True if the message's content says nothing: once it is gone, it is forgotten.
  public var isSilent = false
  /// True if the message is silent and no unique-id leads to it: no listing can tell that it is gone.
  var isUnlisted = false
  /// True if a version before 3 wrote it: its identity is the message's, whatever rule took that.
  public var isOlder = false
  /// The time at which it came to be so, in seconds of the ledger's clock; for what is kept or deleted, the
  /// time at which it fired.
  public var time: UInt32
  /// The rule that took it: half of the CRC-32 of its name.
  public var rule: UInt16

  public var isGone: Bool { goneDay > 0 }

  /// The same, gone on `day`: it keeps all but what is to be found out anew where it is found again.
  func gone(day: UInt16) -> Entry {
    var gone = self
    gone.goneDay = day
    switch state {
    case .kept(let hour, _, let archived):
      gone.state = .kept(dueHour: hour, rules: 0, archived: archived)
    case .deleted(let hour, _): gone.state = .deleted(hour: hour, left: 0)
    case .intended(var failures):
      failures.firstMinute = 0
      gone.state = .intended(before: failures)
    case .failed(var failures):
      failures.firstMinute = 0
      gone.state = .failed(failures)
    case .old: gone.state = .old(rules: 0)
    case .fired, .archived, .givenUp, .forgotten, .unread, .link: break
    }
    return gone
  }

  /// True if the server said that it is deleted.
  var isDeleted: Bool {
    if case .deleted(let hour, _) = state { return hour > 0 }
    return false
  }

  var isUnread: Bool {
    if case .unread = state { return true }
    return false
  }

  var isLink: Bool {
    if case .link = state { return true }
    return false
  }
}
