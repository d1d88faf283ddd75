import Bytes

/// One record of the ledger: 32 bytes on disk, whole or not there.
///
///     offset  bytes
///          0      1  kind, plus flags: 0x80 gone or, for a silent message, without a unique-id; 0x40
///                    written together with the record before; 0x20 silent; 0x10 of an older version
///          1      3  failures: attempts, done, actions; kept: due hour, plus 0x800000 if archived;
///                    deleted, link, unread: hour; old: 1 if forgotten; examined, earlier: octets;
///                    header: version
///          4     16  key; link: hash of the unique-id or, in older versions, of the content
///         20      4  time, in seconds of the ledger's clock; header: number of sorted records
///         24      2  kept, old: rules; deleted: messages left; failures: first minute; if gone, the
///                    day instead
///         26      2  rule: half of the CRC-32 of its name
///         28      4  CRC-32 of the 28 bytes before
///
/// Numbers are big-endian. Some kinds have other fields at 4 and 20, with their sizes in parentheses:
///
///     link               20: start of the alert's key (8)
///     removed            20: zero (8)
///     examined, earlier   4: last (8), sum (8); 20: count (4), rules (4)
///     horizon             4: before (8), last look (8); until that is decided, all bits set (8) and
///                            the time of the first poll (8)
///                        20: newest (7), flags (1): 1 in the first look, 2 in another that is open,
///                            4 if the last look found nothing
///     clock               4: time (8), time away (8); 20: skew (8)
///
/// The first record is the header, of the kind `P`, with "popbell ledger\r\n" for a key.
///
/// In version 2, 0x80 meant that the message was not silent. Kind 10 was a message that was gone, with
/// the hour since then at offset 1, and at offset 25 the flags 1 (fired) and 2 (archived). Version 1 had
/// no sorted records, no links, and times of eight bytes.
enum Record: Sendable, Equatable {
  case header(version: UInt8, sorted: Int)
  case entry(Entry)
  case removed(Identity)
  case examined(Examined)
  case earlier(Examined)
  case horizon(Horizon)
  case clock(ClockReading)
  /// A record of version 1 that has no meaning any more.
  case obsolete

  static let size = 32
  static let gone: UInt8 = 0x80
  static let continues: UInt8 = 0x40
  static let silent: UInt8 = 0x20
  static let older: UInt8 = 0x10
  static let version: UInt8 = 3
  typealias Bytes = ByteBuffer<32>

  enum Flaw: Error { case checksum, kind }

  init(parsing bytes: Span<UInt8>, version: UInt8) throws(Flaw) {
    guard bytes.count == Record.size,
      UInt64(crc32(bytes.extracting(..<28))) == bigEndian(bytes.extracting(28...))
    else { throw .checksum }
    let identity = Identity(prefixOf: bytes.extracting(4..<20))
    let number = bigEndian(bytes.extracting(20..<28))
    let kind = version < 3 ? bytes[0] & 0x3F : bytes[0] & 0x0F
    switch bytes[0] == 0x50 ? bytes[0] : kind {
    case 0x50 where bytes.extracting(4..<20).equals(magic):
      let sorted = bytes[1] == 1 ? 0 : Int(clamping: number >> 32)
      self = .header(version: bytes[1], sorted: sorted)
    case 4: self = .removed(identity)
    case 6 where version == 1: self = .obsolete
    case 12, 15:
      var look = Examined(
        count: UInt32(truncatingIfNeeded: number >> 32), last: identity.word,
        sum: bigEndian(bytes.extracting(12..<20)), rules: UInt32(truncatingIfNeeded: number))
      look.note(octets: bigEndian(bytes.extracting(1..<4)))
      self = kind == 12 ? .examined(look) : .earlier(look)
    case 6:
      let isDecided = identity.word != .max
      let second = bigEndian(bytes.extracting(12..<20))
      self = .horizon(
        Horizon(
          before: isDecided ? identity.word : nil, lastLook: isDecided ? second : 0,
          newest: number >> 8, firstPoll: isDecided ? 0 : second, isFirst: number & 1 != 0,
          isOpen: number & 3 != 0, isEmpty: number & 4 != 0))
    case 13:
      // Limited, so that no sum with the time overflows.
      let furthest = ClockReading.furthest
      let time = min(identity.word, UInt64(furthest))
      self = .clock(
        ClockReading(
          time: time, skew: max(-furthest, min(Int64(truncatingIfNeeded: number), furthest)),
          away: min(bigEndian(bytes.extracting(12..<20)), time)))
    case 10 where version == 2: self = .entry(Entry(missing: identity, bytes, number))
    default:
      // The first version's time had eight bytes.
      let isFirst = version == 1
      let isGone = version > 2 && bytes[0] & Record.gone != 0
      let rest = UInt16(truncatingIfNeeded: number >> 16)
      guard let state = EntryState(kind: kind, bytes, isFirst ? 0 : number) else { throw .kind }
      var entry = Entry(
        identity: identity, state: state,
        isSilent: version > 2 ? bytes[0] & Record.silent != 0 : bytes[0] & 0x80 == 0,
        isOlder: version < 3 || bytes[0] & Record.older != 0,
        time: UInt32(truncatingIfNeeded: isFirst ? number : number >> 32),
        rule: isFirst ? 0 : UInt16(truncatingIfNeeded: number))
      // A link has a hash in the place of the time.
      if entry.isLink { (entry.time, entry.rule, entry.isSilent) = (0, 0, false) }
      if isGone, entry.isSilent {
        entry.isUnlisted = true
      } else if isGone, !entry.isLink {
        entry = entry.gone(day: max(rest, 1))
      }
      self = .entry(entry)
    }
  }

