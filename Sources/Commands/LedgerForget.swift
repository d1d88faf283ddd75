import Alerts
import Bytes
import Config
import Ledger
import Platform
import TLS

extension LedgerReader {
  /// `popbell ledger forget`: as a request, which is carried out at once where no popbell runs.
  func forget(_ message: [UInt8]) throws(LedgerFailure) -> Int32 {
    if message.span.equals("all") {
      var code = ExitCode.ok
      for mailbox in mailboxes {
        if mailbox.ledger == .none {
          sayNone(mailbox)
        } else {
          code = max(code, try forget(.all, of: mailbox))
        }
      }
      return code
    }
    let (mailbox, identity) = try find(message)
    return try forget(.message(identity), of: mailbox)
  }

  /// The one message that is meant, by its unique-id or by 16 or 32 digits of its identity.
  private func find(
    _ message: [UInt8]
  ) throws(LedgerFailure) -> (MailboxSettings, Identity) {
    let unique = Identity(of: message.span, by: SHA256.self)
    let digits = [UInt8](message.map { $0.lowercased })
    var found: [(mailbox: MailboxSettings, identity: Identity)] = []
    let code = forEach(isQuiet: mailboxes.count > 1) { (mailbox, ledger) throws(LedgerError) in
      try ledger.forEachMessage { entry in
        let isMeant =
          entry.identity == unique || digits.count == 16 && entry.identity(digits: 16) == digits
          || digits.count == 32 && entry.identity() == digits
        if isMeant { found.append((mailbox, entry.identity)) }
      }
    }
    var text = [UInt8]("'")
    text.append(escaping: message.span)
    text.append("'")
    guard let first = found.first else {
      guard code == ExitCode.ok else { throw LedgerFailure(code, lines: []) }
      text.append(" is in no ledger, as a UIDL or as an identity; 'popbell ledger show' has those")
      throw LedgerFailure(ExitCode.dataError, text)
    }
    guard found.count == 1 else {
      if found.contains(where: { $0.mailbox.name != first.mailbox.name }) {
        text.append(" is in the ledgers of several mailboxes; add the one that you mean:")
        for (mailbox, _) in found { text += [.space] + mailbox.name }
      } else {
        text.append(" is several messages; 'popbell ledger export' has all digits of each")
      }
      throw LedgerFailure(ExitCode.dataError, text)
    }
    return first
  }

  private func forget(
    _ request: ForgetRequest, of mailbox: MailboxSettings
  ) throws(LedgerFailure) -> Int32 {
    guard let folder else { return ExitCode.ok }
    do throws(SystemError) {
      try folder.folder.becomeOwner()
      try folder.leave(request, mailbox.name)
      do throws(SystemError) { try folder.lock() } catch {
        guard error.number == .wouldBlock else { throw error }
        let text = [UInt8](": another popbell is at work, and forgets it before its next poll\n")
        writeOutput(mailbox.name + text)
        return ExitCode.ok
      }
    } catch {
      throw LedgerFailure(
        ExitCode.systemError, settings.stateDirectory, [UInt8](": "), [UInt8](error.text.bytes))
    }
    var code = ExitCode.ok
    do throws(LedgerError) {
      let ledger = try Ledger(of: mailbox.name, in: folder)
      for (severity, text) in folder.carryOutRequests(of: mailbox.name, on: ledger) {
        let line = mailbox.name + [UInt8](": ") + text + [.lineFeed]
        if severity > .warning {
          writeOutput(line)
        } else {
          try? StandardStream.error.write(line.span)
          code = ExitCode.systemError
        }
      }
    } catch {
      throw failure(of: mailbox, error)
    }
    return code
  }
}
