import Synchronization

/// What a connection carried: POP3 as it was meant, whether or not TLS was around it.
public struct Transcript: Sendable {
  public enum Direction: Sendable { case received, sent }

  public struct Passage: Sendable {
    public var direction: Direction
    public var inTLS: Bool
    public var bytes: [UInt8]
  }

  /// In order; neighbours of one kind are one. Of what was sent, the first MiB.
  public fileprivate(set) var passages: [Passage] = []
  public fileprivate(set) var sentCount = 0
  public fileprivate(set) var receivedCount = 0
  /// Until the client has closed too, so that all that was sent could arrive.
  public fileprivate(set) var isOpen = true
  /// The TLS handshake succeeded.
  public fileprivate(set) var hadTLS = false
  public fileprivate(set) var loggedIn = false
  /// How often something arrived together with a command that was to be answered first, where the
  /// server does not support that.
  public fileprivate(set) var pipeliningErrors = 0

  /// What came from the client.
  public var received: String { text { $0.direction == .received } }
  /// What went to the client.
  public var sent: String { text { $0.direction == .sent } }
  /// What anyone on the way could read of the client's words.
  public var receivedInClear: String { text { $0.direction == .received && !$0.inTLS } }

  private func text(where isWanted: (Passage) -> Bool) -> String {
    String(decoding: passages.filter(isWanted).flatMap(\.bytes), as: UTF8.self)
  }

  fileprivate mutating func add(_ direction: Direction, inTLS: Bool, _ bytes: ArraySlice<UInt8>) {
    if direction == .sent { sentCount += bytes.count } else { receivedCount += bytes.count }
    if direction == .sent, sentCount > 1 << 20 { return }
    if let last = passages.last, last.direction == direction, last.inTLS == inTLS {
      passages[passages.count - 1].bytes += bytes
    } else {
      passages.append(Passage(direction: direction, inTLS: inTLS, bytes: Array(bytes)))
    }
  }
}

/// Where a connection's thread writes its transcript, and others read it.
final class Recorder: Sendable {
  private let transcript = Mutex(Transcript())

  var current: Transcript { transcript.withLock(\.self) }

  func add(_ direction: Transcript.Direction, inTLS: Bool, _ bytes: ArraySlice<UInt8>) {
    transcript.withLock { $0.add(direction, inTLS: inTLS, bytes) }
  }

  func hasTLS() { transcript.withLock { $0.hadTLS = true } }
  func hasLoggedIn() { transcript.withLock { $0.loggedIn = true } }
  func hasPipelined() { transcript.withLock { $0.pipeliningErrors += 1 } }
  func hasEnded() { transcript.withLock { $0.isOpen = false } }
}
