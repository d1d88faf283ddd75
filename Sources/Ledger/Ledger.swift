public import Bytes

/// The alerts of one mailbox that have fired, on disk before anything relies on it.
///
/// Law: a record is durable before the step that it permits. An intent comes before the action, `fired`
/// before DELE; an alert that fired is not forgotten before the server has committed the deletion of its
/// message.
///
/// On disk, sorted records are followed by newer ones; only the latter are in memory. When there are too
/// many, all are sorted into a new file that replaces the old one.
public final class Ledger<S: Store & ~Copyable> {
  /// Maximum number of records: 8 MiB on disk.
  static var capacity: Int { 262_144 }

  var store: S
  /// Number of sorted records, which follow the header in the order of their keys.
  var sorted = 0
  /// The newer entries, also sorted, with the latest of each key.
  var recent: [Recent] = []
  /// Number of bytes in the store that are whole records.
  var length = 0
  /// True if part of a record may follow the whole ones.
  var tailIsTorn = false
  /// True if the file has replaced another and the folder is not known to be on disk. This is the case at the
  /// start, because the process that did so may have died before it synchronised the folder.
  var folderIsPending = true
  /// True if everything read is known to be on disk; the process that wrote it may have died before it
  /// synchronised the file.
  var isDurable = false
  /// True if the result of an alert's actions could not be written down.
  private var owesRecord = false
  /// Number of entries that wait to be written together.
  private var unwritten = 0
  /// True if the file is of an older version.
  var isOld = false
  var clock = LedgerClock()
  /// The clock as the last record on disk has it.
  var written = ClockReading()
  private let built: UInt64
  /// The deletions permitted in this session.
  var deletions: [Deletion] = []
  /// The expected sum: messages left and deleted in the last session that deleted some; nil once counted.
  var countWhenDeleting: UInt32?
  /// True if there were fewer messages than that at the next count, so that the server does delete.
  var deletesForSure = false
  /// The sorted records whose messages were met in the current listing or, after that, in the session.
  var marks = Marks()
  /// True if an older version wrote some of the records.
  public internal(set) var knowsOlder = false
  /// True if there are records of silent messages that the server deleted.
  var hasSilentDeletion = false
  /// True if some messages are to fire again, as the owner wants.
  var hasForgotten = false
  /// True if there are records of messages that could not be read.
  var hasUnread = false
  /// The first hour since 1970 at which a message is due that waits or is kept for a time; nil if there is
  /// none.
  var nextDueHour: UInt32?
  /// True if two messages of the current listing have the same unique-id.
  public internal(set) var listingIsDoubled = false
  /// `nextDueHour` for the messages of the current listing so far.
  var listedDueHour: UInt32?
  /// The listed messages so far, up to the number that was looked at before.
  var listed = Examined(rules: 0)
  /// Number of messages listed so far.
  var listedCount: UInt32 = 0
  /// True if the listed unique-ids belong to other messages than the links say.
  var linksAreStale = false

  /// The messages looked at when the last poll ended; nil before the first.
  public internal(set) var examined: Examined?
  /// The messages that other rules had looked at: they are old until the current rules have looked at all.
  public internal(set) var earlier = Examined(rules: 0)
  public internal(set) var horizon = Horizon()

  /// Reads the store, cuts off an incomplete last record, and drops obsolete records if a rewrite is
  /// worthwhile. `wall` is the time of the board's clock; the clock is not set if that is before `built`.
  /// Both are in seconds since 1970.
  public init(
    _ store: consuming S, now: Instant, wall: UInt64, built: UInt64
  ) throws(LedgerError) {
    self.store = store
    self.built = built
    try load()
    clock.tick(now: now, wall: wall, built: built)
    try mend()
  }

  /// Reads the store without changing it, as it may belong to another process.
  public init(reading store: consuming S) throws(LedgerError) {
    self.store = store
    built = 0
    try load()
  }

  /// Sets the time: `now`, and `wall` by the board's clock in seconds since 1970.
  public func tick(now: Instant, wall: UInt64) { clock.tick(now: now, wall: wall, built: built) }

  /// The state of `alert`.
  public func state(of alert: AlertIdentity) throws(LedgerError) -> MessageState {
    guard let entry = try entry(of: alert.key), !mayHaveGone(entry) else { return .new }
    return entry.state.message
  }

  /// Writes down that the actions of `alert` are about to start. Pending results are written first, as at
  /// most one alert may have an unknown result.
  public func intend(_ alert: AlertIdentity) throws(LedgerError) {
    var failures = try self.state(of: alert).failures
    failures.firstMinute = try firstMinute(of: alert) ?? 0
    let state = EntryState.intended(before: failures)
    try makeRoom()
    if owesRecord { try flush() }
    // The result needs room, too: a disk that fills up meanwhile would leave it unknown.
    try withStore { (store) throws(StoreError) in
      try store.reserve(2 * Self.batch * Record.size)
    }
    try write(records(alert, state))
    try meet(alert)
  }

