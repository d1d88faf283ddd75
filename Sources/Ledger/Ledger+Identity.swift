extension Ledger where S: ~Copyable {
  /// The alert that `message` and `rule` make, as the ledger knows it.
  ///
  /// A message with a known unique-id and the same or silent content is the same message; once it is settled,
  /// it fires for no other rule either. Any other message is known by its content. Of silent messages with
  /// equal content and no unique-id, the first that was not met in this session is taken.
  public func resolve(
    _ message: MessageIdentity, rule: UInt16
  ) throws(LedgerError) -> AlertIdentity {
    if let alert = try adoptOlder(message, rule: rule) { return alert }
    let known = try message.believedID.flatMap { (id) throws(LedgerError) in
      try self.alert(under: id)
    }
    // True if two messages in this session have the unique-id.
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

  /// True if the owner wants the message to fire again, whichever rule it has fired.
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

  /// The key of the alert to which the unique-id `id` leads, or of the record of a message that could not be
  /// read; nil if there is neither.
  public func key(under id: Identity) throws(LedgerError) -> Identity? {
    if let alert = try alert(under: id) { return alert.identity }
    return try entry(of: id.unread)?.identity
  }

  private func alert(under id: Identity) throws(LedgerError) -> Entry? {
    guard case .link(let word, _) = try entry(of: id)?.state else { return nil }
    return try entry(of: word).flatMap { $0.isOlder ? nil : $0 }
  }

  /// True if `message` is the one of the entry `known` under its unique-id. A silent message is, unless it is
  /// the second in the session or follows a deleted message with content.
  private func isSame(_ message: MessageIdentity, _ known: Entry) throws(LedgerError) -> Bool {
    guard message.isSilent else {
      return message.content.taken(by: known.rule) == known.identity
    }
    if !known.isSilent, known.isDeleted || known.isGone { return false }
    return try !isThere(known.identity)
  }

  /// True if the message of the alert with this key was met in this session.
  private func isThere(_ key: Identity) throws(LedgerError) -> Bool {
    if let index = index(of: key), recent[index].isMarked { return true }
    // The entry may have been a sorted one when it was met, and a recent one since.
    guard !marks.isEmpty, let (place, entry) = try sortedEntry({ !($0 < key) }) else {
      return false
    }
    return entry.identity == key && isMarked(.sorted(place))
  }

  /// The key of an alert to which no unique-id leads yet.
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
        // A silent entry under another unique-id is another message; a deleted one may be.
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

  /// True if another unique-id than `id` links to this key, of which there is no record because power failed
  /// between the two: the key is reserved for that message.
  private func isPromised(_ key: Identity, to id: Identity?) -> Bool {
    recent.contains { recent in
      guard case .link(key.word, _) = recent.entry?.state else { return false }
      return recent.identity != id
    }
  }

  /// Maximum number of missing entries in a row among equal silent messages before the search ends.
  private static var longestGap: Int { 8 }

  /// Notes that the message of `alert` is in the mailbox. The record may reach the disk later.
  public func meet(_ alert: AlertIdentity) throws(LedgerError) {
    try markLink(of: alert)
    guard let place = try find(alert.key) else { return }
    mark(place.position)
    guard place.entry.isGone else { return }
    var entry = place.entry
    entry.goneDay = 0
    writeLater(entry)
  }

  /// Marks the unique-id of `alert` as met in this session.
  func markLink(of alert: AlertIdentity) throws(LedgerError) {
    if let id = alert.uniqueID, let place = try find(id) { mark(place.position) }
  }

  /// The link from the unique-id to the alert; nil if it exists, or there is no unique-id.
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
