internal import Bytes

/// Cuts the server's bytes into lines; of a long line it keeps the beginning and stays in step.
///
/// A line ends in CRLF and in nothing else: a sender may have put a bare LF into what a server
/// repeats. Only where the very first line ended in a bare LF do the later ones too.
public struct LineFramer: Sendable {
  public enum Progress: Equatable, Sendable { case needsMore, line }

  /// Whether a bare LF ends a line as well; nil until the first line shows it.
  private var lineFeedEnds: Bool?
  private var kept = Limits.Line()
  private var octets = 0
  private var afterCarriageReturn = false
  private var complete = false

  /// Whether the line was longer than what `line` keeps of it.
  public private(set) var isTruncated = false

  /// Frames a stream whose first line shows how its lines end.
  public init() {}

  /// Frames a stream whose lines all end in CRLF.
  public static var strict: LineFramer {
    var framer = LineFramer()
    framer.lineFeedEnds = false
    return framer
  }

  /// The line without its end, cut to 512 octets; it stands until the next `push`.
  public var line: Span<UInt8> {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { kept.bytes }
  }

  public var isAtLineStart: Bool { complete || octets == 0 }
  public var acceptsBareLineFeed: Bool { lineFeedEnds ?? false }

  /// Takes a byte. Throws `lineTooLong`, and only that.
  public mutating func push(_ byte: UInt8) throws(ProtocolError.Reason) -> Progress {
    if complete { restart() }
    guard octets < Limits.lineOctets else { throw .lineTooLong }
    octets += 1
    if byte == .lineFeed, afterCarriageReturn || lineFeedEnds ?? true {
      lineFeedEnds = lineFeedEnds ?? !afterCarriageReturn
      complete = true
      return .line
    }
    if afterCarriageReturn { keep(.carriageReturn) }
    afterCarriageReturn = byte == .carriageReturn
    if !afterCarriageReturn { keep(byte) }
    return .needsMore
  }

  private mutating func keep(_ byte: UInt8) {
    if !kept.append(byte) { isTruncated = true }
  }

  private mutating func restart() {
    kept.removeAll()
    octets = 0
    afterCarriageReturn = false
    isTruncated = false
    complete = false
  }
}
