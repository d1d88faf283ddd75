import Bytes

/// Rows of bytes, each with the same capacity: allocated once, never grown.
struct ByteRows: ~Copyable {
  private let capacity: Int
  private var storage: [UInt8]
  /// One over the capacity where a row was cut.
  private var counts: [Int]

  init(count: Int, capacity: Int) {
    self.capacity = capacity
    storage = [UInt8](repeating: 0, count: count * capacity)
    counts = [Int](repeating: 0, count: count)
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

  /// Adds a byte to the row. Returns `false` where that is full: then it is cut.
  @discardableResult
  mutating func append(_ byte: UInt8, to row: Int) -> Bool {
    guard counts[row] < capacity else {
      counts[row] = capacity + 1
      return false
    }
    storage[row * capacity + counts[row]] = byte
    counts[row] += 1
    return true
  }

  mutating func removeAll(from row: Int) { counts[row] = 0 }
}
