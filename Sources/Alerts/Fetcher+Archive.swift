import Bytes
import Ledger
import Mail
import POP3

/// The messages to be archived, and the content that is being received.
struct ArchiveQueue: Sendable {
  /// Maximum number of messages per session; others wait for the next session.
  static var limit: Int { 64 }

  private var waiting: [JudgedMessage] = []
  private var converter = LineFeedConverter()
  private var chunk: [UInt8] = []
  /// Octets of content sent to the supervisor in this session.
  private(set) var octets = 0
  /// True once the first content of the session has been requested.
  private(set) var hasBegun = false

  var isEmpty: Bool { waiting.isEmpty }

  /// Adds a message. Returns `false`, and changes nothing, if the queue is full.
  mutating func append(_ message: JudgedMessage) -> Bool {
    guard waiting.count < Self.limit else { return false }
    waiting.append(message)
    return true
  }

  mutating func begin() -> JudgedMessage? {
    guard !waiting.isEmpty else { return nil }
    hasBegun = true
    chunk.removeAll(keepingCapacity: true)
    converter = LineFeedConverter()
    return waiting.removeFirst()
  }

  mutating func removeAll() { waiting = [] }

  mutating func receive<Sink: FrameSink & ~Copyable>(_ bytes: Span<UInt8>, _ sink: inout Sink) {
    var rest = bytes
    while !rest.isEmpty {
      // The first byte may release a CR that was held back.
      if chunk.count + 2 > FetcherFrame.partSize { send(&sink) }
      let part = rest.extracting(first: FetcherFrame.partSize - chunk.count - 1)
      converter.convert(part) { chunk.append($0) }
      rest = rest.extracting(part.count...)
    }
  }

  mutating func finish<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    converter.finish { chunk.append($0) }
    send(&sink)
    sink.send(.archived)
  }

  private mutating func send<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    octets += chunk.count
    sink.send(.content(chunk))
    chunk.removeAll(keepingCapacity: true)
  }
}

extension Fetcher where MD5: ~Copyable, SHA256: ~Copyable {
  /// Octets of content after which a session with deletions ends to commit them, so that a connection cut
  /// later cannot undo them.
  private static var mostOctets: Int { 1 << 20 }

  /// Requests the next content to archive, or ends the session with QUIT; all headers have been handled.
  /// Contents come last, because a long one must not delay an alert or the deletion of one that is done. A
  /// session with deletions ends before the first content, after 1 MiB of contents, or when its batch is
  /// full.
  mutating func archiveOrQuit<Sink: FrameSink & ~Copyable>(_ sink: inout Sink) {
    let mustCommit =
      deletionCount >= batch
      || deletionCount > 0 && (!archive.hasBegun || archive.octets > Self.mostOctets)
    if mustCommit { dropArchive() }
    guard let message = archive.begin() else {
      return enter(.quitting)
    }
    sink.send(.archiving(message: UInt32(message.number)))
    enter(.archiving(message))
  }

  /// Handles the end of the content of `message`, and asks the supervisor for a verdict.
  mutating func archived<Sink: FrameSink & ~Copyable>(
    _ message: JudgedMessage, _ sink: inout Sink
  ) {
    enter(.askingArchive(message))
    archive.finish(&sink)
  }
}
