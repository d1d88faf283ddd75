import Bytes

extension Ledger where S: ~Copyable {
  /// Number of obsolete records that make a rewrite of the file worthwhile.
  private static var spare: Int { 4096 }

  /// Rewrites the file if most of its records are obsolete, or too many entries are in memory.
  func compactIfWorthwhile() throws(LedgerError) {
    let history = length / Record.size - sorted - recent.count
    guard recent.count >= Self.recentLimit / 2 || history > sorted + Self.spare else { return }
    try compact()
  }

  /// Writes all entries to be remembered into a new file that replaces this one. `survey` is a look whose
  /// result is applied, and entries gone for `dropAge` hours or more are dropped. Marks are kept. After an
  /// error nothing has changed.
  func compact(
    after survey: Survey? = nil, droppingFrom dropAge: Int = .max
  ) throws(LedgerError) {
    var (count, links) = (0, 0)
    try forEachSurvivor(survey, dropAge, dropsLinks: false) { (entry, _) throws(LedgerError) in
      count += 1
      links += entry.isLink ? 1 : 0
    }
    // Links of forgotten alerts stay behind.
    let dropsLinks = 2 * links > count + 256 || dropAge < .max
    if dropsLinks {
      count = 0
      try forEachSurvivor(survey, dropAge, dropsLinks: true) { _, _ in count += 1 }
    }
    let reading = clock.reading
    var (written, marks) = (0, Marks())
    do throws(LedgerError) {
      written = try writeSuccessor(of: count, survey, dropAge, dropsLinks: dropsLinks, &marks)
    } catch {
      // An incomplete file takes room that the ledger may need.
      try? store.beginSuccessor()
      throw error
    }
    (sorted, length, tailIsTorn, folderIsPending) = (count, written, false, true)
    (recent, self.marks, isOld, isDurable) = ([], marks, false, true)
    self.written = reading
  }

  /// Writes the new file and replaces the old one by it. Returns its size in bytes; `marks` receives the
  /// marks of its records.
  private func writeSuccessor(
    of count: Int, _ survey: Survey?, _ dropAge: Int, dropsLinks: Bool, _ marks: inout Marks
  ) throws(LedgerError) -> Int {
    var bytes = ByteBuffer<4096>()
    var (written, place) = (0, 0)
    try withStore { (store) throws(StoreError) in try store.beginSuccessor() }
    try write(.header(version: Record.version, sorted: count), &bytes, &written)
    try forEachSurvivor(survey, dropAge, dropsLinks: dropsLinks) {
      (entry, isMarked) throws(LedgerError) in
      if isMarked { marks.insert(place, of: count) }
      place += 1
      try self.write(.entry(entry), &bytes, &written)
    }
    try write(.clock(clock.reading), &bytes, &written)
    if let examined { try write(.examined(examined), &bytes, &written) }
    if earlier.count > 0 { try write(.earlier(earlier), &bytes, &written) }
    try write(.horizon(horizon), &bytes, &written)
    try writeOut(&bytes)
    try withStore { (store) throws(StoreError) in
      try store.synchronize(.successor)
      try store.succeed()
    }
    return written
  }

  private func forEachSurvivor(
    _ survey: Survey?, _ dropAge: Int, dropsLinks: Bool,
    _ body: (Entry, _ isMarked: Bool) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    try forEachEntry { (entry, isMarked) throws(LedgerError) in
      if dropsLinks, try self.isDangling(entry, dropAge) { return }
      if self.isLongDeleted(entry) || self.givesWay(entry, dropAge) { return }
      let later = survey.map { self.entry(entry, after: $0, isThere: isMarked) } ?? entry
      if let later { try body(later, isMarked) }
    }
  }

  private func write(
    _ record: Record, _ bytes: inout ByteBuffer<4096>, _ written: inout Int
  ) throws(LedgerError) {
    if bytes.isFull { try writeOut(&bytes) }
    bytes.append(record.encoded().bytes)
    written += Record.size
  }

  private func writeOut(_ bytes: inout ByteBuffer<4096>) throws(LedgerError) {
    do { try store.append(bytes.bytes, to: .successor) } catch { throw .store(error) }
    bytes.removeAll()
  }

  /// True for a link to an alert that does not exist or is to be dropped.
  func isDangling(_ entry: Entry, _ dropAge: Int = .max) throws(LedgerError) -> Bool {
    guard case .link(let word, _) = entry.state else { return false }
    return try self.entry(of: word).map { givesWay($0, dropAge) } ?? true
  }

  private func givesWay(_ entry: Entry, _ dropAge: Int) -> Bool {
    hoursGone(entry).map { $0 >= dropAge } ?? false
  }

  /// Calls `body` with each entry in the order of identities, and whether its message was met in the current
  /// listing or session.
  func forEachEntry(
    _ body: (Entry, _ isMarked: Bool) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    var next = 0
    if sorted > 0 {
      try forEachRecord(from: 1) { (place, bytes) throws(LedgerError) in
        guard place <= self.sorted else { return }
        guard case .entry(let entry) = try? Record(parsing: bytes, version: Record.version)
        else { throw .damaged(offset: place * Record.size) }
        while next < self.recent.count, self.recent[next].identity < entry.identity {
          try self.visit(self.recent[next].entry, self.recent[next].isMarked, body)
          next += 1
        }
        let isMarked = self.isMarked(.sorted(place - 1))
        // A recent entry replaces a sorted one of the same identity; a mark on either counts.
        guard next < self.recent.count, self.recent[next].identity == entry.identity else {
          return try body(entry, isMarked)
        }
        try self.visit(self.recent[next].entry, isMarked || self.recent[next].isMarked, body)
        next += 1
      }
    }
    for index in next..<recent.count {
      try visit(recent[index].entry, recent[index].isMarked, body)
    }
  }

  private func visit(
    _ entry: Entry?, _ isMarked: Bool, _ body: (Entry, Bool) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    if let entry { try body(entry, isMarked) }
  }
}
