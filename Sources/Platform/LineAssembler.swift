internal import Bytes

/// Makes lines of a stream of bytes. Of a line, the first `capacity` bytes are kept.
public struct LineAssembler<let capacity: Int>: Sendable {
  private var line = ByteBuffer<capacity>()
  private var isCut = false
  private var isEmpty = true

  public init() {}

  /// Takes bytes, and calls `body` with each line that they end, without its LF or CRLF, and with
  /// whether some of it was dropped.
  public mutating func append(_ bytes: Span<UInt8>, _ body: (Span<UInt8>, _ isCut: Bool) -> Void) {
    for index in bytes.indices {
      guard bytes[index] != .lineFeed else {
        end(body)
        continue
      }
      isEmpty = false
      if !line.append(bytes[index]) { isCut = true }
    }
  }

  /// Calls `body` with the last line, where it had no end.
  public mutating func finish(_ body: (Span<UInt8>, _ isCut: Bool) -> Void) {
    if !isEmpty { end(body) }
  }

  private mutating func end(_ body: (Span<UInt8>, _ isCut: Bool) -> Void) {
    if !isCut, line.count > 0, line[line.count - 1] == .carriageReturn {
      line.truncate(to: line.count - 1)
    }
    body(line.bytes, isCut)
    line.removeAll()
    isCut = false
    isEmpty = true
  }
}
