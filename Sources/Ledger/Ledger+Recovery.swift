import Bytes

extension Ledger where S: ~Copyable {
  /// Reads all records. A flaw is what a power cut leaves if nothing follows it but records of the same
  /// write; any other flaw throws `damaged`, and nothing is guessed.
  func load() throws(LedgerError) {
    var version = Record.version
    var last: Identity?
    var latest: UInt32 = 0
    try forEachRecord(from: 0) { (place, bytes) throws(LedgerError) in
      let end = (place + 1) * Record.size
      guard !self.tailIsTorn else {
        let isLater =
          bytes.count == Record.size && bytes[0] & Record.continues == 0
          && (try? Record(parsing: bytes, version: version)) != nil
        guard !isLater, end - self.length <= (Self.batch + 2) * Record.size else {
          throw .damaged(offset: self.length)
        }
        return
      }
      guard bytes.count == Record.size, let record = try? Record(parsing: bytes, version: version)
      else {
        guard place > 0 else { throw .notALedger }
        guard place > self.sorted else { throw .damaged(offset: place * Record.size) }
        self.tailIsTorn = true
        return
      }
      switch record {
      case .header(let found, let count):
        guard place == 0 else { throw .damaged(offset: place * Record.size) }
        guard (1...Record.version).contains(found) else { throw .version(found) }
        (version, self.sorted) = (found, count)
      case _ where place == 0: throw .notALedger
      case .entry(let entry) where place <= self.sorted:
        guard last.map({ $0 < entry.identity }) ?? true else {
          throw .damaged(offset: place * Record.size)
        }
        last = entry.identity
        self.note(entry)
      case _ where place <= self.sorted: throw .damaged(offset: place * Record.size)
      case .entry(let entry) where version == 1: try self.replayOld(entry)
      case .entry, .removed, .examined, .earlier, .horizon, .clock, .obsolete: self.replay(record)
      }
      if case .entry(let entry) = record { latest = max(latest, entry.time) }
      self.length = end
    }
    guard length == 0 || length / Record.size > sorted else { throw .damaged(offset: length) }
    isOld = version != Record.version
    if length == 0 { horizon = .undecided }
    clock = LedgerClock(written)
    clock.reading.time = max(UInt64(latest), written.time)
  }

  /// Restores the failures before an intent, which version 1 did not record in it.
  private func replayOld(_ entry: Entry) throws(LedgerError) {
    var entry = entry
    if case .intended = entry.state, let before = try self.entry(of: entry.identity) {
      entry.state = .intended(before: before.state.message.failures)
    }
    replay(.entry(entry))
  }

  /// Writes a new file if this one is empty, of an older version or mostly obsolete; otherwise cuts a torn
  /// tail off.
  func mend() throws(LedgerError) {
    if length == 0 || isOld { return try compact() }
    try compactIfWorthwhile()
    guard tailIsTorn else { return }
    let whole = length
    try withStore { (store) throws(StoreError) in
      try store.truncate(to: whole)
      try store.synchronize(.ledger)
    }
    tailIsTorn = false
  }

  /// Calls `body` with the place and bytes of each record from `first` on; the last may be incomplete.
  func forEachRecord(
    from first: Int, _ body: (Int, Span<UInt8>) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    var place = first
    var chunk = ByteBuffer<4096>()
    repeat {
      let offset = place * Record.size
      try withStore { (store) throws(StoreError) in
        try chunk.fill { (span) throws(StoreError) in try store.read(at: offset, into: &span) }
      }
      var start = 0
      while start < chunk.count {
        let end = min(start + Record.size, chunk.count)
        try body(place, chunk.bytes.extracting(start..<end))
        place += 1
        start = end
      }
    } while chunk.isFull
  }
}
