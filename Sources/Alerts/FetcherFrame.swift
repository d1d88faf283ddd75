public import Bytes
public import Ledger
import Mail
public import POP3
public import Rules

/// A frame from a fetcher to the supervisor: one datagram.
///
///     frame    = kind fields                       ; numbers are big-endian
///     mailbox  = %x01 messages(4) octets(8)
///     delay    = %x02 seconds(4)
///     took     = %x18 header(1) field              ; precedes the match of its message
///     matched  = %x03 rule(1) message(4) identity arrival 6field
///     arrival  = flags(1) [seconds(8)]             ; %x01 covered, %x02 later; %x04 seconds,
///                                                  ; %x08 by the server's clock
///     identity = flags(1) hash                     ; content
///                [hash]                            ; %x01: unique-id; %x02 more: believed
///                [hash [hash]]                     ; %x08: older header; %x10 more: older content
///                                                  ; %x04: silent
///     hash     = 16OCTET
///     field    = length(2) bytes                   ; subject from to date message-id uidl
///     deleted  = %x04 message(4)
///     committed = %x05 count(4) last(8) sum(8) extent(1) newest(8)
///     ended    = %x06 outcome(1) field
///     stage    = %x07 stage(1)
///     listed   = %x08 flags(1) *64hash             ; %x01 the first of a listing, %x02 the last
///     archiving = %x09 message(4)
///     content  = %x0A *4096OCTET
///     archived = %x0B
///     refused  = %x0C
///     kept     = %x0D message(4) field
///     uncommitted = %x0E field
///     internal = %x0F
///     unread   = %x10 message(4) (%x00 / %x01 hash) field
///     whole    = %x11
///     login    = %x12 (%x01 / %x02)                ; AUTH PLAIN in two lines, USER
///     unmatched = %x13 message(4) 2field %x00      ; subject from
///     unmatched =/ %x13 message(4) 2field %x01 miss
///     missed   = %x14 miss
///     stuck    = %x15 message(4) (%x00 / %x01 hash) (%x00 / %x01)
///     capped   = %x16
///     undeleted = %x17 message(4)
///     unlisted = %x19
///     miss     = rule(1) ( %x00                    ; the rule is for another mailbox
///                / %x01 condition(1) field         ; the condition saw this text
///                / %x02 condition(1)               ; the message has no such field
///                / %x03 condition(1) field )       ; the message has no sender: the reason
///
/// The supervisor parses frames as untrusted input: it checks lengths and ranges, each number has a limit,
/// text must be UTF-8 without control bytes, and bytes after the last field are an error.
public enum FetcherFrame: Sendable, Equatable {
  /// Counts from STAT: messages up to `POP3.Limits.messages`, octets up to `mostOctets` (0: unknown).
  case mailbox(messages: UInt32, octets: UInt64)
  /// The server's LOGIN-DELAY, up to `longestLoginDelay`.
  case loginDelay(seconds: UInt32)
  /// Text of the extra header field `Names.headers[header]` that a condition took; precedes the `matched`
  /// frame of the same message.
  case took(header: UInt8, [UInt8])
  /// Rule `rule` takes message number `message` of the session; the fetcher waits for a verdict. The
  /// supervisor has a judge confirm it.
  indirect case matched(rule: Int, message: UInt32, MessageIdentity, Arrival, AlertValues)
  /// The server accepted DELE for a message, whether a rule takes it or none.
  case deleted(message: UInt32)
  /// The server answered QUIT with +OK. `Examined.count` is at most `mostExamined`. `newest` is the time at
  /// which the server received the newest message looked at in this session, in seconds since 1970; 0 if
  /// unknown.
  case committed(Examined, Extent, newest: UInt64)
  /// The poll is over; the text is for people.
  case ended(Outcome, [UInt8])
  /// The stage that the poll has reached.
  case stage(Stage)
  /// A part of a complete listing; the fetcher waits for an answer.
  case listed(Listed)
  /// RETR was sent for the content of this message; `content` frames follow, with LF line ends.
  case archiving(message: UInt32)
  /// A part of the content, of up to `partSize` octets.
  case content([UInt8])
  /// The content is complete; the fetcher waits for a verdict.
  case archived
  /// The server refused RETR for the content.
  case contentRefused
  /// The server refused a DELE for a message; the text is for people.
  case deletionRefused(message: UInt32, [UInt8])
  /// The server refused QUIT, so it is unknown what it has deleted; the text is for people.
  case commitRefused([UInt8])
  /// A message with a mail server's own folder data was left alone.
  case folderInternalData
  /// The header of a message could not be read, or was not requested because an earlier poll waited for it in
  /// vain. The `Identity` is the hash of its unique-id, nil if unknown; the text is for people.
  case unread(message: UInt32, Identity?, [UInt8])
  /// The server refused the login, perhaps because of the mechanism: try this one in the next poll.
  case nextLogin(Mechanism)
  /// From here on headers are read by RETR, as TOP failed for a message.
  case wholeMessages
  /// No rule takes a message; sent in a dry run and with `tellsNearest`.
  case unmatched(UnmatchedMessage)
  /// A rule does not take the message of the last `matched` or `unmatched` frame; in a dry run only.
  case missed(RuleMiss)
  /// The header of a message was awaited when time ran out or the connection ended. `topFailed` is true if it
  /// was requested by TOP, which has given no header in this session.
  case stuck(message: UInt32, Identity?, topFailed: Bool)
  /// The listing of unique-ids was awaited when time ran out or the connection ended.
  case listingIsStuck
  /// The reply to a DELE was awaited when time ran out or the connection ended.
  case deletionIsStuck(message: UInt32)
  /// Gmail lists as many messages as it ever does, and none of them is new.
  case capped

