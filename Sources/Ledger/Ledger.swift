public import Bytes

/// What has fired in one mailbox, on disk before anything relies on it.
///
/// The law it keeps: a record is durable before the step that it permits. An intent comes before
/// the action, `fired` before DELE; a message that fired is not forgotten before the server has
/// committed its deletion.
///
/// On disk, sorted records are followed by those that came since; only the latter are in memory.
/// Where they become too many, all are sorted anew, into a file that takes the old one's place.
public final class Ledger<S: Store & ~Copyable> {
  /// How many records it can hold: 8 MiB on disk.
  static var capacity: Int { 262_144 }

  var store: S
  /// How many records, behind the header, are sorted by their identities.
  var sorted = 0
  /// What came since, sorted too, with the latest of each identity.
  var recent: [Recent] = []
  /// How many bytes of the store are whole records.
  var length = 0
  /// Whether part of a record may stand behind them.
  var tailIsTorn = false
  /// Whether the file took its place, and the folder is not known to be on disk: so at the start, as
  /// whoever put it there may have been ended before it was.
  var folderIsPending = true
  /// Whether what was read is known to be on disk: whoever wrote it may have been ended before.
  var isDurable = false
  /// Whether what came of an alert could not be written down.
  private var owesRecord = false
  /// How many entries wait to be written with others.
  private var unwritten = 0
  /// Whether the file has an older form.
  var isOld = false
  var clock = LedgerClock()
  /// The clock as it stands on disk.
  var written = ClockReading()
  private let built: UInt64
  /// What the server was allowed to delete in this session.
  var deletions: [Deletion] = []
  /// Which of the sorted records are of messages in the listing that is under way: a bit for each.
  var listed: [UInt8] = []
  /// The hour in which the first message is due that is kept for a time; nil where none is.
  var nextDueHour: UInt32?
  /// The same, of what the listing that is under way has so far.
  var listedDueHour: UInt32?

  /// What was looked at when the last poll ended; nil before the first.
  public internal(set) var examined: Examined?

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

  /// It is `now`, and the board's clock says `wall`.
  public func tick(now: Instant, wall: UInt64) { clock.tick(now: now, wall: wall, built: built) }

  /// Where `message` stands.
  public func state(of message: MessageIdentity) throws(LedgerError) -> MessageState {
    try entry(of: message.unique)?.state.message ?? .new
  }

  /// Writes down that the actions of `message` are about to start, after what came of others: no
  /// more than one alert may be of unknown end.
  public func intend(_ message: MessageIdentity, rule: UInt16) throws(LedgerError) {
    var failures = try self.state(of: message).failures
    failures.firstMinute = try firstMinute(of: message) ?? 0
    let state = EntryState.intended(before: failures)
    try makeRoom()
    if owesRecord { try flush() }
    // And room for what comes of them: a disk that is full in between would leave that unknown.
    try withStore { (store) throws(StoreError) in
      try store.reserve(2 * Self.batch * Record.size)
    }
    try write(records(message, state, rule))
    if let index = index(of: message.unique) { recent[index].isTouched = true }
  }

  /// Writes down that all actions of `message` succeeded, or how they did not, or what was done of
  /// the message since. On an error this process still knows.
  public func note(
    _ message: MessageIdentity, _ state: EntryState, rule: UInt16
  ) throws(LedgerError) {
    for case .entry(let entry) in try records(message, state, rule) {
      set(entry.identity, entry, isDurable: false)
    }
    owesRecord = true
    try flush()
  }

  /// When `message` fired, in seconds of the ledger's clock; now, where that is not known.
  public func timeOfFiring(_ message: MessageIdentity) throws(LedgerError) -> UInt64 {
    guard let entry = try entry(of: message.unique) else { return clock.time }
    switch entry.state {
    case .fired, .archived, .kept, .deleted, .missing: return UInt64(entry.time)
    case .intended, .failed, .givenUp, .alias: return clock.time
    }
  }

  /// Seconds of the ledger's clock.
  public var now: UInt64 { clock.time }

