import Bytes
import Ledger
import TestSupport
import Testing

/// Records are sorted anew inside an append, where no more of them may be in memory: into a file that
/// takes the old one's place.
@Suite struct CompactionTests {
  static let limit = 1023
  static let last = MessageIdentity(nil, content: 9999)

  /// One record less than may be in memory: the next append sorts them.
  private func fill(_ disk: Disk) throws -> DiskLedger {
    let ledger = try disk.open()
    for number in 1...Self.limit { try ledger.note(MessageIdentity(nil, content: number), .fired) }
    return ledger
  }

  /// Opens what is left, and checks that all `count` messages fired, and maybe another.
  private func check(
    _ left: [UInt8], count: Int = limit, hasLast: Bool, _ fault: String
  ) throws {
    let disk = Disk()
    disk.bytes = left
    let ledger = try disk.open()
    var found: [Identity] = []
    try ledger.forEachMessage { (entry) throws(LedgerError) in
      if entry.state == .fired { found.append(entry.identity) }
    }
    let mayHave = try found.contains(ledger.alert(Self.last).key)
    #expect(mayHave || !hasLast, "\(fault): what was written is lost")
    let expected = try (1...count).map { try ledger.alert(MessageIdentity(nil, content: $0)).key }
    let last = try mayHave ? [ledger.alert(Self.last).key] : []
    #expect(found == (expected + last).sorted(), "\(fault)")
  }

  /// Each step is durable before the next relies on it.
  @Test func theOldFileIsGivenUpOnceTheNewOneIsWhole() throws {
    let disk = Disk()
    let ledger = try fill(disk)
    let before = disk.operations
    try ledger.note(Self.last, .fired)
    let steps = disk.begun[before...].filter { $0 != .append(.successor) }
    #expect(
      steps == [
        .beginSuccessor, .synchronize(.successor), .succeed, .synchronizeFolder, .append(.ledger),
        .synchronize(.ledger),
      ])
    #expect(disk.begun[before...].count == steps.count + (Self.limit + 3 + 127) / 128)
  }

  /// And at each step of the start after that, which sorts what is still to be sorted.
  @Test(arguments: [Int.max, 2000]) func survivesTwoCutsAtAnyStep(room: Int) throws {
    var random = SeededGenerator(seed: 1)
    var seen: Set<[UInt8]> = []
    var operation = 0
    var isDone = false
    while !isDone {
      let disk = Disk()
      let ledger = try fill(disk)
      if room < .max { disk.capacity = disk.bytes.count + room }
      disk.losesPowerAfter = operation
      disk.losesPowerWhenDone = true
      let isWritten = (try? ledger.note(Self.last, .fired)) != nil
      isDone = disk.hasPower
      for left in disk.possibleRemains(random: 2, using: &random)
      where seen.insert(left + [isWritten ? 1 : 0]).inserted {
        let fault = "cut at \(operation), \(left.count) bytes are left"
        try check(left, hasLast: isWritten, fault)
        try cutAgain(left, hasLast: isWritten, fault, &seen, &random)
      }
      operation += 1
    }
    #expect(operation > (room < .max ? 5 : 12))
  }

  private func cutAgain(
    _ left: [UInt8], hasLast: Bool, _ fault: String, _ seen: inout Set<[UInt8]>,
    _ random: inout SeededGenerator
  ) throws {
    var operation = 0
    while true {
      let disk = Disk()
      disk.bytes = left
      disk.losesPowerAfter = operation
      disk.losesPowerWhenDone = true
      if (try? disk.open()) != nil, disk.hasPower { return }
      for left in disk.possibleRemains(random: 2, using: &random)
      where seen.insert(left + [hasLast ? 1 : 0]).inserted {
        try check(left, hasLast: hasLast, "\(fault), cut again at \(operation)")
      }
      operation += 1
    }
  }

  /// The disk fails once, and then the power, or it works again.
  @Test(arguments: [5, 28] as [Int32]) func survivesAnErrorAtAnyStep(error: Int32) throws {
    var operation = 0
    var seen: Set<[UInt8]> = []
    while true {
      let disk = Disk()
      let ledger = try fill(disk)
      (disk.failAfter, disk.recoversAfter, disk.error, disk.torn) = (operation, 1, error, 17)
      let isWritten = (try? ledger.note(Self.last, .fired)) != nil
      for left in disk.possibleRemains where seen.insert(left + [isWritten ? 1 : 0]).inserted {
        try check(left, hasLast: isWritten, "error at \(operation), then a cut")
      }
      #expect(try ledger.state(of: Self.last) == .fired)
      try ledger.flush()
      for left in disk.possibleRemains where seen.insert(left + [1]).inserted {
        try check(left, hasLast: true, "error at \(operation), then none")
      }
      if disk.failures == 0 { break }
      operation += 1
    }
    #expect(operation > 12)
  }

  /// There is no room for another file, but for as many records again.
  @Test func aFullDiskTakesAsManyRecordsAgain() throws {
    let disk = Disk()
    let ledger = try fill(disk)
    disk.capacity = disk.bytes.count + (Self.limit + 1) * 32
    let count = 2 * Self.limit + 1
    for number in Self.limit + 1...count {
      try ledger.note(MessageIdentity(nil, content: number), .fired)
    }
    #expect(throws: LedgerError.store(StoreError(code: 28))) {
      try ledger.note(Self.last, .fired)
    }
    // It is known to this process, and what was written, on disk.
    #expect(try ledger.state(of: Self.last) == .fired)
    for left in disk.possibleRemains {
      try check(left, count: count, hasLast: false, "full")
    }
    disk.capacity = .max
    try ledger.flush()
    try check(disk.bytes, count: count, hasLast: true, "there is room again")
    #expect(disk.begun.suffix(4).contains(.synchronizeFolder))
  }

  /// A disk without room starts, and takes what there is room for.
  @Test func startsOnAFullDisk() throws {
    let disk = Disk()
    _ = try fill(disk)
    disk.capacity = disk.bytes.count
    #expect(throws: LedgerError.store(StoreError(code: 28))) { try disk.open() }
    #expect(disk.bytes.count == disk.capacity)
    disk.capacity = .max
    try check(disk.bytes, hasLast: false, "there is room again")
  }
}
