import Bytes

/// An entry that was added after the sorted records; its `entry` is nil if it was removed.
struct Recent {
  let identity: Identity
  var entry: Entry?
  /// True if it is on disk.
  var isDurable = true
  /// True if its message was met in the current listing or, after that, in the session.
  var isMarked = false
}

/// The sorted records whose messages were met: one bit each, allocated with the first.
struct Marks {
  private var bits: [UInt8] = []

  /// Marks the record at `place`, of `count` records.
  mutating func insert(_ place: Int, of count: Int) {
    if bits.isEmpty { bits = [UInt8](repeating: 0, count: (count + 7) / 8) }
    bits[place / 8] |= 1 << UInt8(place % 8)
  }

  func contains(_ place: Int) -> Bool {
    !bits.isEmpty && bits[place / 8] & 1 << UInt8(place % 8) != 0
  }

  var isEmpty: Bool { bits.isEmpty }
}

/// Where an entry is.
enum Position {
  /// Index in `recent`.
  case recent(Int)
  /// Place among the sorted records, from 0.
  case sorted(Int)
}

extension Ledger where S: ~Copyable {
  /// Maximum number of records in one write: after a power cut, any of these may be damaged.
  static var batch: Int { 14 }
  /// Number of recent entries, in memory, from which on the file is rewritten.
  static var recentLimit: Int { 1024 }

  /// Appends records. The remains of an earlier append that failed are cut off first.
  func append(_ records: [Record]) throws(LedgerError) {
    if recent.count >= Self.recentLimit {
      // If the rewrite fails, as on a full disk, twice as many entries fit.
      do throws(LedgerError) { try compact() } catch {
        guard recent.count < 2 * Self.recentLimit else { throw error }
      }
    }
    clock.settle()
    var bytes = ByteBuffer<512>()
    let mustTell = clockMustBeWritten || records.isEmpty
    for record in mustTell ? [.clock(clock.reading)] + records : records {
      bytes.append(record.encoded(continues: !bytes.isEmpty).bytes)
    }
    let (whole, mustCut) = (length, tailIsTorn)
    // A gap before whole records would count as damage, not as a power cut.
    try makeDurable()
    tailIsTorn = true
    try withStore { (store) throws(StoreError) in
      if mustCut { try store.truncate(to: whole) }
      try store.append(bytes.bytes, to: .ledger)
      try store.synchronize(.ledger)
    }
    tailIsTorn = false
    length += bytes.count
    if mustTell { written = clock.reading }
  }

  /// True if the clock's skew or absence has changed since the last record. Without it, a restart would take
  /// a jump of the board's clock for time that passed, or an absence for time seen.
  var clockMustBeWritten: Bool {
    clock.reading.skew != written.skew || clock.reading.away != written.away
  }

  /// Makes sure that everything read or written so far is on disk: a new file may have records that the old
  /// one did not, and another process may not have synchronised its writes.
  func makeDurable() throws(LedgerError) {
    try settleFolder()
    guard !isDurable else { return }
    try withStore { (store) throws(StoreError) in try store.synchronize(.ledger) }
    isDurable = true
  }

  /// Makes the replacement of the file durable, as records are not appended to a file that a power cut could
  /// replace by the old one.
  func settleFolder() throws(LedgerError) {
    guard folderIsPending else { return }
    try withStore { (store) throws(StoreError) in try store.synchronizeFolder() }
    folderIsPending = false
  }

  /// Applies a record to the state in memory.
  func replay(_ record: Record) {
    switch record {
    case .header, .obsolete: break
    case .entry(let entry): set(entry.identity, entry, isDurable: true)
    case .removed(let identity): set(identity, nil, isDurable: true)
    case .examined(let examined): self.examined = examined
    case .earlier(let earlier): self.earlier = earlier
    case .horizon(let horizon): self.horizon = horizon
    case .clock(let reading): written = reading
    }
  }

