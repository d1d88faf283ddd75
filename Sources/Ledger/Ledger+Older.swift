/// The records of versions 1 and 2. These knew a message, whatever rule took it, by its unique-id or header,
/// and by its content through a link. A message that is met again becomes an alert of this version; the
/// others are forgotten like all that are gone.
extension Ledger where S: ~Copyable {
  /// Turns the entry of an older version for `message` into an alert of `rule`. Returns nil if there is none.
  func adoptOlder(
    _ message: MessageIdentity, rule: UInt16
  ) throws(LedgerError) -> AlertIdentity? {
    guard knowsOlder, let older = message.older,
      let known = try entry(of: message, older, rule: rule)
    else { return nil }
    let alert = AlertIdentity(
      message, key: try key(of: message, rule: rule), rule: rule, isSilent: message.isSilent)
    var entry = known
    (entry.identity, entry.rule) = (alert.key, rule)
    (entry.isOlder, entry.goneDay) = (false, 0)
    (entry.isSilent, entry.isUnlisted) = (alert.isSilent, alert.isUnlisted)
    // The new entry comes first: with the old one removed alone, the message would count as new.
    var records = [Record.entry(entry)]
    if known.identity != message.uniqueID { records.append(.removed(known.identity)) }
    if let link = try missingLink(of: alert) { records.append(.entry(link)) }
    if let content = older.content, try link(from: content)?.word == known.identity.word {
      records.append(.removed(content))
    }
    try write(records)
    return alert
  }

  private func entry(
    of message: MessageIdentity, _ older: OlderIdentity, rule: UInt16
  ) throws(LedgerError) -> Entry? {
    let unique = message.uniqueID ?? older.header
    // A second message with the same unique-id was known by the two hashes together.
    if let content = older.content, let known = try olderEntry(of: unique ^ content) {
      return known
    }
    let leadsTo = try older.content.flatMap { (content) throws(LedgerError) in
      try self.link(from: content)
    }
    if let known = try olderEntry(of: unique),
      known.isSilent || older.content == nil || leadsTo?.word == unique.word
    {
      return known
    }
    guard let known = leadsTo?.entry, known.rule == rule || known.rule == 0 else { return nil }
    return known
  }

  private func olderEntry(of identity: Identity) throws(LedgerError) -> Entry? {
    try entry(of: identity).flatMap { $0.isOlder && !$0.isLink ? $0 : nil }
  }

  private func link(
    from content: Identity
  ) throws(LedgerError) -> (word: UInt64, entry: Entry?)? {
    guard let link = try entry(of: content), link.isOlder, case .link(let word, _) = link.state
    else { return nil }
    return (word, try entry(of: word))
  }
}
