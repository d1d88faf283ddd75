import Bytes

/// Rows of bytes, each with the same capacity: allocated once, never grown.
///
/// A row that was cut still knows how long all of its text was, and a sum over it.
struct ByteRows: ~Copyable {
  private let capacity: Int
  private var storage: [UInt8]
  /// One over the capacity where a row was cut.
  private var counts: [Int]
  private var sums: [TextSum]

  init(count: Int, capacity: Int) {
    self.capacity = capacity
    storage = [UInt8](repeating: 0, count: count * capacity)
    counts = [Int](repeating: 0, count: count)
    sums = [TextSum](repeating: TextSum(), count: count)
  }

  /// What the row holds.
  subscript(row: Int) -> Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get {
      storage.span.extracting((row * capacity)..<(row * capacity + min(counts[row], capacity)))
    }
  }

  /// Whether a byte had no room in the row.
  func isCut(_ row: Int) -> Bool { counts[row] > capacity }

  /// The sum over all bytes that were added, those too that had no room.
  func sum(of row: Int) -> TextSum { sums[row] }

  /// Adds a byte to the row. Returns `false` where that is full: then it is cut.
  @discardableResult
  mutating func append(_ byte: UInt8, to row: Int) -> Bool {
    sums[row].add(byte)
    guard counts[row] < capacity else {
      counts[row] = capacity + 1
      return false
    }
    storage[row * capacity + counts[row]] = byte
    counts[row] += 1
    return true
  }

  mutating func removeAll(from row: Int) {
    counts[row] = 0
    sums[row] = TextSum()
  }
}
