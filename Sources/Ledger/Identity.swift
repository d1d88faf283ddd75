import Bytes

/// What tells one message from another: the first 128 bits of a SHA-256, over the unique-id where
/// the server gives one, else over header fields.
public struct Identity: Sendable, Equatable, Comparable {
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
}

extension [UInt8] {
  /// Adds the 16 bytes of `identity`.
  public mutating func append(_ identity: Identity) {
    append(bigEndian: identity.word, size: 8)
    append(bigEndian: identity.rest, size: 8)
  }
}

/// How a message is recognised.
public struct MessageIdentity: Sendable, Equatable {
  /// The unique-id's; where the server has none, the header's.
  public var unique: Identity
  /// That of what the sender wrote (Message-ID, Date, From, Subject), which a move to another server
  /// leaves as it is; nil where that does not tell the message from others.
  public var content: Identity?

  public init(unique: Identity, content: Identity? = nil) {
    self.unique = unique
    self.content = content
  }
}

/// What has been looked at: the first `count` messages of the mailbox.
public struct Examined: Sendable, Equatable {
  public var count: UInt32
  /// The word of the last of them: where that is in its place, so are those before it, on a server
  /// that adds messages at the end.
  public var last: UInt64
  /// The sum of the messages' identity words, overflow dropped: no order, so that a message which
  /// was deleted can be taken out of it. It recognises them in a listing.
  public var sum: UInt64
  /// The rules that looked at them: other rules look again.
  public var rules: UInt32

  public init(count: UInt32 = 0, last: UInt64 = 0, sum: UInt64 = 0, rules: UInt32) {
    self.count = count
    self.last = last
    self.sum = sum
    self.rules = rules
  }
}
