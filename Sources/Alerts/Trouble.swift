public import Bytes

/// A problem that the owner is told of besides the log, which nobody may be reading.
public enum Trouble: Sendable, CaseIterable {
  /// An alert's actions failed too often or for too long.
  case givenUp
  /// An alert came too late to fire.
  case tooOld
  /// A mailbox has not been polled for an hour, or will not be for an hour.
  case notPolled
  case loginRefused
  /// No judge could confirm a match, without which nothing fires.
  case notJudged
  /// A ledger is full, or cannot be read or written, so that nothing fires.
  case ledgerFailed
  /// A line refused to be switched.
  case outputFailed
  /// The board's clock has not been set for an hour, so that no certificate is valid.
  case clockNotSet

  /// The word for this problem in `{event}`.
  public var event: StaticString {
    switch self {
    case .givenUp: "given-up"
    case .tooOld: "too-old"
    case .notPolled: "not-polled"
    case .loginRefused: "login-refused"
    case .notJudged: "not-judged"
    case .ledgerFailed: "ledger-failed"
    case .outputFailed: "output-failed"
    case .clockNotSet: "clock-not-set"
    }
  }
}

extension Report {
  /// The problem that the report tells of; nil if there is none.
  public var trouble: Trouble? {
    switch self {
    case .gaveUp: .givenUp
    case .ledgerFailed: .ledgerFailed
    case .notJudged: .notJudged
    case .ended(let outcome, _, _, _, let next, let failingFor):
      trouble(outcome, next: next, failingFor: failingFor)
    case .old(_, .age, isTold: _): .tooOld
    case .matched, .wouldFire, .fired, .old, .waitsForClock, .firedBefore, .unfinished,
      .actionFailed,
      .givenUpBefore, .waits, .waitsBehind, .rests, .archived, .archiveFailed, .archiveTooSlow,
      .contentRefused,
      .notDeleted, .deletionRefused, .folderInternalData, .unread, .passedOver,
      .leavesRest,
      .readsWholeMessages,
      .capped,
      .unmatched, .missed:
      nil
    }
  }

  private func trouble(
    _ outcome: Outcome, next: Interval?, failingFor: Interval
  ) -> Trouble? {
    let isLong = failingFor >= Troubles.hour || next.map { $0 >= Troubles.hour } ?? false
    switch outcome {
    case .polled: return nil
    case .loginRefused: return .loginRefused
    case .clockNotSet: return isLong ? .clockNotSet : nil
    case .unresolved, .unreachable, .tlsFailed, .protocolError, .inUse, .tooSoon, .serverTrouble,
      .serverBroken, .connectionLost, .capabilitiesHang, .deadline, .fetcherDied, .boardTrouble:
      return isLong ? .notPolled : nil
    }
  }
}

/// The problems that the owner was told of in the last hour, once for each mailbox and output.
public struct Troubles: Sendable {
  static let hour = Interval.seconds(3600)

  private struct Told: Sendable {
    let trouble: Trouble
    let name: [UInt8]
    let time: Instant
  }
  private var told: [Told] = []

  public init() {}

  /// True if the owner must be told now of a problem of the mailbox or output `name`; then false for an hour.
  public mutating func isNews(_ trouble: Trouble, of name: [UInt8], now: Instant) -> Bool {
    told.removeAll { $0.time + Self.hour <= now }
    guard !told.contains(where: { $0.trouble == trouble && $0.name == name }) else { return false }
    told.append(Told(trouble: trouble, name: name, time: now))
    return true
  }
}
