/// The ledger as its owner sees it, and has it forget.
extension Ledger where S: ~Copyable {
  /// Calls `body` with what is known of each alert, in the order of their keys; since when one is gone
  /// is told by the clock, as if all absences had been before.
  public func forEachMessage(
    _ body: (Entry) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    try forEach(link: false) { (entry) throws(LedgerError) in
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

  /// Forgets messages, so that they fire again where the server has them, and returns those that
  /// were known. When this returns, that is on disk.
  public func forget(_ messages: [Identity]) throws(LedgerError) -> [Identity] {
    var known: [Identity] = []
    var records: [Record] = []
    for message in messages where !known.contains(message) {
      guard let entry = try entry(of: message), !entry.isLink else { continue }
      known.append(message)
      records.append(.removed(message))
    }
    guard !known.isEmpty else { return [] }
    // What they were known by besides would hide others of the same content.
    try forEach(link: true) { (entry) throws(LedgerError) in
      guard case .link(let word, _) = entry.state else { return }
      if known.contains(where: { $0.word == word }) {
        records.append(.removed(entry.identity))
      }
    }
    // First of all: nothing was looked at, so that all is looked at again.
    records.insert(.examined(Examined(rules: 0)), at: 0)
    try writeAll(records)
    return known
  }

  /// Forgets all messages. When this returns, that is on disk; after an error all is as it was.
  public func forgetAll() throws(LedgerError) {
    let (sorted, recent, examined, due) = (sorted, recent, examined, nextDueHour)
    (self.sorted, self.recent, self.examined, nextDueHour) = (0, [], nil, nil)
    do throws(LedgerError) { try compact() } catch {
      (self.sorted, self.recent, self.examined, nextDueHour) = (sorted, recent, examined, due)
      throw error
    }
    try settleFolder()
  }
}