  /// The bytes of the record on disk; `continues` is true if it is written together with the one before.
  func encoded(continues: Bool = false) -> Bytes {
    var bytes = Bytes()
    switch self {
    case .header(let version, let sorted):
      bytes.appendHead(kind: 0x50, version)
      bytes.append(magic)
      bytes.append(bigEndian: UInt64(sorted), size: 4)
      bytes.append(bigEndian: 0, size: 4)
    case .entry(let entry): entry.write(to: &bytes)
    case .removed(let identity):
      bytes.appendHead(kind: 4)
      identity.write(to: &bytes)
      bytes.append(bigEndian: 0, size: 8)
    case .examined(let examined): bytes.append(kind: 12, examined)
    case .earlier(let earlier): bytes.append(kind: 15, earlier)
    case .horizon(let horizon):
      bytes.appendHead(kind: 6)
      bytes.append(bigEndian: horizon.before ?? .max, size: 8)
      bytes.append(bigEndian: horizon.before == nil ? horizon.firstPoll : horizon.lastLook, size: 8)
      let flags: UInt64 =
        (horizon.isFirst ? 1 : horizon.isOpen ? 2 : 0) | (horizon.isEmpty ? 4 : 0)
      bytes.append(bigEndian: min(horizon.newest, .max >> 8) << 8 | flags, size: 8)
    case .clock(let reading):
      bytes.appendHead(kind: 13)
      bytes.append(bigEndian: reading.time, size: 8)
      bytes.append(bigEndian: reading.away, size: 8)
      bytes.append(bigEndian: UInt64(bitPattern: reading.skew), size: 8)
    case .obsolete: preconditionFailure("it is only read")
    }
    if continues { bytes[0] |= Record.continues }
    bytes.append(bigEndian: UInt64(crc32(bytes.bytes)), size: 4)
    return bytes
  }
}

private let magic: StaticString = "popbell ledger\r\n"

extension EntryState {
  /// The latest hour since 1970 that a record holds: in the year 2927.
  static let latestHour: UInt32 = 0x7F_FFFF

