extension ByteBuffer {
  /// Appends the lowest `size` bytes of `number`, big-endian. There must be room.
  public mutating func append(bigEndian number: UInt64, size: Int) {
    for byte in (0..<size).reversed() {
      append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte)))
    }
  }
}

extension [UInt8] {
  /// Appends the lowest `size` bytes of `number`, big-endian.
  public mutating func append(bigEndian number: UInt64, size: Int) {
    for byte in (0..<size).reversed() {
      append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte)))
    }
  }
}

/// The number that up to eight bytes hold, big-endian.
public func bigEndian(_ bytes: Span<UInt8>) -> UInt64 {
  var number: UInt64 = 0
  for index in bytes.indices { number = number << 8 | UInt64(bytes[index]) }
  return number
}
