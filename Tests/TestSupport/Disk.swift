import Bytes
public import Ledger

/// A disk with a ledger on it, which can fail, can be full, and can lose its power.
///
/// What was written is there at once for who reads it, but durable only after `synchronize`: when
/// the power goes, any part of the rest may be there, and in any order.
public final class Disk {
  /// What is read, and what is there after a cut of power for sure.
  struct File {
    var cached: [UInt8] = []
    var durable: [UInt8] = []
    /// How short it was since then.
    var shortest = 0

    mutating func truncate(to length: Int) {
      cached.removeLast(cached.count - length)
      shortest = min(shortest, length)
    }

    mutating func synchronize() { (durable, shortest) = (cached, cached.count) }
  }

  /// What is asked of it that changes something.
  public enum Operation: Sendable, Equatable {
    case append(StoreFile)
    case reserve
    case synchronize(StoreFile)
    case truncate, beginSuccessor, succeed, synchronizeFolder
  }

  var ledger = File()
  var successor = File()
  /// What the ledger was before its successor took its place, until that is durable.
  var replaced: [File] = []

  /// The operations that were begun.
  public private(set) var begun: [Operation] = []
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
  /// How many bytes it takes; and up to which of the ledger's they are promised to it.
  public var capacity = Int.max
  fileprivate var reserved = 0
  /// After so many more of them the power goes: when the next begins, or when it is done.
  public var losesPowerAfter = Int.max
  public var losesPowerWhenDone = false
  public private(set) var hasPower = true

  public init() {}

  /// One of the same contents and past, that is not to fail.
  public func copy() -> Disk {
    let copy = Disk()
    (copy.ledger, copy.successor, copy.replaced) = (ledger, successor, replaced)
    (copy.capacity, copy.reserved, copy.hasPower) = (capacity, reserved, hasPower)
    (copy.begun, copy.failures, copy.synchronizations) = (begun, failures, synchronizations)
    return copy
  }

  /// How many operations that change something were begun.
  public var operations: Int { begun.count }

  /// The ledger's file.
  public var bytes: [UInt8] {
    get { ledger.cached }
    set { ledger = File(cached: newValue, durable: newValue, shortest: newValue.count) }
  }

  fileprivate func step(_ operation: Operation) throws(StoreError) {
    begun.append(operation)
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

  /// How many more bytes it takes.
  fileprivate var room: Int {
    capacity - max(ledger.cached.count, reserved) - successor.cached.count
  }

  fileprivate func fail() throws(StoreError) -> Never {
    failures += 1
    throw StoreError(code: 28)
  }

  /// It was not the power that went, but popbell that was killed: all is as it was left.
  public func keepPower() {
    hasPower = true
    losesPowerAfter = .max
  }

  /// The power is back, and of what was not durable, `bytes` are there: one of `possibleRemains`.
  public func restorePower(leaving bytes: [UInt8]) {
    self.bytes = bytes
    (successor, replaced, reserved) = (File(), [], 0)
    hasPower = true
    losesPowerAfter = .max
  }

  /// The power is back, and what was not durable is there in parts, as `random` chooses.
  public func restorePower(using random: inout some RandomNumberGenerator) {
    var left = ledger
    if !replaced.isEmpty, Bool.random(using: &random) {
      left = replaced[replaced.count > 1 ? Int.random(in: 0..<replaced.count, using: &random) : 0]
    }
    restorePower(leaving: left.remains(using: &random))
  }
}

public struct DiskStore: Store {
  let disk: Disk

  public init(disk: Disk) { self.disk = disk }

  public func read(
    at offset: Int, into bytes: inout MutableSpan<UInt8>
  ) throws(StoreError) -> Int {
    guard disk.hasPower else { throw StoreError(code: 5) }
    let count = max(0, min(bytes.count, disk.ledger.cached.count - offset))
    for index in 0..<count { bytes[index] = disk.ledger.cached[offset + index] }
    return count
  }

  public func append(_ bytes: Span<UInt8>, to file: StoreFile) throws(StoreError) {
    do { try disk.step(.append(file)) } catch {
      append(bytes.extracting(..<min(disk.torn, bytes.count)), file)
      throw error
    }
    var room = disk.room
    if file == .ledger { room += max(0, disk.reserved - disk.ledger.cached.count) }
    append(bytes.extracting(..<min(room, bytes.count)), file)
    if room < bytes.count { try disk.fail() }
  }

  private func append(_ bytes: Span<UInt8>, _ file: StoreFile) {
    switch file {
    case .ledger: disk.ledger.cached.append(bytes)
    case .successor: disk.successor.cached.append(bytes)
    }
  }

  public func reserve(_ count: Int) throws(StoreError) {
    try disk.step(.reserve)
    let end = disk.ledger.cached.count + count
    guard end - max(disk.ledger.cached.count, disk.reserved) <= disk.room else { try disk.fail() }
    disk.reserved = max(disk.reserved, end)
  }

  public func synchronize(_ file: StoreFile) throws(StoreError) {
    try disk.step(.synchronize(file))
    switch file {
    case .ledger:
      disk.ledger.synchronize()
      disk.synchronizations += 1
    case .successor: disk.successor.synchronize()
    }
  }

  public func truncate(to length: Int) throws(StoreError) {
    try disk.step(.truncate)
    disk.ledger.truncate(to: length)
    disk.reserved = 0
  }

  public func beginSuccessor() throws(StoreError) {
    try disk.step(.beginSuccessor)
    disk.successor = Disk.File()
  }

  public func succeed() throws(StoreError) {
    try disk.step(.succeed)
    disk.replaced.append(disk.ledger)
    disk.ledger = disk.successor
    (disk.successor, disk.reserved) = (Disk.File(), 0)
  }

  public func synchronizeFolder() throws(StoreError) {
    try disk.step(.synchronizeFolder)
    disk.replaced = []
  }
}
