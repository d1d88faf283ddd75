import Alerts
import Bytes
import Config
import Ledger
import Platform
import Rules

/// `popbell run` and `popbell once`.
func runService(_ options: Options, _ mode: Mode) -> Int32 {
  let log = Log(threshold: options.isVerbose ? .debug : .info)
  do throws(StartFailure) {
    // Before anything else: from here on a signal waits until somebody can act on it.
    let signals = try attempting { () throws(SystemError) in
      try Sandbox.shutToOthers()
      return try Signals()
    } orThrow: {
      StartFailure($0)
    }
    switch loadSettings(options.configFile, includingLines: false) {
    case .failure(let refused):
      for line in refused.lines { log.write(.error, [], line) }
      return ExitCode.configuration
    case .success(let loaded):
      log.write(warningsOf: loaded, mode)
      CharsetFile().writeProblem(to: log)
      var service = try Service(loaded, options, mode, log, signals)
      return service.run()
    }
  } catch {
    log.write(.error, [], error.message)
    return error.exitCode
  }
}

extension Log {
  /// Says what the owner of these settings has to know, though they hold; one who polls once asks
  /// `check` what is likely not meant.
  func write(warningsOf loaded: LoadedSettings, _ mode: Mode) {
    if mode == .service {
      for line in loaded.warnings { write(.warning, [], line) }
    }
    for mailbox in loaded.settings.mailboxes {
      guard let warning = mailbox.ledger.warning else { continue }
      var text = [UInt8]("ledger = none: ")
      text.append(warning)
      write(.warning, mailbox.name, text)
    }
  }
}

/// Why the service could not start.
struct StartFailure: Error {
  let exitCode: Int32
  let message: [UInt8]

  init(_ exitCode: Int32, _ message: [UInt8]) {
    self.exitCode = exitCode
    self.message = message
  }

  init(ledger mailbox: [UInt8], in directory: [UInt8], _ error: LedgerError) {
    self.init(
      ExitCode.systemError, directory + "/" + mailbox + ".ledger: " + words(for: error))
  }

  init(_ error: SystemError) { self.init(ExitCode.systemError, error.text) }
}

extension Service {
  init(
    _ loaded: LoadedSettings, _ options: Options, _ mode: Mode, _ log: Log,
    _ signals: consuming Signals
  ) throws(StartFailure) {
    let seed = try attempting { () throws(SystemError) in
      try Random.number()
    } orThrow: {
      StartFailure($0)
    }
    let isDryRun = mode == .once(dryRun: true)
    // The lock first: another popbell's lines are not ours to touch. Then the lines: whatever fails
    // after this, they are inactive.
    let shelf = try LedgerShelf(loaded.settings, isDryRun: isDryRun)
    let outputs = isDryRun ? [] : loaded.settings.outputs
    let board = Board(outputs, log: log)
    let now = Clock.now
    let supervisor = Supervisor(
      settings: loaded.settings, outputs: Outputs(outputs, now: now),
      ledgers: try shelf.open(loaded.settings), fingerprint: loaded.fingerprint, mode: mode,
      seed: seed, now: now)
    self.init(
      configFile: options.configFile, log: log, mode: mode, seed: seed, signals: signals,
      loaded: loaded, shelf: shelf, supervisor: supervisor, board: board, now: now)
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

/// The ledgers of all mailboxes, in the state directory, which is locked while this lives.
struct LedgerShelf {
  /// nil for a dry run, which writes nothing down.
  private let folder: LedgerFolder?

  init(_ settings: Settings, isDryRun: Bool) throws(StartFailure) {
    guard !isDryRun else {
      folder = nil
      return
    }
    let path = settings.popbell.stateDirectory
    do throws(FileError) { folder = try LedgerFolder(locking: path) } catch {
      throw StartFailure(ExitCode.systemError, path + ": " + describe(folder: error, path))
    }
  }

  /// Opens the ledgers of all mailboxes, but takes those that are open already.
  func open(
    _ settings: Settings, open names: [[UInt8]] = [], _ known: [Ledger<LedgerFile>] = []
  ) throws(StartFailure) -> [Ledger<LedgerFile>] {
    var ledgers: [Ledger<LedgerFile>] = []
    for mailbox in settings.mailboxes {
      if let index = names.firstIndex(of: mailbox.name) {
        ledgers.append(known[index])
        continue
      }
      do throws(LedgerError) {
        ledgers.append(
          try Ledger(of: mailbox.name, in: mailbox.ledger == .none ? nil : folder))
      } catch {
        throw StartFailure(ledger: mailbox.name, in: settings.popbell.stateDirectory, error)
      }
    }
    return ledgers
  }

  /// Forgets what 'popbell ledger forget' asked for, and returns what is to be said of it.
  func carryOutRequests(
    of mailbox: MailboxSettings, on ledger: Ledger<LedgerFile>
  ) -> (Severity, [[UInt8]]) {
    guard let folder, mailbox.ledger != .none else { return (.notice, []) }
    return folder.carryOutRequests(of: mailbox.name, on: ledger)
  }
}
