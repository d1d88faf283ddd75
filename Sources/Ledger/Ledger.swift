public import Bytes

/// The alerts of one mailbox that have fired, on disk before anything relies on it.
///
/// The law it keeps: a record is durable before the step that it permits. An intent comes before
/// the action, `fired` before DELE; a message that fired is not forgotten before the server has
/// committed its deletion.
///
/// On disk, sorted records are followed by those that came since; only the latter are in memory.
/// Where they become too many, all are sorted anew, into a file that takes the old one's place.
public final class Ledger<S: Store & ~Copyable> {
  /// The most records that it can hold: 8 MiB on disk.
  static var capacity: Int { 262_144 }

  var store: S
  /// The number of records, behind the header, that are sorted by their keys.
  var sorted = 0
  /// The entries that came since, sorted too, with the latest of each key.
  var recent: [Recent] = []
  /// The number of bytes in the store that are whole records.
  var length = 0
  /// True if part of a record may stand behind them.
  var tailIsTorn = false
  /// True if the file took its place, and the folder is not known to be on disk: so at the start, as
  /// whoever put it there may have been ended before it was.
  var folderIsPending = true
  /// True if what was read is known to be on disk: whoever wrote it may have been ended before.
  var isDurable = false
  /// True if what came of an alert could not be written down.
  private var owesRecord = false
  /// The number of entries that wait to be written with others.
  private var unwritten = 0
  /// True if the file has an older form.
  var isOld = false
  var clock = LedgerClock()
  /// The clock as it stands on disk.
  var written = ClockReading()
  private let built: UInt64
  /// The deletions that were permitted in this session.
  var deletions: [Deletion] = []
  /// The messages that the server counted in the last session in which it deleted some, until the next
  /// counts them; and whether there were fewer then.
  var countWhenDeleting: UInt32?
  var deletesForSure = false
  /// The sorted records whose messages are there: in the listing that is under way or, after that, in the
  /// session.
  var marks = Marks()
  /// True if an older version wrote some of the records, and if some are of silent messages that the
  /// server deleted.
  public internal(set) var knowsOlder = false
  var hasSilentDeletion = false
  /// True if some messages are to fire again, as their owner wants.
  var hasForgotten = false
  /// True if some messages could not be read.
  var hasUnread = false
  /// The hour in which the first message is due that is kept for a time; nil where none is.
  var nextDueHour: UInt32?
  /// True if two messages of the listing that is under way have the same unique-id.
  public internal(set) var listingIsDoubled = false
  /// The same as `nextDueHour`, of what that listing has so far.
  var listedDueHour: UInt32?
  /// What it has so far, as far as that may be what was looked at before, and how many in all.
  var listed = Examined(rules: 0)
  var listedCount: UInt32 = 0
  /// True where the unique-ids that are listed are those of other messages by now.
  var linksAreStale = false

  /// The part of the mailbox that was looked at when the last poll ended; nil before the first.
  public internal(set) var examined: Examined?
  /// The part that other rules had looked at: its messages are old until these have looked at all of it.
  public internal(set) var earlier = Examined(rules: 0)
  public internal(set) var horizon = Horizon()

  /// Reads the store, cuts off a last record that was not written whole, and drops what is done
  /// with where that is worth a rewrite. The board's clock says `wall`, and is not set where that is
  /// before `built`; both are in seconds since 1970.
  public init(
    _ store: consuming S, now: Instant, wall: UInt64, built: UInt64
  ) throws(LedgerError) {
    self.store = store
    self.built = built
    try load()
    clock.tick(now: now, wall: wall, built: built)
    try mend()
  }

  /// Reads the store and changes nothing: what it holds may belong to another process.
  public init(reading store: consuming S) throws(LedgerError) {
    self.store = store
    built = 0
    try load()
  }

  /// Takes the time: `now`, and `wall` by the board's clock.
  public func tick(now: Instant, wall: UInt64) { clock.tick(now: now, wall: wall, built: built) }

  /// The state of `alert`.
  public func state(of alert: AlertIdentity) throws(LedgerError) -> MessageState {
    guard let entry = try entry(of: alert.key), !mayHaveGone(entry) else { return .new }
    return entry.state.message
  }

  /// Writes down that the actions of `alert` are about to start, after what came of others: no
  /// more than one alert may be of unknown end.
  public func intend(_ alert: AlertIdentity) throws(LedgerError) {
    var failures = try self.state(of: alert).failures
    failures.firstMinute = try firstMinute(of: alert) ?? 0
    let state = EntryState.intended(before: failures)
    try makeRoom()
    if owesRecord { try flush() }
    // And room for what comes of them: a disk that is full in between would leave that unknown.
    try withStore { (store) throws(StoreError) in
      try store.reserve(2 * Self.batch * Record.size)
    }
    try write(records(alert, state))
    try meet(alert)
  }

  /// Writes down that all actions of `alert` succeeded, or how they did not, or what was done of
  /// its message since. On an error this process still knows.
  public func note(_ alert: AlertIdentity, _ state: EntryState) throws(LedgerError) {
    for case .entry(let entry) in try records(alert, state) {
      set(entry.identity, entry, isDurable: false)
    }
    owesRecord = true
    try flush()
  }

  /// The time at which `alert` fired, in seconds of the ledger's clock; now, where that is not known.
  public func timeOfFiring(_ alert: AlertIdentity) throws(LedgerError) -> UInt64 {
    guard let entry = try entry(of: alert.key) else { return clock.time }
    switch entry.state {
    case .fired, .archived, .kept, .deleted: return UInt64(entry.time)
    case .intended, .failed, .givenUp, .old, .forgotten, .unread, .link: return clock.time
    }
  }

