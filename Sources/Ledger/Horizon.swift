/// The bounds before which a message without a record is old, in seconds since 1970 by the board's clock.
public struct Horizon: Sendable, Equatable {
  /// Messages delivered before this are old; nil until the clock is believed and that can be decided.
  public var before: UInt64? = 0
  /// Time up to which the last look at the whole mailbox has seen what arrived, by a clock that is certainly
  /// right; 0 if no look could tell, and until `before` is decided.
  public var lastLook: UInt64 = 0
  /// Latest time at which the server received a message that was looked at, by its own clock; 0 if unknown.
  public var newest: UInt64 = 0
  /// Until `before` is decided, the time of the first poll by the ledger's clock; 0 before that poll, and
  /// after the decision.
  public var firstPoll: UInt64 = 0
  /// True until the first look at all of the mailbox has ended.
  public var isFirst = false
  /// True while only the first part of the mailbox was looked at: in the first look, and in one that begins
  /// anew and takes several polls.
  public var isOpen = false
  /// True if the last look at the whole mailbox found no message, so that all messages are newer than it.
  public var isEmpty = false

  /// Maximum difference between a server's clock and the board's, in seconds.
  public static let tolerance: UInt64 = 300

  /// The horizon of a new ledger.
  static let undecided = Horizon(before: nil, isFirst: true, isOpen: true)

  /// Maximum time after `newest` up to which a look counts as having seen everything, in seconds. The board's
  /// clock may be ahead of the server's, by which messages are judged.
  private static var longestView: UInt64 { 3600 }

  /// The horizon after a look at the whole mailbox that began at `start`; the server received its newest
  /// message at `newest`.
  fileprivate func looked(at start: UInt64, newest: UInt64) -> Horizon {
    var looked = self
    looked.newest = max(self.newest, newest)
    guard looked.newest > 0 else { return looked }
    looked.lastLook = max(lastLook, min(start, looked.newest + Self.longestView))
    return looked
  }

  /// True if `lastLook` is as late as it can be without a newer message.
  fileprivate var hasWholeView: Bool { lastLook == newest + Self.longestView }

  /// The horizon after which everything up to the last look is old; unchanged if that look is later than
  /// `now`, by a clock that was ahead.
  fileprivate func advanced(now: UInt64?) -> Horizon {
    guard !isEmpty, let before, now.map({ lastLook <= $0 }) ?? true else { return self }
    var advanced = self
    advanced.before = max(before, lastLook - min(lastLook, Self.tolerance))
    return advanced
  }
}

/// Old messages do not fire: those from before the first poll, and those that were looked at and left.
extension Ledger where S: ~Copyable {
  /// The messages looked at by any rules, as far as is known.
  var furthestLook: Examined {
    let examined = examined ?? Examined(rules: 0)
    return examined.count < earlier.count ? earlier : examined
  }

  /// Notes that `rules` look at the mailbox from here on: what other rules have looked at is old for these.
  /// `now` is the time, nil if the clock is not certainly right. Changes nothing if the rules are the same.
  public func lookAgain(with rules: UInt32, now: UInt64?) throws(LedgerError) {
    // A look that has forgotten something makes nothing old.
    guard let examined, examined.rules != rules, examined.rules != 0 else { return }
    try writeAll(
      [
        .earlier(furthestLook), .horizon(horizon.advanced(now: now)),
        .examined(Examined(rules: rules)),
      ])
  }

  /// Writes down what was looked at.
  ///
  /// If that was the whole mailbox (`isWhole`), it also notes the start of the look, `time` (nil if the clock
  /// is not certainly right), the time `newest` at which the server received the newest message (0 if
  /// unknown), and whether the mailbox is empty. `deleted` of the messages that earlier rules had looked at
  /// are gone. Messages not looked at yet count as newer, unless the look `beginsAnew`. Nothing is written if
  /// nothing but `time` is news, except once.
  public func examine(
    _ examined: Examined, isWhole: Bool, beginsAnew: Bool = false, time: UInt64?,
    newest: UInt64 = 0, deleted: UInt32 = 0, isEmpty: Bool = false
  ) throws(LedgerError) {
    var (earlier, horizon) = (earlier, horizon)
    if isWhole {
      earlier = Examined(rules: 0)
      (horizon.isFirst, horizon.isOpen, horizon.isEmpty) = (false, false, isEmpty)
    } else if deleted > 0, earlier.count > 0 {
      // By its last message it is known while these rules have looked at a part of it; no listing tells it.
      earlier = Examined(
        count: earlier.count - min(deleted, earlier.count), last: earlier.last, rules: earlier.rules
      )
    }
    if beginsAnew { horizon.isOpen = true }
    // Octets that change alone are not worth a write.
    var known = self.examined
    if examined.octets > 0, known?.octets ?? 0 > 0 { known?.octets = examined.octets }
    let isNews = examined != known || earlier != self.earlier || horizon != self.horizon
    if isWhole, let time, horizon.before != nil {
      let looked = horizon.looked(at: time, newest: newest)
      if isNews || looked.hasWholeView { horizon = looked }
    }
    guard isNews || horizon != self.horizon else {
      self.examined = examined
      return
    }
    var records = [Record.examined(examined)]
    if earlier != self.earlier { records.insert(.earlier(earlier), at: 0) }
    if horizon != self.horizon { records.insert(.horizon(horizon), at: 0) }
    try writeAll(records)
  }

  /// Decides that messages delivered before `time` are old; changes nothing if that is decided already.
  public func decideHorizon(_ time: UInt64) throws(LedgerError) {
    guard horizon.before == nil else { return }
    var decided = horizon
    (decided.before, decided.firstPoll) = (time, 0)
    try writeAll([.horizon(decided)])
  }

  /// Notes the time of the first poll, if the horizon cannot be decided yet.
  public func noteFirstPoll() throws(LedgerError) {
    guard horizon.before == nil, horizon.firstPoll == 0 else { return }
    var noted = horizon
    noted.firstPoll = clock.time
    try writeAll([.horizon(noted)])
  }

  /// Seconds since the first poll; 0 if the horizon is decided.
  public var timeSinceFirstPoll: UInt64 {
    guard horizon.firstPoll > 0 else { return 0 }
    return clock.time - min(clock.time, horizon.firstPoll)
  }

  /// Notes that the message of `alert` was too old to fire. The record may reach the disk later.
  public func noteOld(_ alert: AlertIdentity, rules: UInt16) throws(LedgerError) {
    try makeRoom()
    let known = try entry(of: alert.key)
    guard known?.state != .old(rules: rules) else { return }
    writeLater(
      Entry(
        identity: alert.key, state: .old(rules: rules), isSilent: alert.isSilent,
        isUnlisted: alert.isUnlisted, time: time, rule: alert.rule))
    if let link = try missingLink(of: alert) { writeLater(link) }
    try flushIfMany()
    try meet(alert)
  }
}
