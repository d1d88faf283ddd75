public import Bytes
public import Ledger
public import Rules

/// What a fetcher tells the supervisor: one datagram each.
///
///     frame    = kind fields                       ; numbers are big-endian
///     mailbox  = %x01 messages(4) octets(8)
///     delay    = %x02 seconds(4)
///     matched  = %x03 rule(1) identity(16) (%x00 / %x01 identity(16)) 6field ncaptures(1) *field
///     field    = length(2) bytes                   ; subject from to date message-id uidl
///     deleted  = %x04 (%x00 / %x01 identity(16))
///     committed = %x05 count(4) last(8) sum(8) complete(1)
///     ended    = %x06 outcome(1) field
///     stage    = %x07 stage(1)
///     listed   = %x08 flags(1) *64identity         ; %x01 the first of a listing, %x02 the last
///     archiving = %x09 identity(16)
///     content  = %x0A *4096OCTET
///     archived = %x0B
///     refused  = %x0C
///
/// The supervisor parses it as a stranger's: lengths and ranges hold, text has no control bytes,
/// and nothing may follow.
public enum FetcherFrame: Sendable, Equatable {
  /// STAT counted so many messages, of so many octets (0: not known).
  case mailbox(messages: UInt32, octets: UInt64)
  /// The server wants so many seconds between logins.
  case loginDelay(seconds: UInt32)
  /// Rule `rule` takes a message; a verdict is waited for.
  indirect case matched(rule: Int, MessageIdentity, AlertValues)
  /// The server took a DELE, for a message that matched or for one that did not (nil).
  case deleted(Identity?)
  /// QUIT was answered with +OK; so many messages have been looked at: of all, where `isComplete`.
  case committed(Examined, isComplete: Bool)
  /// The poll is over; the detail is for people.
  case ended(Outcome, [UInt8])
  /// The poll is that far.
  case stage(Stage)
  /// Messages of a complete listing; an answer is waited for.
  case listed(Listed)
  /// The content of this message was asked for; it follows in parts, with LF at its lines' ends.
  case archiving(Identity)
  case content([UInt8])
  /// That was all of it; a verdict is waited for.
  case archived
  /// The server refused it.
  case contentRefused

  /// The longest text about how a poll ended, in octets; a longer one is cut.
  public static var detailSize: Int { 400 }

  /// Room for the longest frame: a match with everything as long as it may be.
  public typealias Bytes = ByteBuffer<6144>

  public enum Flaw: Error { case kind, length, range, control }

  public init(parsing bytes: Span<UInt8>) throws(Flaw) {
    var reader = FrameReader(bytes)
    switch try reader.byte() {
    case 1:
      let messages = UInt32(truncatingIfNeeded: try reader.number(4))
      self = .mailbox(messages: messages, octets: try reader.number(8))
    case 2: self = .loginDelay(seconds: UInt32(truncatingIfNeeded: try reader.number(4)))
    case 3:
      let rule = Int(try reader.byte())
      var identity = MessageIdentity(unique: try reader.identity())
      if try reader.flag() { identity.content = try reader.identity() }
      self = .matched(rule: rule, identity, try AlertValues(reading: &reader))
    case 4: self = .deleted(try reader.flag() ? try reader.identity() : nil)
    case 5:
      var examined = Examined(rules: 0)
      examined.count = UInt32(truncatingIfNeeded: try reader.number(4))
      examined.last = try reader.number(8)
      examined.sum = try reader.number(8)
      self = .committed(examined, isComplete: try reader.flag())
    case 6:
      guard let outcome = Outcome(rawValue: try reader.byte()) else { throw .range }
      self = .ended(outcome, try reader.text(atMost: Self.detailSize))
    case 7:
      guard let stage = Stage(rawValue: try reader.byte()) else { throw .range }
      self = .stage(stage)
    case 8: self = .listed(try Listed(reading: &reader))
    case 9: self = .archiving(try reader.identity())
    case 10: self = .content([UInt8](try reader.rest(atMost: Self.partSize)))
    case 11: self = .archived
    case 12: self = .contentRefused
    default: throw .kind
    }
    try reader.end()
  }

