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
