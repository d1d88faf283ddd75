/// A message that the server may delete.
struct Deletion {
  let message: MessageIdentity
  let unique: Identity
  /// Whether a listing will tell that it is gone.
  let isListed: Bool
  var isTaken = false
}

extension Ledger where S: ~Copyable {
  /// How many deletions were permitted in this session.
  public var deletionCount: Int { deletions.count }

  /// `message`, which the server knows as `unique`, may be deleted; `isListed` says whether a listing
  /// will tell that it is gone.
  public func permitDeletion(
    of message: MessageIdentity, as unique: Identity, isListed: Bool = true
  ) {
    deletions.append(Deletion(message: message, unique: unique, isListed: isListed))
  }

  /// The server has taken a DELE for `unique`, which QUIT has yet to commit.
  public func noteDeletion(of unique: Identity) {
    let index = deletions.firstIndex { $0.unique == unique && !$0.isTaken }
    if let index { deletions[index].isTaken = true }
  }

  /// The server has refused a DELE for `unique`: the message stays until `due`.
  public func keepDeletion(
    of unique: Identity, until due: UInt64, rules: UInt16
  ) throws(LedgerError) {
    let index = deletions.firstIndex { $0.unique == unique && !$0.isTaken }
    guard let index else { return }
    try keep(deletions.remove(at: index), until: due, rules: rules)
  }

  /// The server has refused to commit the deletions that were noted, or some of them: what it still
  /// has stays until `due`. A listing has it looked at once: another may have its unique-id by now.
  public func keepDeletions(until due: UInt64, rules: UInt16) throws(LedgerError) {
    for deletion in deletions where deletion.isTaken {
      let isItself = deletion.unique == deletion.message.unique
      try keep(deletion, until: due, rules: isItself ? ~rules : rules)
    }
    deletions = []
    try flush()
  }

  private func keep(
    _ deletion: Deletion, until due: UInt64, rules: UInt16
  ) throws(LedgerError) {
    guard let rule = try entry(of: deletion.message.unique)?.rule else { return }
    try keep(deletion.message, as: deletion.unique, until: due, rules: rules, rule: rule)
  }

  /// Notes that `message` is looked at. Returns `true` where it is kept under these rules until a time
  /// that has not come: it needs no other look then.
  public func meetKept(_ message: MessageIdentity, rules: UInt16) throws(LedgerError) -> Bool {
    guard var entry = try entry(of: message.unique),
      case .kept(let hour, let others, let archived) = entry.state,
      others == rules || others == ~rules, UInt64(hour) * 3600 > clock.time
    else { return false }
    if others != rules {
      entry.state = .kept(dueHour: hour, rules: rules, archived: archived)
      set(entry.identity, entry, isDurable: false)
    }
    return true
  }

  /// The server has committed the deletions that were noted. The messages that can be told from any
  /// other are forgotten once a listing does not have them: some servers say that they delete, and
  /// do not.
  public func commitDeletions() throws(LedgerError) {
    try forEachDeletion { (deletion) throws(LedgerError) in
      let message = deletion.message
      guard deletion.unique != message.unique else {
        guard let content = message.content, var entry = try self.entry(of: message.unique) else {
          return [.removed(message.unique)]
        }
        guard deletion.isListed else {
          let alias = self.alias(content, of: message.unique)
          let isOurs = try self.entry(of: content)?.state == alias.state
          return [.removed(message.unique)] + (isOurs ? [.removed(content)] : [])
        }
        entry.state = .deleted(hour: min(self.time / 3600, EntryState.latestHour))
        return [.entry(entry)]
      }
      // It was delivered twice, and is known by the other's unique-id, which may still be there.
      guard let entry = try self.entry(of: deletion.unique), !entry.hasAlias else { return [] }
      return [.removed(deletion.unique)]
    }
    deletions = []
    try compactIfWorthwhile()
  }

  /// The server took DELEs, and did not answer the QUIT that was to commit them: nobody knows.
  public func doubtDeletions() throws(LedgerError) {
    try forEachDeletion { (deletion) throws(LedgerError) in
      guard deletion.unique == deletion.message.unique,
        var entry = try self.entry(of: deletion.unique)
      else { return [] }
      entry.state = .deleted(hour: 0)
      return [.entry(entry)]
    }
    deletions = []
  }

  private func forEachDeletion(
    _ records: (Deletion) throws(LedgerError) -> [Record]
  ) throws(LedgerError) {
    var all: [Record] = []
    for deletion in deletions where deletion.isTaken { all += try records(deletion) }
    try writeAll(all)
  }
}
