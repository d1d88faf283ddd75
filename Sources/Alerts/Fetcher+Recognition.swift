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
    if messages == 0 && known.listing == .now {
      phase = .listing
      listed(&sink)
    } else if known.listing == .now || !canRecognise(messages, octets) {
      listAll()
    } else if known.examined.count > 0 {
      session.send(.uidl(Int(known.examined.count)))
      phase = .recognising
    } else {
      lookAtAll()
    }
  }

  /// Each message is looked at by its header.
  mutating func lookAtAll() {
    looksAtAll = true
    phase = .fetching
  }

  /// True if one message can tell that the mailbox begins with what was looked at.
  private func canRecognise(_ messages: Int, _ octets: UInt64) -> Bool {
    let known = settings.known
    return messages > known.examined.count
      || messages == known.examined.count && (known.octets == 0 || known.octets == octets)
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
    guard known.listing != .now, known.examined.count > 0, canRecognise(count, octets) else {
      return lookAtAll()
    }
    session.send(.top(Int(known.examined.count)))
    phase = .recognisingHeader
  }

  mutating func recognised() {
    mark.begin(with: settings.known.examined)
    next = Int(settings.known.examined.count) + 1
    phase = .fetching
  }

  mutating func identified<Sink: FrameSink & ~Copyable>(
    _ message: Int, _ id: UniqueID?, _ sink: inout Sink
  ) {
    if let id {
      hasSeenUniqueIDs = true
      if id.span.tellsNoMore(than: message) { believesUniqueIDs = false }
    }
    switch phase {
    case .recognising where !believesUniqueIDs: recogniseByHeader()
    case .recognising:
      hasUniqueIDOfEach = id != nil
      guard let id, Self.digest(of: id).word == settings.known.examined.last else {
        return listAll()
      }
      recognised()
    case .listing:
      if listing.list(message, id.map { Self.digest(of: $0) }) { ask(&sink, isLast: false) }
    case .settingUp, .counting, .recognisingHeader, .fetching, .archiving, .quitting:
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
    if !believesUniqueIDs { listing.disbelieve() }
    ask(&sink, isLast: true)
  }

  /// The listing has ended, and was answered.
  mutating func beginFetching() {
    // The same unique-ids, and other octets: they are of other messages by now.
    let known = settings.known
    let isReused =
      listing.isRecognised && listing.count == known.examined.count && octets > 0
      && known.octets > 0 && octets != known.octets
    guard !listing.isDoubled, !isReused, believesUniqueIDs else {
      believesUniqueIDs = false
      return recogniseByHeader()
    }
    // Some came since they were counted.
    count = max(count, listing.count)
    due = listing.due
    listed = due
    listedCount = listing.due.covered.count
    mark.begin(
      withListed: listing.due.covered,
      known: listing.isRecognised ? settings.known.examined : nil)
    advance()
  }
}
