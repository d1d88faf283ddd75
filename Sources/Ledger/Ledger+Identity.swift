extension Ledger where S: ~Copyable {
  /// The message that the ledger knows `message` as. Two cases need the content's identity: a
  /// unique-id that another message had before, or has as well, and a message whose unique-id is
  /// another than it was.
  public func resolve(_ message: MessageIdentity) throws(LedgerError) -> MessageIdentity {
    guard let content = message.content else { return message }
    if case .alias(let word) = try entry(of: content)?.state, let known = try entry(of: word),
      // What is deleted and sent once more is another message.
      known.identity == message.unique || !known.isDeleted
    {
      guard case .missing = known.state, known.identity != message.unique else {
        return MessageIdentity(unique: known.identity, content: content)
      }
      try adopt(known, as: message.unique, content)
      return message
    }
    guard try entry(of: message.unique)?.hasAlias == true else { return message }
    return MessageIdentity(unique: message.unique ^ content, content: content)
  }

  /// The message that was missing is there again, under another unique-id. Its new entry comes
  /// first: with the alias alone, after a cut of power, it would count as new.
  private func adopt(
    _ known: Entry, as unique: Identity, _ content: Identity
  ) throws(LedgerError) {
    var entry = known
    entry.identity = unique
    entry.state =
      switch known.state.message {
      case .givenUp: .givenUp
      case .fired: .fired
      case .new, .intended, .archived, .failed: .archived
      }
    let alias = alias(content, of: unique)
    try write([.entry(entry), .entry(alias), .removed(known.identity)])
  }

  /// What leads from a message's content to its unique-id.
  func alias(_ content: Identity, of unique: Identity) -> Entry {
    Entry(identity: content, state: .alias(of: unique.word), hasAlias: false, time: 0, rule: 0)
  }
}
