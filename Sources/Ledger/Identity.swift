import Bytes

/// The first 128 bits of a SHA-256 over a unique-id or over header fields.
public struct Identity: Sendable, Hashable, Comparable {
  public static let size = 16

  /// The first 64 bits, which are enough to find an entry.
  public var word: UInt64
  fileprivate var rest: UInt64

  private init(word: UInt64, rest: UInt64) {
    self.word = word
    self.rest = rest
  }

  /// Takes the first 16 of `bytes`, which must have at least 16.
  public init(prefixOf bytes: Span<UInt8>) {
    word = bigEndian(bytes.extracting(..<8))
    rest = bigEndian(bytes.extracting(8..<16))
  }

  /// Appends the 16 bytes to `bytes`, which must have room.
  func write(to bytes: inout Record.Bytes) {
    bytes.append(bigEndian: word, size: 8)
    bytes.append(bigEndian: rest, size: 8)
  }

  public static func < (left: Identity, right: Identity) -> Bool {
    left.word == right.word ? left.rest < right.rest : left.word < right.word
  }

  /// A hash that stands for a message with both identities.
  static func ^ (left: Identity, right: Identity) -> Identity {
    Identity(word: left.word ^ right.word, rest: left.rest ^ right.rest)
  }

  /// The key of the alert that `rule` makes of this message. Applied to the key, it gives the message again.
  func taken(by rule: UInt16) -> Identity {
    self ^ Identity(spreading: UInt64(rule) + 1)
  }

  /// The identity of the message that follows `count` others with the same content and no unique-id.
  func behind(_ count: Int) -> Identity {
    count == 0 ? self : self ^ Identity(spreading: UInt64(count) << 17)
  }

  /// The key of the record that the message could not be read.
  var unread: Identity { self ^ Identity(spreading: 1 << 60) }

  /// A stand-in for a message of which only the number is known.
  init(numberOf message: UInt32) { self.init(spreading: UInt64(message) << 33) }

  /// An identity that differs in both halves for different numbers.
  private init(spreading number: UInt64) {
    // Products modulo 2^64 by definition; with an odd factor, they are as different as the numbers.
    self.init(word: number &* 0x9E37_79B9_7F4A_7C15, rest: number &* 0xC2B2_AE3D_27D4_EB4F)
  }
}

extension [UInt8] {
  /// Appends the 16 bytes of `identity`.
  public mutating func append(_ identity: Identity) {
    append(bigEndian: identity.word, size: 8)
    append(bigEndian: identity.rest, size: 8)
  }
}

/// The hashes by which a message is recognised.
public struct MessageIdentity: Sendable, Equatable {
  /// Hash of the unique-id; nil if the server gives none.
  public var uniqueID: Identity?
  /// True if the unique-id tells the message from others: no other has the same, and it is more than a
  /// message number.
  public var believesUniqueID: Bool
  /// Hash of the header fields that survive a redelivery and a move to another server.
  public var content: Identity
  /// True if other messages may have the same content hash, because those fields are missing.
  public var isSilent: Bool
  /// The hashes of ledgers before version 3; nil if the ledger has no records of these.
  public var older: OlderIdentity?

  public init(
    uniqueID: Identity?, believesUniqueID: Bool = true, content: Identity, isSilent: Bool,
    older: OlderIdentity? = nil
  ) {
    self.uniqueID = uniqueID
    self.believesUniqueID = believesUniqueID
    self.content = content
    self.isSilent = isSilent
    self.older = older
  }

  /// The unique-id, if it is believed.
  var believedID: Identity? { believesUniqueID ? uniqueID : nil }
}

/// The hashes by which ledgers of versions 1 and 2 know a message.
public struct OlderIdentity: Sendable, Equatable {
  /// Hash of Message-ID, Date and the topmost Received, for messages without a unique-id.
  public var header: Identity
  /// Hash of Message-ID, Date, From and Subject; nil if one of the first two is missing.
  public var content: Identity?

  public init(header: Identity, content: Identity?) {
    self.header = header
    self.content = content
  }
}

/// An alert: one message, and one rule that takes it.
public struct AlertIdentity: Sendable, Equatable {
  /// The key of its record.
  public let key: Identity
  /// The rule, as in `Entry.rule`; for a message that has fired, the rule that it fired then.
  public let rule: UInt16
  /// Hash of the unique-id by which listings name the message; nil if there is none that is believed.
  let uniqueID: Identity?
  public let isSilent: Bool
  var isUnlisted: Bool { isSilent && uniqueID == nil }

  init(_ message: MessageIdentity, key: Identity, rule: UInt16, isSilent: Bool) {
    self.key = key
    self.rule = rule
    uniqueID = message.believedID
    self.isSilent = isSilent
  }
}

/// The first `count` messages of the mailbox, which have been looked at.
public struct Examined: Sendable, Equatable {
  public var count: UInt32
  /// 64-bit hash of the last of them: of its unique-id, else of its content. If that message is in its place,
  /// so are those before it, provided that the server adds messages at the end.
  public var last: UInt64
  /// Sum of the 64-bit hashes of all of them, modulo 2^64, by which a listing is recognised. It does not
  /// depend on the order, so that a deleted message can be subtracted.
  public var sum: UInt64
  /// Fingerprint of the rules that looked at them; other rules look again.
  public var rules: UInt32
  /// Octets of all of them, modulo 2^24, if they were the whole mailbox; 0 if unknown. Other octets show that
  /// a server has given the same unique-ids to other messages.
  public internal(set) var octets: UInt32 = 0

  public init(count: UInt32 = 0, last: UInt64 = 0, sum: UInt64 = 0, rules: UInt32) {
    self.count = count
    self.last = last
    self.sum = sum
    self.rules = rules
  }

  /// Sets the octets that STAT counted for exactly these messages; 0 if unknown.
  public mutating func note(octets: UInt64) {
    self.octets = UInt32(truncatingIfNeeded: octets) & 0xFF_FFFF
  }

  /// True if STAT counts other octets for the same number of messages.
  public func differs(octets: UInt64) -> Bool {
    var other = self
    other.note(octets: octets)
    return self.octets > 0 && other.octets > 0 && self.octets != other.octets
  }

  /// Adds the next message, with hash `word`.
  public mutating func add(_ word: UInt64) {
    count += 1
    last = word
    sum &+= word  // A sum modulo 2^64 by definition.
  }
}