  /// The frame as it goes over the socket.
  public var encoded: [UInt8] {
    var bytes: [UInt8] = []
    switch self {
    case .mailbox(let messages, let octets):
      bytes.append(1)
      bytes.append(bigEndian: UInt64(messages), size: 4)
      bytes.append(bigEndian: octets, size: 8)
    case .loginDelay(let seconds):
      bytes.append(2)
      bytes.append(bigEndian: UInt64(seconds), size: 4)
    case .matched(let rule, let identity, let values):
      bytes.append(3)
      bytes.append(UInt8(rule))
      bytes.append(identity.unique)
      bytes.append(optional: identity.content)
      values.write(to: &bytes)
    case .deleted(let identity):
      bytes.append(4)
      bytes.append(optional: identity)
    case .committed(let examined, let isComplete):
      bytes.append(5)
      bytes.append(bigEndian: UInt64(examined.count), size: 4)
      bytes.append(bigEndian: examined.last, size: 8)
      bytes.append(bigEndian: examined.sum, size: 8)
      bytes.append(isComplete ? 1 : 0)
    case .ended(let outcome, let detail):
      bytes.append(6)
      bytes.append(outcome.rawValue)
      bytes.append(field: detail.span.extracting(..<min(detail.count, Self.detailSize)))
    case .stage(let stage):
      bytes.append(7)
      bytes.append(stage.rawValue)
    case .listed(let listed): return listed.frame
    case .archiving(let identity):
      bytes.append(9)
      bytes.append(identity)
    case .content(let content):
      bytes.append(10)
      bytes.append(content)
    case .archived: bytes.append(11)
    case .contentRefused: bytes.append(12)
    }
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(field: Span<UInt8>) {
    append(bigEndian: UInt64(field.count), size: 2)
    append(field)
  }

  fileprivate mutating func append(optional identity: Identity?) {
    append(identity == nil ? 0 : 1)
    if let identity { append(identity) }
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

  mutating func flag() throws(FetcherFrame.Flaw) -> Bool {
    switch try byte() {
    case 0: return false
    case 1: return true
    default: throw .range
    }
  }

  mutating func identity() throws(FetcherFrame.Flaw) -> Identity {
    guard bytes.count - position >= Identity.size else { throw .length }
    position += Identity.size
    return Identity(prefixOf: bytes.extracting((position - Identity.size)..<position))
  }

  var isAtEnd: Bool { position == bytes.count }

  @_lifetime(copy self)
  mutating func rest(atMost limit: Int) throws(FetcherFrame.Flaw) -> Span<UInt8> {
    let rest = bytes.extracting(position...)
    guard rest.count <= limit else { throw .length }
    position = bytes.count
    return rest
  }

  mutating func text(atMost limit: Int) throws(FetcherFrame.Flaw) -> [UInt8] {
    let length = Int(try number(2))
    guard length <= limit else { throw .range }
    guard length <= bytes.count - position else { throw .length }
    position += length
    let text = bytes.extracting((position - length)..<position)
    for index in text.indices where text[index].isControl { throw .control }
    return [UInt8](text)
  }

  func end() throws(FetcherFrame.Flaw) {
    guard position == bytes.count else { throw .length }
  }
}

extension FetcherFrame {
  /// The most octets of a content in a frame.
  public static var partSize: Int { 4096 }

  /// Identities of messages in a listing, in its order.
  public struct Listed: Sendable, Equatable {
    /// The most of them in a frame.
    public static var capacity: Int { 64 }

    /// The whole frame: it is the longest that each poll may need, and there is one of it.
    fileprivate private(set) var frame: [UInt8] = [8, 0]

    public init() {
      // A small mailbox needs as much as a large one.
      frame.reserveCapacity(2 + Self.capacity * Identity.size)
    }

    fileprivate init(reading reader: inout FrameReader) throws(FetcherFrame.Flaw) {
      self.init()
      frame[1] = try reader.byte()
      guard frame[1] < 4 else { throw .range }
      frame.append(try reader.rest(atMost: Self.capacity * Identity.size))
      guard (frame.count - 2).isMultiple(of: Identity.size) else { throw .length }
    }

    /// A listing begins with these.
    public var isFirst: Bool {
      get { frame[1] & 1 != 0 }
      set { frame[1] = newValue ? frame[1] | 1 : frame[1] & ~1 }
    }

    /// A listing ends with them.
    public var isLast: Bool {
      get { frame[1] & 2 != 0 }
      set { frame[1] = newValue ? frame[1] | 2 : frame[1] & ~2 }
    }

    public var count: Int { (frame.count - 2) / Identity.size }
    public var isFull: Bool { count == Self.capacity }

    public subscript(index: Int) -> Identity {
      Identity(prefixOf: frame.span.extracting((2 + index * Identity.size)...))
    }

    public mutating func append(_ identity: Identity) {
      frame.append(identity)
    }

    /// Drops the identities; nothing begins with what comes next.
    public mutating func removeAll() {
      frame.removeLast(frame.count - 2)
      isFirst = false
    }
  }
}

extension AlertValues {
  fileprivate init(reading reader: inout FrameReader) throws(FetcherFrame.Flaw) {
    self.init()
    subject = try reader.text(atMost: Limits.subject)
    from = try reader.text(atMost: Limits.address)
    to = try reader.text(atMost: Limits.address)
    date = try reader.text(atMost: Limits.date)
    messageID = try reader.text(atMost: Limits.messageID)
    uniqueID = try reader.text(atMost: Limits.uniqueID)
    for _ in 0..<(try reader.byte()) {
      let capture = try reader.text(atMost: Limits.captureValue)
      guard captures.append(capture.span) else { throw .range }
    }
  }

  fileprivate func write(to bytes: inout [UInt8]) {
    bytes.append(field: subject.span)
    bytes.append(field: from.span)
    bytes.append(field: to.span)
    bytes.append(field: date.span)
    bytes.append(field: messageID.span)
    bytes.append(field: uniqueID.span)
    bytes.append(UInt8(captures.count))
    for index in 0..<captures.count { bytes.append(field: captures.value(at: index)) }
  }
}
