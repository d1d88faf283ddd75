public import Bytes
public import Ledger

/// A disk with a ledger on it, which can fail, and can lose its power.
///
/// What was written is there at once for who reads it, but durable only after `synchronize`: when
/// the power goes, any part of the rest may be there, and in any order.
public final class Disk {
  /// What is read, and what is there after a cut of power for sure.
  struct File {
    var cached: [UInt8] = []
    var durable: [UInt8] = []
  }

  var ledger = File()
  var successor = File()
  /// What the ledger was before its successor took its place, until that is durable.
  var replaced: File?

  /// How many operations that change something were begun.
  public private(set) var operations = 0
  /// How many of them failed.
  public private(set) var failures = 0
  /// How often what was added to the ledger was made durable.
  public fileprivate(set) var synchronizations = 0
  /// After so many more of them each fails with `error`, until `recoversAfter` have.
  public var failAfter = Int.max
  public var recoversAfter = Int.max
  public var error: Int32 = 5
  /// What an append that fails leaves behind.
  public var torn = 0
  /// After so many more of them the power goes: when the next begins, or when it is done.
  public var losesPowerAfter = Int.max
  public var losesPowerWhenDone = false
  public private(set) var hasPower = true

  public init() {}

  /// The ledger's file.
  public var bytes: [UInt8] {
    get { ledger.cached }
    set { ledger = File(cached: newValue, durable: newValue) }
  }

  /// What is there for sure after a cut of power: one of these.
  public var durable: [[UInt8]] { [ledger.durable] + (replaced.map { [$0.durable] } ?? []) }

  fileprivate func step() throws(StoreError) {
    operations += 1
    guard hasPower else { throw StoreError(code: 5) }
    defer { losesPowerAfter -= 1 }
    if losesPowerAfter == 0 {
      hasPower = false
      guard losesPowerWhenDone else { throw StoreError(code: 5) }
    }
    guard failAfter > 0 else {
      failures += 1
      recoversAfter -= 1
      if recoversAfter == 0 { failAfter = .max }
      throw StoreError(code: error)
    }
    failAfter -= 1
  }

  /// The power is back, and what was not durable is there in parts, as `random` chooses.
  public func restorePower(using random: inout some RandomNumberGenerator) {
    if let old = replaced, Bool.random(using: &random) { ledger = old }
    replaced = nil
    ledger.lose(using: &random)
    successor = File()
    hasPower = true
    losesPowerAfter = .max
  }
}

extension Disk.File {
  /// Bytes that were written and not made durable are there or not, in pieces.
  mutating func lose(using random: inout some RandomNumberGenerator) {
    let lengths = [durable.count, cached.count].sorted()
    let length = Int.random(in: lengths[0]...lengths[1], using: &random)
    let old = durable + [UInt8](repeating: 0, count: max(0, length - durable.count))
    let new = cached + [UInt8](repeating: 0, count: max(0, length - cached.count))
    var left: [UInt8] = []
    while left.count < length {
      let piece = left.count..<min(length, left.count + Int.random(in: 1...64, using: &random))
      left += Bool.random(using: &random) ? old[piece] : new[piece]
    }
    (cached, durable) = (left, left)
  }
}

public struct DiskStore: Store {
  let disk: Disk

  public init(disk: Disk) { self.disk = disk }

  public func read(
    at offset: Int, count: Int, into bytes: inout ByteBuffer<4096>
  ) throws(StoreError) {
    guard disk.hasPower else { throw StoreError(code: 5) }
    let end = min(offset + count, disk.ledger.cached.count)
    if offset < end { bytes.append(Array(disk.ledger.cached[offset..<end]).span) }
  }

  public func append(_ bytes: Span<UInt8>, to file: StoreFile) throws(StoreError) {
    do { try disk.step() } catch {
      append(bytes.extracting(..<min(disk.torn, bytes.count)), file)
      throw error
    }
    append(bytes, file)
  }

  private func append(_ bytes: Span<UInt8>, _ file: StoreFile) {
    switch file {
    case .ledger: disk.ledger.cached.append(bytes)
    case .successor: disk.successor.cached.append(bytes)
    }
  }

  public func reserve(_ count: Int) throws(StoreError) { try disk.step() }

  public func synchronize(_ file: StoreFile) throws(StoreError) {
    try disk.step()
    switch file {
    case .ledger:
      disk.ledger.durable = disk.ledger.cached
      disk.synchronizations += 1
    case .successor: disk.successor.durable = disk.successor.cached
    }
  }

  public func truncate(to length: Int) throws(StoreError) {
    try disk.step()
    disk.ledger.cached.removeLast(disk.ledger.cached.count - length)
  }

  public func beginSuccessor() throws(StoreError) {
    try disk.step()
    disk.successor = Disk.File()
  }

  public func succeed() throws(StoreError) {
    try disk.step()
    disk.replaced = disk.ledger
    disk.ledger = disk.successor
    disk.successor = Disk.File()
  }

  public func synchronizeFolder() throws(StoreError) {
    try disk.step()
    disk.replaced = nil
  }
}
