import Bytes
import Config
import Ledger
import Platform
import Rules

/// `popbell ledger`: what has fired, beside a running popbell or without one.
func runLedger(_ options: Options) -> Int32 {
  let words = options.operands
  guard let word = words.first else {
    return refuse("ledger: what is to be done: show, export or forget?")
  }
  var rest = words.dropFirst()
  let isForget = word.span.equals("forget")
  guard isForget || word.span.equals("show") || word.span.equals("export") else {
    return refuse("ledger: there is no '", word, "': it is show, export or forget")
  }
  let message = isForget ? rest.popFirst() : nil
  if isForget && message == nil { return refuse("ledger forget: which message, or all?") }
  guard rest.count <= 1 else {
    return refuse("ledger ", word, ": one mailbox, or none for all of them")
  }
  do throws(LedgerFailure) {
    let reader = try LedgerReader(options.configFile, only: rest.first)
    if let message { return try reader.forget(message) }
    return word.span.equals("show") ? reader.show() : reader.export()
  } catch {
    writeErrors(error.lines)
    return error.exitCode
  }
}

/// Why nothing could be done.
struct LedgerFailure: Error {
  let exitCode: Int32
  let lines: [[UInt8]]

  init(_ exitCode: Int32, lines: [[UInt8]]) { (self.exitCode, self.lines) = (exitCode, lines) }

  init(_ exitCode: Int32, _ parts: [UInt8]...) {
    self.init(exitCode, lines: [parts.reduce([UInt8]("popbell: ")) { $0 + $1 }])
  }
}

/// The ledgers of one mailbox, or of all, to look at.
struct LedgerReader {
  let settings: Settings
  let mailboxes: [MailboxSettings]
  /// nil where there is none yet.
  let folder: LedgerFolder?

  fileprivate init(_ configFile: [UInt8], only name: [UInt8]?) throws(LedgerFailure) {
    switch loadNames(configFile) {
    case .failure(let refused):
      throw LedgerFailure(ExitCode.configuration, lines: refused.lines)
    case .success(let settings): self.settings = settings
    }
    mailboxes = settings.mailboxes.filter { name == nil || $0.name == name }
    if let name, mailboxes.isEmpty { throw .noMailbox(name, settings) }
    let path = settings.stateDirectory
    do throws(SystemError) { folder = try LedgerFolder(existing: path) } catch {
      switch error.number {
      case .notFound: folder = nil
      case .accessDenied: throw .denied(path)
      default:
        throw LedgerFailure(ExitCode.systemError, path, [UInt8](": "), [UInt8](error.text.bytes))
      }
    }
  }

  /// Calls `body` with each ledger in which something is; says which cannot be read, and returns the
  /// exit code that stands for these; unless `isQuiet`, says which have nothing.
  func forEach(
    isQuiet: Bool = false,
    _ body: (MailboxSettings, Ledger<LedgerFile>) throws(LedgerError) -> Void
  ) -> Int32 {
    var code = ExitCode.ok
    for mailbox in mailboxes {
      guard mailbox.ledger != .none else {
        if !isQuiet { sayNone(mailbox) }
        continue
      }
      do throws(LedgerError) {
        guard let ledger = try open(mailbox), !ledger.isEmpty else {
          if !isQuiet { say(mailbox, [UInt8]("the ledger is empty")) }
          continue
        }
        try body(mailbox, ledger)
      } catch {
        writeErrors(failure(of: mailbox, error).lines)
        code = ExitCode.systemError
      }
    }
    return code
  }

  /// nil where there is no such file yet.
  private func open(_ mailbox: MailboxSettings) throws(LedgerError) -> Ledger<LedgerFile>? {
    guard let folder else { return nil }
    do throws(LedgerError) {
      return try Ledger(reading: LedgerFile(folder, mailbox: mailbox.name))
    } catch {
      if case .store(let error) = error, ErrorNumber(rawValue: error.code) == .notFound {
        return nil
      }
      throw error
    }
  }

  func failure(of mailbox: MailboxSettings, _ error: LedgerError) -> LedgerFailure {
    LedgerFailure(
      ExitCode.systemError, settings.stateDirectory, [UInt8]("/"), mailbox.name,
      [UInt8](".ledger: "), words(for: error))
  }

  func sayNone(_ mailbox: MailboxSettings) {
    say(mailbox, [UInt8]("ledger = none: nothing is written down"))
  }

  private func say(_ mailbox: MailboxSettings, _ words: [UInt8]) {
    writeErrors([mailbox.name + [UInt8](": ") + words])
  }
}

extension LedgerFailure {
  fileprivate static func noMailbox(_ name: [UInt8], _ settings: Settings) -> LedgerFailure {
    var text = [UInt8]("there is no mailbox '")
    text.append(escaping: name.span)
    text.append("'")
    if let meant = nearest(to: name.span, among: settings.mailboxes.map { $0.name }) {
      text.append("; did you mean '")
      text.append(meant.span)
      text.append("'?")
    }
    return LedgerFailure(ExitCode.usage, text)
  }

  fileprivate static func denied(_ path: [UInt8]) -> LedgerFailure {
    var text = path
    text.append(": no permission")
    if let access = try? FileAccess(to: path.span) {
      text.append(" for ")
      text.append(access.user.bytes)
      text.append("; run it as ")
      text.append(access.owner.bytes)
      text.append(", to whom it belongs, or with sudo")
    } else {
      text.append("; run it with sudo")
    }
    return LedgerFailure(ExitCode.noPermission, text)
  }
}
