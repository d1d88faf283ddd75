/// The time for which the actions of a message have been failing: as the pauses between the attempts
/// grow, their number says little.
extension Ledger where S: ~Copyable {
  /// Writes down that the actions of `alert` failed once more. `done` of them, which `actions` stands
  /// for, had succeeded. Returns how often they failed so far, 255 times at most.
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

  /// The times at which the actions of `alert` failed first and last, in seconds of the ledger's clock;
  /// the first is rounded down to a minute. nil where they did not, or have succeeded since.
  public func timesOfFailure(
    of alert: AlertIdentity
  ) throws(LedgerError) -> (first: UInt64, last: UInt64)? {
    guard let entry = try entry(of: alert.key) else { return nil }
    let failures = entry.state.message.failures
    guard failures.attempts > 0 else { return nil }
    let last = UInt64(entry.time)
    guard failures.firstMinute > 0 else { return (last, last) }
    // Not over 45 days: what fails is given up, or tried again, long before.
    let age = (last / 60 % minutes + minutes - (UInt64(failures.firstMinute) - 1)) % minutes
    return ((last / 60 > age ? last / 60 - age : 0) * 60, last)
  }

  /// The first failure, as a record that is written now has it; nil where there was none. Of the time
  /// since the last record an hour counts at most: the board may have been off, and tried nothing.
  func firstMinute(of alert: AlertIdentity) throws(LedgerError) -> UInt16? {
    guard let (first, last) = try timesOfFailure(of: alert) else { return nil }
    let gap = clock.time > last ? clock.time - last : 0
    return minute(of: first + (gap > 3600 ? gap - 3600 : 0))
  }

  private func minute(of time: UInt64) -> UInt16 { UInt16(time / 60 % minutes) + 1 }
  private var minutes: UInt64 { 65_535 }
}