  /// Seconds of the ledger's clock.
  public var now: UInt64 { clock.time }

  /// Writes down that the message of `alert` stays, until `due` or for ever, unless that is known
  /// already. It fired before: this need not be on disk at once.
  public func keep(
    _ alert: AlertIdentity, until due: UInt64?, rules: UInt16
  ) throws(LedgerError) {
    // Rounded up: a message goes an hour late rather than early.
    var hour = due.map { min(UInt32(clamping: ($0 + 3599) / 3600), EntryState.latestHour) } ?? 0
    guard let known = try entry(of: alert.key) else { return }
    // A copy that another rule takes may be due before.
    if case .kept(let earlier, _, _) = known.state, UInt64(earlier) * 3600 > clock.time {
      hour = hour == 0 ? earlier : min(hour, earlier)
    }
    var entry = known
    entry.state = .kept(
      dueHour: hour, rules: rules, archived: known.state.message == .archived)
    entry.time = UInt32(clamping: try timeOfFiring(alert))
    entry.isUnlisted = alert.isUnlisted
    if known.state != entry.state || known.isUnlisted && !entry.isUnlisted { writeLater(entry) }
    // A copy that stays is known to listings too.
    if let link = try missingLink(of: alert) { writeLater(link) }
    try markLink(of: alert)
    try flushIfMany()
  }

  func flushIfMany() throws(LedgerError) {
    if unwritten >= Self.batch { try flush() }
  }

  /// Remembers an entry that is written with others.
  func writeLater(_ entry: Entry) {
    set(entry.identity, entry, isDurable: false)
    unwritten += 1
  }

  /// True if the server said, in the last day, that it had deleted the message of `alert`, which is still
  /// there, or again. A copy of it under another unique-id is none that it said so of; nor is one without
  /// a unique-id that speaks, where the number of messages fell by what the server deleted last.
  public func wasDeleted(_ alert: AlertIdentity) throws(LedgerError) -> Bool {
    guard let uniqueID = alert.uniqueID else {
      guard try entry(of: alert.key)?.isDeleted ?? false else { return false }
      return alert.isSilent || !deletesForSure
    }
    guard case .link(alert.key.word, let hour) = try entry(of: uniqueID)?.state, hour > 0 else {
      return false
    }
    return UInt64(hour + 24) * 3600 > clock.time
  }

  /// True if the ledger has no entries.
  public var isEmpty: Bool { sorted == 0 && !recent.contains { $0.entry != nil } }

  /// Writes what could not be written down so far: links first, as elsewhere. When this returns,
  /// all that is known is on disk.
  public func flush() throws(LedgerError) {
    try makeDurable()
    unwritten = 0
    var waiting: [Record] = []
    for links in [true, false] {
      for recent in recent where !recent.isDurable {
        guard let entry = recent.entry, entry.isLink == links else { continue }
        waiting.append(.entry(entry))
      }
    }
    // A restart must not take a jump of the board's clock, or a long quiet time, for something else.
    if waiting.isEmpty, clockMustBeWritten || clock.time > written.time + LedgerClock.quietTime {
      try append([])
    }
    try writeBatches(waiting)
    owesRecord = false
  }

  /// A session begins: without a commit, nothing of the last was deleted.
  public func beginSession() {
    deletions = []
    forgetMarks()
  }

  /// The number of messages that are left alone because their actions failed too often.
  public func countGivenUp() throws(LedgerError) -> Int {
    var count = 0
    try forEachEntry { (entry, _) throws(LedgerError) in
      if entry.state == .givenUp { count += 1 }
    }
    return count
  }

  /// The time on the board's clock when a record was written with this time.
  public func wall(at time: UInt32) -> UInt64 { clock.wall(at: UInt64(time)) }
}

extension Ledger where S: ~Copyable {
  /// The time of records.
  var time: UInt32 { UInt32(clamping: clock.time) }

  /// The records that say that `alert` is in `state`.
  private func records(
    _ alert: AlertIdentity, _ state: EntryState
  ) throws(LedgerError) -> [Record] {
    // It was archived when that could be done; it fired before.
    let time = state == .archived ? UInt32(clamping: try timeOfFiring(alert)) : time
    let entry = Entry(
      identity: alert.key, state: state, isSilent: alert.isSilent, isUnlisted: alert.isUnlisted,
      time: time, rule: alert.rule)
    // First the link: where it is missing, a listing has no message for the alert.
    guard let link = try missingLink(of: alert) else { return [.entry(entry)] }
    return [.entry(link), .entry(entry)]
  }

  /// Writes as many records as there are, a batch at a time, after what came of alerts.
  func writeAll(_ records: [Record]) throws(LedgerError) {
    guard !records.isEmpty else { return }
    if owesRecord { try flush() }
    try writeBatches(records)
  }

  private func writeBatches(_ records: [Record]) throws(LedgerError) {
    var rest = records[...]
    while !rest.isEmpty {
      try write(Array(rest.prefix(Self.batch)))
      rest = rest.dropFirst(Self.batch)
    }
  }

  /// Writes records, and remembers what they say.
  func write(_ records: [Record]) throws(LedgerError) {
    guard !records.isEmpty else { return }
    try append(records)
    for record in records { replay(record) }
  }
}