  fileprivate init?(kind: UInt8, _ bytes: Span<UInt8>, _ number: UInt64) {
    var failures = Failures(attempts: bytes[1], done: bytes[2], actions: bytes[3])
    failures.firstMinute = UInt16(truncatingIfNeeded: number >> 16)
    let hour = UInt32(truncatingIfNeeded: bigEndian(bytes.extracting(1..<4)))
    switch kind {
    case 1: self = .intended(before: failures)
    case 2: self = .fired
    case 3: self = .failed(failures)
    case 5: self = .givenUp
    case 7:
      self = .kept(
        dueHour: hour & EntryState.latestHour, rules: UInt16(truncatingIfNeeded: number >> 16),
        archived: hour > EntryState.latestHour)
    case 8: self = .archived
    case 9: self = .deleted(hour: hour, left: UInt16(truncatingIfNeeded: number >> 16))
    case 10 where bytes[1] == 1: self = .forgotten
    case 10: self = .old(rules: UInt16(truncatingIfNeeded: number >> 16))
    case 11: self = .link(to: number, deletionHour: hour)
    case 14: self = .unread(dueHour: hour)
    default: return nil
    }
  }
}

extension Entry {
  /// An entry of version 2 for a message that was missing from a complete listing.
  fileprivate init(missing identity: Identity, _ bytes: Span<UInt8>, _ number: UInt64) {
    let (hasFired, isArchived) = (number >> 16 & 1 != 0, number >> 16 & 2 != 0)
    let hour = bigEndian(bytes.extracting(1..<4))
    self.init(
      identity: identity, state: !hasFired ? .givenUp : isArchived ? .archived : .fired,
      goneDay: UInt16(clamping: max(hour / 24, 1)), isSilent: bytes[0] & 0x80 == 0, isOlder: true,
      time: UInt32(truncatingIfNeeded: number >> 32), rule: UInt16(truncatingIfNeeded: number))
  }

  fileprivate func write(to bytes: inout Record.Bytes) {
    let flag: UInt8 =
      (isGone || isUnlisted ? Record.gone : 0) | (isSilent ? Record.silent : 0)
      | (isOlder ? Record.older : 0)
    var rest: UInt16 = 0
    switch state {
    case .intended(let failures):
      bytes.appendHead(kind: 1 | flag, failures)
      rest = failures.firstMinute
    case .fired: bytes.appendHead(kind: 2 | flag)
    case .failed(let failures):
      bytes.appendHead(kind: 3 | flag, failures)
      rest = failures.firstMinute
    case .givenUp: bytes.appendHead(kind: 5 | flag)
    case .kept(let dueHour, let fingerprint, let archived):
      bytes.appendHead(kind: 7 | flag, number: dueHour | (archived ? EntryState.latestHour + 1 : 0))
      rest = fingerprint
    case .archived: bytes.appendHead(kind: 8 | flag)
    case .deleted(let hour, let left):
      bytes.appendHead(kind: 9 | flag, number: hour)
      rest = left
    case .old(let fingerprint):
      bytes.appendHead(kind: 10 | flag)
      rest = fingerprint
    case .forgotten: bytes.appendHead(kind: 10 | flag, 1)
    case .unread(let hour): bytes.appendHead(kind: 14 | flag, number: hour)
    case .link(let word, let hour):
      bytes.appendHead(kind: 11 | flag, number: hour)
      identity.write(to: &bytes)
      return bytes.append(bigEndian: word, size: 8)
    }
    identity.write(to: &bytes)
    bytes.append(bigEndian: UInt64(time), size: 4)
    bytes.append(bigEndian: UInt64(isGone ? goneDay : rest), size: 2)
    bytes.append(bigEndian: UInt64(rule), size: 2)
  }
}

extension ByteBuffer<32> {
  fileprivate mutating func append(kind: UInt8, _ look: Examined) {
    appendHead(kind: kind, number: look.octets)
    append(bigEndian: look.last, size: 8)
    append(bigEndian: look.sum, size: 8)
    append(bigEndian: UInt64(look.count), size: 4)
    append(bigEndian: UInt64(look.rules), size: 4)
  }

  fileprivate mutating func appendHead(kind: UInt8, _ failures: Failures) {
    appendHead(kind: kind, failures.attempts, failures.done, failures.actions)
  }

  fileprivate mutating func appendHead(kind: UInt8, number: UInt32) {
    append(kind)
    append(bigEndian: UInt64(number), size: 3)
  }

  fileprivate mutating func appendHead(
    kind: UInt8, _ first: UInt8 = 0, _ second: UInt8 = 0, _ third: UInt8 = 0
  ) {
    append(kind)
    append(first)
    append(second)
    append(third)
  }
}
