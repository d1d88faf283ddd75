public import Config
public import Ledger
public import Rules

/// The settings of a fetcher, and its mailbox as the ledger knows it.
public final class FetcherSettings: Sendable {
  public let mailbox: Int
  public let rules: RuleSet
  public let deletesUnmatched: Bool
  public let isDryRun: Bool
  /// The number of deletions that QUIT commits at once, about.
  public let batch: Int
  /// True if no session follows by itself.
  public let pollsOnce: Bool
  public let headers: HeaderCommand
  public let known: KnownMailbox
  /// True if the supervisor is told of each message that no rule takes, and of the nearest rule.
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

/// A message whose header was waited for in vain. Its unique-id may be that of others, too.
public struct StuckMessage: Sendable, Equatable {
  fileprivate(set) var number: UInt32
  /// nil where the server gave none.
  let uniqueID: Identity?
  /// True if it was said that it is passed over.
  var isSaid = false
  /// The messages before it that this session deletes.
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
  /// The server has taken a DELE for a message.
  mutating func noteDeletion(of message: UInt32) {
    // A fetcher may say so more often than is true.
    for index in indices
    where message < self[index].number && self[index].deletedBefore < self[index].number - 1 {
      self[index].deletedBefore += 1
    }
  }

  /// The session has ended, and its deletions are committed, or are not.
  mutating func endSession(isCommitted: Bool) {
    for index in indices {
      if isCommitted { self[index].number -= self[index].deletedBefore }
      self[index].deletedBefore = 0
    }
  }
}

/// A mailbox as it was known when the poll began.
public struct KnownMailbox: Sendable, Equatable {
  public var examined: Examined
  /// The part that other rules had looked at, until these have looked at all.
  public var earlier = Examined(rules: 0)
  /// True if what is there now is old: nobody has looked at all of it, and the owner wants none of it.
  public var leavesExisting = false
  /// The occasion to list it in full.
  public var listing = Listing.whereChanged
  /// The messages that are passed over, as their headers were waited for in vain.
  public var stuck: [StuckMessage] = []
  /// True if the session before lost its deletions: nothing is asked for beyond what this one may delete.
  public var wasCut = false
  /// True if the server has refused QUIT of late, and what no rule takes is not deleted.
  public var refusesCommit = false
  /// True if the ledger has messages that it knows by the hashes of its older versions.
  public var knowsOlder = false

  public enum Listing: Sendable {
    /// If it does not begin with what was looked at.
    case whereChanged
    /// Now, whatever it looks like; or, where unique-ids tell nothing, each message is looked at.
    case now
    /// Not now: there is no time for it. Where it has changed, all messages are looked at.
    case never
  }

  public init(examined: Examined) { self.examined = examined }

  /// The part by which the mailbox is recognised: how far these rules have come or, where that is nowhere,
  /// the others.
  var anchor: Examined { examined.count > 0 ? examined : earlier }

  /// What a landmark is the last message of.
  func messages(upTo landmark: Landmark) -> Examined {
    switch landmark {
    case .earlier: earlier
    case .anchor: anchor
    }
  }
}

/// A message that tells whether those up to it are still in their places: the last that other rules had
/// looked at, or the last that was looked at at all.
enum Landmark: Sendable {
  case earlier
  case anchor
}
