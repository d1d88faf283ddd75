public import Bytes
public import Ledger
public import Rules

/// What a fetcher tells the supervisor: one datagram each.
///
///     frame    = kind fields                       ; numbers are big-endian
///     mailbox  = %x01 messages(4)
///     delay    = %x02 seconds(4)
///     matched  = %x03 rule(1) identity(16) 6field ncaptures(1) *field
///     field    = length(2) bytes                   ; subject from to date message-id uidl
///     deleted  = %x04 (%x00 / %x01 identity(16))
///     committed = %x05 count(4) sum(8)
///     ended    = %x06 outcome(1) field
///     stage    = %x07 stage(1)
///
/// The supervisor parses it as a stranger's: lengths and ranges hold, text has no control bytes,
/// and nothing may follow.
public enum FetcherFrame: Sendable, Equatable {
  /// STAT counted so many messages.
  case mailbox(messages: UInt32)
  /// The server wants so many seconds between logins.
  case loginDelay(seconds: UInt32)
  /// Rule `rule` takes a message; a verdict is waited for.
  case matched(rule: Int, Identity, AlertValues)
  /// The server took a DELE, for a message that matched or for one that did not (nil).
  case deleted(Identity?)
  /// QUIT was answered with +OK; so many messages have been looked at.
  case committed(count: UInt32, sum: UInt64)
  /// The poll is over; the detail is for people.
  case ended(Outcome, Detail)
  /// The poll is that far.
  case stage(Stage)

  /// The longest text about how a poll ended, in octets.
  public typealias Detail = ByteBuffer<400>

  /// The longest frame, in octets: a match with everything as long as it may be.
  public static var size: Int { 6144 }
  public typealias Bytes = ByteBuffer<6144>

  public enum Flaw: Error { case kind, length, range, control }

  public init(parsing bytes: Span<UInt8>) throws(Flaw) {
    var reader = FrameReader(bytes)
    switch try reader.byte() {
    case 1: self = .mailbox(messages: UInt32(truncatingIfNeeded: try reader.number(4)))
    case 2: self = .loginDelay(seconds: UInt32(truncatingIfNeeded: try reader.number(4)))
    case 3:
      let rule = Int(try reader.byte())
      let identity = try reader.identity()
      self = .matched(rule: rule, identity, try AlertValues(reading: &reader))
    case 4: self = .deleted(try reader.byte() == 0 ? nil : try reader.identity())
    case 5:
      let count = UInt32(truncatingIfNeeded: try reader.number(4))
      self = .committed(count: count, sum: try reader.number(8))
    case 6:
      guard let outcome = Outcome(rawValue: try reader.byte()) else { throw .range }
      self = .ended(outcome, try reader.text())
    case 7:
      guard let stage = Stage(rawValue: try reader.byte()) else { throw .range }
      self = .stage(stage)
    default: throw .kind
    }
    try reader.end()
  }

  /// The frame as it goes over the socket.
  public var encoded: Bytes {
    var bytes = Bytes()
    switch self {
    case .mailbox(let messages):
      bytes.append(1)
      bytes.append(UInt64(messages), size: 4)
    case .loginDelay(let seconds):
      bytes.append(2)
      bytes.append(UInt64(seconds), size: 4)
    case .matched(let rule, let identity, let values):
      bytes.append(3)
      bytes.append(UInt8(rule))
      bytes.append(identity.bytes.span)
      values.write(to: &bytes)
    case .deleted(let identity):
      bytes.append(4)
      bytes.append(identity == nil ? 0 : 1)
      if let identity { bytes.append(identity.bytes.span) }
    case .committed(let count, let sum):
      bytes.append(5)
      bytes.append(UInt64(count), size: 4)
      bytes.append(sum, size: 8)
    case .ended(let outcome, let detail):
      bytes.append(6)
      bytes.append(outcome.rawValue)
      bytes.append(field: detail.bytes)
    case .stage(let stage):
      bytes.append(7)
      bytes.append(stage.rawValue)
    }
    return bytes
  }
}

extension ByteBuffer<6144> {
  fileprivate mutating func append(_ number: UInt64, size: Int) {
    for byte in (0..<size).reversed() {
      append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte)))
    }
  }

  fileprivate mutating func append(field: Span<UInt8>) {
    append(UInt64(field.count), size: 2)
    append(field)
  }
}

/// Reads a frame from its front.
private struct FrameReader: ~Escapable {
  private let bytes: Span<UInt8>
  private var position = 0

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>) { self.bytes = bytes }

  mutating func byte() throws(FetcherFrame.Flaw) -> UInt8 {
    guard position < bytes.count else { throw .length }
    position += 1
    return bytes[position - 1]
  }

  mutating func number(_ size: Int) throws(FetcherFrame.Flaw) -> UInt64 {
    var number: UInt64 = 0
    for _ in 0..<size { number = number << 8 | UInt64(try byte()) }
    return number
  }

  mutating func identity() throws(FetcherFrame.Flaw) -> Identity {
    var identity = InlineArray<16, UInt8>(repeating: 0)
    for index in 0..<Identity.size { identity[index] = try byte() }
    return Identity(identity)
  }

  mutating func text<let capacity: Int>() throws(FetcherFrame.Flaw) -> ByteBuffer<capacity> {
    let length = Int(try number(2))
    var text = ByteBuffer<capacity>()
    guard length <= capacity else { throw .range }
    for _ in 0..<length {
      let byte = try byte()
      guard !byte.isControl else { throw .control }
      text.append(byte)
    }
    return text
  }

  func end() throws(FetcherFrame.Flaw) {
    guard position == bytes.count else { throw .length }
  }
}

extension AlertValues {
  fileprivate init(reading reader: inout FrameReader) throws(FetcherFrame.Flaw) {
    self.init()
    subject = try reader.text()
    from = try reader.text()
    to = try reader.text()
    date = try reader.text()
    messageID = try reader.text()
    uniqueID = try reader.text()
    for _ in 0..<(try reader.byte()) {
      let capture: ByteBuffer<256> = try reader.text()
      guard captures.append(capture.bytes) else { throw .range }
    }
  }

  fileprivate func write(to bytes: inout FetcherFrame.Bytes) {
    bytes.append(field: subject.bytes)
    bytes.append(field: from.bytes)
    bytes.append(field: to.bytes)
    bytes.append(field: date.bytes)
    bytes.append(field: messageID.bytes)
    bytes.append(field: uniqueID.bytes)
    bytes.append(UInt8(captures.count))
    for index in 0..<captures.count { bytes.append(field: captures.value(at: index)) }
  }
}
