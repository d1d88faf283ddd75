internal import Bytes
import Mail

/// A message's delivery: when it was, and whether it was before the last look at all of the mailbox.
public struct Arrival: Sendable, Equatable {
  /// The time of its delivery, in seconds since 1970; nil where neither Received nor Date tells.
  public var time: Int64?
  /// True if the server's own clock tells it: the topmost Received.
  public var isServers = false
  public var look = Look.unknown

  /// The order of a delivery and the last look at all of the mailbox.
  public enum Look: UInt8, Sendable {
    /// Not known: the mailbox does not begin with the messages of that look.
    case unknown = 0
    /// The message is one of those of that look, and was no alert in it.
    case covered
    /// The message stands behind those of that look.
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
  /// More than the years that mail writes, and far from any overflow.
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
