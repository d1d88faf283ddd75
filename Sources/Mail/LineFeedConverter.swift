import Bytes

/// Makes LF of each CRLF, as files have it, a byte at a time; any other CR or LF stays as it is.
public struct LineFeedConverter: Sendable {
  // A CR that waits for what follows it.
  private var isAfterCarriageReturn = false

  public init() {}

  /// Takes a byte, and calls `body` with none, one or two.
  public mutating func push(_ byte: UInt8, _ body: (UInt8) -> Void) {
    if isAfterCarriageReturn, byte != .lineFeed { body(.carriageReturn) }
    isAfterCarriageReturn = byte == .carriageReturn
    if !isAfterCarriageReturn { body(byte) }
  }

  /// Gives what still waited, and is ready for another message.
  public mutating func finish(_ body: (UInt8) -> Void) {
    if isAfterCarriageReturn { body(.carriageReturn) }
    isAfterCarriageReturn = false
  }
}