  /// Maximum octets of a text for people; a longer one is cut.
  public static var detailSize: Int { 400 }

  /// Maximum octets of a mailbox: 256 TiB, more than any has and far from overflow.
  public static var mostOctets: UInt64 { 1 << 48 }

  /// Longest LOGIN-DELAY that is accepted, in seconds.
  public static var longestLoginDelay: UInt32 {
    UInt32(Schedule.longestLoginDelay.milliseconds / 1000)
  }

  /// Maximum number of messages looked at: those of the largest mailbox, and those that may arrive while it
  /// is listed.
  public static var mostExamined: Int { POP3.Limits.messages + POP3.Limits.listingSlack }

  /// The part of the mailbox that a session has handled.
  public enum Extent: UInt8, Sendable {
    /// Some messages are left for the next session.
    case some = 0
    /// No message is left.
    case all
    /// No message is left, and the header of each was read, except for those that the ledger knows from a
    /// listing.
    case allSeen
    /// Some messages are left, and the mailbox does not begin with those looked at before.
    case someAnew
    /// As `allSeen`, but some messages could not be read.
    case allTried

    /// False if messages are left for the next session.
    var isComplete: Bool {
      switch self {
      case .some, .someAnew: false
      case .all, .allSeen, .allTried: true
      }
    }
  }

  /// Room for the longest frame, a part of a content.
  public typealias Bytes = ByteBuffer<4160>

