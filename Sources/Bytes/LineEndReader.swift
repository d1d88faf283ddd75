/// Finds line feeds in a stream, and says whether a CR stands before each.
///
/// The caller decides what ends a line: CRLF in replies, any LF in headers as they are stored.
public struct LineEndReader: Sendable {
  public enum Piece: Equatable, Sendable {
    /// A CR; what it belongs to shows with the next byte.
    case carriageReturn(behindAnother: Bool)
    case lineFeed(behindCarriageReturn: Bool)
    /// Any other byte. A CR before it ended no line.
    case byte(behindCarriageReturn: Bool)
  }

  /// True if the last byte was a CR.
  public private(set) var isBehindCarriageReturn = false

  public init() {}

  public mutating func push(_ byte: UInt8) -> Piece {
    let wasBehind = isBehindCarriageReturn
    isBehindCarriageReturn = byte == .carriageReturn
    switch byte {
    case .carriageReturn: return .carriageReturn(behindAnother: wasBehind)
    case .lineFeed: return .lineFeed(behindCarriageReturn: wasBehind)
    default: return .byte(behindCarriageReturn: wasBehind)
    }
  }
}
