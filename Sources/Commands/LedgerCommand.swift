import Bytes
import Config
import Ledger
import Platform
import Rules
import Service

/// `popbell ledger`: what has fired, beside a running popbell or without one.
func runLedger(_ options: Options) -> Int32 {
  let words = options.operands
  guard let word = words.first else {
    return refuse("ledger: what is to be done: show, export or forget?")
  }
  let isForget = word.span.equals("forget")
  guard isForget || word.span.equals("show") || word.span.equals("export") else {
    return refuse("ledger: there is no '", word, "': it is show, export or forget")
  }
  guard !isForget || words.count > 1 else { return refuse("ledger forget: which message, or all?") }
  let operands = isForget ? 2 : 1
  guard words.count <= operands + 1 else {
    return refuse("ledger ", word, ": one mailbox, or none for all of them")
  }
  switch loadNames(options.configFile) {
  case .failure(let refused):
    writeErrors(refused.lines)
    return ExitCode.configuration
  case .success(let settings):
    do throws(CommandFailure) {
      let name = words.count > operands ? words[operands] : nil
      let reader = try LedgerReader(settings, only: name)
      if isForget { return try reader.forget(words[1]) }
      return word.span.equals("show") ? reader.show() : reader.export()
    } catch {
      writeErrors(["popbell: " + error.message])
      return error.exitCode
    }
  }
}

/// The ledgers of one mailbox, or of all, to look at.
final class LedgerReader {
  let directory: [UInt8]
  /// nil where there is none yet.
  let folder: LedgerFolder?
  /// The mailboxes that have a ledger.
  let mailboxes: [[UInt8]]
  private let rules: [[UInt8]]

  /// Says of which mailboxes nothing is written down.
  fileprivate init(_ settings: Settings, only name: [UInt8]?) throws(CommandFailure) {
    let names = settings.rules.names.mailboxes
    if let name, !names.contains(name) { throw .noMailbox(name, names) }
    var mailboxes: [[UInt8]] = []
    for index in names.indices where name == nil || names[index] == name {
      if settings.mailboxes[index].ledger == .none {
        writeErrors([names[index] + ": ledger = none: nothing is written down"])
      } else {
        mailboxes.append(names[index])
      }
    }
    self.mailboxes = mailboxes
    rules = settings.rules.rules.map { $0.name }
    directory = settings.popbell.stateDirectory
    do throws(FileError) { folder = try LedgerFolder(existing: directory) } catch {
      switch error {
      case .system(let error) where error.number == .notFound: folder = nil
      case .system(let error) where error.number == .accessDenied: throw .denied(directory)
      case .system, .notRegular, .tooLarge, .owner, .mode:
        throw CommandFailure(
          ExitCode.systemError, directory + ": " + describe(folder: error, directory))
      }
    }
  }

  /// Calls `body` with each ledger in which something is; says which cannot be read, and returns the
  /// exit code that stands for these; unless `isQuiet`, says which have nothing.
  func forEach(
    isQuiet: Bool = false, _ body: (LedgerText) throws(LedgerError) -> Void
  ) -> Int32 {
    var code = ExitCode.ok
    for mailbox in mailboxes {
      do throws(LedgerError) {
        if let text = try open(mailbox) {
          try body(text)
        } else if !isQuiet {
          writeErrors([mailbox + ": the ledger is empty"])
        }
      } catch {
        let failure = CommandFailure(.ledger(mailbox: mailbox, directory: directory, error))
        writeErrors(["popbell: " + failure.message])
        code = failure.exitCode
      }
    }
    return code
  }

  /// nil where there is nothing in it, or no such file yet.
  private func open(_ mailbox: [UInt8]) throws(LedgerError) -> LedgerText? {
    guard let folder else { return nil }
    do throws(LedgerError) {
      let ledger = try Ledger(reading: LedgerFile(folder, mailbox: mailbox))
      return ledger.isEmpty ? nil : LedgerText(mailbox, ledger, rules)
    } catch {
      if case .store(let error) = error, ErrorNumber(rawValue: error.code) == .notFound {
        return nil
      }
      throw error
    }
  }
}

extension CommandFailure {
  fileprivate static func noMailbox(_ name: [UInt8], _ known: [[UInt8]]) -> CommandFailure {
    var text = [UInt8]("there is no mailbox '")
    text.append(escaping: name.span)
    text.append("'")
    if let meant = nearest(to: name.span, among: known) {
      text.append("; did you mean '")
      text.append(meant)
      text.append("'?")
    }
    return CommandFailure(ExitCode.usage, text)
  }

  fileprivate static func denied(_ path: [UInt8]) -> CommandFailure {
    var text = path
    text.append(": no permission")
    if let access = try? FileAccess(to: path.span) {
      text.append(" for ")
      text.append(access.user)
      text.append("; run it as ")
      text.append(access.owner)
      text.append(", to whom it belongs, or with sudo")
    }
    return CommandFailure(ExitCode.noPermission, text)
  }
}
