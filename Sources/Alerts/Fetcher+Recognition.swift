import Bytes
import Ledger
import POP3

/// The part of the mailbox that was looked at before: found by one unique-id, by one header, or by a listing
/// of all.
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
      phase = .listing
      listed(&sink)
    } else if known.examined.count > 0, known.earlier.count > known.examined.count {
      checkEarlier()
    } else {
      recognise()
    }
  }

  /// Finds out whether the mailbox begins with what was looked at.
  private mutating func recognise() {
    let known = settings.known
    let isStuck = known.stuck.contains { $0.number == known.anchor.count }
    if known.listing == .now || !canRecognise(count, octets) || isStuck {
      listAll()
    } else if known.anchor.count > 0 {
      session.send(.uidl(Int(known.anchor.count)))
      phase = .recognising
    } else {
      lookAtAll()
    }
  }

  /// These rules have looked at a part of what others had looked at: of the rest, messages may have gone
  /// since, and others stand in their places. The last of it tells.
  private mutating func checkEarlier() {
    guard count >= settings.known.earlier.count else { return checkedEarlier(isThere: false) }
    session.send(.uidl(Int(settings.known.earlier.count)))
    phase = .checking
  }

  /// No unique-id tells.
  mutating func checkEarlierByHeader() {
    session.send(.top(Int(settings.known.earlier.count)))
    phase = .checkingHeader
  }

  mutating func checkedEarlier(isThere: Bool) {
    if !isThere { earlierCount = 0 }
    recognise()
  }

  /// Each message is looked at by its header.
  mutating func lookAtAll() {
    looksAtAll = true
    phase = .fetching
  }

  /// True if one message can tell that the mailbox begins with what was looked at.
  private func canRecognise(_ messages: Int, _ octets: UInt64) -> Bool {
    let known = settings.known
    return messages > known.anchor.count
      || messages == known.anchor.count && !known.anchor.differs(octets: octets)
  }

  mutating func listAll() {
    guard settings.known.listing != .never, hasUniqueIDs else { return recogniseByHeader() }
    session.send(.uidl(nil))
    phase = .listing
  }

  /// The mailbox may begin with what was looked at, and no unique-id tells: the header of the last of
  /// that does.
  mutating func recogniseByHeader() {
    let known = settings.known
    guard known.listing != .now || known.earlier.count > 0, known.anchor.count > 0,
      canRecognise(count, octets), !known.stuck.contains(where: { $0.number == known.anchor.count })
    else {
      return lookAtAll()
    }
    session.send(.top(Int(known.anchor.count)))
    phase = .recognisingHeader
  }

  mutating func recognised() {
    isRecognised = true
    guard settings.known.listing != .now else { return lookAtAll() }
    mark.begin(with: settings.known.examined)
    next = Int(settings.known.examined.count) + 1
    looksAtAll = next == 1
    phase = .fetching
  }

  /// The order of the delivery of `message` and the last look at all of the mailbox.
  func look(of message: Int) -> Arrival.Look {
    let known = settings.known
    if known.leavesExisting { return .covered }
    guard isRecognised else { return .unknown }
    if message <= earlierCount { return .covered }
    // Others may have looked at what is behind, too.
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
      // In a listing they are compared with each other.
      let isDoubled = listed == nil && message > lastNamed.message && word == lastNamed.word
      if isDoubled || id.span.tellsNoMore(than: message) { believesUniqueIDs = false }
      lastNamed = (message, word)
    }
    switch phase {
    case .checking where id == nil || !believesUniqueIDs: checkEarlierByHeader()
    case .checking:
      checkedEarlier(isThere: id.map { Self.digest(of: $0).word } == settings.known.earlier.last)
    case .recognising where !believesUniqueIDs: recogniseByHeader()
    case .recognising:
      hasUniqueIDOfEach = id != nil
      guard let id, Self.digest(of: id).word == settings.known.anchor.last else {
        return listAll()
      }
      recognised()
    case .listing:
      if listing.list(message, id.map { Self.digest(of: $0) }) { ask(&sink, isLast: false) }
    case .settingUp, .counting, .checkingHeader, .recognisingHeader, .fetching, .archiving,
      .quitting:
      uniqueID = id
      if id == nil { hasUniqueIDOfEach = false }
    }
  }

  private mutating func ask<Sink: FrameSink & ~Copyable>(_ sink: inout Sink, isLast: Bool) {
    step = .awaitListing
    sink.send(listing.takeChunk(isLast: isLast))
  }

  mutating func listed<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    phase = .fetching
    listing.end(counted: count)
    if !believesUniqueIDs { listing.disbelieve() }
    ask(&sink, isLast: true)
  }

  /// The listing has ended, and was answered.
  mutating func beginFetching() {
    // The same unique-ids, and other octets: they are of other messages by now.
    let known = settings.known
    let isReused =
      listing.isRecognised && listing.count == known.anchor.count && listing.count == count
      && known.anchor.differs(octets: octets)
    guard !listing.isDoubled, !isReused, believesUniqueIDs else {
      believesUniqueIDs = false
      return recogniseByHeader()
    }
    // Some came since they were counted.
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
