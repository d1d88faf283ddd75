internal import Bytes

/// Removes the dot-stuffing of a message and finds its end: RFC 1939 section 3.
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
    /// The bytes in this range are content.
    case content(Range<Int>)
    case end
  }

  private enum Place { case lineStart, dot, text }
  private enum Use { case content, dropped, end }

  private let lineFeedEnds: Bool
  private var place = Place.lineStart
  private var ends = LineEndReader()

  /// `lineFeedEnds` is true if a bare LF ends a line as well.
  public init(lineFeedEnds: Bool) { self.lineFeedEnds = lineFeedEnds }

  /// Takes some of `bytes`, from the first on: up to the end of the message, or of a run of content. Returns how
  /// many, and what they are.
  public mutating func take(_ bytes: Span<UInt8>) -> (count: Int, Piece) {
    var start = 0
    for index in bytes.indices {
      switch use(of: bytes[index]) {
      case .content: continue
      case .dropped where start == index: start = index + 1
      case .dropped: return (index + 1, .content(start..<index))
      case .end: return (index + 1, .end)
      }
    }
    return (bytes.count, start < bytes.count ? .content(start..<bytes.count) : .needsMore)
  }

  private mutating func use(of byte: UInt8) -> Use {
    switch (place, ends.push(byte)) {
    case (.lineStart, .byte) where byte == .ascii("."):
      place = .dot
      return .dropped
    case (.dot, .carriageReturn(behindAnother: false)): return .dropped
    case (.dot, .lineFeed(let isCRLF)) where isCRLF || lineFeedEnds: return .end
    case (.lineStart, .lineFeed(let isCRLF)), (.dot, .lineFeed(let isCRLF)),
      (.text, .lineFeed(let isCRLF)):
      place = isCRLF || lineFeedEnds ? .lineStart : .text
    case (.lineStart, .carriageReturn), (.dot, .carriageReturn), (.text, .carriageReturn),
      (.lineStart, .byte), (.dot, .byte), (.text, .byte):
      place = .text
    }
    return .content
  }
}
