internal import Bytes

/// Takes the dot-stuffing off a message and finds its end, a byte at a time: RFC 1939 section 3.
///
/// The end is CRLF.CRLF and nothing else, so that no sender can write an end into a message: a bare
/// LF is content (GreenMail and popgun send `LF . LF` as it came). Only a server whose greeting
/// ended in a bare LF ends its messages in one. The CRLF of the `+OK` counts as the first: a
/// message may be empty. Exchange 2000's dot without a CRLF before it is no end.
///
/// The rest passes as it is, with its line ends. One byte does not: a CR that neither begins a line
/// end nor follows anything but the stuffed dot, which RFC 5322 forbids.
public struct ContentDecoder: Sendable {
  public enum Piece: Equatable, Sendable {
    case needsMore
    case content(UInt8)
    case end
  }

  private enum Place { case lineStart, dot, dotCarriageReturn, text, carriageReturn }

  private let lineFeedEnds: Bool
  private var place = Place.lineStart

  /// `lineFeedEnds`: whether a bare LF ends a line as well.
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
