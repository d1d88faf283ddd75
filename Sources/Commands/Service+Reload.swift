import Alerts
import Bytes
import Config
import Platform

// New settings, which take the old ones' place between two polls.
extension Service {
  /// Reads the configuration again. It takes the old one's place when no poll is under way; one
  /// that does not hold changes nothing.
  mutating func prepareReload() {
    switch loadSettings(configFile, includingLines: false) {
    case .failure(let refused):
      reload = nil
      supervisor.isPaused = false
      for line in refused.lines { log.write(.error, [], line) }
      log.write(.error, [], [UInt8]("the configuration has errors; the old one stays in force"))
    case .success(let new):
      reload = new
      supervisor.isPaused = true
    }
  }

  /// Takes the lines of new settings; those that are as before keep their state, others are off.
  private mutating func replaceBoard(_ new: [OutputSettings], now: Instant) -> Outputs {
    let old = board.lines
    var outputs = Outputs(new, now: now)
    board = Board(new, log: log, replacing: old)
    for (index, line) in old.enumerated() {
      if let place = board.lines.firstIndex(where: { $0 === line }) {
        outputs.adopt(index, of: supervisor.outputs, as: place, on: &board, now: now)
      } else if supervisor.outputs.isActive(index) {
        log.write(
          .notice, line.settings.name, [UInt8]("off (the configuration has it no more)"))
      }
    }
    return outputs
  }

  mutating func applyReload() {
    guard let new = reload else { return }
    reload = nil
    let now = Clock.now
    do throws(StartFailure) {
      let ledgers = try shelf.open(
        new.settings, open: loaded.settings.mailboxes.map { $0.name }, supervisor.ledgers)
      if new.settings.popbell.stateDirectory != loaded.settings.popbell.stateDirectory {
        log.write(.warning, [], [UInt8]("a new state-directory counts only after a restart"))
      }
      for mailbox in new.settings.mailboxes {
        let old = loaded.settings.mailboxes.first { $0.name == mailbox.name }
        guard let old, old.ledger != mailbox.ledger else { continue }
        log.write(
          .warning, mailbox.name, [UInt8]("another ledger counts only after a restart"))
      }
      let outputs = replaceBoard(new.settings.outputs, now: now)
      log.write(warningsOf: new, mode)
      var next = Supervisor(
        settings: new.settings, outputs: outputs, ledgers: ledgers,
        fingerprint: new.fingerprint, mode: mode, seed: seed, now: now)
      next.adopt(supervisor, now: now)
      supervisor = next
      loaded = new
      fetchers = new.settings.mailboxes.map { _ in nil }
      judges = new.settings.mailboxes.map { _ in nil }
      programs = new.settings.mailboxes.map { _ in nil }
      log.write(.notice, [], [UInt8]("the configuration was read again"))
    } catch {
      supervisor.isPaused = false
      log.write(.error, [], error.message)
      log.write(.error, [], [UInt8]("the old configuration stays in force"))
    }
  }
}