  /// Writes down that `message`, which the server knows as `unique`, stays, until `due` or for ever,
  /// unless that is known already. It fired before: this need not be on disk at once.
  public func keep(
    _ message: MessageIdentity, as unique: Identity, until due: UInt64?, rules: UInt16,
    rule: UInt16
  ) throws(LedgerError) {
    // Rounded up: a message goes an hour late rather than early.
    let hour = due.map { min(UInt32(clamping: ($0 + 3599) / 3600), EntryState.latestHour) } ?? 0
    guard let known = try entry(of: message.unique) else { return }
    let isArchived = known.state.message == .archived
    var entry = known
    entry.state = .kept(dueHour: hour, rules: rules, archived: isArchived)
    entry.rule = rule
    entry.time = UInt32(clamping: try timeOfFiring(message))
    if known.state != entry.state { writeLater(entry) }
    // Delivered twice, or moved in the middle of it: a listing has it under this unique-id, and it
    // must not count as new when the other is gone. That is seen by a look, at each listing.
    if unique != message.unique, try self.entry(of: unique).map({ !$0.hasAlias }) ?? true {
      (entry.identity, entry.hasAlias) = (unique, false)
      entry.state = .kept(dueHour: hour, rules: ~rules, archived: isArchived)
      if try self.entry(of: unique) != entry { writeLater(entry) }
    }
    if unwritten >= Self.batch { try flush() }
  }

  /// Remembers an entry that is written with others.
  private func writeLater(_ entry: Entry) {
    set(entry.identity, entry, isDurable: false)
    unwritten += 1
  }

  /// Whether the server said that it had deleted `message`, and still has it.
  public func wasDeleted(
    _ message: MessageIdentity, as unique: Identity
  ) throws(LedgerError) -> Bool {
    guard unique == message.unique else { return false }
    return try entry(of: unique)?.isDeleted ?? false
  }

  /// Whether nothing is known of any message.
  public var isEmpty: Bool { sorted == 0 && !recent.contains { $0.entry != nil } }

  /// Writes what could not be written down so far: aliases first, as elsewhere. When this returns,
  /// all that is known is on disk.
  public func flush() throws(LedgerError) {
    try makeDurable()
    unwritten = 0
    var waiting: [Record] = []
    for aliases in [true, false] {
      for recent in recent where !recent.isDurable {
        guard let entry = recent.entry, entry.isAlias == aliases else { continue }
        waiting.append(.entry(entry))
      }
    }
    // A restart must not take a jump of the board's clock, or a long quiet time, for something else.
    if waiting.isEmpty, clockMustBeWritten || clock.time > written.time + LedgerClock.quietTime {
      try append([])
    }
    try writeAll(waiting)
    owesRecord = false
  }

  /// A session begins: without a commit, nothing of the last was deleted.
  public func beginSession() {
    deletions = []
    for index in recent.indices { recent[index].isTouched = false }
  }

  /// Notes that a rule took a message in this session. Returns `false` where one of the same identity
  /// was taken before that its content does not tell from this: two have the same unique-id.
  public func meet(_ message: MessageIdentity) throws(LedgerError) -> Bool {
    guard message.content == nil, let entry = try entry(of: message.unique) else { return true }
    if index(of: message.unique) == nil { set(entry.identity, entry, isDurable: true) }
    guard let index = index(of: message.unique), !recent[index].isTouched else { return false }
    recent[index].isTouched = true
    return true
  }

  /// Writes down what was looked at; writes nothing where that is what was known.
  public func examine(_ examined: Examined) throws(LedgerError) {
    guard examined != self.examined else { return }
    try append([.examined(examined)])
    self.examined = examined
  }

  /// How many messages are left alone because their actions failed too often.
  public func countGivenUp() throws(LedgerError) -> Int {
    var count = 0
    try forEachEntry { (entry, _) throws(LedgerError) in
      if entry.state == .givenUp { count += 1 }
    }
    return count
  }

  /// What the board's clock said when a record was written with this time.
  public func wall(at time: UInt32) -> UInt64 { clock.wall(at: UInt64(time)) }
}

extension Ledger where S: ~Copyable {
  /// The time of records.
  var time: UInt32 { UInt32(clamping: clock.time) }

  /// What says that `message` is in `state`.
  private func records(
    _ message: MessageIdentity, _ state: EntryState, _ rule: UInt16
  ) throws(LedgerError) -> [Record] {
    // It was archived when that could be done; it fired before.
    let time = state == .archived ? UInt32(clamping: try timeOfFiring(message)) : time
    let entry = Entry(
      identity: message.unique, state: state, hasAlias: message.content != nil, time: time,
      rule: rule)
    // First the alias: where it is missing, the message counts as another one.
    guard let content = message.content else { return [.entry(entry)] }
    let alias = alias(content, of: message.unique)
    let isKnown = try self.entry(of: content)?.state == alias.state
    return isKnown ? [.entry(entry)] : [.entry(alias), .entry(entry)]
  }

  /// Writes as many records as there are, a batch at a time.
  func writeAll(_ records: [Record]) throws(LedgerError) {
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
