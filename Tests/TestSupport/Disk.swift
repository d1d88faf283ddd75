public import Bytes
public import Ledger

/// A disk that can end the world: after `failAfter` more operations each throws, and an append
/// leaves `torn` bytes behind.
public final class Disk {
  public var bytes: [UInt8] = []
  public var failAfter = Int.max
  public var torn = 0
  /// After so many operations that failed it works again.
  public var recoversAfter = Int.max

  public init() {}

  fileprivate func step() throws(StoreError) {
    guard failAfter > 0 else {
      recoversAfter -= 1
      if recoversAfter == 0 { failAfter = .max }
      throw StoreError(code: 5)
    }
    failAfter -= 1
  }
}

public struct DiskStore: Store {
  let disk: Disk

  public init(disk: Disk) { self.disk = disk }

  public func read(at offset: Int, into bytes: inout ByteBuffer<4096>) throws(StoreError) {
    guard offset < disk.bytes.count else { return }
    bytes.appendPrefix(of: Array(disk.bytes[offset...]).span)
  }

  public func append(_ bytes: Span<UInt8>) throws(StoreError) {
    do { try disk.step() } catch {
      disk.bytes.append(bytes.extracting(..<min(disk.torn, bytes.count)))
      throw error
    }
    disk.bytes.append(bytes)
  }

  public func truncate(to length: Int) throws(StoreError) {
    try disk.step()
    disk.bytes.removeLast(disk.bytes.count - length)
  }

  public func replace(with bytes: [UInt8]) throws(StoreError) {
    try disk.step()
    disk.bytes = bytes
  }
}
