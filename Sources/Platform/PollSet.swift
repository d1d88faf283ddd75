public import Bytes
internal import CPlatform

/// Up to `capacity` descriptors to wait for at once.
///
/// An entry names a descriptor by number: empty the set before a descriptor in it is closed.
public struct PollSet<let capacity: Int>: ~Copyable {
  private var entries = InlineArray<capacity, pb_poll_entry>(repeating: pb_poll_entry())
  public private(set) var count = 0

  public init() {}

  public mutating func removeAll() { count = 0 }

  /// Adds a descriptor, which must fit, and returns its index.
  @discardableResult
  public mutating func add(
    _ descriptor: borrowing Descriptor, for wish: Readiness = .readable
  ) -> Int {
    precondition(count < capacity, "a poll set that is too small")
    entries[count] = pb_poll_entry(fd: descriptor.number, wanted: wish.events, ready: 0)
    count += 1
    return count - 1
  }

  /// Waits until a descriptor is ready or `limit` is over; nil waits for ever. Returns how many are.
  @discardableResult
  public mutating func wait(for limit: Interval?) throws(SystemError) -> Int {
    let milliseconds = limit.map { max(0, $0.milliseconds) } ?? -1
    let count = self.count
    var span = entries.mutableSpan
    // SAFETY: the first `count` entries were set, and the library keeps no pointer.
    let result = unsafe span.withUnsafeMutableBufferPointer { buffer in
      unsafe pb_poll(buffer.baseAddress, count, milliseconds)
    }
    return Int(try check(result, .poll))
  }

  /// True if a read would return at once: with bytes, an end or an error.
  public func isReadable(_ index: Int) -> Bool { isReady(index, for: .readable) }

  /// True if a write would return at once: with room or an error.
  public func isWritable(_ index: Int) -> Bool { isReady(index, for: .writable) }

  /// True if it has failed, or the other end is gone.
  public func hasHungUp(_ index: Int) -> Bool {
    precondition(index < count)
    return entries[index].ready & ~Readiness.both.events != 0
  }

  private func isReady(_ index: Int, for wish: Readiness) -> Bool {
    precondition(index < count)
    let failed = entries[index].ready & ~Readiness.both.events != 0
    return (failed && entries[index].wanted & wish.events != 0)
      || entries[index].ready & wish.events != 0
  }
}

public enum Readiness: Sendable {
  case readable
  case writable
  case both
  /// Nothing but that it hangs up.
  case hangUp

  var events: Int16 {
    switch self {
    case .readable: Int16(PB_POLL_READ)
    case .writable: Int16(PB_POLL_WRITE)
    case .both: Int16(PB_POLL_READ | PB_POLL_WRITE)
    case .hangUp: 0
    }
  }
}
