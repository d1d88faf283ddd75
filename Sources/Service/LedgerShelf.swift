package import Config
package import Ledger
import Platform

/// The ledgers of all mailboxes, in the state directory, which is locked while this lives.
package struct LedgerShelf {
  /// nil for a dry run, which writes nothing down.
  private let folder: LedgerFolder?

  /// Locks the state directory of the settings. Throws `stateDirectory`, with `wouldBlock` if another popbell
  /// has it.
  package init(_ settings: Settings, isDryRun: Bool) throws(StartFailure) {
    guard !isDryRun else {
      folder = nil
      return
    }
    let path = settings.popbell.stateDirectory
    do throws(FileError) { folder = try LedgerFolder(locking: path) } catch {
      throw .stateDirectory(path, error)
    }
  }

  /// Opens the ledgers of all mailboxes, but takes those of `known` that are open already; `names` are the
  /// mailboxes of those.
  package func open(
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
        throw .ledger(
          mailbox: mailbox.name, directory: settings.popbell.stateDirectory, error)
      }
    }
    return ledgers
  }

  /// Forgets what `popbell ledger forget` asked for of a mailbox.
  package func carryOutRequests(
    of mailbox: MailboxSettings, on ledger: Ledger<LedgerFile>
  ) -> ForgetOutcome {
    guard let folder, mailbox.ledger != .none else { return .nothing }
    return folder.carryOutRequests(of: mailbox.name, on: ledger)
  }
}
