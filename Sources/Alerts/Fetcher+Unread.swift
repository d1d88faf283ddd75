import Bytes
import Config
import Ledger
import POP3

/// What the server does not let be read: by TOP, then by RETR; then it waits for a day, and is told of.
extension Fetcher where MD5: ~Copyable, SHA256: ~Copyable {
  /// The server refused the header of `message`, or sent none.
  mutating func notRead<Sink: FrameSink & ~Copyable>(
    _ message: Int, _ words: [UInt8], _ sink: inout Sink
  ) {
    let wasWhole = hasTop == false || rereading == message
    if !wasWhole, settings.headers == .auto {
      // Where it is refused for others too, it is not worth the trying.
      if hasTop == nil, refusedTops > 0 || !session.capabilities.top { hasTop = false }
      refusedTops += 1
      sink.send(.wholeMessages)
      (rereading, isRewinding, uniqueID) = (message, true, nil)
      return
    }
    rereading = nil
    hasMissed = true
    mark.reach(message, listed: listedCount)
    let id = uniqueID.map { Self.digest(of: $0) } ?? listed?.identity(of: message)
    uniqueID = nil
    // Without a unique-id it counts as what nothing else is.
    mark.extend(over: id?.word ?? 0)
    sink.send(.unread(message: UInt32(message), id, words))
  }

  /// Asks for `message` again, and for all behind it.
  mutating func goBack(to message: Int) {
    uniqueIDIsAsked = false
    if message <= Int(listedCount), var again = listed {
      again.skip(to: message)
      due = again
    }
    next = message
  }
}
