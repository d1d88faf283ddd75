import Bytes

/// The first 128 bits of a SHA-256: over a unique-id, or over header fields.
public struct Identity: Sendable, Hashable, Comparable {
  public static let size = 16

  /// The first 64 bits: enough to find it by.
  public var word: UInt64
  fileprivate var rest: UInt64

  private init(word: UInt64, rest: UInt64) {
    self.word = word
    self.rest = rest
  }

  /// Takes the first 16 of `bytes`, which must have as many.
  public init(prefixOf bytes: Span<UInt8>) {
    word = bigEndian(bytes.extracting(..<8))
    rest = bigEndian(bytes.extracting(8..<16))
  }

  /// Adds its 16 bytes to `bytes`, which must have room.
  func write(to bytes: inout Record.Bytes) {
    bytes.append(bigEndian: word, size: 8)
    bytes.append(bigEndian: rest, size: 8)
  }

  public static func < (left: Identity, right: Identity) -> Bool {
    left.word == right.word ? left.rest < right.rest : left.word < right.word
  }

  /// Stands for a message that has both.
  static func ^ (left: Identity, right: Identity) -> Identity {
    Identity(word: left.word ^ right.word, rest: left.rest ^ right.rest)
  }

  /// The key of the alert that `rule` makes of this message; applied to the key, the message again.
  func taken(by rule: UInt16) -> Identity {
    self ^ Identity(spreading: UInt64(rule) + 1)
  }

  /// The message that comes behind `count` others which nothing tells from it.
  func behind(_ count: Int) -> Identity {
    count == 0 ? self : self ^ Identity(spreading: UInt64(count) << 17)
  }

  /// Stands for the message in the record that it could not be read.
  var unread: Identity { self ^ Identity(spreading: 1 << 60) }

  /// Stands for a message of which nothing is known but its number.
  init(numberOf message: UInt32) { self.init(spreading: UInt64(message) << 33) }

  /// Different for each number, in both halves.
  private init(spreading number: UInt64) {
    // Products modulo 2^64 by definition; with an odd factor, they are as different as the numbers.
    self.init(word: number &* 0x9E37_79B9_7F4A_7C15, rest: number &* 0xC2B2_AE3D_27D4_EB4F)
  }
}

extension [UInt8] {
  /// Adds the 16 bytes of `identity`.
  public mutating func append(_ identity: Identity) {
    append(bigEndian: identity.word, size: 8)
    append(bigEndian: identity.rest, size: 8)
  }
}

/// By what a message is recognised.
public struct MessageIdentity: Sendable, Equatable {
  /// The hash of its unique-id; nil where the server gives none.
  public var uniqueID: Identity?
  /// True if the unique-id tells the message from others: none has the same, and it is more than the
  /// message's number.
  public var believesUniqueID: Bool
  /// The hash of the header fields that a redelivery, and a move to another server, leave as they are.
  public var content: Identity
  /// True if other messages may have the same content: those fields say nothing.
  public var isSilent: Bool
  /// As ledgers before version 3 know it; nil where nothing of them is left.
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

  /// The unique-id, where it is believed.
  var believedID: Identity? { believesUniqueID ? uniqueID : nil }
}

/// The hashes of a message in ledgers of the versions 1 and 2.
public struct OlderIdentity: Sendable, Equatable {
  /// Over Message-ID, Date and the topmost Received: for a message without a unique-id.
  public var header: Identity
  /// Over Message-ID, Date, From and Subject; nil without one of the first two.
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
  /// The rule, as `Entry.rule` has it: where the message had fired before, the one that it fired then.
  public let rule: UInt16
  /// The unique-id by which listings have its message; nil where they have none that is believed.
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

/// The part of the mailbox that has been looked at: its first `count` messages.
public struct Examined: Sendable, Equatable {
  public var count: UInt32
  /// The word of the last of them, of its unique-id or else of its content: where that is in its
  /// place, so are those before it, on a server that adds messages at the end.
  public var last: UInt64
  /// The sum of the messages' identity words, overflow dropped: no order, so that a message which
  /// was deleted can be taken out of it. It recognises them in a listing.
  public var sum: UInt64
  /// The rules that looked at them: other rules look again.
  public var rules: UInt32
  /// The octets of all of them, modulo 2^24, where nothing else was in the mailbox; 0 where that is not
  /// known. A server that uses unique-ids again shows by these that others stand in their places.
  public internal(set) var octets: UInt32 = 0

  public init(count: UInt32 = 0, last: UInt64 = 0, sum: UInt64 = 0, rules: UInt32) {
    self.count = count
    self.last = last
    self.sum = sum
    self.rules = rules
  }

  /// Notes what the server counted for these alone, or 0.
  public mutating func note(octets: UInt64) {
    self.octets = UInt32(truncatingIfNeeded: octets) & 0xFF_FFFF
  }

  /// True if the server counts other octets for as many messages.
  public func differs(octets: UInt64) -> Bool {
    var other = self
    other.note(octets: octets)
    return self.octets > 0 && other.octets > 0 && self.octets != other.octets
  }

  /// Another message follows.
  public mutating func add(_ word: UInt64) {
    count += 1
    last = word
    sum &+= word  // A sum modulo 2^64 by definition.
  }
}
