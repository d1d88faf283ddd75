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

  /// How many messages are left alone because their action failed `retries` times.
  public func countGivenUp(retries: UInt8) -> Int {
    var count = 0
    for entry in entries {
      if case .failed(let attempts) = entry.state, attempts >= retries { count += 1 }
    }
    return count
  }

  /// Writes down that the action of `identity` is about to start.
  public func intend(_ identity: Identity, time: UInt64) throws(LedgerError) {
    guard find(identity) != nil || entries.count < Self.capacity else { throw .full }
    let attempts = state(of: identity).attempts
    try append(.intent(identity), time: time)
    set(identity, .intended(attempts: attempts))
  }

  /// Writes down that the action of `identity` succeeded. On an error this process still knows.
  public func fire(_ identity: Identity, time: UInt64) throws(LedgerError) {
    set(identity, .fired(durable: false))
    try append(.fired(identity), time: time)
    set(identity, .fired(durable: true))
  }

  /// Writes down that the action of `identity` failed once more.
  public func fail(_ identity: Identity, time: UInt64) throws(LedgerError) {
    let attempts = state(of: identity).attempts
    let next = attempts == .max ? attempts : attempts + 1
    set(identity, .failed(attempts: next))
    try append(.failed(identity, attempts: next), time: time)
  }

  /// Forgets `identity`: the server has committed its deletion.
  public func commit(_ identity: Identity, time: UInt64) throws(LedgerError) {
    guard find(identity) != nil else { return }
    try append(.committed(identity), time: time)
    remove(identity)
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
  /// The action was about to start, and what became of it is not known.
  case intended(attempts: UInt8)
  /// The action succeeded; `durable` says whether that is on disk.
  case fired(durable: Bool)
  case failed(attempts: UInt8)

  /// How often the action has failed.
  var attempts: UInt8 {
    switch self {
    case .new, .fired: 0
    case .intended(let attempts), .failed(let attempts): attempts
    }
  }
}

struct Entry {
  var identity: Identity
  var state: MessageState
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