  public enum Flaw: Error { case kind, length, range, control, notUTF8 }

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
      let message = try reader.message()
      let identity = try MessageIdentity(reading: &reader)
      let arrival = try Arrival(reading: &reader)
      self = .matched(
        rule: rule, message: message, identity, arrival, try AlertValues(reading: &reader))
    case 4: self = .deleted(message: try reader.message())
    case 5:
      var examined = Examined(rules: 0)
      examined.count = try reader.count(atMost: Self.mostExamined)
      examined.last = try reader.number(8)
      examined.sum = try reader.number(8)
      guard let extent = Extent(rawValue: try reader.byte()) else { throw .range }
      self = .committed(examined, extent, newest: try reader.number(8))
    case 6:
      guard let outcome = Outcome(rawValue: try reader.byte()) else { throw .range }
      self = .ended(outcome, try reader.text(atMost: Self.detailSize))
    case 7:
      guard let stage = Stage(rawValue: try reader.byte()) else { throw .range }
      self = .stage(stage)
    case 8: self = .listed(try Listed(reading: &reader))
    case 9: self = .archiving(message: try reader.message())
    case 10: self = .content([UInt8](try reader.rest(atMost: Self.partSize)))
    case 11: self = .archived
    case 12: self = .contentRefused
    case 13:
      let message = try reader.message()
      self = .deletionRefused(message: message, try reader.text(atMost: Self.detailSize))
    case 14: self = .commitRefused(try reader.text(atMost: Self.detailSize))
    case 15: self = .folderInternalData
    case 16:
      let message = try reader.message()
      let identity = try reader.flag() ? try reader.identity() : nil
      self = .unread(message: message, identity, try reader.text(atMost: Self.detailSize))
    case 17: self = .wholeMessages
    case 18:
      switch try reader.byte() {
      case 1: self = .nextLogin(.plainChallenge)
      case 2: self = .nextLogin(.user)
      default: throw .range
      }
    case 19: self = .unmatched(try UnmatchedMessage(reading: &reader))
    case 20: self = .missed(try RuleMiss(reading: &reader))
    case 21:
      let message = try reader.message()
      let identity = try reader.flag() ? try reader.identity() : nil
      self = .stuck(message: message, identity, topFailed: try reader.flag())
    case 22: self = .capped
    case 23: self = .deletionIsStuck(message: try reader.message())
    case 24:
      let header = try reader.byte()
      self = .took(header: header, try reader.text(atMost: Mail.Limits.text))
    case 25: self = .listingIsStuck
    default: throw .kind
    }
    try reader.end()
  }

  /// The bytes of the frame on the socket.
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
    case .took(let header, let text):
      bytes.append(24)
      bytes.append(header)
      bytes.append(field: text.span)
    case .matched(let rule, let message, let identity, let arrival, let values):
      bytes.append(3)
      bytes.append(UInt8(rule))
      bytes.append(bigEndian: UInt64(message), size: 4)
      identity.write(to: &bytes)
      arrival.write(to: &bytes)
      values.write(to: &bytes)
    case .deleted(let message):
      bytes.append(4)
      bytes.append(bigEndian: UInt64(message), size: 4)
    case .committed(let examined, let extent, let newest):
      bytes.append(5)
      bytes.append(bigEndian: UInt64(examined.count), size: 4)
      bytes.append(bigEndian: examined.last, size: 8)
      bytes.append(bigEndian: examined.sum, size: 8)
      bytes.append(extent.rawValue)
      bytes.append(bigEndian: newest, size: 8)
    case .ended(let outcome, let detail):
      bytes.append(6)
      bytes.append(outcome.rawValue)
      bytes.append(detail: detail)
    case .stage(let stage):
      bytes.append(7)
      bytes.append(stage.rawValue)
    case .listed(let listed): return listed.frame
    case .archiving(let message):
      bytes.append(9)
      bytes.append(bigEndian: UInt64(message), size: 4)
    case .content(let content):
      bytes.append(10)
      bytes.append(content)
    case .archived: bytes.append(11)
    case .contentRefused: bytes.append(12)
    case .deletionRefused(let message, let detail):
      bytes.append(13)
      bytes.append(bigEndian: UInt64(message), size: 4)
      bytes.append(detail: detail)
    case .commitRefused(let detail):
      bytes.append(14)
      bytes.append(detail: detail)
    case .folderInternalData: bytes.append(15)
    case .unread(let message, let identity, let detail):
      bytes.append(16)
      bytes.append(bigEndian: UInt64(message), size: 4)
      bytes.append(identity == nil ? 0 : 1)
      if let identity { bytes.append(identity) }
      bytes.append(detail: detail)
    case .wholeMessages: bytes.append(17)
    case .nextLogin(let mechanism):
      bytes.append(18)
      bytes.append(mechanism == .plainChallenge ? 1 : 2)
    case .unmatched(let message):
      bytes.append(19)
      message.write(to: &bytes)
    case .missed(let miss):
      bytes.append(20)
      miss.write(to: &bytes)
    case .stuck(let message, let identity, let topFailed):
      bytes.append(21)
      bytes.append(bigEndian: UInt64(message), size: 4)
      bytes.append(identity == nil ? 0 : 1)
      if let identity { bytes.append(identity) }
      bytes.append(topFailed ? 1 : 0)
    case .listingIsStuck: bytes.append(25)
    case .capped: bytes.append(22)
    case .deletionIsStuck(let message):
      bytes.append(23)
      bytes.append(bigEndian: UInt64(message), size: 4)
    }
    return bytes
  }
}
