/// Reading and forgetting of entries, for the owner.
extension Ledger where S: ~Copyable {
  /// Calls `body` with each alert and unread message, in the order of keys. `goneDay` is given as a day of
  /// the calendar, as if all absences of popbell had been before it.
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

  /// Seconds by which the ledger's clock is ahead of the board's.
  public var clockSkew: Int64 { clock.reading.skew }

  /// Forgets messages, so that those still on the server fire again at any age. Returns the ones that were
  /// known, with the change on disk.
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
        // Nobody knows how old it is until it is read, so it must not count as old then.
        entry.state = .unread(dueHour: 0)
        entry.time = 0
        records.append(.entry(entry))
      } else if entry.isGone || entry.isDeleted {
        gone.append(message)
        records.append(.removed(message))
      } else {
        // Without a record, the message might be too old to fire.
        entry.state = .forgotten
        records.append(.entry(entry))
      }
    }
    guard !known.isEmpty else { return [] }
    // Links to a forgotten alert would hide other messages of the same content.
    try forEach(link: true) { (entry) throws(LedgerError) in
      guard case .link(let word, _) = entry.state else { return }
      if gone.contains(where: { $0.word == word }) {
        records.append(.removed(entry.identity))
      }
    }
    // This comes first: all messages are looked at again, and old ones stay old.
    let nothing = Examined(rules: examined?.rules ?? 0)
    try writeAll([.earlier(furthestLook), .examined(nothing)] + records)
    return known
  }

  /// Forgets all messages, with the change on disk. After an error nothing has changed.
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