  /// Adds or replaces a recent entry; nil stands for a removed one.
  func set(_ identity: Identity, _ entry: Entry?, isDurable: Bool) {
    if let entry { note(entry) }
    let index = firstIndex { !($0 < identity) }
    if index < recent.count, recent[index].identity == identity {
      recent[index].entry = entry
      recent[index].isDurable = isDurable
    } else {
      recent.insert(Recent(identity: identity, entry: entry, isDurable: isDurable), at: index)
    }
  }

  /// Updates what is known of all entries together.
  func note(_ entry: Entry) {
    noteDue(entry)
    if entry.isOlder { knowsOlder = true }
    if entry.isUnread { hasUnread = true }
    if entry.state == .forgotten { hasForgotten = true }
    if entry.isSilent, case .deleted = entry.state { hasSilentDeletion = true }
  }

  /// The index of a recent entry; nil if there is none.
  func index(of identity: Identity) -> Int? {
    let index = firstIndex { !($0 < identity) }
    guard index < recent.count, recent[index].identity == identity else { return nil }
    return index
  }

  func entry(of identity: Identity) throws(LedgerError) -> Entry? {
    try find(identity)?.entry
  }

  /// The alert whose key begins with `word`.
  func entry(of word: UInt64) throws(LedgerError) -> Entry? { try find(word)?.entry }

  /// The entry of `identity`, and its place; nil if there is none.
  func find(_ identity: Identity) throws(LedgerError) -> (position: Position, entry: Entry)? {
    if let index = index(of: identity) { return recent[index].entry.map { (.recent(index), $0) } }
    guard let (place, entry) = try sortedEntry({ !($0 < identity) }), entry.identity == identity
    else { return nil }
    return (.sorted(place), entry)
  }

  /// The alert whose key begins with `word`, and its place; nil if there is none.
  func find(_ word: UInt64) throws(LedgerError) -> (position: Position, entry: Entry)? {
    let index = firstIndex { $0.word >= word }
    if index < recent.count, recent[index].identity.word == word {
      guard let entry = recent[index].entry, !entry.isLink else { return nil }
      return (.recent(index), entry)
    }
    guard let (place, entry) = try sortedEntry({ $0.word >= word }), entry.identity.word == word,
      !entry.isLink
    else { return nil }
    return (.sorted(place), entry)
  }

  /// Marks an entry whose message was met.
  func mark(_ position: Position) {
    switch position {
    case .recent(let index): recent[index].isMarked = true
    case .sorted(let place): marks.insert(place, of: sorted)
    }
  }

  func isMarked(_ position: Position) -> Bool {
    switch position {
    case .recent(let index): recent[index].isMarked
    case .sorted(let place): marks.contains(place)
    }
  }

  func forgetMarks() {
    marks = Marks()
    for index in recent.indices { recent[index].isMarked = false }
  }

  /// Index of the first recent entry for which `enough` is true.
  private func firstIndex(_ enough: (Identity) -> Bool) -> Int {
    var (low, high) = (0, recent.count)
    while low < high {
      let middle = (low + high) / 2
      if enough(recent[middle].identity) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The first sorted record for which `enough` is true, and its place.
  func sortedEntry(_ enough: (Identity) -> Bool) throws(LedgerError) -> (Int, Entry)? {
    var (low, high) = (0, sorted)
    var found: (Int, Entry)?
    while low < high {
      let middle = (low + high) / 2
      let entry = try sortedEntry(at: middle)
      if enough(entry.identity) {
        found = (middle, entry)
        high = middle
      } else {
        low = middle + 1
      }
    }
    return found
  }

  private func sortedEntry(at place: Int) throws(LedgerError) -> Entry {
    let offset = (place + 1) * Record.size
    var bytes = Record.Bytes()
    try withStore { (store) throws(StoreError) in
      try bytes.fill { (span) throws(StoreError) in try store.read(at: offset, into: &span) }
    }
    guard case .entry(let entry) = try? Record(parsing: bytes.bytes, version: Record.version)
    else { throw .damaged(offset: offset) }
    return entry
  }

  /// Runs `body` on the store, and rethrows its error as the ledger's.
  func withStore(_ body: (inout S) throws(StoreError) -> Void) throws(LedgerError) {
    do { try body(&store) } catch { throw .store(error) }
  }
}
