internal import Bytes

/// Removes the dot-stuffing of a message and finds its end, a byte at a time: RFC 1939 section 3.
///
/// Only CRLF.CRLF is the end, so that no sender can write an end into a message: a bare LF is content
/// (GreenMail and popgun pass `LF . LF` on). If the server's greeting ended in a bare LF, LF.LF is the end,
/// too. The CRLF of the `+OK` line counts as the first CRLF, so that a message may be empty. Exchange 2000's
/// dot without a CRLF before it is no end.
///
/// Other bytes pass unchanged, with their line ends, except for a CR after a stuffed dot that begins no line
/// end: it is dropped, as RFC 5322 forbids it.
public struct ContentDecoder: Sendable {
  public enum Piece: Equatable, Sendable {
    case needsMore
    case content(UInt8)
    case end
  }

  private enum Place { case lineStart, dot, dotCarriageReturn, text, carriageReturn }

  private let lineFeedEnds: Bool
  private var place = Place.lineStart

  /// `lineFeedEnds` is true if a bare LF ends a line as well.
  public init(lineFeedEnds: Bool) { self.lineFeedEnds = lineFeedEnds }

  public mutating func push(_ byte: UInt8) -> Piece {
    switch (place, byte) {
    case (.lineStart, .ascii(".")):
      place = .dot
      return .needsMore
    case (.dot, .carriageReturn):
      place = .dotCarriageReturn
      return .needsMore
    case (.dotCarriageReturn, .lineFeed):
      return .end
    case (.dot, .lineFeed) where lineFeedEnds:
      return .end
    case (.carriageReturn, .lineFeed):
      place = .lineStart
    case (.lineStart, .lineFeed), (.dot, .lineFeed), (.text, .lineFeed):
      place = lineFeedEnds ? .lineStart : .text
    case (.lineStart, .carriageReturn), (.dotCarriageReturn, .carriageReturn),
      (.text, .carriageReturn), (.carriageReturn, .carriageReturn):
      place = .carriageReturn
    case (.lineStart, _), (.dot, _), (.dotCarriageReturn, _), (.text, _), (.carriageReturn, _):
      place = .text
    }
    return .content(byte)
  }
}
