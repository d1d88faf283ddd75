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
    let first = try unread(uniqueID, message)?.time
    writeLater(
      Entry(
        identity: (uniqueID ?? Identity(numberOf: message)).unread,
        state: .unread(dueHour: min(time / 3600 + Self.pauseHours, EntryState.latestHour)),
        time: first ?? time, rule: 0))
    try flushIfMany()
  }

  /// True if it is known that a message cannot be read, and it is not time to try again.
  public func waitsForReading(
    _ uniqueID: Identity?, message: UInt32
  ) throws(LedgerError) -> Bool {
    try hourOfReading(uniqueID ?? Identity(numberOf: message)) != nil
  }

  /// The number of messages that could not be read and wait.
  public func countUnread() throws(LedgerError) -> UInt32 {
    guard hasUnread else { return 0 }
    var count: UInt32 = 0
    try forEachEntry { (entry, _) throws(LedgerError) in
      if entry.isUnread { count += 1 }
    }
    return count
  }

  /// The seconds since a message could not be read when it was looked at first; nil where it could.
  public func timeUnread(_ uniqueID: Identity?, message: UInt32) throws(LedgerError) -> UInt64? {
    try unread(uniqueID, message).map { clock.time - min(clock.time, UInt64($0.time)) }
  }

  private func unread(_ uniqueID: Identity?, _ message: UInt32) throws(LedgerError) -> Entry? {
    guard hasUnread else { return nil }
    let known = try entry(of: (uniqueID ?? Identity(numberOf: message)).unread)
    return known.flatMap { $0.isUnread ? $0 : nil }
  }

  /// The hour in which a message with this unique-id is read again; nil where it need not wait.
  func hourOfReading(_ uniqueID: Identity) throws(LedgerError) -> UInt32? {
    guard hasUnread, case .unread(let hour) = try entry(of: uniqueID.unread)?.state,
      UInt64(hour) * 3600 > clock.time
    else { return nil }
    return hour
  }

  /// Forgets that what is to be read again by now was looked at: where that poll does not come so far, the
  /// next looks at it.
  public func takeDueUnread() throws(LedgerError) {
    guard hasUnread, hasDueMessage else { return }
    var due: [Record] = []
    try forEachEntry { (entry, _) throws(LedgerError) in
      guard case .unread(let hour) = entry.state, hour > 0, UInt64(hour) * 3600 <= self.clock.time
      else { return }
      var entry = entry
      entry.state = .unread(dueHour: 0)
      due.append(.entry(entry))
    }
    guard !due.isEmpty else { return }
    let nothing = Examined(rules: examined?.rules ?? 0)
    try writeAll([.earlier(nothing), .examined(nothing)] + due)
  }
}
