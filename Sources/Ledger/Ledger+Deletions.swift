/// A message that the server may delete.
struct Deletion {
  let message: MessageIdentity
  let unique: Identity
  var isTaken = false
}

extension Ledger where S: ~Copyable {
  /// `message`, which the server knows as `unique`, may be deleted.
  public func permitDeletion(of message: MessageIdentity, as unique: Identity) {
    deletions.append(Deletion(message: message, unique: unique))
  }

  /// The server has taken a DELE for `unique`, which QUIT has yet to commit.
  public func noteDeletion(of unique: Identity) {
    let index = deletions.firstIndex { $0.unique == unique && !$0.isTaken }
    if let index { deletions[index].isTaken = true }
  }

  /// Forgets the messages whose deletions were noted: the server has committed them.
  public func commitDeletions() throws(LedgerError) {
    try forEachDeletion { (deletion) throws(LedgerError) in
      let message = deletion.message
      guard deletion.unique != message.unique else {
        return .removed(message.unique, alias: message.content?.word ?? 0)
      }
      // It was delivered twice, and is known by the other's unique-id, which may still be there.
      guard let entry = try self.entry(of: deletion.unique), !entry.hasAlias else { return nil }
      return .removed(deletion.unique, alias: 0)
    }
    deletions = []
    try compactIfWorthwhile()
  }

  /// The server took DELEs, and did not answer the QUIT that was to commit them: nobody knows.
  public func doubtDeletions() throws(LedgerError) {
    try forEachDeletion { (deletion) throws(LedgerError) in
      guard deletion.unique == deletion.message.unique,
        var entry = try self.entry(of: deletion.unique)
      else { return nil }
      entry.state = .deleted
      return .entry(entry)
    }
    deletions = []
  }

  private func forEachDeletion(
    _ record: (Deletion) throws(LedgerError) -> Record?
  ) throws(LedgerError) {
    var batch: [Record] = []
    for deletion in deletions where deletion.isTaken {
      if let record = try record(deletion) { batch.append(record) }
      if batch.count == Self.batch {
        try write(batch)
        batch = []
      }
    }
    try write(batch)
  }
}
