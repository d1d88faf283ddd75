/// Messages that the server did not let be read: each waits for a day, and slows nothing.
///
/// Its record has a key of its own beside the link that may lead from its unique-id to an alert, which is
/// known still when the message can be read again.
extension Ledger where S: ~Copyable {
  /// The hours for which it waits.
  private static var pauseHours: UInt32 { 24 }

  /// Writes down that a message could not be read, which a listing has as `uniqueID`; without one, its
  /// number stands for it. That need not be on disk at once.
  public func noteUnread(_ uniqueID: Identity?, message: UInt32) throws(LedgerError) {
    try makeRoom()
    let hour = min(time / 3600 + Self.pauseHours, EntryState.latestHour)
    writeLater(
      Entry(
        identity: (uniqueID ?? Identity(numberOf: message)).unread,
        state: .unread(dueHour: hour), time: time, rule: 0))
    try flushIfMany()
  }

  /// The hour in which a message with this unique-id is read again; nil where it need not wait.
  func hourOfReading(_ uniqueID: Identity) throws(LedgerError) -> UInt32? {
    guard hasUnread, case .unread(let hour) = try entry(of: uniqueID.unread)?.state,
      UInt64(hour) * 3600 > clock.time
    else { return nil }
    return hour
  }

  /// Forgets what is to be read again by now, and that it was looked at: where that poll does not come so
  /// far, the next looks at it.
  public func takeDueUnread() throws(LedgerError) {
    guard hasUnread, hasDueMessage else { return }
    hasUnread = false
    var due: [Record] = []
    try forEachEntry { (entry, _) throws(LedgerError) in
      guard case .unread(let hour) = entry.state else { return }
      if UInt64(hour) * 3600 <= self.clock.time {
        due.append(.removed(entry.identity))
      } else {
        self.hasUnread = true
      }
    }
    if !due.isEmpty { try writeAll([.examined(Examined(rules: 0))] + due) }
  }
}
