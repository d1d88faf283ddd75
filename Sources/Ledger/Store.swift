public import Bytes

/// Where a ledger's bytes are kept: a file, or a test's model of a disk.
public protocol Store: ~Copyable {
  /// Appends to `bytes` what stands at `offset`, as much as there is room for; nothing at the end.
  mutating func read(at offset: Int, into bytes: inout ByteBuffer<4096>) throws(StoreError)

  /// Adds `bytes` at the end. They are durable when it returns; after an error some may be there.
  mutating func append(_ bytes: Span<UInt8>) throws(StoreError)

  /// Cuts off all after the first `length` bytes, durably.
  mutating func truncate(to length: Int) throws(StoreError)

  /// Puts `bytes` in the place of all there is, durably, or leaves all as it was.
  mutating func replace(with bytes: [UInt8]) throws(StoreError)
}

/// An operation on the store that failed.
public struct StoreError: Error, Sendable, Equatable {
  /// The system's error number (errno), for the message to the owner.
  public var code: Int32

  public init(code: Int32) { self.code = code }
}

/// Why a ledger cannot be used.
public enum LedgerError: Error, Sendable, Equatable {
  case store(StoreError)
  /// The file begins with something else than a ledger's header.
  case notALedger
  /// A newer popbell wrote it.
  case version(UInt8)
  /// A record in the middle is damaged; it begins at this byte.
  case damaged(offset: Int)
  /// `Ledger.capacity` messages are in it.
  case full
}
