import Alerts
import Bytes
import Config
import Platform

// New settings, which take the old ones' place between two polls.
extension RunningService {
  /// Reads the configuration again. It takes the old one's place when no poll is under way; one
  /// that does not hold changes nothing.
  mutating func prepareReload() {
    switch surroundings.load() {
    case .failure(let refused):
      reload = nil
      supervisor.isPaused = false
      report(.settingsRefused(refused))
    case .success(let new):
      reload = new
      supervisor.isPaused = true
    }
  }

  /// Takes the lines of new settings; those that are as before keep their state, others are off.
  private mutating func replaceBoard(_ new: [OutputSettings], now: Instant) -> Outputs {
    let old = board.lines
    var outputs = Outputs(new, now: now)
    board = Board(new, replacing: old, keeper: keeper, report: report)
    for (index, line) in old.enumerated() {
      if let place = board.lines.firstIndex(where: { $0 === line }) {
        outputs.adopt(index, of: supervisor.outputs, as: place, on: &board, now: now)
      } else if supervisor.outputs.isActive(index) {
        report(.outputDropped(line.settings.name))
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
        report(.stateDirectoryStays)
      }
      for mailbox in new.settings.mailboxes {
        let old = loaded.settings.mailboxes.first { $0.name == mailbox.name }
        guard let old, old.ledger != mailbox.ledger else { continue }
        report(.ledgerStays(mailbox: mailbox.name))
      }
      let outputs = replaceBoard(new.settings.outputs, now: now)
      var next = Supervisor(
        settings: new.settings, outputs: outputs, ledgers: ledgers,
        fingerprint: new.fingerprint, mode: mode, seed: seed, now: now)
      next.adopt(supervisor, now: now)
      supervisor = next
      loaded = new
      fetchers = new.settings.mailboxes.map { _ in nil }
      judges = new.settings.mailboxes.map { _ in nil }
      programs = new.settings.mailboxes.map { _ in nil }
      report(.settingsRead(new))
    } catch {
      supervisor.isPaused = false
      report(.ledgersRefused(error))
    }
  }
}
