/// Where a ledger's bytes are kept: a file and its successor, or a test's model of a disk. Bytes are durable
/// once `synchronize` has returned, not before; after an error any part of them may be there.
public protocol Store: ~Copyable {
  /// Reads the ledger's bytes from `offset` on into the front of `bytes`, as many as exist and fit. Returns
  /// their number.
  mutating func read(at offset: Int, into bytes: inout MutableSpan<UInt8>) throws(StoreError) -> Int

  /// Appends `bytes` to the ledger or to its successor.
  mutating func append(_ bytes: Span<UInt8>, to file: StoreFile) throws(StoreError)

  /// Reserves room for `count` bytes in the ledger, as far as the disk can promise that.
  mutating func reserve(_ count: Int) throws(StoreError)

  mutating func synchronize(_ file: StoreFile) throws(StoreError)

  /// Cuts the ledger to its first `length` bytes.
  mutating func truncate(to length: Int) throws(StoreError)

  /// Begins an empty successor, and drops an older one.
  mutating func beginSuccessor() throws(StoreError)

  /// Replaces the ledger by its successor, with effect from here on; this survives a power cut only once
  /// `synchronizeFolder` has returned.
  mutating func succeed() throws(StoreError)

  mutating func synchronizeFolder() throws(StoreError)
}

public enum StoreFile: Sendable { case ledger, successor }

/// A failed operation on the store.
public struct StoreError: Error, Sendable, Equatable {
  /// The system's error number (errno), for the message to the owner.
  public var code: Int32

  public init(code: Int32) { self.code = code }
}

/// Why a ledger cannot be used.
public enum LedgerError: Error, Sendable, Equatable {
  case store(StoreError)
  /// The file does not begin with a ledger's header.
  case notALedger
  /// A newer version of popbell wrote the file.
  case version(UInt8)
  /// A record before the end is damaged; `offset` is the byte at which it begins.
  case damaged(offset: Int)
  /// All of the `Ledger.capacity` records are of messages that are on the server.
  case full
}
