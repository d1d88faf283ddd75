import Bytes
import Ledger
import POP3

/// Recognises the part of the mailbox that was looked at before: by the unique-id or the header of its last
/// message, or by a listing of the whole mailbox.
extension Fetcher where MD5: ~Copyable, SHA256: ~Copyable {
  mutating func counted<Sink: FrameSink & ~Copyable>(
    _ messages: Int, _ octets: UInt64, _ sink: inout Sink
  ) {
    let octets = octets > FetcherFrame.mostOctets ? 0 : octets
    self.octets = octets
    sink.send(.mailbox(messages: UInt32(messages), octets: octets))
    count = messages
    let known = settings.known
    earlierCount = Int(known.earlier.count)
    if messages == 0 && known.listing == .now {
      listed(&sink)
    } else if known.examined.count > 0, known.earlier.count > known.examined.count {
      checkEarlier()
    } else {
      recognise()
    }
  }

  /// Checks whether the mailbox begins with the messages that were looked at before.
  private mutating func recognise() {
    let known = settings.known
    let isStuck = known.stuck.contains { $0.number == known.anchor.count }
    if known.listing == .now || !canRecognise(count, octets) || isStuck {
      listAll()
    } else if known.anchor.count > 0 {
      enter(.comparing(.anchor))
    } else {
      lookAtAll()
    }
  }

  /// Checks whether the messages that other rules had looked at are still in their places, by the last of
  /// them. These rules have looked at only some of those; others may have gone since, and new messages may
  /// have taken their places.
  private mutating func checkEarlier() {
    guard count >= settings.known.earlier.count else { return checkedEarlier(isThere: false) }
    enter(.comparing(.earlier))
  }

  /// Falls back to the header of the landmark message, as no unique-id tells whether the messages up to it
  /// are in their places.
  mutating func compareHeader(_ landmark: Landmark) {
    switch landmark {
    case .earlier: enter(.comparingHeader(.earlier))
    case .anchor: recogniseByHeader()
    }
  }

  /// Handles the result of comparing a landmark; `isThere` is true if it is in its place.
  mutating func compared(_ landmark: Landmark, isThere: Bool) {
    switch landmark {
    case .earlier: checkedEarlier(isThere: isThere)
    case .anchor: if isThere { recognised() } else { lookAtAll() }
    }
  }

  private mutating func checkedEarlier(isThere: Bool) {
    if !isThere { earlierCount = 0 }
    recognise()
  }

  /// Has the header of every message read.
  mutating func lookAtAll() {
    looksAtAll = true
    enter(.fetching)
  }

  /// True if a single message can show that the mailbox begins with those looked at before: there are more
  /// messages, or as many with the same octets.
  private func canRecognise(_ messages: Int, _ octets: UInt64) -> Bool {
    let known = settings.known
    return messages > known.anchor.count
      || messages == known.anchor.count && !known.anchor.differs(octets: octets)
  }

  mutating func listAll() {
    guard settings.known.listing != .never, hasUniqueIDs else { return recogniseByHeader() }
    enter(.listing)
  }

  /// Recognises the mailbox by the header of the last message looked at, as no unique-id does. Has every
  /// header read if that cannot help.
  mutating func recogniseByHeader() {
    let known = settings.known
    guard known.listing != .now || known.earlier.count > 0, known.anchor.count > 0,
      canRecognise(count, octets), !known.stuck.contains(where: { $0.number == known.anchor.count })
    else {
      return lookAtAll()
    }
    enter(.comparingHeader(.anchor))
  }

  mutating func recognised() {
    isRecognised = true
    guard settings.known.listing != .now else { return lookAtAll() }
    mark.begin(with: settings.known.examined)
    next = Int(settings.known.examined.count) + 1
    looksAtAll = next == 1
    enter(.fetching)
  }

  /// Order of the delivery of `message` and the last look at the whole mailbox.
  func look(of message: Int) -> Arrival.Look {
    let known = settings.known
    if known.leavesExisting { return .covered }
    guard isRecognised else { return .unknown }
    if message <= earlierCount { return .covered }
    // Other rules may have looked at later messages, too.
    guard earlierCount == known.earlier.count || known.earlier.count <= known.examined.count else {
      return .unknown
    }
    return message > known.examined.count ? .later : .unknown
  }

  mutating func identified<Sink: FrameSink & ~Copyable>(
    _ message: Int, _ id: UniqueID?, _ sink: inout Sink
  ) {
    if let id {
      let word = Self.digest(of: id).word
      hasSeenUniqueIDs = true
      // A listing compares its unique-ids with each other.
      let isDoubled = listed == nil && message > lastNamed.message && word == lastNamed.word
      if isDoubled || id.span.tellsNoMore(than: message) { believesUniqueIDs = false }
      lastNamed = (message, word)
    }
    switch state {
    case .comparing(let landmark) where !believesUniqueIDs: compareHeader(landmark)
    case .comparing(.earlier):
      guard let id else { return compareHeader(.earlier) }
      checkedEarlier(isThere: Self.digest(of: id).word == settings.known.earlier.last)
    case .comparing(.anchor):
      hasUniqueIDOfEach = id != nil
      guard let id, Self.digest(of: id).word == settings.known.anchor.last else {
        return listAll()
      }
      recognised()
    case .listing:
      if listing.list(message, id.map { Self.digest(of: $0) }) { ask(&sink, isLast: false) }
    case .settingUp, .securing, .counting, .comparingHeader, .askingListing, .fetching, .asking,
      .archiving, .askingArchive, .quitting, .ended:
      uniqueID = id
      if id == nil { hasUniqueIDOfEach = false }
    }
  }

  private mutating func ask<Sink: FrameSink & ~Copyable>(_ sink: inout Sink, isLast: Bool) {
    enter(.askingListing(isLast: isLast))
    sink.send(listing.takeChunk(isLast: isLast))
  }

  mutating func listed<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    listing.end(counted: count)
    if !believesUniqueIDs { listing.disbelieve() }
    ask(&sink, isLast: true)
  }

  /// Begins to read headers, once the supervisor has answered the whole listing.
  mutating func beginFetching() {
    enter(.fetching)
    // The same unique-ids with other octets belong to other messages by now.
    let known = settings.known
    let isReused =
      listing.isRecognised && listing.count == known.anchor.count && listing.count == count
      && known.anchor.differs(octets: octets)
    guard !listing.isDoubled, !isReused, believesUniqueIDs else {
      believesUniqueIDs = false
      return recogniseByHeader()
    }
    // Messages may have arrived since STAT.
    count = max(count, listing.count)
    isRecognised = listing.isRecognised
    let begins = isRecognised && known.examined.count > 0
    due = listing.due(passingOverKnown: begins)
    listed = due
    listedCount = due?.covered.count ?? 0
    mark.begin(
      withListed: due?.covered ?? Examined(rules: 0), known: begins ? known.examined : nil)
    advance()
  }
}
