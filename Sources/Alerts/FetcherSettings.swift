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

/// A mailbox as it was known when the poll began.
public struct KnownMailbox: Sendable, Equatable {
  public var examined: Examined
  /// The octets that STAT counted when nothing but that was in it; 0 if that is not known.
  public var octets: UInt64 = 0
  /// The occasion to list it in full.
  public var listing = Listing.whereChanged
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
}
