import Bytes
import Ledger

/// A disk that can end the world: after `failAfter` more operations each throws, and an append
/// leaves `torn` bytes behind.
final class Disk {
  var bytes: [UInt8] = []
  var failAfter = Int.max
  var torn = 0
  var writes = 0

  fileprivate func step() throws(StoreError) {
    guard failAfter > 0 else { throw StoreError(code: 5) }
    failAfter -= 1
    writes += 1
  }
}

struct DiskStore: Store {
  let disk: Disk

  func read(at offset: Int, into bytes: inout ByteBuffer<4096>) throws(StoreError) {
    guard offset < disk.bytes.count else { return }
    bytes.appendPrefix(of: Array(disk.bytes[offset...]).span)
  }

  func append(_ bytes: Span<UInt8>) throws(StoreError) {
    do { try disk.step() } catch {
      disk.bytes.append(bytes.extracting(..<min(disk.torn, bytes.count)))
      throw error
    }
    disk.bytes.append(bytes)
  }

  func truncate(to length: Int) throws(StoreError) {
    try disk.step()
    disk.bytes.removeLast(disk.bytes.count - length)
  }

  func replace(with bytes: [UInt8]) throws(StoreError) {
    try disk.step()
    disk.bytes = bytes
  }
}

extension Identity {
  init(_ number: Int) {
    var bytes = InlineArray<16, UInt8>(repeating: 0)
    for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
    self.init(bytes)
  }
}
