import Bytes

/// Converts CRLF to LF; any other CR or LF remains.
public struct LineFeedConverter: Sendable {
  private var ends = LineEndReader()

  public init() {}

  /// Converts `bytes`; calls `body` with each byte of what becomes of them. A CR at the end is held back.
  public mutating func convert(_ bytes: Span<UInt8>, _ body: (UInt8) -> Void) {
    for index in bytes.indices {
      let byte = bytes[index]
      switch ends.push(byte) {
      case .carriageReturn(let isBehind): if isBehind { body(byte) }
      case .lineFeed: body(byte)
      case .byte(let isBehind):
        if isBehind { body(.carriageReturn) }
        body(byte)
      }
    }
  }

  /// Calls `body` with a CR that was held back, and resets the converter.
  public mutating func finish(_ body: (UInt8) -> Void) {
    if ends.isBehindCarriageReturn { body(.carriageReturn) }
    ends = LineEndReader()
  }
}
