/// A complete listing of the mailbox: which messages need a look, and which are there no more.
extension Ledger where S: ~Copyable {
  /// How many hours what is not listed is remembered: a mailbox may come back from a backup.
  static var memoryHours: Int { 30 * 24 }

  /// How many changes are written behind the rest, and do not make all be written anew.
  private static var fewChanges: Int { 64 }

  public func beginListing() {
    listed = [UInt8](repeating: 0, count: (sorted + 7) / 8)
    for index in recent.indices { recent[index].isListed = false }
    listedDueHour = nil
  }

  /// Notes that a message is there. Returns what is to be done about it under these rules: always a
  /// look, where another has its unique-id too.
  public func list(_ unique: Identity, rules: UInt16) throws(LedgerError) -> ListingVerdict {
    if let index = index(of: unique) {
      defer { recent[index].isListed = true }
      return recent[index].isListed ? .look : verdict(on: recent[index].entry, rules)
    }
    guard let (place, entry) = try sortedEntry({ !($0 < unique) }), entry.identity == unique
    else { return .unknown }
    if isListed(place) { return .look }
    // Records may have been sorted anew since the listing began.
    if place / 8 < listed.count { listed[place / 8] |= 1 << UInt8(place % 8) }
    return verdict(on: entry, rules)
  }

  private func verdict(on entry: Entry?, _ rules: UInt16) -> ListingVerdict {
    guard let entry else { return .unknown }
    guard case .kept(let hour, let fingerprint, _) = entry.state, rules == fingerprint else {
      return .look
    }
    listedDueHour = earlier(listedDueHour, dueHour(of: entry))
    return hour != 0 && UInt64(hour) * 3600 <= clock.time ? .look : .kept
  }

  /// Whether a message that is kept for a time is due, as far as is known.
  public var hasDueMessage: Bool {
    nextDueHour.map { UInt64($0) * 3600 <= clock.time } ?? false
  }

  func noteDue(_ entry: Entry) { nextDueHour = earlier(nextDueHour, dueHour(of: entry)) }

  /// When a listing is to be asked for because of an entry; nil where that need not be.
  private func dueHour(of entry: Entry) -> UInt32? {
    switch entry.state {
    case .kept(let hour, _, _) where hour > 0: hour
    case .deleted(let hour) where hour > 0: hour + 24
    case .intended, .fired, .archived, .failed, .givenUp, .kept, .deleted, .missing, .alias: nil
    }
  }

  private func earlier(_ left: UInt32?, _ right: UInt32?) -> UInt32? {
    left.map { min($0, right ?? $0) } ?? right
  }

  /// The listing is complete. What it does not have is missing from here on, or forgotten.
  public func endListing() throws(LedgerError) {
    defer { listed = [] }
    var changes: [Record] = []
    var deleted: [UInt64] = []
    try forEachEntry { (entry, isListed) throws(LedgerError) in
      guard !isListed, changes.count <= Self.fewChanges else { return }
      let absent = self.absent(entry)
      if let absent, absent != entry { changes.append(.entry(absent)) }
      guard absent == nil else { return }
      changes.append(.removed(entry.identity))
      deleted.append(entry.identity.word)
    }
    if changes.count > Self.fewChanges {
      try compact(listing: true)
    } else {
      if !deleted.isEmpty { changes += try aliases(of: deleted) }
      try writeAll(changes)
    }
    nextDueHour = listedDueHour
  }

  /// What removes the aliases of messages with these words.
  private func aliases(of words: [UInt64]) throws(LedgerError) -> [Record] {
    var records: [Record] = []
    try forEachEntry { (entry, _) throws(LedgerError) in
      guard case .alias(let word) = entry.state, words.contains(word) else { return }
      records.append(.removed(entry.identity))
    }
    return records
  }

  /// What becomes of an entry that is not listed; nil where it is forgotten.
  func absent(_ entry: Entry) -> Entry? {
    var absent = entry
    let hour = UInt32(min(clock.timeSeen / 3600, 0xFF_FFFF))
    switch entry.state {
    case .alias: return entry
    case .missing(let since, _, _):
      return UInt64(hour) > UInt64(since) + UInt64(Self.memoryHours) ? nil : entry
    case .intended, .failed:
      return UInt64(hour) > UInt64(entry.time) / 3600 + UInt64(Self.memoryHours) ? nil : entry
    case .fired, .kept(_, _, archived: false):
      absent.state = .missing(sinceHour: hour, fired: true, archived: false)
    // What was deleted for all we know may be on another server, where its content shows.
    case .deleted(let deletionHour) where deletionHour > 0 || !entry.hasAlias: return nil
    case .archived, .kept(_, _, archived: true), .deleted:
      absent.state = .missing(sinceHour: hour, fired: true, archived: true)
    case .givenUp: absent.state = .missing(sinceHour: hour, fired: false, archived: false)
    }
    return absent
  }

  /// Whether the server said long ago that it had deleted a message. It may never list all that it
  /// has, so that nobody would forget.
  func isLongDeleted(_ entry: Entry) -> Bool {
    guard case .deleted(let hour) = entry.state, hour > 0 else { return false }
    return UInt64(time / 3600) > UInt64(hour) + UInt64(Self.memoryHours)
  }

  /// Whether the sorted record at `place` was listed.
  func isListed(_ place: Int) -> Bool {
    place / 8 < listed.count && listed[place / 8] & 1 << UInt8(place % 8) != 0
  }
}

/// What a listing's message needs.
public enum ListingVerdict: UInt8, Sendable {
  /// The ledger does not have it: it is new, or no rule took it.
  case unknown = 0
  /// Something is left to be done about it.
  case look
  /// It stays as it is.
  case kept
}