  /// Writes down a new state of `alert`, such as `fired` or `failed`. After an error, this process knows it
  /// nevertheless.
  public func note(_ alert: AlertIdentity, _ state: EntryState) throws(LedgerError) {
    for case .entry(let entry) in try records(alert, state) {
      set(entry.identity, entry, isDurable: false)
    }
    owesRecord = true
    try flush()
  }

  /// Time at which `alert` fired, in seconds of the ledger's clock; the current time if it has not.
  public func timeOfFiring(_ alert: AlertIdentity) throws(LedgerError) -> UInt64 {
    guard let entry = try entry(of: alert.key) else { return clock.time }
    switch entry.state {
    case .fired, .archived, .kept, .deleted: return UInt64(entry.time)
    case .intended, .failed, .givenUp, .old, .forgotten, .unread, .link: return clock.time
    }
  }

  /// The current time, in seconds of the ledger's clock.
  public var now: UInt64 { clock.time }

  /// Notes that the message of `alert` stays until `due`, or for ever if nil; writes nothing if that is
  /// known. The record may reach the disk later, as the alert fired before.
  public func keep(
    _ alert: AlertIdentity, until due: UInt64?, rules: UInt16
  ) throws(LedgerError) {
    // Rounded up: a message goes an hour late rather than early.
    var hour = due.map { min(UInt32(clamping: ($0 + 3599) / 3600), EntryState.latestHour) } ?? 0
    guard let known = try entry(of: alert.key) else { return }
    // The message may be due earlier for another rule.
    if case .kept(let earlier, _, _) = known.state, UInt64(earlier) * 3600 > clock.time {
      hour = hour == 0 ? earlier : min(hour, earlier)
    }
    var entry = known
    entry.state = .kept(
      dueHour: hour, rules: rules, archived: known.state.message == .archived)
    entry.time = UInt32(clamping: try timeOfFiring(alert))
    entry.isUnlisted = alert.isUnlisted
    if known.state != entry.state || known.isUnlisted && !entry.isUnlisted { writeLater(entry) }
    // A copy that stays must be known to listings, too.
    if let link = try missingLink(of: alert) { writeLater(link) }
    try markLink(of: alert)
    try flushIfMany()
  }

  func flushIfMany() throws(LedgerError) {
    if unwritten >= Self.batch { try flush() }
  }

  /// Adds an entry to memory that is written together with others.
  func writeLater(_ entry: Entry) {
    set(entry.identity, entry, isDurable: false)
    unwritten += 1
  }

  /// True if the server confirmed the deletion of the message of `alert` within the last day and the message
  /// is still there. A copy under another unique-id does not count; nor does a message without a unique-id if
  /// its content is not silent and the number of messages fell with the last deletions.
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

  /// Writes everything that is not on disk yet, links first. On return, everything known is on disk.
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
    // A restart must not take a jump of the board's clock, or a long time without records, for an absence.
    if waiting.isEmpty, clockMustBeWritten || clock.time > written.time + LedgerClock.quietTime {
      try append([])
    }
    try writeBatches(waiting)
    owesRecord = false
  }

  /// Begins a session: deletions of the last one that were not committed did not happen.
  public func beginSession() {
    deletions = []
    forgetMarks()
  }

  /// Number of alerts that were given up.
  public func countGivenUp() throws(LedgerError) -> Int {
    var count = 0
    try forEachEntry { (entry, _) throws(LedgerError) in
      if entry.state == .givenUp { count += 1 }
    }
    return count
  }

  /// The time of the board's clock, in seconds since 1970, when a record with this `time` was written.
  public func wall(at time: UInt32) -> UInt64 { clock.wall(at: UInt64(time)) }
}

extension Ledger where S: ~Copyable {
  /// The time for new records, in seconds of the ledger's clock.
  var time: UInt32 { UInt32(clamping: clock.time) }

  /// The records of `alert` in `state`, with its link if that is missing.
  private func records(
    _ alert: AlertIdentity, _ state: EntryState
  ) throws(LedgerError) -> [Record] {
    // An archived alert keeps its time of firing.
    let time = state == .archived ? UInt32(clamping: try timeOfFiring(alert)) : time
    let entry = Entry(
      identity: alert.key, state: state, isSilent: alert.isSilent, isUnlisted: alert.isUnlisted,
      time: time, rule: alert.rule)
    // The link comes first: without it, a listing has no message for the alert.
    guard let link = try missingLink(of: alert) else { return [.entry(entry)] }
    return [.entry(link), .entry(entry)]
  }

  /// Writes records in batches, after pending results of alerts.
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

  /// Appends records, and applies them to the state in memory.
  func write(_ records: [Record]) throws(LedgerError) {
    guard !records.isEmpty else { return }
    try append(records)
    for record in records { replay(record) }
  }
}
