/// Messages that the server did not let be read: each waits for a day and slows nothing.
///
/// Its record has a key of its own, beside a link from the unique-id to an alert, which is thus still known
/// when the message can be read again.
extension Ledger where S: ~Copyable {
  /// Hours for which such a message waits.
  private static var pauseHours: UInt32 { 24 }

  /// Notes that a message could not be read; `uniqueID` is its hash in listings. Without one, its number
  /// stands for it. The record may reach the disk later.
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

  /// True if the message is known as unreadable and it is not yet time to try again.
  public func waitsForReading(
    _ uniqueID: Identity?, message: UInt32
  ) throws(LedgerError) -> Bool {
    try hourOfReading(uniqueID ?? Identity(numberOf: message)) != nil
  }

  /// Number of messages that could not be read and are remembered.
  public func countUnread() throws(LedgerError) -> UInt32 {
    guard hasUnread else { return 0 }
    var count: UInt32 = 0
    try forEachEntry { (entry, _) throws(LedgerError) in
      if entry.isUnread { count += 1 }
    }
    return count
  }

  /// Seconds since the first attempt at a message that could not be read; nil if there was none.
  public func timeUnread(_ uniqueID: Identity?, message: UInt32) throws(LedgerError) -> UInt64? {
    try unread(uniqueID, message).map { clock.time - min(clock.time, UInt64($0.time)) }
  }

  private func unread(_ uniqueID: Identity?, _ message: UInt32) throws(LedgerError) -> Entry? {
    guard hasUnread else { return nil }
    let known = try entry(of: (uniqueID ?? Identity(numberOf: message)).unread)
    return known.flatMap { $0.isUnread ? $0 : nil }
  }

  /// The hour since 1970 at which a message with this unique-id is tried again; nil if it need not wait.
  func hourOfReading(_ uniqueID: Identity) throws(LedgerError) -> UInt32? {
    guard hasUnread, case .unread(let hour) = try entry(of: uniqueID.unread)?.state,
      UInt64(hour) * 3600 > clock.time
    else { return nil }
    return hour
  }

  /// Has messages looked at again that could not be read and are due. It stays so until a poll has come to
  /// them.
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
