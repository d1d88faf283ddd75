import Bytes
import Ledger
import Mail
import POP3

/// The messages whose content is wanted, and the one that is on its way.
struct ArchiveQueue: Sendable {
  /// The most of one session: others wait for the next.
  static var limit: Int { 64 }

  private var waiting: [JudgedMessage] = []
  private var converter = LineFeedConverter()
  private var chunk: [UInt8] = []
  /// The number of octets that were sent in this session.
  private(set) var octets = 0
  private(set) var hasBegun = false

  var isEmpty: Bool { waiting.isEmpty }

  /// Returns `false` where there is no room.
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

  mutating func receive<Sink: FrameSink & ~Copyable>(_ byte: UInt8, _ sink: inout Sink) {
    // A CR that waited may come before it.
    if chunk.count + 2 > FetcherFrame.partSize { send(&sink) }
    converter.push(byte) { chunk.append($0) }
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
  /// The octets of contents after which deletions are committed: a cut costs no more.
  private static var mostOctets: Int { 1 << 20 }

  /// All that was asked for has been looked at. Contents come last: none of them, however long, may
  /// keep an alert waiting, or the deletion of one that is done.
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

  /// The content of `message` is complete.
  mutating func archived<Sink: FrameSink & ~Copyable>(
    _ message: JudgedMessage, _ sink: inout Sink
  ) {
    enter(.askingArchive(message))
    archive.finish(&sink)
  }
}
