/// The ledger as its owner sees it, and has it forget.
extension Ledger where S: ~Copyable {
  /// Calls `body` with what is known of each alert, in the order of their keys; since when one is gone
  /// is told by the clock, as if all absences had been before.
  public func forEachMessage(
    _ body: (Entry) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    try forEach(link: false) { (entry) throws(LedgerError) in
      guard entry.state != .forgotten else { return }
      var entry = entry
      if entry.isGone {
        entry.goneDay = UInt16(
          clamping: UInt64(entry.goneDay) + self.clock.reading.away / 86_400)
      }
      try body(entry)
    }
  }

  private func forEach(
    link: Bool, _ body: (Entry) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    try forEachEntry { (entry, _) throws(LedgerError) in
      if entry.isLink == link { try body(entry) }
    }
  }

  /// The seconds by which the clock of records is ahead of the board's.
  public var clockSkew: Int64 { clock.reading.skew }

  /// Forgets messages, so that they fire again where the server has them, however old they are, and
  /// returns those that were known. When this returns, that is on disk.
  public func forget(_ messages: [Identity]) throws(LedgerError) -> [Identity] {
    var known: [Identity] = []
    var gone: [Identity] = []
    var records: [Record] = []
    for message in messages where !known.contains(message) {
      guard var entry = try entry(of: message), !entry.isLink, entry.state != .forgotten else {
        continue
      }
      known.append(message)
      if entry.isUnread {
        // Nobody knows what it is until it is read: since ever it could not be, so that it is not old then.
        entry.state = .unread(dueHour: 0)
        entry.time = 0
        records.append(.entry(entry))
      } else if entry.isGone || entry.isDeleted {
        gone.append(message)
        records.append(.removed(message))
      } else {
        // What is new may be too old to fire.
        entry.state = .forgotten
        records.append(.entry(entry))
      }
    }
    guard !known.isEmpty else { return [] }
    // What they were known by besides would hide others of the same content.
    try forEach(link: true) { (entry) throws(LedgerError) in
      guard case .link(let word, _) = entry.state else { return }
      if gone.contains(where: { $0.word == word }) {
        records.append(.removed(entry.identity))
      }
    }
    // First of all: all is looked at again, and what is old stays so.
    let nothing = Examined(rules: examined?.rules ?? 0)
    try writeAll([.earlier(furthestLook), .examined(nothing)] + records)
    return known
  }

  /// Forgets all messages. When this returns, that is on disk; after an error all is as it was.
  public func forgetAll() throws(LedgerError) {
    let (sorted, recent, examined, due) = (sorted, recent, examined, nextDueHour)
    let (earlier, horizon) = (earlier, horizon)
    (self.sorted, self.recent, self.examined, nextDueHour) = (0, [], nil, nil)
    (self.earlier, self.horizon) = (Examined(rules: 0), Horizon())
    do throws(LedgerError) { try compact() } catch {
      (self.sorted, self.recent, self.examined, nextDueHour) = (sorted, recent, examined, due)
      (self.earlier, self.horizon) = (earlier, horizon)
      throw error
    }
    try settleFolder()
  }
}
