extension ByteBuffer {
  /// Adds the lowest `size` bytes of `number`, the highest of them first. There must be room.
  public mutating func append(bigEndian number: UInt64, size: Int) {
    for byte in (0..<size).reversed() {
      append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte)))
    }
  }
}

extension [UInt8] {
  /// Adds the lowest `size` bytes of `number`, the highest of them first.
  public mutating func append(bigEndian number: UInt64, size: Int) {
    for byte in (0..<size).reversed() {
      append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte)))
    }
  }
}

/// Up to eight bytes as a number, the highest first.
public func bigEndian(_ bytes: Span<UInt8>) -> UInt64 {
  var number: UInt64 = 0
  for index in bytes.indices { number = number << 8 | UInt64(bytes[index]) }
  return number
}
