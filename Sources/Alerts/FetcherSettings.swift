public import Config
public import Ledger
public import Rules

/// The settings of a fetcher, and what the ledger knows of its mailbox.
public final class FetcherSettings: Sendable {
  public let mailbox: Int
  public let rules: RuleSet
  public let deletesUnmatched: Bool
  public let isDryRun: Bool
  /// Approximate number of deletions that one QUIT commits.
  public let batch: Int
  /// True if no other poll follows by itself (`popbell once`).
  public let pollsOnce: Bool
  public let headers: HeaderCommand
  public let known: KnownMailbox
  /// True if each message that no rule takes is reported, together with the nearest rule.
  public let tellsNearest: Bool

  public init(
    mailbox: Int, rules: RuleSet, deletesUnmatched: Bool, isDryRun: Bool, batch: Int,
    pollsOnce: Bool = false, headers: HeaderCommand = .auto, known: KnownMailbox,
    tellsNearest: Bool = false
  ) {
    self.mailbox = mailbox
    self.rules = rules
    self.deletesUnmatched = deletesUnmatched
    self.isDryRun = isDryRun
    self.batch = batch
    self.pollsOnce = pollsOnce
    self.headers = headers
    self.known = known
    self.tellsNearest = tellsNearest
  }
}

/// A message whose header an earlier poll waited for in vain. Other messages may have its unique-id, too.
public struct StuckMessage: Sendable, Equatable {
  fileprivate(set) var number: UInt32
  /// nil where the server gave none.
  let uniqueID: Identity?
  /// True once the log says that the message is passed over.
  var isSaid = false
  /// Number of messages with lower numbers that this session has deleted.
  fileprivate var deletedBefore: UInt32 = 0

  init(number: UInt32, uniqueID: Identity?) {
    self.number = number
    self.uniqueID = uniqueID
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.number == right.number && left.uniqueID == right.uniqueID
  }

  func mayBe(_ number: UInt32, _ uniqueID: Identity?) -> Bool {
    self.number == number && (self.uniqueID == nil || self.uniqueID == uniqueID)
  }
}

extension [StuckMessage] {
  /// Notes that the server has accepted DELE for a message.
  mutating func noteDeletion(of message: UInt32) {
    // A fetcher may report more deletions than are true.
    for index in indices
    where message < self[index].number && self[index].deletedBefore < self[index].number - 1 {
      self[index].deletedBefore += 1
    }
  }

  /// Ends the session. If its deletions are committed, the numbers drop by the deletions before them.
  mutating func endSession(isCommitted: Bool) {
    for index in indices {
      if isCommitted { self[index].number -= self[index].deletedBefore }
      self[index].deletedBefore = 0
    }
  }
}

/// The part of the supervisor's and the ledger's knowledge of a mailbox that its fetcher needs, as of the start
/// of the poll.
public struct KnownMailbox: Sendable, Equatable {
  public var examined: Examined
  /// The part that other rules had looked at; empty once these rules have looked at the whole mailbox.
  public var earlier = Examined(rules: 0)
  /// True if the messages that are there now count as old, because the mailbox was never looked at as a whole
  /// and `existing = leave`.
  public var leavesExisting = false
  /// The condition under which UIDL is sent for the whole mailbox.
  public var listing = Listing.whereChanged
  /// Messages that are passed over, because an earlier poll waited for their headers in vain.
  public var stuck: [StuckMessage] = []
  /// True if an earlier session was cut and lost its deletions. Requests then go one at a time, and none goes
  /// beyond what this session may delete.
  public var wasCut = false
  /// True if the server has recently refused to commit deletions: messages that no rule takes are not
  /// deleted.
  public var refusesCommit = false
  /// True if the ledger has records of its older versions, which hashed messages differently.
  public var knowsOlder = false

  public enum Listing: Sendable {
    /// If the mailbox does not begin with the messages looked at before.
    case whereChanged
    /// In this poll. If unique-ids do not tell messages apart, every header is read instead.
    case now
    /// Not in this poll, for lack of time. If the mailbox has changed, every header is read.
    case never
  }

  public init(examined: Examined) { self.examined = examined }

  /// The messages by which the mailbox is recognised: those that these rules have looked at or, if there are
  /// none, those that other rules had.
  var anchor: Examined { examined.count > 0 ? examined : earlier }

  /// The messages whose last one is `landmark`.
  func messages(upTo landmark: Landmark) -> Examined {
    switch landmark {
    case .earlier: earlier
    case .anchor: anchor
    }
  }
}

/// A message that shows whether all messages up to it are still in their places: the last of
/// `KnownMailbox.earlier` or of `KnownMailbox.anchor`.
enum Landmark: Sendable {
  case earlier
  case anchor
}
