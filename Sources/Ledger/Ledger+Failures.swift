/// The time for which an alert's actions have been failing. As pauses between attempts grow, the number of
/// attempts says little.
extension Ledger where S: ~Copyable {
  /// Writes down another failure of the actions of `alert`; the first `done` of them had succeeded, and
  /// `actions` is the hash of all. Returns the number of failures so far, at most 255.
  public func noteFailure(
    of alert: AlertIdentity, done: UInt8, actions: UInt8
  ) throws(LedgerError) -> UInt8 {
    let before = try state(of: alert).failures
    var failures = Failures(
      attempts: before.attempts == .max ? .max : before.attempts + 1, done: done, actions: actions)
    failures.firstMinute = try firstMinute(of: alert) ?? minute(of: clock.time)
    try note(alert, .failed(failures))
    return failures.attempts
  }

  /// Times of the first and last failure of the actions of `alert`, in seconds of the ledger's clock; the
  /// first is rounded down to a minute. nil if none failed since the last success.
  public func timesOfFailure(
    of alert: AlertIdentity
  ) throws(LedgerError) -> (first: UInt64, last: UInt64)? {
    guard let entry = try entry(of: alert.key) else { return nil }
    let failures = entry.state.message.failures
    guard failures.attempts > 0 else { return nil }
    let last = UInt64(entry.time)
    guard failures.firstMinute > 0 else { return (last, last) }
    // Spans over 45 days wrap around; an alert is given up or tried again long before.
    let age = (last / 60 % minutes + minutes - (UInt64(failures.firstMinute) - 1)) % minutes
    return ((last / 60 > age ? last / 60 - age : 0) * 60, last)
  }

  /// Minute of the first failure for a record written now; nil if there was none. Of the time since the last
  /// record at most an hour counts, as the board may have been off without trying.
  func firstMinute(of alert: AlertIdentity) throws(LedgerError) -> UInt16? {
    guard let (first, last) = try timesOfFailure(of: alert) else { return nil }
    let gap = clock.time > last ? clock.time - last : 0
    return minute(of: first + (gap > 3600 ? gap - 3600 : 0))
  }

  private func minute(of time: UInt64) -> UInt16 { UInt16(time / 60 % minutes) + 1 }
  private var minutes: UInt64 { 65_535 }
}
