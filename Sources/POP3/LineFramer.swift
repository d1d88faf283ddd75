internal import Bytes

/// Splits the server's bytes into lines. Of a long line it keeps the beginning, and it finds the end.
///
/// Only CRLF ends a line, because a sender may have put a bare LF into text that the server repeats. If the
/// first line of all ended in a bare LF, a bare LF ends the later ones, too.
public struct LineFramer: Sendable {
  public enum Progress: Equatable, Sendable { case needsMore, line }

  /// True if a bare LF ends a line as well; nil until the first line has ended.
  private var lineFeedEnds: Bool?
  private var kept = Limits.Line()
  private var octets = 0
  private var ends = LineEndReader()
  private var complete = false

  /// True if the line is longer than what `line` keeps of it.
  public private(set) var isTruncated = false

  /// Frames a stream whose first line shows whether a bare LF ends lines.
  public init() {}

  /// Frames a stream in which only CRLF ends a line.
  public static var strict: LineFramer {
    var framer = LineFramer()
    framer.lineFeedEnds = false
    return framer
  }

  /// The line without its end, cut to 512 octets; valid until the next `push`.
  public var line: Span<UInt8> {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { kept.bytes }
  }

  public var isAtLineStart: Bool { complete || octets == 0 }
  public var acceptsBareLineFeed: Bool { lineFeedEnds ?? false }

  /// Adds a byte. Throws `lineTooLong`, and nothing else, after `Limits.lineOctets` octets.
  public mutating func push(_ byte: UInt8) throws(ProtocolError.Reason) -> Progress {
    if complete { restart() }
    guard octets < Limits.lineOctets else { throw .lineTooLong }
    octets += 1
    switch ends.push(byte) {
    case .lineFeed(let isCRLF) where isCRLF || lineFeedEnds ?? true:
      lineFeedEnds = lineFeedEnds ?? !isCRLF
      complete = true
      return .line
    case .lineFeed: keep(byte)
    case .byte(let isBehind):
      if isBehind { keep(.carriageReturn) }
      keep(byte)
    case .carriageReturn(let isBehind): if isBehind { keep(byte) }
    }
    return .needsMore
  }

  private mutating func keep(_ byte: UInt8) {
    if !kept.append(byte) { isTruncated = true }
  }

  private mutating func restart() {
    kept.removeAll()
    octets = 0
    ends = LineEndReader()
    isTruncated = false
    complete = false
  }
}
