/// Where a message stands.
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

  public var failures: Failures {
    switch self {
    case .new, .fired, .archived, .givenUp: Failures()
    case .intended(let failures), .failed(let failures): failures
    }
  }
}

/// How often a message's actions failed, and how many of them need not be done again.
public struct Failures: Sendable, Equatable {
  public var attempts: UInt8 = 0
  /// How many actions, from the first, had succeeded when one failed.
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

/// What a record says of a message.
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
  /// not say what came of it.
  case deleted(hour: UInt32)
  /// It was not in a complete listing, since an hour of what popbell has seen. `fired` tells what
  /// had fired from what was given up, and `archived` what needs nothing more.
  case missing(sinceHour: UInt32, fired: Bool, archived: Bool)
  /// It is the content's identity of the message whose identity has this word.
  case alias(of: UInt64)

  var message: MessageState {
    switch self {
    case .intended(let failures): .intended(before: failures)
    case .failed(let failures): .failed(failures)
    case .fired, .kept(_, _, archived: false), .missing(_, fired: true, archived: false): .fired
    case .archived, .kept, .deleted, .missing(_, fired: true, archived: true): .archived
    case .givenUp, .missing(_, fired: false, _): .givenUp
    case .alias: .new
    }
  }
}

public struct Entry: Sendable, Equatable {
  public var identity: Identity
  public var state: EntryState
  /// Whether an alias belongs to it.
  public var hasAlias: Bool
  /// When it came to be so, in seconds of the ledger's clock; for what is kept or missing, when it
  /// fired.
  public var time: UInt32
  /// The rule that took it: half of the CRC-32 of its name.
  public var rule: UInt16

  /// Whether the server said that it is deleted.
  var isDeleted: Bool {
    if case .deleted(let hour) = state { return hour > 0 }
    return false
  }

  var isAlias: Bool {
    if case .alias = state { return true }
    return false
  }
}
