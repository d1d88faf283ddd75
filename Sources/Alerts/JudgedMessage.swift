/// A message that awaits a verdict, is to be archived, or is to be deleted.
struct JudgedMessage: Sendable {
  let number: Int
  /// Its 64-bit hash in `Examined.sum`; nil if nothing tells it from other messages.
  let word: UInt64?
}

/// The messages whose DELE awaits a reply, oldest first; never more than the window of the session.
struct DeletionQueue: Sendable {
  static var capacity: Int { 64 }

  private var ring = InlineArray<64, JudgedMessage?>(repeating: nil)
  private var start = 0
  private var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ deletion: JudgedMessage) {
    precondition(count < Self.capacity)
    ring[(start + count) % Self.capacity] = deletion
    count += 1
  }

  mutating func removeFirst() -> JudgedMessage? {
    guard count > 0 else { return nil }
    let first = ring[start]
    start = (start + 1) % Self.capacity
    count -= 1
    return first
  }
}
