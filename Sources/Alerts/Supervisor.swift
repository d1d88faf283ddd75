public import Bytes
public import Config
public import Ledger
public import POP3
public import Rules

/// How popbell runs: as a service, or to poll each mailbox once.
public enum Mode: Sendable, Equatable {
  case service
  case once(dryRun: Bool)
}

/// State machine of the supervisor: when to poll, what to do about a match, and in which order that becomes
/// durable. Events and time in, orders out.
///
/// Laws: an action starts only after its intent is on disk, and the answer that lets a message be deleted is
/// given only after `fired` is (L1, L2); a poll ends at its deadline (L7).
public struct Supervisor<S: Store & ~Copyable>: ~Copyable {
  public let settings: Settings
  public internal(set) var outputs: Outputs

  let mode: Mode
  let fingerprint: UInt32
  private(set) var mailboxes: [Mailbox]
  public let ledgers: [Ledger<S>]
  private var orders: [Order] = []
  var isStopping = false
  /// True if the board's clock is certainly right: the kernel says that it is synchronised, or the machine
  /// keeps the time while it is off.
  public var clockIsSure = false
  /// Latest time at which a server received a message that was looked at, in seconds since 1970.
  var newestDelivery: Int64 = 0
  /// True while no poll may begin, because new settings wait for the current polls to end.
  public var isPaused = false

  /// `ledgers` has one ledger for each mailbox, in the order of the settings; `fingerprint` is a hash of the
  /// rules.
  public init(
    settings: Settings, outputs: Outputs, ledgers: [Ledger<S>], fingerprint: UInt32, mode: Mode,
    seed: UInt64, now: Instant
  ) {
    precondition(ledgers.count == settings.mailboxes.count)
    self.settings = settings
    self.outputs = outputs
    self.ledgers = ledgers
    self.fingerprint = fingerprint
    self.mode = mode
    mailboxes = settings.mailboxes.indices.map {
      Mailbox(
        schedule: Schedule(
          interval: settings.mailboxes[$0].interval, seed: seed &+ UInt64($0)),
        now: now)
    }
  }

  /// Takes over the state of unchanged mailboxes from the supervisor before a reload: the time of the next
  /// poll, failures, and what the server asked for. No poll may be under way.
  public mutating func adopt(_ old: borrowing Supervisor, now: Instant) {
    newestDelivery = old.newestDelivery
    for (index, new) in settings.mailboxes.enumerated() {
      let place = old.settings.mailboxes.firstIndex { $0.isSameAccount(as: new) }
      guard let place else { continue }
      mailboxes[index] = old.mailboxes[place]
      mailboxes[index].change(interval: new.interval, now: now)
    }
  }

  /// The next order; nil if there is none.
  public mutating func nextOrder() -> Order? {
    orders.isEmpty ? nil : orders.removeFirst()
  }

  // Used in many places: inlining would cost some kilobytes of code.
  @inline(never)
  mutating func order(_ order: Order) { orders.append(order) }

  mutating func reportOutputs() {
    for event in outputs.takeEvents() { orders.append(.switched(event)) }
  }

  @inline(never)
  mutating func report(_ mailbox: Int, _ report: Report) {
    order(.report(mailbox: mailbox, report))
  }

  /// Reports an error of the ledger, once per poll: if one record cannot be written, no other can.
  @inline(never)
  mutating func ledgerFailed(_ mailbox: Int, _ error: LedgerError) {
    let box = mailboxes[mailbox]
    if !box.poll.ledgerFailed { report(mailbox, .ledgerFailed(error)) }
    box.poll.ledgerFailed = true
  }

  /// Values of the last message of `mailbox` that a rule took; nil if there was none.
  public func alert(of mailbox: Int) -> AlertValues? { mailboxes[mailbox].values }

  /// What is known of `mailbox` for a fetcher that starts at `now`; `time` is that of the board's clock.
  public func known(of mailbox: Int, now: Instant, time: UInt64) -> KnownMailbox {
    let ledger = ledgers[mailbox]
    ledger.tick(now: now, wall: time)
    var known = KnownMailbox(examined: Examined(rules: fingerprint))
    known.leavesExisting =
      ledger.horizon.isFirst && settings.mailboxes[mailbox].existing == .leave
    guard mode != .once(dryRun: true) else { return known }
    // After an error of the disk, these records are still due at the next poll.
    try? ledger.takeDueUnread()
    try? ledger.lookAgain(with: fingerprint, now: clockIsSure ? time : nil)
    if let examined = ledger.examined, examined.rules == fingerprint { known.examined = examined }
    known.earlier = ledger.earlier
    let box = mailboxes[mailbox]
    known.stuck = box.passesOver
    known.wasCut = box.smallBatch != nil
    known.knowsOlder = ledger.knowsOlder
    known.refusesCommit = box.refusesCommit
    if let retry = box.nextDeletion, retry <= now {
      // A message that no rule takes is deleted when it is met again.
      known.examined = Examined(rules: fingerprint)
      known.refusesCommit = false
      box.nextDeletion = nil
      box.refusesCommit = false
    }
    let isStale = box.lastListing.map { $0 + Mailbox.longPause <= now } ?? (mode == .service)
    let isUnknown = known.examined.count == 0
    if let next = box.nextListing, now < next {
      known.listing = .never
    } else if isUnknown ? !ledger.isEmpty : ledger.hasDueMessage || isStale || box.listsAgain {
      known.listing = .now
    }
    // Old messages must be known for certain: the last one in its place is not enough.
    if known.earlier.count > 0, known.listing == .whereChanged { known.listing = .now }
    return known
  }

