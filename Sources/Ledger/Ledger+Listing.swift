/// A look at the whole mailbox, by a complete listing or at each message: which messages are known, and which
/// are gone.
extension Ledger where S: ~Copyable {
  /// Hours for which the entry of a gone message is kept, as the message may come back from a backup.
  static var memoryHours: Int { 30 * 24 }
  private static var memory: UInt64 { UInt64(memoryHours) * 3600 }

  /// Maximum number of changes that are appended; for more, the file is rewritten.
  private static var fewChanges: Int { 64 }

  public func beginListing() {
    forgetMarks()
    listedDueHour = nil
    (listed, listedCount) = (Examined(rules: 0), 0)
    listingIsDoubled = false
  }

  /// Notes that the unique-ids of the listing do not tell messages apart: no message counts as there.
  public func dropListing() {
    forgetMarks()
    listingIsDoubled = true
  }

  /// Notes that a message is in the listing. Returns what it needs under these rules.
  public func list(_ uniqueID: Identity, rules: UInt16) throws(LedgerError) -> ListingVerdict {
    if listed.count < examined?.count ?? 0 { listed.add(uniqueID.word) }
    listedCount += 1
    let hour = try hourOfReading(uniqueID)
    if let hour { listedDueHour = earlier(listedDueHour, hour) }
    guard var found = try find(uniqueID) else { return hour == nil ? .unknown : .kept }
    guard !listingIsDoubled, !isMarked(found.position) else {
      dropListing()
      return .doubled
    }
    mark(found.position)
    if case .link(let word, _) = found.entry.state {
      guard let alert = try find(word) else { return .unknown }
      mark(alert.position)
      found = alert
    }
    guard hour == nil else { return .kept }
    // From this look on, a listing knows the message.
    guard !found.entry.isUnlisted else { return .look }
    if case .old(rules) = found.entry.state { return .kept }
    guard case .kept(_, rules, _) = found.entry.state else { return .look }
    listedDueHour = earlier(listedDueHour, dueHour(of: found.entry))
    return isDue(found.entry) ? .look : .kept
  }

  private func isDue(_ entry: Entry) -> Bool {
    dueHour(of: entry).map { UInt64($0) * 3600 <= clock.time } ?? false
  }

  /// True if a message that is kept for a time is due, as far as is known.
  public var hasDueMessage: Bool {
    nextDueHour.map { UInt64($0) * 3600 <= clock.time } ?? false
  }

  func noteDue(_ entry: Entry) { nextDueHour = earlier(nextDueHour, dueHour(of: entry)) }

  /// The hour since 1970 from which on an entry needs a listing; nil if it needs none.
  private func dueHour(of entry: Entry) -> UInt32? {
    guard !entry.isGone else { return nil }
    return switch entry.state {
    case .kept(let hour, _, _) where hour > 0: hour
    case .deleted(let hour, _) where hour > 0: hour + 24
    case .unread(let hour) where hour > 0: hour
    case .intended, .fired, .archived, .failed, .givenUp, .kept, .deleted, .old, .forgotten, .link,
      .unread:
      nil
    }
  }

  private func earlier(_ left: UInt32?, _ right: UInt32?) -> UInt32? {
    left.map { min($0, right ?? $0) } ?? right
  }

  /// Ends a complete listing of a mailbox in which STAT counted `messages` of so many octets. An alert whose
  /// message is missing is gone from here on, or forgotten. Changes nothing if the unique-ids do not tell
  /// messages apart.
  public func endListing(octets: UInt64 = 0, of messages: UInt32 = 0) throws(LedgerError) {
    guard !listingIsDoubled else { return }
    nextDueHour = listedDueHour
    if let examined, examined.count > 0 {
      let isThere = listed.count == examined.count && listed.sum == examined.sum
      linksAreStale =
        isThere && listedCount == examined.count && messages == listedCount
        && examined.differs(octets: octets)
      // If the mailbox does not begin with the messages looked at, or their unique-ids belong to others, all
      // are looked at again, even if this session fails.
      if !isThere || linksAreStale {
        try writeAll([.examined(Examined(rules: examined.rules))])
      }
    }
    defer { linksAreStale = false }
    try noteGone(after: .listing)
  }

