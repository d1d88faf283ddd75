internal import Bytes
import Mail

/// The time at which a message was delivered, and its order relative to the last look at the whole mailbox.
public struct Arrival: Sendable, Equatable {
  /// Time of delivery, in seconds since 1970; nil if neither Received nor Date gives one.
  public var time: Int64?
  /// True if the topmost Received field, which the server's own clock wrote, gives a time with its zone.
  public var isServers = false
  public var look = Look.unknown

  /// Order of a delivery and the last look at the whole mailbox.
  public enum Look: UInt8, Sendable {
    /// Not known, for example because the mailbox no longer begins with the messages of that look.
    case unknown = 0
    /// The look covered the message, which fired no alert then.
    case covered
    /// The message follows those of that look in the mailbox: it arrived after the look.
    case later
  }

  public init(time: Int64? = nil, isServers: Bool = false, look: Look = .unknown) {
    self.time = time
    self.isServers = isServers
    self.look = look
  }

  init(_ header: borrowing MessageHeader, _ look: Look) {
    time = header.deliveryDate?.secondsSince1970
    isServers = header.receivedDate?.hasZone ?? false
    self.look = look
  }
}

extension Arrival {
  private static var hasTime: UInt8 { 4 }
  private static var isServers: UInt8 { 8 }
  /// Limit for times, in seconds: over 8,000 years, and far from overflow.
  private static var furthest: UInt64 { 1 << 38 }

  init(reading reader: inout FrameReader) throws(FetcherFrame.Flaw) {
    let flags = try reader.byte()
    guard flags < 16, let look = Look(rawValue: flags & 3) else { throw .range }
    self.init(isServers: flags & Self.isServers != 0, look: look)
    guard flags & Self.hasTime != 0 else { return }
    let time = Int64(bitPattern: try reader.number(8))
    guard time.magnitude < Self.furthest else { throw .range }
    self.time = time
  }

  func write(to bytes: inout [UInt8]) {
    bytes.append(
      look.rawValue | (time == nil ? 0 : Self.hasTime) | (isServers ? Self.isServers : 0))
    if let time { bytes.append(bigEndian: UInt64(bitPattern: time), size: 8) }
  }
}
