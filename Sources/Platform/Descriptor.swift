public import Bytes
internal import CPlatform

/// An open file descriptor: one owner, and closed with it.
@frozen
public struct Descriptor: ~Copyable, Sendable {
  /// For calls of other modules, and only while the descriptor lives.
  public let number: Int32

  public init(owning number: Int32) { self.number = number }

  deinit { _ = pb_close(number) }

  /// Reads as many bytes as there are and fit. A packet's end that does not fit is lost.
  public func read(into bytes: inout MutableSpan<UInt8>) throws(SystemError) -> ReadResult {
    // SAFETY: the library writes at most `count` bytes, and keeps no pointer.
    let result = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      unsafe pb_read(number, buffer.baseAddress, buffer.count)
    }
    if result == -Int64(PB_EAGAIN) { return .wouldBlock }
    let count = try check(result, .read)
    return count == 0 ? .end : .bytes(count)
  }

  /// Puts in `buffer` what one read gives, in place of what it holds.
  public func read<let capacity: Int>(
    into buffer: inout ByteBuffer<capacity>
  ) throws(SystemError) -> ReadResult {
    var result = ReadResult.end
    try buffer.fill { span throws(SystemError) in
      result = try read(into: &span)
      guard case .bytes(let count) = result else { return 0 }
      return count
    }
    return result
  }

  /// Writes as many of the first `bytes` as there is room for, a packet whole; nil where there is
  /// none.
  public func write(_ bytes: Span<UInt8>) throws(SystemError) -> Int? {
    // SAFETY: the library reads `count` bytes, and keeps no pointer.
    let result = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe pb_write(number, buffer.baseAddress, buffer.count)
    }
    return result == -Int64(PB_EAGAIN) ? nil : try check(result, .write)
  }

  /// Writes all of `bytes`, and waits for room for as long as `limit` in all; nil waits for ever.
  public func writeAll(_ bytes: Span<UInt8>, within limit: Interval?) throws(SystemError) {
    try writeAllBytes(bytes, to: number, within: limit)
  }
}

public enum ReadResult: Equatable, Sendable {
  /// So many bytes, at least one.
  case bytes(Int)
  /// Nothing yet.
  case wouldBlock
  /// Nothing any more.
  case end
}

func writeAllBytes(
  _ bytes: Span<UInt8>, to descriptor: Int32, within limit: Interval?
) throws(SystemError) {
  let milliseconds = limit.map { max(0, $0.milliseconds) } ?? -1
  // SAFETY: the library reads `count` bytes, and keeps no pointer.
  let result = unsafe bytes.withUnsafeBufferPointer { buffer in
    unsafe pb_write_all(descriptor, buffer.baseAddress, buffer.count, milliseconds)
  }
  try check(result, .write)
}
