internal import Bytes

/// Makes lines of a stream of bytes.
public struct LineAssembler: Sendable {
  private let limit: Int
  private var line: [UInt8] = []
  private var isCut = false
  private var isEmpty = true

  /// Of a line, the first `limit` bytes are kept.
  public init(limit: Int) {
    self.limit = limit
    line.reserveCapacity(limit)
  }

  /// Takes bytes, and calls `body` with each line that they end, without its LF or CRLF, and with
  /// whether some of it was dropped.
  public mutating func append(_ bytes: Span<UInt8>, _ body: (Span<UInt8>, _ isCut: Bool) -> Void) {
    for index in bytes.indices {
      guard bytes[index] != .lineFeed else {
        end(body)
        continue
      }
      isEmpty = false
      if line.count < limit { line.append(bytes[index]) } else { isCut = true }
    }
  }

  /// Calls `body` with the last line, where it had no end.
  public mutating func finish(_ body: (Span<UInt8>, _ isCut: Bool) -> Void) {
    if !isEmpty { end(body) }
  }

  private mutating func end(_ body: (Span<UInt8>, _ isCut: Bool) -> Void) {
    if !isCut, line.last == .carriageReturn { line.removeLast() }
    body(line.span, isCut)
    line.removeAll(keepingCapacity: true)
    isCut = false
    isEmpty = true
  }
}
