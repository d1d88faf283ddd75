/// The state of an alert, as the supervisor sees it.
public enum MessageState: Sendable, Equatable {
  case new
  /// The actions were about to start; whether they ran is not known.
  case intended(before: Failures)
  /// The actions succeeded.
  case fired
  /// The actions succeeded, and the message was archived or need not be.
  case archived
  case failed(Failures)
  /// The actions failed too often or for too long, and the message is left alone.
  case givenUp
  /// The message was too old to fire, and will not fire.
  case old

  public var failures: Failures {
    switch self {
    case .new, .fired, .archived, .givenUp, .old: Failures()
    case .intended(let failures), .failed(let failures): failures
    }
  }
}

/// The failed attempts at an alert's actions, and the actions that need not be repeated.
public struct Failures: Sendable, Equatable {
  public var attempts: UInt8 = 0
  /// The number of actions, from the first, that had succeeded when one failed.
  public var done: UInt8 = 0
  /// 8-bit hash of the rule's actions to which `done` refers; if they have changed, none counts as done.
  public var actions: UInt8 = 0
  /// The minute of the first failure by the ledger's clock, modulo 65,535, plus 1; 0 if an older version
  /// wrote the record.
  var firstMinute: UInt16 = 0

  public init(attempts: UInt8 = 0, done: UInt8 = 0, actions: UInt8 = 0) {
    self.attempts = attempts
    self.done = done
    self.actions = actions
  }
}

/// The state of an entry, as a record holds it.
public enum EntryState: Sendable, Equatable {
  case intended(before: Failures)
  case fired
  case archived
  case failed(Failures)
  case givenUp
  /// Everything is done, and the message stays until `dueHour`, in hours since 1970, or for ever if that is
  /// 0. Rules with another fingerprint than `rules` look at it again. `archived` is false if no rule wanted
  /// it archived.
  case kept(dueHour: UInt32, rules: UInt16, archived: Bool)
  /// The server accepted DELE. `hour`, in hours since 1970, is when it confirmed the deletion by its reply to
  /// QUIT; 0 if that is not known. `left` is the number of messages left then, at most 65,535.
  case deleted(hour: UInt32, left: UInt16)
  /// A rule took the message, which was too old to fire and stays. Rules with another fingerprint look at it
  /// again, as they may do something else with old messages.
  case old(rules: UInt16)
  /// The owner wants the message to fire again, at any age (`ledger forget`).
  case forgotten
  /// Not an alert: the server did not let the message be read. It is tried again from `dueHour` on, in hours
  /// since 1970; at the next look if that is 0.
  case unread(dueHour: UInt32)
  /// Not an alert, but a link to the one whose key begins with these 64 bits, from the unique-id of its
  /// message or, in records of older versions, from its content. `deletionHour`, in hours since 1970, is when
  /// the server confirmed the deletion of this message; 0 if it has not.
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

  /// True if no rule fires for the message any more.
  var isSettled: Bool {
    switch self {
    case .fired, .archived, .givenUp, .kept, .deleted, .old: true
    case .intended, .failed, .forgotten, .unread, .link: false
    }
  }
}

/// What the ledger remembers under one key: an alert, a message that could not be read, or a link.
public struct Entry: Sendable, Equatable {
  /// Its key: of the alert; for a link, the hash of the unique-id.
  public var identity: Identity
  public var state: EntryState
  /// The day since 1970, by `LedgerClock.timeSeen`, on which a complete look did not find the message; 0 if
  /// it is in the mailbox as far as is known.
  public var goneDay: UInt16 = 0
  /// True if the message's content does not tell it from others; such an entry is forgotten once the message
  /// is gone.
  public var isSilent = false
  /// True if the message is silent and has no believed unique-id, so that no listing can show that it is
  /// gone.
  var isUnlisted = false
  /// True if a version before 3 wrote the entry: its key is that of the message, whatever rule took it.
  public var isOlder = false
  /// The time of the state, in seconds of the ledger's clock; for `kept` and `deleted`, the time of firing.
  public var time: UInt32
  /// The rule that took the message: half of the CRC-32 of its name.
  public var rule: UInt16

  public var isGone: Bool { goneDay > 0 }

  /// The same entry, gone on `day`, without what must be found out anew if the message returns.
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

  /// True if the server confirmed the deletion of the message.
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
