import Bytes

/// Converts CRLF to LF, a byte at a time; any other CR or LF remains.
public struct LineFeedConverter: Sendable {
  // True if a CR was held back.
  private var isAfterCarriageReturn = false

  public init() {}

  /// Converts a byte; calls `body` with none, one or two bytes.
  public mutating func push(_ byte: UInt8, _ body: (UInt8) -> Void) {
    if isAfterCarriageReturn, byte != .lineFeed { body(.carriageReturn) }
    isAfterCarriageReturn = byte == .carriageReturn
    if !isAfterCarriageReturn { body(byte) }
  }

  /// Calls `body` with a CR that was held back, and resets the converter.
  public mutating func finish(_ body: (UInt8) -> Void) {
    if isAfterCarriageReturn { body(.carriageReturn) }
    isAfterCarriageReturn = false
  }
}
