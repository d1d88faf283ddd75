/// Up to `capacity` bytes, stored in place: nothing is allocated, and nothing grows.
public struct ByteBuffer<let capacity: Int>: Sendable {
  private var storage = InlineArray<capacity, UInt8>(repeating: 0)

  /// Number of bytes in the buffer.
  public private(set) var count = 0

  public init() {}

  /// Creates a buffer with `text`, which must fit.
  public init(_ text: StaticString) {
    precondition(append(text), "a literal longer than its buffer")
  }

  public var isEmpty: Bool { count == 0 }
  public var isFull: Bool { count == capacity }

  /// Number of bytes that still fit.
  public var room: Int { capacity - count }

  /// The bytes in the buffer.
  public var bytes: Span<UInt8> {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { storage.span.extracting(..<count) }
  }

  /// The byte at `index`, which must be less than `count`.
  public subscript(index: Int) -> UInt8 {
    @_addressableSelf
    borrowing get { bytes[index] }
    set {
      precondition(index < count)
      storage[index] = newValue
    }
  }

  /// Adds a byte. Returns `false`, and changes nothing, when full.
  @discardableResult
  public mutating func append(_ byte: UInt8) -> Bool {
    guard count < capacity else { return false }
    storage[count] = byte
    count += 1
    return true
  }

  /// Adds all of `bytes`. Returns `false`, and changes nothing, when they do not fit.
  @discardableResult
  public mutating func append(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count <= room else { return false }
    for index in bytes.indices { append(bytes[index]) }
    return true
  }

  /// Adds all of `text`. Returns `false`, and changes nothing, when it does not fit.
  @discardableResult
  public mutating func append(_ text: StaticString) -> Bool {
    guard text.utf8CodeUnitCount <= room else { return false }
    for index in 0..<text.utf8CodeUnitCount { append(text.byte(at: index)) }
    return true
  }

  /// Adds as many of the first `bytes` as fit. Returns `false` when some did not.
  @discardableResult
  public mutating func appendPrefix(of bytes: Span<UInt8>) -> Bool {
    for index in bytes.indices {
      guard append(bytes[index]) else { return false }
    }
    return true
  }

  /// Keeps the first `length` bytes; `length` must not be more than `count`.
  public mutating func truncate(to length: Int) {
    precondition(length <= count)
    count = length
  }

  /// Drops the first `length` bytes; `length` must not be more than `count`.
  public mutating func removeFirst(_ length: Int) {
    precondition(length <= count)
    for index in length..<count { storage[index - length] = storage[index] }
    count -= length
  }

  /// Replaces the content by the bytes that `body` writes to the front, as many as it returns.
  public mutating func fill<Failure>(
    _ body: (inout MutableSpan<UInt8>) throws(Failure) -> Int
  ) throws(Failure) {
    count = 0
    var span = storage.mutableSpan
    let length = try body(&span)
    precondition(length <= capacity)
    count = length
  }

  /// Removes all bytes; they stay in memory until they are overwritten.
  public mutating func removeAll() { count = 0 }

  /// Removes all bytes, and overwrites the whole buffer with zeros, even if nothing reads it again: for
  /// secrets.
  @inline(never)
  @_optimize(none)
  public mutating func wipe() {
    for index in 0..<capacity { storage[index] = 0 }
    count = 0
  }
}

extension ByteBuffer: Equatable {
  public static func == (left: Self, right: Self) -> Bool {
    left.bytes.equals(right.bytes)
  }
}
