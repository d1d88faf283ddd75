/// What tells one message from another: the first 128 bits of a SHA-256, over the unique-id where
/// the server gives one, else over header fields.
public struct Identity: Sendable, Equatable {
  public static let size = 16

  public var bytes: InlineArray<16, UInt8>

  public init(_ bytes: InlineArray<16, UInt8>) { self.bytes = bytes }

  /// Takes the first 16 of `digest`, which must have as many.
  public init(prefixOf digest: Span<UInt8>) {
    bytes = InlineArray { digest[$0] }
  }

  /// The first 64 bits, for sums that recognise a listing.
  public var word: UInt64 { bigEndian(bytes.span.extracting(..<8)) }

  public static func == (left: Identity, right: Identity) -> Bool {
    for index in 0..<size where left.bytes[index] != right.bytes[index] { return false }
    return true
  }
}

/// What has been looked at: the first `count` messages of the mailbox, recognised by `sum`.
public struct Examined: Sendable, Equatable {
  public var count: UInt32
  /// The sum of the messages' identity words, overflow dropped: no order, so that a message which
  /// was deleted can be taken out of it.
  public var sum: UInt64
  /// The rules that looked at them: other rules look again.
  public var rules: UInt32

  public init(count: UInt32 = 0, sum: UInt64 = 0, rules: UInt32) {
    self.count = count
    self.sum = sum
    self.rules = rules
  }
}
