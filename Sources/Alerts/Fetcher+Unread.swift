import Bytes
import Config
import Ledger
import POP3

/// Messages whose header the server does not give. They are read by RETR; if that fails too, they are
/// reported and wait for a day.
extension Fetcher where MD5: ~Copyable, SHA256: ~Copyable {
  /// Handles a header of `message` that the server refused or sent empty: reads the whole message by RETR if
  /// `headers = auto`, otherwise records that it could not be read.
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

  /// Records and reports that `message` could not be read in this session.
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

  /// Hash of the unique-id of `message`: from the listing, or from UIDL for the message being read; nil if
  /// unknown.
  mutating func listedID(of message: Int) -> Identity? {
    listed?.identity(of: message) ?? uniqueID.map { Self.digest(of: $0) }
  }

  /// Skips `message`, the next one, if an earlier poll waited for its header in vain. Returns `true` if it
  /// did.
  mutating func passesOver<Sink: FrameSink & ~Copyable>(_ message: Int, _ sink: inout Sink) -> Bool
  {
    let id = listedID(of: message)
    guard settings.known.stuck.contains(where: { $0.mayBe(UInt32(message), id) }) else {
      return false
    }
    hasMissed = true
    mark.reach(message, listed: listedCount)
    // The network may be the cause, so the message is tried again soon.
    mark.stop()
    sink.send(.unread(message: UInt32(message), id, []))
    uniqueID = nil
    return true
  }

  /// Reports the command whose reply is awaited, as it may never come; once per session, and not while
  /// archiving.
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