  /// Ends a look at the header of each message: messages not met are gone. After a listing (`isListed`), this
  /// applies only to those that listings do not know.
  public func endLook(isListed: Bool) throws(LedgerError) {
    try noteGone(after: isListed ? .unlisted : .headers)
  }

  private func noteGone(after survey: Survey) throws(LedgerError) {
    defer { forgetMarks() }
    var changes: [Record] = []
    if survey == .headers { nextDueHour = nil }
    var leavesUnread = survey == .listing && hasUnread
    try forEachEntry { (entry, isMarked) throws(LedgerError) in
      // A listing may lack messages that could not be read.
      if entry.isUnread || survey != .listing && isMarked { self.noteDue(entry) }
      if entry.isUnread, self.entry(entry, after: survey, isThere: isMarked) != nil {
        leavesUnread = true
      }
      guard changes.count <= Self.fewChanges else { return }
      let isLost = entry.isOlder ? try self.isDangling(entry) : false
      let later = isLost ? nil : self.entry(entry, after: survey, isThere: isMarked)
      guard later != entry else { return }
      changes.append(later.map { .entry($0) } ?? .removed(entry.identity))
    }
    if changes.count > Self.fewChanges {
      try compact(after: survey)
    } else {
      try writeAll(changes)
    }
    hasUnread = leavesUnread
  }

  /// The entry after a survey in which its message was met or not; nil if it is forgotten.
  func entry(_ entry: Entry, after survey: Survey, isThere: Bool) -> Entry? {
    if entry.isLink {
      return isThere && !linksAreStale || entry.isOlder || survey != .listing ? entry : nil
    }
    if case .unread(let hour) = entry.state {
      // A look has read what is due, or did not find it; a listing reads nothing.
      let stays = hour == 0 ? survey == .listing : UInt64(entry.time) + Self.memory > time
      return stays ? entry : nil
    }
    if survey == .unlisted, !entry.isUnlisted { return entry }
    if survey == .listing, entry.isUnlisted { return entry }
    if isThere {
      var later = entry
      later.goneDay = 0
      return later
    }
    // Without its place in the mailbox, nothing tells it from another message.
    if entry.isSilent || entry.state == .forgotten { return nil }
    if entry.isGone { return isLongGone(entry) ? nil : entry }
    if entry.isDeleted { return isLongDeleted(entry) ? nil : entry }
    return entry.gone(day: UInt16(clamping: max(daySeen, 1)))
  }

  /// The current day since 1970, by `LedgerClock.timeSeen`.
  private var daySeen: Int { Int(clamping: clock.timeSeen / 86_400) }

  /// Number of days for which a message has been gone; nil if it is in the mailbox.
  func daysGone(_ entry: Entry) -> Int? {
    entry.isGone ? max(0, daySeen - Int(entry.goneDay)) : nil
  }

  private func isLongGone(_ entry: Entry) -> Bool {
    daysGone(entry).map { $0 > Self.memoryHours / 24 } ?? false
  }

  /// True if the server confirmed the deletion over `memoryHours` ago. A server may never list its whole
  /// mailbox, so that nothing else would forget the entry.
  func isLongDeleted(_ entry: Entry) -> Bool {
    guard case .deleted(let hour, _) = entry.state, hour > 0 else { return false }
    return UInt64(time / 3600) > UInt64(hour) + UInt64(Self.memoryHours)
  }
}

/// The kind of a look at the whole mailbox.
enum Survey {
  case listing, headers
  /// A listing, and then the headers of the messages it did not know.
  case unlisted
}

/// What a listed message needs.
public enum ListingVerdict: UInt8, Sendable {
  /// The ledger does not have the message: it is new, or no rule took it.
  case unknown = 0
  /// The message needs a look.
  case look
  /// The message stays as it is, and needs no look.
  case kept
  /// Another message has the same unique-id, which is not believed.
  case doubled
}
