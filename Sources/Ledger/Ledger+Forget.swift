/// What the owner may look at, and what he may have done again.
extension Ledger where S: ~Copyable {
  /// Calls `body` with what is known of each message, in the order of their identities; since when
  /// one is missing is told in hours of the clock, as if all absences had been before.
  public func forEachMessage(
    _ body: (Entry) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    let away = UInt32(clamping: clock.reading.away / 3600)
    try forEach(alias: false) { (entry) throws(LedgerError) in
      var entry = entry
      if case .missing(let hour, let fired, let archived) = entry.state {
        entry.state = .missing(sinceHour: hour + away, fired: fired, archived: archived)
      }
      try body(entry)
    }
  }

  private func forEach(
    alias: Bool, _ body: (Entry) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    try forEachEntry { (entry, _) throws(LedgerError) in
      if entry.isAlias == alias { try body(entry) }
    }
  }

  /// What the clock of records is ahead of the board's, in seconds.
  public var clockSkew: Int64 { clock.reading.skew }

  /// Forgets messages, so that they fire again where the server has them, and returns those that
  /// were known. When this returns, that is on disk.
  public func forget(_ messages: [Identity]) throws(LedgerError) -> [Identity] {
    var known: [Identity] = []
    var records: [Record] = []
    for message in messages where !known.contains(message) {
      guard let entry = try entry(of: message), !entry.isAlias else { continue }
      known.append(message)
      records.append(.removed(message))
    }
    guard !known.isEmpty else { return [] }
    // What they were known by besides would hide others of the same content.
    try forEach(alias: true) { (entry) throws(LedgerError) in
      guard case .alias(let word) = entry.state else { return }
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
