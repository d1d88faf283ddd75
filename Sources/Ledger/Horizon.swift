/// Before when a message is old that no record tells of, in seconds since 1970 by the board's clock.
public struct Horizon: Sendable, Equatable {
  /// What was delivered before is old; nil until the clock is believed and that can be decided.
  public var before: UInt64? = 0
  /// Up to when the last look at all of the mailbox has seen what came, by a clock that is sure; 0 where no
  /// look could tell, and until `before` is decided.
  public var lastLook: UInt64 = 0
  /// When the server took the last message that was looked at, by its own clock; 0 where none told.
  public var newest: UInt64 = 0
  /// Until `before` is decided, the time of the first poll by the ledger's clock; 0 before that.
  public var firstPoll: UInt64 = 0
  /// True until the first look at all of the mailbox has ended.
  public var isFirst = false
  /// True while what was looked at is only the first part of what was there: in the first look, and in one
  /// that begins anew and takes several polls.
  public var isOpen = false
  /// True if the last look at all of the mailbox found nothing there: what is there now came since.
  public var isEmpty = false

  /// The seconds by which a server's clock may differ from the board's.
  public static let tolerance: UInt64 = 300

  /// The horizon of a ledger that begins.
  static let undecided = Horizon(before: nil, isFirst: true, isOpen: true)

  /// The longest time behind the newest message that a look is believed to have seen: this board's clock may
  /// be ahead of the server's, and messages are judged by that one.
  private static var longestView: UInt64 { 3600 }

  /// All that there was at `start` was looked at, and the server took the newest of it at `newest`.
  fileprivate func looked(at start: UInt64, newest: UInt64) -> Horizon {
    var looked = self
    looked.newest = max(self.newest, newest)
    guard looked.newest > 0 else { return looked }
    looked.lastLook = max(lastLook, min(start, looked.newest + Self.longestView))
    return looked
  }

  /// True if the last look saw as much as any can without another message.
  fileprivate var hasWholeView: Bool { lastLook == newest + Self.longestView }

  /// The same, with what the last look left as old, but for one by a clock that was ahead.
  fileprivate func advanced(now: UInt64?) -> Horizon {
    guard !isEmpty, let before, now.map({ lastLook <= $0 }) ?? true else { return self }
    var advanced = self
    advanced.before = max(before, lastLook - min(lastLook, Self.tolerance))
    return advanced
  }
}

/// Old messages: what was there before the first poll, and what was looked at and left, do not fire.
extension Ledger where S: ~Copyable {
  /// The part that any rules have looked at, as far as is known.
  var furthestLook: Examined {
    let examined = examined ?? Examined(rules: 0)
    return examined.count < earlier.count ? earlier : examined
  }

  /// Takes note of the rules that look at the mailbox from here on: what others have looked at is old for
  /// these, and it is `now` where the clock is sure. It changes nothing where they are the same.
  public func lookAgain(with rules: UInt32, now: UInt64?) throws(LedgerError) {
    // A look that has forgotten something makes nothing old.
    guard let examined, examined.rules != rules, examined.rules != 0 else { return }
    try writeAll(
      [
        .earlier(furthestLook), .horizon(horizon.advanced(now: now)),
        .examined(Examined(rules: rules)),
      ])
  }

  /// Writes down what was looked at, from `time` on where that was all of the mailbox and the clock is sure;
  /// the server took the last of it at `newest`, or 0 where none told, and `isEmpty` says that nothing is
  /// left. Writes nothing where that is what was
  /// known, but once up to when. Of the messages that earlier rules had looked at,
  /// `deleted` are there no more. What was not looked at yet came since then, but for where the look
  /// `beginsAnew`.
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

  /// Decides that what was delivered before `time` is old, where that is not decided.
  public func decideHorizon(_ time: UInt64) throws(LedgerError) {
    guard horizon.before == nil else { return }
    var decided = horizon
    (decided.before, decided.firstPoll) = (time, 0)
    try writeAll([.horizon(decided)])
  }

  /// Takes note of the first poll, where that cannot decide the horizon yet.
  public func noteFirstPoll() throws(LedgerError) {
    guard horizon.before == nil, horizon.firstPoll == 0 else { return }
    var noted = horizon
    noted.firstPoll = clock.time
    try writeAll([.horizon(noted)])
  }

  /// The seconds since the first poll, where that could not decide the horizon.
  public var timeSinceFirstPoll: UInt64 {
    guard horizon.firstPoll > 0 else { return 0 }
    return clock.time - min(clock.time, horizon.firstPoll)
  }

  /// Writes down that the message of `alert` was too old to fire; that need not be on disk at once.
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
