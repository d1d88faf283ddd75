/// A message that a verdict is awaited for, whose content is wanted, or that is to be deleted.
struct JudgedMessage: Sendable {
  let number: Int
  /// Its hash in the sum over the mailbox; nil where nothing tells it from others.
  let word: UInt64?
}

/// The messages whose DELE waits for its reply, oldest first: no more than the session's window.
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