  /// True if CAPA may be sent; false for a server that hung on it.
  public func asksCapabilities(of mailbox: Int) -> Bool { !mailboxes[mailbox].skipsCapabilities }

  /// The login mechanism to try at `mailbox` with `auth = auto`.
  public func mechanism(of mailbox: Int) -> Mechanism {
    mailboxes[mailbox].mechanism ?? .automatic
  }

  /// The outcome of the last poll of `mailbox`; nil if that has not ended.
  public func lastOutcome(of mailbox: Int) -> Outcome? { mailboxes[mailbox].poll.outcome }

  /// True if `popbell once` has nothing left to do.
  public var isFinished: Bool {
    for mailbox in mailboxes where mailbox.phase != .finished || mailbox.alert != nil {
      return false
    }
    return !outputs.isBusy
  }

  /// True if a mailbox is busy with an alert or a poll, so that new settings must wait.
  public var isBusy: Bool {
    for mailbox in mailboxes {
      if mailbox.alert != nil { return true }
      switch mailbox.phase {
      case .polling, .ending: return true
      case .waiting, .finished: continue
      }
    }
    return false
  }

  /// True if no mailbox is overdue by more than `Mailbox.patience`; the watchdog is fed only then.
  public func isHealthy(now: Instant) -> Bool {
    for mailbox in mailboxes where mailbox.alert == nil {
      switch mailbox.phase {
      case .waiting where isPaused: continue
      case .waiting(let due), .polling(let due), .ending(let due):
        if now > due + Mailbox.patience { return false }
      case .finished: continue
      }
    }
    return true
  }

  /// Latest time at which `tick` must be called; nil for never.
  public var nextWake: Instant? {
    var earliest = outputs.nextWake
    for mailbox in mailboxes {
      if isPaused, case .waiting = mailbox.phase { continue }
      guard let due = mailbox.due else { continue }
      earliest = earliest.map { min($0, due) } ?? due
    }
    return earliest
  }

  /// Does what is due at `now`.
  public mutating func tick<Lines: OutputLines & ~Copyable>(on lines: inout Lines, now: Instant) {
    outputs.tick(on: &lines, now: now)
    reportOutputs()
    for index in mailboxes.indices {
      if mailboxes[index].alert != nil {
        resume(index, on: &lines, now: now)
        endOverduePrograms(of: index, now: now)
      } else {
        step(index, now: now)
      }
    }
  }

  /// Polls every mailbox as soon as possible. One that is being polled is polled once more afterwards, as the
  /// current poll may have begun too early.
  public mutating func pollNow(now: Instant) {
    for mailbox in mailboxes {
      switch mailbox.phase {
      case .waiting: mailbox.wait(until: now)
      case .polling, .ending: mailbox.poll.pollsAgain = true
      case .finished: break
      }
    }
  }

  /// Stops: makes outputs inactive, ends fetchers and programs, and starts nothing more. Without `force`, a
  /// program of a rule with `on-crash = never` may end by itself; if it does not, its alert stays an intent.
  public mutating func stop<Lines: OutputLines & ~Copyable>(
    force: Bool, on lines: inout Lines, now: Instant
  ) {
    isStopping = true
    outputs.stop(on: &lines, now: now)
    reportOutputs()
    for index in mailboxes.indices {
      do throws(LedgerError) { try ledgers[index].flush() } catch { ledgerFailed(index, error) }
      stopResting(index, now: now)
      let box = mailboxes[index]
      if let alert = box.alert, case .running = alert.doing,
        force || settings.rules.rules[alert.rule].onCrash == .again
      {
        order(.endProgram(mailbox: index, force: force))
      }
      switch box.phase {
      case .polling, .ending: order(.endFetcher(mailbox: index))
      case .waiting, .finished: box.finish()
      }
    }
  }

  private mutating func step(_ index: Int, now: Instant) {
    let box = mailboxes[index]
    switch box.phase {
    case .waiting(let until) where until <= now && !isStopping && !isPaused:
      box.begin(deadline: settings.mailboxes[index].deadline, now: now)
      endPassingOver(index, now: now)
      ledgers[index].beginSession()
      order(.startFetcher(mailbox: index))
    case .polling(let deadline) where deadline <= now:
      box.poll.outcome = box.poll.stage == .capabilities ? .capabilitiesHang : .deadline
      box.end(now: now)
      order(.endFetcher(mailbox: index))
    case .ending(let since) where since + Mailbox.grace <= now:
      box.end(now: now)
      order(.endFetcher(mailbox: index))
    case .waiting, .polling, .ending, .finished: break
    }
  }

  private mutating func endOverduePrograms(of index: Int, now: Instant) {
    guard let alert = mailboxes[index].alert, case .running(let until, let isTold) = alert.doing,
      until <= now
    else { return }
    alert.doing = .running(until: now + Mailbox.grace, isTold: true)
    order(.endProgram(mailbox: index, force: isTold))
  }
}
