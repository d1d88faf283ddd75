package import Alerts
import Bytes
import Config
import Ledger
import POP3
package import Platform
import Rules

/// A running popbell: the supervisor's mind, and the processes, lines and files that it owns.
package struct RunningService: ~Copyable {
  /// How long programs have to end by themselves when popbell stops; it stops within 2 s.
  private static let farewell = Interval.milliseconds(1200)
  /// How long one that was killed may take to end.
  private static let lastWait = Interval.milliseconds(500)

  let surroundings: ServiceSurroundings
  let mode: Mode
  let seed: UInt64
  let signals: Signals
  let shelf: LedgerShelf
  var loaded: LoadedSettings
  var supervisor: Supervisor<LedgerFile>
  let keeper: Keeper
  var board: Board
  var fetchers: [RunningFetcher?]
  var judges: [RunningJudge?]
  var programs: [RunningProgram?]
  var watchdog: Watchdog
  var troubles = TroubleProgram()
  /// New settings that wait for a moment without polls.
  var reload: LoadedSettings?
  /// When what has not ended by itself is ended; nil while nobody asked to stop.
  private var stopAt: Instant?
  private var isForced = false
  /// For the end of `once`.
  var ledgerFailed = false
  var actionsFailed = false

  /// Locks the state directory, takes the lines of outputs and opens the ledgers of `loaded`.
  package init(
    _ loaded: LoadedSettings, _ mode: Mode, _ surroundings: ServiceSurroundings,
    signals: consuming Signals
  ) throws(StartFailure) {
    let seed = try attempting { () throws(SystemError) in
      try Random.number()
    } orThrow: {
      StartFailure.system($0)
    }
    let isDryRun = mode == .once(dryRun: true)
    // The lock first: another popbell's lines are not ours to touch. Then the lines: whatever fails
    // after this, they are inactive.
    let shelf = try LedgerShelf(loaded.settings, isDryRun: isDryRun)
    let outputs = isDryRun ? [] : loaded.settings.outputs
    let keeper = Keeper()
    let board = Board(outputs, keeper: keeper, report: surroundings.report)
    let now = Clock.now
    let ledgers = try shelf.open(loaded.settings)
    supervisor = Supervisor(
      settings: loaded.settings, outputs: Outputs(outputs, now: now),
      ledgers: ledgers, fingerprint: loaded.fingerprint, mode: mode,
      seed: seed, now: now)
    self.surroundings = surroundings
    self.mode = mode
    self.keeper = keeper
    self.board = board
    self.seed = seed
    self.signals = signals
    self.loaded = loaded
    self.shelf = shelf
    fetchers = loaded.settings.mailboxes.map { _ in nil }
    judges = loaded.settings.mailboxes.map { _ in nil }
    programs = loaded.settings.mailboxes.map { _ in nil }
    watchdog = Watchdog(now: now)
  }

  var report: ServiceReporter { surroundings.report }

  /// Runs until it is stopped, or for `once` until all is done.
  package mutating func run() -> ServiceEnd {
    if mode == .service { report(.started(loaded)) }
    reportGivenUp()
    watchdog.announce("READY=1")
    while true {
      step()
      if stopAt != nil, !isBusy { break }
      if let stopAt, stopAt + Self.lastWait <= Clock.now { break }
      if mode != .service, stopAt == nil, supervisor.isFinished, !troubles.isBusy { break }
      wait()
    }
    supervisor.stop(force: true, on: &board, now: Clock.now)
    carryOut()
    return ServiceEnd(
      outcomes: loaded.settings.mailboxes.indices.map { supervisor.lastOutcome(of: $0) },
      ledgerFailed: ledgerFailed, actionsFailed: actionsFailed)
  }

  private mutating func step() {
    let now = Clock.now
    supervisor.tick(on: &board, now: now)
    carryOut()
    if stopAt == nil { troubles.step(loaded.settings.popbell.onTrouble, now: now, report) }
    if let stopAt, stopAt <= now, !isForced {
      isForced = true
      troubles.end(force: true)
      supervisor.stop(force: true, on: &board, now: now)
      carryOut()
    }
    if reload != nil, !supervisor.isBusy, stopAt == nil { applyReload() }
    if !supervisor.outputs.isBusy { keeper.tend(isNeeded: false) }
    watchdog.feed(isHealthy: supervisor.isHealthy(now: now), now: now)
  }

  private var isBusy: Bool {
    for index in fetchers.indices where fetchers[index] != nil || programs[index] != nil {
      return true
    }
    return troubles.isRunning
  }

  /// Does what the supervisor orders.
  mutating func carryOut() {
    while let order = supervisor.nextOrder() {
      switch order {
      case .startFetcher(let mailbox): startFetcher(mailbox)
      case .endFetcher(let mailbox): fetchers[mailbox]?.fork.process.kill()
      case .judge(let mailbox): startJudge(mailbox)
      case .answer(let mailbox, let verdict): fetchers[mailbox]?.answer(verdict)
      case .answerListing(let mailbox, let answer): fetchers[mailbox]?.answer(answer)
      case .startProgram(let mailbox, let rule, let action):
        startProgram(mailbox, loaded.settings.rules.rules[rule], action)
      case .endProgram(let mailbox, let force): programs[mailbox]?.end(force: force)
      case .beginArchive(let mailbox, let rule, let name):
        let folder = loaded.settings.archive(rule: rule, mailbox: mailbox)
        if let folder { fetchers[mailbox]?.archive.begin(name, in: folder) }
      case .writeArchive(let mailbox, let bytes): fetchers[mailbox]?.archive.append(bytes)
      case .endArchive(let mailbox):
        guard let fetcher = fetchers[mailbox] else { continue }
        supervisor.archiveEnded(
          mailbox, code: fetcher.archive.end()?.number.rawValue, now: Clock.now, time: wallTime)
      case .report(let mailbox, let report): pass(on: report, of: mailbox)
      case .switched(let event): pass(on: event)
      }
    }
  }

  private mutating func startFetcher(_ mailbox: Int) {
    let polled = loaded.settings.mailboxes[mailbox]
    supervisor.clockIsSure = Clock.isSure
    let forgotten = shelf.carryOutRequests(of: polled, on: supervisor.ledgers[mailbox])
    report(.forgot(mailbox: polled.name, forgotten))
    let plan = FetcherPlan(
      settings: FetcherSettings(
        mailbox: mailbox, rules: loaded.settings.rules,
        deletesUnmatched: loaded.settings.mailboxes[mailbox].unmatched == .delete,
        isDryRun: mode == .once(dryRun: true),
        batch: supervisor.batch(of: mailbox),
        pollsOnce: mode != .service, headers: supervisor.headers(of: mailbox),
        known: supervisor.known(of: mailbox, now: Clock.now, time: wallTime),
        tellsNearest: surroundings.isVerbose),
      mailbox: loaded.settings.mailboxes[mailbox],
      asksCapabilities: supervisor.asksCapabilities(of: mailbox)
        && loaded.settings.mailboxes[mailbox].capabilities == .ask,
      mechanism: polled.authentication == .auto
        ? supervisor.mechanism(of: mailbox) : Mechanism(polled.authentication),
      user: loaded.user, words: surroundings.words)
    do throws(SystemError) {
      fetchers[mailbox] = RunningFetcher(
        try ForkedProcess { channel in runFetcher(plan, channel) })
    } catch {
      report(.systemFailed(mailbox: plan.mailbox.name, error))
      supervisor.fetcherEnded(mailbox, now: Clock.now, time: wallTime)
    }
  }

  private mutating func startProgram(_ mailbox: Int, _ rule: Rule, _ action: Int) {
    guard case .run(let templates) = rule.actions[action] else {
      preconditionFailure("only a program is started")
    }
    guard let values = supervisor.alert(of: mailbox) else { return }
    do throws(SystemError) {
      programs[mailbox] = RunningProgram(
        try Program(
          try arguments(templates, values, rule), environment: try environment(values, rule)),
        rule: rule.name)
    } catch {
      supervisor.actionEnded(
        mailbox, .failed(.couldNotStart(code: error.number.rawValue)), on: &board, now: Clock.now,
        time: wallTime)
    }
  }

  /// Waits for whatever comes first: a signal, a frame, a program's line, or the time.
  private mutating func wait() {
    var waiting = PollSet<58>()
    waiting.add(signals.descriptor)
    for line in board.lines { line.add(to: &waiting) }
    for index in fetchers.indices {
      // What a fetcher says next may be of the message that is judged.
      if let judge = judges[index] {
        waiting.add(judge.fork.channel)
      } else if let fetcher = fetchers[index], !fetcher.hasHungUp {
        waiting.add(fetcher.fork.channel)
      }
      if let program = programs[index], !program.hasHungUp {
        waiting.add(program.program.output)
      }
    }
    troubles.add(to: &waiting)
    do throws(SystemError) { try waiting.wait(for: limit) } catch {
      report(.systemFailed(mailbox: [], error))
    }
    for index in board.lines.indices where board.lines[index].hasHungUp(waiting) {
      board.lose(index)
    }
    for index in fetchers.indices {
      readJudge(index)
      readFetcher(index)
      programs[index]?.read(report)
    }
    troubles.read(report)
    if waiting.isReadable(0) { takeSignals() }
  }

  private var limit: Interval? {
    var wake = supervisor.nextWake
    let stop = stopAt.map { isForced ? $0 + Self.lastWait : $0 }
    for due in [stop, watchdog.due, troubles.due] {
      guard let due else { continue }
      wake = wake.map { min($0, due) } ?? due
    }
    return wake.map { max($0 - Clock.now, .zero) }
  }

  private mutating func takeSignals() {
    while let signal = try? signals.next() {
      switch signal {
      case .terminate, .interrupt: stop()
      case .hangUp: if mode == .service { prepareReload() }
      case .user1: supervisor.pollNow(now: Clock.now)
      case .child:
        for index in fetchers.indices { reap(index) }
        troubles.reap(report)
        keeper.tend(isNeeded: true)
      }
    }
  }

  private mutating func stop() {
    guard stopAt == nil else { return }
    let now = Clock.now
    stopAt = now + Self.farewell
    watchdog.announce("STOPPING=1")
    troubles.end(force: false)
    supervisor.stop(force: false, on: &board, now: now)
    carryOut()
  }
}

/// The parts of a running popbell that have words: the log, and the reader of the configuration.
package struct ServiceSurroundings {
  /// True if the nearest rule of each message that no rule takes is worth finding.
  let isVerbose: Bool
  let report: ServiceReporter
  /// Why a fetcher could not do its work, in words, which its frame carries.
  let words: (FetcherProblem) -> [UInt8]
  /// Reads the configuration again.
  let load: () -> Result<LoadedSettings, ConfigurationRefused>

  package init(
    isVerbose: Bool, report: ServiceReporter,
    words: @escaping (FetcherProblem) -> [UInt8],
    load: @escaping () -> Result<LoadedSettings, ConfigurationRefused>
  ) {
    self.isVerbose = isVerbose
    self.report = report
    self.words = words
    self.load = load
  }
}

extension Outputs {
  init(_ outputs: [OutputSettings], now: Instant) {
    self.init()
    for output in outputs {
      add(maxOn: output.maxOn, rest: output.rest, isActive: output.isInitiallyActive, now: now)
    }
  }
}
