/// What the server did not let be read: it waits a day, is told of, and slows nothing.
extension Ledger where S: ~Copyable {
  /// How long it waits, in hours.
  private static var pauseHours: UInt32 { 24 }

  /// Writes down that a message could not be read, which a listing has as `uniqueID`; without one, its
  /// number stands for it. That need not be on disk at once.
  public func noteUnread(_ uniqueID: Identity?, message: UInt32) throws(LedgerError) {
    try makeRoom()
    let hour = min(time / 3600 + Self.pauseHours, EntryState.latestHour)
    writeLater(
      Entry(
        identity: uniqueID ?? Identity(numberOf: message), state: .unread(dueHour: hour),
        time: time,
        rule: 0))
    try flushIfMany()
  }

  /// Forgets what is to be tried again by now, and returns `true` where there was any.
  public func takeDueUnread() throws(LedgerError) -> Bool {
    guard hasDueMessage else { return false }
    var due: [Record] = []
    try forEachEntry { (entry, _) throws(LedgerError) in
      if case .unread(let hour) = entry.state, UInt64(hour) * 3600 <= self.clock.time {
        due.append(.removed(entry.identity))
      }
    }
    try writeAll(due)
    return !due.isEmpty
  }
}
