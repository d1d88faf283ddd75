/// A complete listing of the mailbox: which messages need a look, and which are there no more.
extension Ledger where S: ~Copyable {
  /// How long an alert that never fired is remembered where it is not listed.
  private static var patience: UInt64 { 30 * 86_400 }

  public func beginListing() {
    listed = [UInt8](repeating: 0, count: (sorted + 7) / 8)
    for index in recent.indices { recent[index].isListed = false }
    nextDueHour = nil
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
    guard case .kept(let hour, let fingerprint) = entry.state, rules == fingerprint else {
      return .look
    }
    noteDue(entry)
    return hour != 0 && UInt64(hour) * 3600 <= clock.time ? .look : .kept
  }

  /// Whether a message that is kept for a time is due, as far as is known.
  public var hasDueMessage: Bool {
    nextDueHour.map { UInt64($0) * 3600 <= clock.time } ?? false
  }

  func noteDue(_ entry: Entry) {
    guard case .kept(let hour, _) = entry.state, hour != 0 else { return }
    nextDueHour = min(nextDueHour ?? hour, hour)
  }

  /// The listing is complete. What it does not have is missing from here on, or forgotten.
  public func endListing() throws(LedgerError) {
    defer { listed = [] }
    var isChanged = false
    try forEachEntry { (entry, isListed) throws(LedgerError) in
      isChanged = isChanged || (!isListed && self.absent(entry) != entry)
    }
    if isChanged { try compact(listing: true) }
  }

  /// What becomes of an entry that is not listed; nil where it is forgotten.
  func absent(_ entry: Entry) -> Entry? {
    var absent = entry
    let hour = UInt32(min(clock.timeSeen / 3600, 0xFF_FFFF))
    switch entry.state {
    case .alias, .missing: return entry
    case .intended, .failed:
      return clock.timeSeen > UInt64(entry.time) + Self.patience ? nil : entry
    case .fired: absent.state = .missing(sinceHour: hour, fired: true, archived: false)
    // What was deleted for all we know may be on another server, where its content shows.
    case .deleted where !entry.hasAlias: return nil
    case .archived, .kept, .deleted:
      absent.state = .missing(sinceHour: hour, fired: true, archived: true)
    case .givenUp: absent.state = .missing(sinceHour: hour, fired: false, archived: false)
    }
    return absent
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
