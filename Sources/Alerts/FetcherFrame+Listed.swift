import Bytes
public import Ledger

extension FetcherFrame {
  /// Maximum octets of content in one frame.
  public static var partSize: Int { 4096 }

  /// Hashes of the unique-ids of listed messages, in their order.
  public struct Listed: Sendable, Equatable {
    /// Maximum number of identities in one frame.
    public static var capacity: Int { 64 }

    /// The frame as encoded. It is the largest that every poll may need, so there is only one copy of it.
    private(set) var frame: [UInt8] = [8, 0]

    public init() {
      // Full size from the start, so that memory does not depend on the size of the mailbox.
      frame.reserveCapacity(2 + Self.capacity * Identity.size)
    }

    init(reading reader: inout FrameReader) throws(FetcherFrame.Flaw) {
      self.init()
      frame[1] = try reader.byte()
      guard frame[1] < 8 else { throw .range }
      frame.append(try reader.rest(atMost: Self.capacity * Identity.size))
      guard (frame.count - 2).isMultiple(of: Identity.size) else { throw .length }
    }

    /// True for the first frame of a listing.
    public var isFirst: Bool {
      get { frame[1] & 1 != 0 }
      set { frame[1] = newValue ? frame[1] | 1 : frame[1] & ~1 }
    }

    /// True for the last frame of a listing.
    public var isLast: Bool {
      get { frame[1] & 2 != 0 }
      set { frame[1] = newValue ? frame[1] | 2 : frame[1] & ~2 }
    }

    /// True if the unique-ids of the listing do not tell messages apart.
    public var tellsNothing: Bool {
      get { frame[1] & 4 != 0 }
      set { frame[1] = newValue ? frame[1] | 4 : frame[1] & ~4 }
    }

    public var count: Int { (frame.count - 2) / Identity.size }
    public var isFull: Bool { count == Self.capacity }

    public subscript(index: Int) -> Identity {
      Identity(prefixOf: frame.span.extracting((2 + index * Identity.size)...))
    }

    public mutating func append(_ identity: Identity) {
      frame.append(identity)
    }

    /// Removes all identities, and clears `isFirst`.
    public mutating func removeAll() {
      frame.removeLast(frame.count - 2)
      isFirst = false
    }
  }
}
