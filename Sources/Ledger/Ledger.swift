import Bytes

/// What has fired in one mailbox, on disk before anything relies on it.
///
/// The law it keeps: a record is durable before the step that it permits. An intent comes before
/// the action, `fired` before DELE; a message that fired is not forgotten before the server has
/// committed its deletion.
public final class Ledger<S: Store & ~Copyable> {
  /// How many messages it can hold: those that fired and are still on the server.
  public static var capacity: Int { 65_536 }

  private var store: S
  var entries: [Entry] = []
  /// How many bytes of the store are whole records.
  var length = 0
  /// Whether part of a record may stand behind them.
  var tailIsTorn = false

  /// What was looked at when the last poll ended; nil before the first.
  public internal(set) var examined: Examined?

  /// Reads the store, cuts off a last record that was not written whole, and drops what is done
  /// with where that is worth a rewrite. `time` is in seconds since 1970.
  public init(_ store: consuming S, time: UInt64) throws(LedgerError) {
    self.store = store
    try load(time: time)
  }

  /// Where `identity` stands.
  public func state(of identity: Identity) -> MessageState {
    find(identity).map { entries[$0].state } ?? .new
  }

  /// How many messages are left alone because their action failed too often.
  public var givenUpCount: Int {
    var count = 0
    for entry in entries where entry.state == .givenUp { count += 1 }
    return count
  }

  /// Writes down that the actions of `identity` are about to start.
  public func intend(_ identity: Identity, time: UInt64) throws(LedgerError) {
    guard find(identity) != nil || entries.count < Self.capacity else { throw .full }
    try append(.intent(identity), time: time)
    set(identity, .intended(before: state(of: identity).failures))
  }

  /// Writes down that all actions of `identity` succeeded. On an error this process still knows.
  public func fire(_ identity: Identity, time: UInt64) throws(LedgerError) {
    set(identity, .fired(durable: false))
    try append(.fired(identity), time: time)
    set(identity, .fired(durable: true))
  }

  /// Writes what fired and could not be written down so far.
  public func flush(time: UInt64) throws(LedgerError) {
    for entry in entries where entry.state == .fired(durable: false) {
      try fire(entry.identity, time: time)
    }
  }

  /// Notes that a message with `identity` was there in this session. Returns `false` where one was
  /// before: two messages have the same identity.
  public func see(_ identity: Identity) -> Bool {
    guard let index = find(identity), !entries[index].isSeen else { return find(identity) == nil }
    entries[index].isSeen = true
    return true
  }

  /// Writes down how often the actions of `identity` have failed, and which need not be done again.
  /// On an error this process still knows.
  public func fail(_ identity: Identity, _ failures: Failures, time: UInt64) throws(LedgerError) {
    set(identity, .failed(failures))
    try append(.failed(identity, failures), time: time)
  }

  /// Writes down that the actions of `identity` failed too often. On an error this process knows.
  public func giveUp(_ identity: Identity, time: UInt64) throws(LedgerError) {
    set(identity, .givenUp)
    try append(.givenUp(identity), time: time)
  }

  /// Notes that the server has taken a DELE for `identity`, which QUIT has yet to commit.
  public func noteDeletion(of identity: Identity) {
    note(identity) { $0.isDeleted = true }
  }

  /// Forgets the messages whose deletions were noted: the server has committed them.
  public func commitDeletions(time: UInt64) throws(LedgerError) {
    for entry in entries where entry.isDeleted {
      try append(.committed(entry.identity), time: time)
      remove(entry.identity)
    }
    try rewriteIfWorthwhile(time: time)
  }

  /// A session begins: what was noted of the last is dropped, for without a commit nothing is
  /// deleted.
  public func beginSession() {
    for index in entries.indices {
      entries[index].isDeleted = false
      entries[index].isSeen = false
    }
  }

  /// Writes down what was looked at; writes nothing where that is what was known.
  public func examine(_ examined: Examined, time: UInt64) throws(LedgerError) {
    guard examined != self.examined else { return }
    try append(.examined(examined), time: time)
    self.examined = examined
  }
}

/// Where a message stands.
public enum MessageState: Sendable, Equatable {
  case new
  /// The actions were about to start, and what became of them is not known.
  case intended(before: Failures)
  /// The actions succeeded; `durable` says whether that is on disk.
  case fired(durable: Bool)
  case failed(Failures)
  /// The actions failed too often, and the message is left alone.
  case givenUp

  public var failures: Failures {
    switch self {
    case .new, .fired, .givenUp: Failures()
    case .intended(let failures), .failed(let failures): failures
    }
  }
}

/// How often a message's actions failed, and how many of them need not be done again.
public struct Failures: Sendable, Equatable {
  public var attempts: UInt8 = 0
  /// How many actions, from the first, had succeeded when one failed.
  public var done: UInt8 = 0
  /// Stands for the actions that `done` counts: of others, none is done.
  public var actions: UInt8 = 0

  public init(attempts: UInt8 = 0, done: UInt8 = 0, actions: UInt8 = 0) {
    self.attempts = attempts
    self.done = done
    self.actions = actions
  }
}

struct Entry {
  var identity: Identity
  var state: MessageState
  /// The server has taken a DELE in this session.
  var isDeleted = false
  /// A message with this identity was there in this session.
  var isSeen = false
}

extension Ledger where S: ~Copyable {
  /// Puts `identity` into `state`, without a record.
  func set(_ identity: Identity, _ state: MessageState) {
    if let index = find(identity) {
      entries[index].state = state
    } else {
      entries.append(Entry(identity: identity, state: state))
    }
  }

  /// Forgets `identity`, without a record.
  func remove(_ identity: Identity) {
    guard let index = find(identity) else { return }
    entries.swapAt(index, entries.count - 1)
    entries.removeLast()
  }

  /// Runs `body` on the store, with its error as the ledger's.
  func withStore(_ body: (inout S) throws(StoreError) -> Void) throws(LedgerError) {
    do { try body(&store) } catch { throw .store(error) }
  }

  private func note(_ identity: Identity, _ change: (inout Entry) -> Void) {
    if let index = find(identity) { change(&entries[index]) }
  }

  private func find(_ identity: Identity) -> Int? {
    for index in entries.indices where entries[index].identity == identity { return index }
    return nil
  }

  /// Appends a record. An earlier append that failed may have left part of one: that goes first.
  private func append(_ record: Record, time: UInt64) throws(LedgerError) {
    if tailIsTorn {
      let whole = length
      try withStore { (store) throws(StoreError) in try store.truncate(to: whole) }
    }
    tailIsTorn = true
    let bytes = record.encoded(time: time)
    try withStore { (store) throws(StoreError) in try store.append(bytes.bytes) }
    length += Record.size
    tailIsTorn = false
  }
}
