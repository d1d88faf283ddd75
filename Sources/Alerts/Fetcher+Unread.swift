import Bytes
import Config
import Ledger
import POP3

/// Messages whose header the server does not give: read by RETR; if it does not give that either, they wait
/// for a day and are reported.
extension Fetcher where MD5: ~Copyable, SHA256: ~Copyable {
  /// The server refused the header of `message`, or sent none.
  mutating func notRead<Sink: FrameSink & ~Copyable>(
    _ message: Int, _ words: [UInt8], _ sink: inout Sink
  ) {
    let wasWhole = hasTop == false || rereading == message
    if !wasWhole, settings.headers == .auto {
      // A second refusal, or one by a server that does not announce TOP, is one for all messages.
      if hasTop == nil, hasFailedTop || !session.capabilities.top { hasTop = false }
      hasFailedTop = true
      sink.send(.wholeMessages)
      (rereading, isRewinding, uniqueID) = (message, true, nil)
      return
    }
    rereading = nil
    miss(message, words, &sink)
  }

  /// `message` is not read in this session.
  private mutating func miss<Sink: FrameSink & ~Copyable>(
    _ message: Int, _ words: [UInt8], _ sink: inout Sink
  ) {
    hasMissed = true
    mark.reach(message, listed: listedCount)
    let id = listedID(of: message)
    uniqueID = nil
    if let id, believesUniqueIDs {
      mark.extend(over: id.word)
    } else {
      mark.extendOverUnknown(message)
    }
    sink.send(.unread(message: UInt32(message), id, words))
  }

  /// The unique-id of the message whose header comes next, or is there.
  mutating func listedID(of message: Int) -> Identity? {
    listed?.identity(of: message) ?? uniqueID.map { Self.digest(of: $0) }
  }

  /// Passes over `message`, which comes next, where its header was waited for in vain before.
  mutating func passesOver<Sink: FrameSink & ~Copyable>(_ message: Int, _ sink: inout Sink) -> Bool
  {
    let id = listedID(of: message)
    guard settings.known.stuck.contains(where: { $0.mayBe(UInt32(message), id) }) else {
      return false
    }
    hasMissed = true
    mark.reach(message, listed: listedCount)
    // The network may be to blame: it is tried again soon.
    mark.stop()
    sink.send(.unread(message: UInt32(message), id, []))
    uniqueID = nil
    return true
  }

  /// Tells what is waited for, as it may not come.
  public mutating func tellStuck<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    if case .archiving = state { return }
    guard !isStuck else { return }
    switch session.awaiting {
    case .top(let message):
      isStuck = true
      sink.send(
        .stuck(message: UInt32(message), listedID(of: message), topFailed: hasTop == nil))
    case .retr(let message), .uidl(let message?):
      isStuck = true
      sink.send(.stuck(message: UInt32(message), listedID(of: message), topFailed: false))
    case .uidl(nil):
      isStuck = true
      sink.send(.listingIsStuck)
    case .dele(let message):
      isStuck = true
      sink.send(.deletionIsStuck(message: UInt32(message)))
    case .stat, .list, .noop, .rset, .quit, nil: break
    }
  }
}
