import Bytes
public import Ledger

extension FetcherFrame {
  /// The most octets of a content in a frame.
  public static var partSize: Int { 4096 }

  /// Identities of messages in a listing, in its order.
  public struct Listed: Sendable, Equatable {
    /// The most of them in a frame.
    public static var capacity: Int { 64 }

    /// The whole frame: it is the longest that each poll may need, and there is one of it.
    private(set) var frame: [UInt8] = [8, 0]

    public init() {
      // A small mailbox needs as much as a large one.
      frame.reserveCapacity(2 + Self.capacity * Identity.size)
    }

    init(reading reader: inout FrameReader) throws(FetcherFrame.Flaw) {
      self.init()
      frame[1] = try reader.byte()
      guard frame[1] < 8 else { throw .range }
      frame.append(try reader.rest(atMost: Self.capacity * Identity.size))
      guard (frame.count - 2).isMultiple(of: Identity.size) else { throw .length }
    }

    /// A listing begins with these.
    public var isFirst: Bool {
      get { frame[1] & 1 != 0 }
      set { frame[1] = newValue ? frame[1] | 1 : frame[1] & ~1 }
    }

    /// A listing ends with them.
    public var isLast: Bool {
      get { frame[1] & 2 != 0 }
      set { frame[1] = newValue ? frame[1] | 2 : frame[1] & ~2 }
    }

    /// The unique-ids of the listing tell no message from another.
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

    /// Drops the identities; nothing begins with what comes next.
    public mutating func removeAll() {
      frame.removeLast(frame.count - 2)
      isFirst = false
    }
  }
}
