import Bytes

/// Rows of bytes with the same capacity: allocated once, never grown.
///
/// For a row that was cut, the length and a hash of its whole text are still known.
struct ByteRows: ~Copyable {
  private let capacity: Int
  private var storage: [UInt8]
  /// The number of bytes in each row; one more than the capacity if the row was cut.
  private var counts: [Int]
  private var sums: [TextSum]

  init(count: Int, capacity: Int) {
    self.capacity = capacity
    storage = [UInt8](repeating: 0, count: count * capacity)
    counts = [Int](repeating: 0, count: count)
    sums = [TextSum](repeating: TextSum(), count: count)
  }

  /// The bytes of the row.
  subscript(row: Int) -> Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get {
      storage.span.extracting((row * capacity)..<(row * capacity + min(counts[row], capacity)))
    }
  }

  /// True if a byte did not fit into the row.
  func isCut(_ row: Int) -> Bool { counts[row] > capacity }

  /// Length and hash of all bytes that were added to the row, including those that did not fit.
  func sum(of row: Int) -> TextSum { sums[row] }

  /// Appends a byte to the row. Returns `false` if the row is full; it then counts as cut.
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
