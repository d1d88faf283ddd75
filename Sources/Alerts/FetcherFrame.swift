public import Bytes
public import Ledger
import POP3
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
///     kept     = %x0D (%x00 / %x01 identity(16)) field
///     uncommitted = %x0E field
///     internal = %x0F
///
/// The supervisor parses it as a stranger's: lengths and ranges hold, each number has its limit,
/// text has no control bytes, and nothing may follow.
public enum FetcherFrame: Sendable, Equatable {
  /// STAT counted so many messages, up to `POP3.Limits.messages`, of so many octets, up to
  /// `mostOctets` (0: not known).
  case mailbox(messages: UInt32, octets: UInt64)
  /// The server wants so many seconds between logins, up to `longestLoginDelay`.
  case loginDelay(seconds: UInt32)
  /// Rule `rule` takes a message; a verdict is waited for.
  indirect case matched(rule: Int, MessageIdentity, AlertValues)
  /// The server took a DELE, for a message that matched or for one that did not (nil).
  case deleted(Identity?)
  /// QUIT was answered with +OK; so many messages have been looked at, up to `mostExamined`: of all,
  /// where `isComplete`.
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
  /// The server refused a DELE, for a message that matched or for one that did not (nil); the text is
  /// for people.
  case deletionRefused(Identity?, [UInt8])
  /// The server refused QUIT: nobody knows what it has deleted; the text is for people.
  case commitRefused([UInt8])
  /// A message that holds a mail server's own data was passed over.
  case folderInternalData

  /// The longest text for people, in octets; a longer one is cut.
  public static var detailSize: Int { 400 }

  /// The most octets of a mailbox: 256 TiB, which is more than there are and far from overflow.
  public static var mostOctets: UInt64 { 1 << 48 }

  /// The longest pause between logins, in seconds: no longer one is believed.
  public static var longestLoginDelay: UInt32 {
    UInt32(Schedule.longestLoginDelay.milliseconds / 1000)
  }

  /// The most messages that were looked at: those of the largest mailbox, and what may arrive while
  /// it is listed.
  public static var mostExamined: Int { POP3.Limits.messages + POP3.Limits.listingSlack }

  /// Room for the longest frame: a match with everything as long as it may be.
  public typealias Bytes = ByteBuffer<6144>

  public enum Flaw: Error { case kind, length, range, control }

  public init(parsing bytes: Span<UInt8>) throws(Flaw) {
    var reader = FrameReader(bytes)
    switch try reader.byte() {
    case 1:
      let messages = try reader.count(atMost: POP3.Limits.messages)
      let octets = try reader.number(8)
      guard octets <= Self.mostOctets else { throw .range }
      self = .mailbox(messages: messages, octets: octets)
    case 2: self = .loginDelay(seconds: try reader.count(atMost: Int(Self.longestLoginDelay)))
    case 3:
      let rule = Int(try reader.byte())
      var identity = MessageIdentity(unique: try reader.identity())
      if try reader.flag() { identity.content = try reader.identity() }
      self = .matched(rule: rule, identity, try AlertValues(reading: &reader))
    case 4: self = .deleted(try reader.flag() ? try reader.identity() : nil)
    case 5:
      var examined = Examined(rules: 0)
      examined.count = try reader.count(atMost: Self.mostExamined)
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
    case 13:
      let identity = try reader.flag() ? try reader.identity() : nil
      self = .deletionRefused(identity, try reader.text(atMost: Self.detailSize))
    case 14: self = .commitRefused(try reader.text(atMost: Self.detailSize))
    case 15: self = .folderInternalData
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
      bytes.append(detail: detail)
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
    case .deletionRefused(let identity, let detail):
      bytes.append(13)
      bytes.append(optional: identity)
      bytes.append(detail: detail)
    case .commitRefused(let detail):
      bytes.append(14)
      bytes.append(detail: detail)
    case .folderInternalData: bytes.append(15)
    }
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(field: Span<UInt8>) {
    append(bigEndian: UInt64(field.count), size: 2)
    append(field)
  }

  fileprivate mutating func append(detail: [UInt8]) {
    append(field: detail.span.extracting(..<Swift.min(detail.count, FetcherFrame.detailSize)))
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

  /// A number of four bytes.
  mutating func count(atMost limit: Int) throws(FetcherFrame.Flaw) -> UInt32 {
    let number = try number(4)
    guard number <= UInt64(limit) else { throw .range }
    return UInt32(truncatingIfNeeded: number)
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
    subject = try reader.text(atMost: Rules.Limits.subject)
    from = try reader.text(atMost: Rules.Limits.address)
    to = try reader.text(atMost: Rules.Limits.address)
    date = try reader.text(atMost: Rules.Limits.date)
    messageID = try reader.text(atMost: Rules.Limits.messageID)
    uniqueID = try reader.text(atMost: Rules.Limits.uniqueID)
    for _ in 0..<(try reader.byte()) {
      let capture = try reader.text(atMost: Rules.Limits.captureValue)
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
