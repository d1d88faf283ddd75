/// A message that the fetcher may delete in this session.
struct Deletion {
  let alert: AlertIdentity
  /// Its number in this session.
  let message: UInt32
  /// True once the server has accepted DELE for it.
  var isTaken = false
}

extension Ledger where S: ~Copyable {
  /// Number of deletions permitted in this session.
  public var deletionCount: Int { deletions.count }

  /// Permits the deletion of the message of `alert`, with this number in the session.
  public func permitDeletion(of alert: AlertIdentity, message: UInt32) {
    deletions.append(Deletion(alert: alert, message: message))
  }

  /// Notes that the server has accepted DELE for a message; QUIT must still commit it.
  public func noteDeletion(of message: UInt32) {
    let index = deletions.firstIndex { $0.message == message }
    if let index { deletions[index].isTaken = true }
  }

  /// Notes that the server has refused DELE for a message, which stays until `due`. Returns `false` if the
  /// message belongs to no alert.
  public func keepDeletion(
    of message: UInt32, until due: UInt64, rules: UInt16
  ) throws(LedgerError) -> Bool {
    let index = deletions.firstIndex { $0.message == message && !$0.isTaken }
    guard let index else { return false }
    try keep(deletions.remove(at: index).alert, until: due, rules: rules)
    return true
  }

  /// Notes that the server has refused to commit the accepted deletions, or some of them: messages still
  /// there stay until `due`. A listing looks at them once, as another message may have the unique-id by then.
  public func keepDeletions(until due: UInt64, rules: UInt16) throws(LedgerError) {
    for deletion in deletions where deletion.isTaken {
      try keep(deletion.alert, until: due, rules: ~rules)
    }
    deletions = []
    try flush()
  }

  /// Notes that the message of `alert` was looked at. Returns `true` if it is kept under these rules until a
  /// time that has not come, so that it needs no other look before.
  public func meetKept(_ alert: AlertIdentity, rules: UInt16) throws(LedgerError) -> Bool {
    guard var entry = try entry(of: alert.key),
      case .kept(let hour, let others, let archived) = entry.state, UInt64(hour) * 3600 > clock.time
    else { return false }
    // An entry that was gone has no rules; its next try to delete is a day away at most.
    let hasReturned = others == 0 && UInt64(hour) <= clock.time / 3600 + 25
    guard others == rules || others == ~rules || hasReturned else { return false }
    if others != rules {
      entry.state = .kept(dueHour: hour, rules: rules, archived: archived)
      set(entry.identity, entry, isDurable: false)
    }
    if let link = try missingLink(of: alert) { writeLater(link) }
    return true
  }

  /// Notes that the server has committed the accepted deletions; `left` messages should be left. The entries
  /// are kept, as copies may come back by a second delivery or from a backup.
  public func commitDeletions(left: UInt32) throws(LedgerError) {
    let taken = deletions.count { $0.isTaken }
    if taken > 0 { countWhenDeleting = left + UInt32(taken) }
    try noteDeletions(hour: min(time / 3600, EntryState.latestHour), left)
    try compactIfWorthwhile()
  }

  /// Notes that the server did not answer the QUIT that was to commit deletions, whose result is unknown.
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

  /// Compares the number of messages with that expected after deletions. If it is no larger, the deleted
  /// silent messages are gone, and the next such message is a new one.
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

  /// True if the server confirmed the deletion of a silent message a day ago or more: a message with its
  /// content may be a new one.
  func mayHaveGone(_ entry: Entry) -> Bool {
    guard entry.isSilent, case .deleted(let hour, _) = entry.state, hour > 0 else { return false }
    return time / 3600 >= hour + 24
  }
}
