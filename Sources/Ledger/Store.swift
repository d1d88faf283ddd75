/// Where a ledger's bytes are kept: a file and one that is to take its place, or a test's model of a
/// disk. What was written is durable once `synchronize` has returned, and not before; after an error
/// any part of it may be there.
public protocol Store: ~Copyable {
  /// Puts the ledger's bytes from `offset` on at the front of `bytes`, as many as there are and fit.
  /// Returns how many.
  mutating func read(at offset: Int, into bytes: inout MutableSpan<UInt8>) throws(StoreError) -> Int

  /// Adds `bytes` at the end of the ledger, or of its successor.
  mutating func append(_ bytes: Span<UInt8>, to file: StoreFile) throws(StoreError)

  /// Makes sure that `count` bytes can be added to the ledger later, as far as the disk can promise
  /// that.
  mutating func reserve(_ count: Int) throws(StoreError)

  mutating func synchronize(_ file: StoreFile) throws(StoreError)

  /// Cuts off all after the ledger's first `length` bytes.
  mutating func truncate(to length: Int) throws(StoreError)

  /// Begins an empty successor; an older one is dropped.
  mutating func beginSuccessor() throws(StoreError)

  /// Makes the successor the ledger: it is that from here on, but after a cut of power only once
  /// `synchronizeFolder` has returned.
  mutating func succeed() throws(StoreError)

  mutating func synchronizeFolder() throws(StoreError)
}

public enum StoreFile: Sendable { case ledger, successor }

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
  /// `Ledger.capacity` records are in it, of messages that are all on the server.
  case full
}
