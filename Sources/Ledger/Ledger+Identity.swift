extension Ledger where S: ~Copyable {
  /// The alert that `message` and `rule` make, as the ledger knows it.
  ///
  /// A message known by its unique-id, with the same content or a silent one, is the same: once
  /// settled, it fires for no other rule either. Any other is known by its content; of equal silent ones
  /// that no unique-id tells apart, the first that was not met in this session.
  public func resolve(
    _ message: MessageIdentity, rule: UInt16
  ) throws(LedgerError) -> AlertIdentity {
    if let alert = try adoptOlder(message, rule: rule) { return alert }
    let known = try message.believedID.flatMap { (id) throws(LedgerError) in
      try self.alert(under: id)
    }
    // The unique-id is that of two messages in this session.
    var isDoubled = false
    if let id = message.believedID { isDoubled = try isThere(id) }
    if let known, known.rule == rule || known.state.isSettled && !isDoubled,
      try isSame(message, known)
    {
      return AlertIdentity(
        message, key: known.identity, rule: known.rule, isSilent: known.isSilent)
    }
    var message = message
    if let known, !isDoubled { isDoubled = try isThere(known.identity) }
    if isDoubled { message.believesUniqueID = false }
    return AlertIdentity(
      message, key: try key(of: message, rule: rule), rule: rule, isSilent: message.isSilent)
  }

  /// True if the owner wants a message to fire again, whatever rule it has fired.
  public func isForgotten(_ message: MessageIdentity) throws(LedgerError) -> Bool {
    guard hasForgotten else { return false }
    if let id = message.believedID, let known = try alert(under: id), known.state == .forgotten {
      return try isSame(message, known)
    }
    var isForgotten = false
    hasForgotten = false
    try forEachEntry { (entry, _) throws(LedgerError) in
      guard entry.state == .forgotten else { return }
      self.hasForgotten = true
      if !message.isSilent, entry.identity == message.content.taken(by: entry.rule) {
        isForgotten = true
      }
    }
    return isForgotten
  }

  /// The key of the alert that the unique-id `id` leads to, or of what stands for a message that could not
  /// be read; nil where there is neither.
  public func key(under id: Identity) throws(LedgerError) -> Identity? {
    if let alert = try alert(under: id) { return alert.identity }
    return try entry(of: id.unread)?.identity
  }

  private func alert(under id: Identity) throws(LedgerError) -> Entry? {
    guard case .link(let word, _) = try entry(of: id)?.state else { return nil }
    return try entry(of: word).flatMap { $0.isOlder ? nil : $0 }
  }

  /// A silent message is the one that its unique-id leads to, but for a second in the same session, and
  /// for what comes after one that spoke and was deleted.
  private func isSame(_ message: MessageIdentity, _ known: Entry) throws(LedgerError) -> Bool {
    guard message.isSilent else {
      return message.content.taken(by: known.rule) == known.identity
    }
    if !known.isSilent, known.isDeleted || known.isGone { return false }
    return try !isThere(known.identity)
  }

  /// True if the message of an alert was met in this session.
  private func isThere(_ key: Identity) throws(LedgerError) -> Bool {
    if let index = index(of: key), recent[index].isMarked { return true }
    // It may have been sorted when it was met, and written since.
    guard !marks.isEmpty, let (place, entry) = try sortedEntry({ !($0 < key) }) else {
      return false
    }
    return entry.identity == key && isMarked(.sorted(place))
  }

  /// The key of an alert that no unique-id leads to, or not yet.
  func key(
    of message: MessageIdentity, rule: UInt16
  ) throws(LedgerError) -> Identity {
    guard message.isSilent else { return message.content.taken(by: rule) }
    var free: Identity?
    var count = 0
    var gap = 0
    while gap < Self.longestGap || free == nil {
      let key = message.content.behind(count).taken(by: rule)
      count += 1
      if let known = try entry(of: key) {
        // What another unique-id leads to is another message, and so may be what was deleted.
        let isOpen = known.isUnlisted && !known.isDeleted
        if isOpen || message.believedID == nil, try !isThere(key) { return key }
        gap = 0
      } else {
        if free == nil, !isPromised(key, to: message.believedID) { free = key }
        gap += 1
      }
    }
    return free ?? message.content.taken(by: rule)
  }

  /// True if another unique-id than `id` leads to this alert, of which there is no record: the power went
  /// between the two. It is the other message's.
  private func isPromised(_ key: Identity, to id: Identity?) -> Bool {
    recent.contains { recent in
      guard case .link(key.word, _) = recent.entry?.state else { return false }
      return recent.identity != id
    }
  }

  /// The number of equal silent messages that may have gone in front of one that is there.
  private static var longestGap: Int { 8 }

  /// Notes that the message of `alert` is there; that need not be on disk at once.
  public func meet(_ alert: AlertIdentity) throws(LedgerError) {
    try markLink(of: alert)
    guard let place = try find(alert.key) else { return }
    mark(place.position)
    guard place.entry.isGone else { return }
    var entry = place.entry
    entry.goneDay = 0
    writeLater(entry)
  }

  /// Notes that the unique-id of `alert` was a message's in this session.
  func markLink(of alert: AlertIdentity) throws(LedgerError) {
    if let id = alert.uniqueID, let place = try find(id) { mark(place.position) }
  }

  /// The link from the unique-id to the alert; nil where that is known, or there is no unique-id.
  func missingLink(of alert: AlertIdentity) throws(LedgerError) -> Entry? {
    guard let uniqueID = alert.uniqueID else { return nil }
    if case .link(alert.key.word, _) = try entry(of: uniqueID)?.state { return nil }
    return link(from: uniqueID, to: alert)
  }

  func link(from uniqueID: Identity, to alert: AlertIdentity, deletionHour: UInt32 = 0) -> Entry {
    Entry(
      identity: uniqueID, state: .link(to: alert.key.word, deletionHour: deletionHour), time: 0,
      rule: 0)
  }
}
