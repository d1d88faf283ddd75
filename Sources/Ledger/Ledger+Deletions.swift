/// A message that the server may delete.
struct Deletion {
  let alert: AlertIdentity
  /// Its number in this session.
  let message: UInt32
  var isTaken = false
}

extension Ledger where S: ~Copyable {
  /// The number of deletions that were permitted in this session.
  public var deletionCount: Int { deletions.count }

  /// The message of `alert`, with this number in the session, may be deleted.
  public func permitDeletion(of alert: AlertIdentity, message: UInt32) {
    deletions.append(Deletion(alert: alert, message: message))
  }

  /// The server has taken a DELE for a message, which QUIT has yet to commit.
  public func noteDeletion(of message: UInt32) {
    let index = deletions.firstIndex { $0.message == message }
    if let index { deletions[index].isTaken = true }
  }

  /// The server has refused a DELE for a message: it stays until `due`. Returns `false` where it is no
  /// alert's.
  public func keepDeletion(
    of message: UInt32, until due: UInt64, rules: UInt16
  ) throws(LedgerError) -> Bool {
    let index = deletions.firstIndex { $0.message == message && !$0.isTaken }
    guard let index else { return false }
    try keep(deletions.remove(at: index).alert, until: due, rules: rules)
    return true
  }

  /// The server has refused to commit the deletions that were noted, or some of them: what it still
  /// has stays until `due`. A listing has it looked at once: another may have its unique-id by now.
  public func keepDeletions(until due: UInt64, rules: UInt16) throws(LedgerError) {
    for deletion in deletions where deletion.isTaken {
      try keep(deletion.alert, until: due, rules: ~rules)
    }
    deletions = []
    try flush()
  }

  /// Notes that the message of `alert` is looked at. Returns `true` where it is kept under these rules
  /// until a time that has not come: it needs no other look then.
  public func meetKept(_ alert: AlertIdentity, rules: UInt16) throws(LedgerError) -> Bool {
    guard var entry = try entry(of: alert.key),
      case .kept(let hour, let others, let archived) = entry.state, UInt64(hour) * 3600 > clock.time
    else { return false }
    // What was gone in between has no rules; the next try at a deletion is a day away at most.
    let hasReturned = others == 0 && UInt64(hour) <= clock.time / 3600 + 25
    guard others == rules || others == ~rules || hasReturned else { return false }
    if others != rules {
      entry.state = .kept(dueHour: hour, rules: rules, archived: archived)
      set(entry.identity, entry, isDurable: false)
    }
    if let link = try missingLink(of: alert) { writeLater(link) }
    return true
  }

  /// The server has committed the deletions that were noted: `left` messages must be left. A copy of
  /// what was deleted may come back, by a second delivery or from a backup.
  public func commitDeletions(left: UInt32) throws(LedgerError) {
    let taken = deletions.count { $0.isTaken }
    if taken > 0 { countWhenDeleting = left + UInt32(taken) }
    try noteDeletions(hour: min(time / 3600, EntryState.latestHour), left)
    try compactIfWorthwhile()
  }

  /// The server took DELEs, and did not answer the QUIT that was to commit them: nobody knows.
  public func doubtDeletions(left: UInt32) throws(LedgerError) {
    try noteDeletions(hour: 0, left)
  }

  private func noteDeletions(hour: UInt32, _ left: UInt32) throws(LedgerError) {
    var records: [Record] = []
    for deletion in deletions where deletion.isTaken {
      let alert = deletion.alert
      guard var entry = try entry(of: alert.key) else { continue }
      entry.state = .deleted(hour: hour, left: UInt16(clamping: left))
      if let uniqueID = alert.uniqueID {
        records.append(.entry(link(from: uniqueID, to: alert, deletionHour: hour)))
      }
      records.append(.entry(entry))
    }
    try writeAll(records)
    deletions = []
  }

  /// The mailbox has so many messages. Where that is as many as deletions left, these messages are
  /// gone: the next that is as silent is another.
  public func noteCount(_ messages: UInt32) throws(LedgerError) {
    if let count = countWhenDeleting { deletesForSure = messages < count }
    countWhenDeleting = nil
    guard hasSilentDeletion else { return }
    hasSilentDeletion = false
    var gone: [Record] = []
    try forEachEntry { (entry, _) throws(LedgerError) in
      guard entry.isSilent, case .deleted(_, let left) = entry.state else { return }
      if messages <= left {
        gone.append(.removed(entry.identity))
      } else {
        self.hasSilentDeletion = true
      }
    }
    try writeAll(gone)
  }

  /// True if the server said a day ago that it had deleted a message of which nothing tells whether it
  /// did: what is there may be another.
  func mayHaveGone(_ entry: Entry) -> Bool {
    guard entry.isSilent, case .deleted(let hour, _) = entry.state, hour > 0 else { return false }
    return time / 3600 >= hour + 24
  }
}
