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
    hasMissed = true
    mark.reach(message, listed: listedCount)
    let id = uniqueID.map { Self.digest(of: $0) } ?? listed?.identity(of: message)
    uniqueID = nil
    // The hash 0 stands for a message without a unique-id: none is recognised by it.
    mark.extend(over: id?.word ?? 0)
    sink.send(.unread(message: UInt32(message), id, words))
  }
}
