import Alerts
import Bytes
import Ledger
import Platform
import Service
import TLS

extension LedgerReader {
  /// `popbell ledger forget`: as a request, which is carried out at once where no popbell runs.
  func forget(_ message: [UInt8]) throws(CommandFailure) -> Int32 {
    guard message.span.equals("all") else {
      let (mailbox, identity) = try find(message)
      return try forget(identity, of: mailbox)
    }
    var code = ExitCode.ok
    for mailbox in mailboxes { code = max(code, try forget(nil, of: mailbox)) }
    return code
  }

  /// The one message that is meant, by its unique-id or by 16 or 32 digits of its identity.
  private func find(_ message: [UInt8]) throws(CommandFailure) -> ([UInt8], Identity) {
    let unique = Identity(of: message.span, by: SHA256.self)
    var (names, found): ([[UInt8]], [Identity]) = ([], [])
    let code = forEach(isQuiet: mailboxes.count > 1) { (text) throws(LedgerError) in
      let key = try text.ledger.key(under: unique) ?? unique
      try text.ledger.forEachMessage { entry in
        let digits = message.count == 16 ? entry.identity.shortDigits : entry.identity.digits
        guard entry.identity == key || digits.span.equalsIgnoringCase(message.span) else {
          return
        }
        names.append(text.mailbox)
        found.append(entry.identity)
      }
    }
    if found.count == 1 { return (names[0], found[0]) }
    var text = [UInt8]("'")
    text.append(escaping: message.span)
    if found.isEmpty {
      text.append("' is in no ledger")
      text.append(code == ExitCode.ok ? "" : " that can be read")
      text.append(", as a UIDL or as an identity; 'popbell ledger show' has those")
    } else if names.contains(where: { $0 != names[0] }) {
      text.append("' is in the ledgers of several mailboxes; add the one that you mean:")
      for name in names { text += [.space] + name }
    } else {
      text.append("' is several messages; 'popbell ledger export' has all digits of each")
    }
    throw CommandFailure(found.isEmpty && code != ExitCode.ok ? code : ExitCode.dataError, text)
  }

  /// Forgets one message, or (nil) all.
  private func forget(_ message: Identity?, of mailbox: [UInt8]) throws(CommandFailure) -> Int32 {
    guard let folder else { return ExitCode.ok }
    do throws(SystemError) {
      try folder.folder.becomeOwner()
      try folder.leave(message, mailbox)
      do throws(SystemError) { try folder.lock() } catch {
        guard error.number == .wouldBlock else { throw error }
        let text = [UInt8](": another popbell is at work, and forgets it before its next poll\n")
        writeOutput(mailbox + text)
        return ExitCode.ok
      }
    } catch {
      throw CommandFailure(ExitCode.systemError, directory + ": " + error.text)
    }
    do throws(LedgerError) {
      let ledger = try Ledger(of: mailbox, in: folder)
      let (severity, lines) = folder.carryOutRequests(of: mailbox, on: ledger).words
      let texts = lines.map { mailbox + ": " + $0 }
      if severity == .error {
        writeErrors(texts)
        return ExitCode.systemError
      }
      for text in texts { writeOutput(text + [.lineFeed]) }
      return ExitCode.ok
    } catch {
      throw CommandFailure(.ledger(mailbox: mailbox, directory: directory, error))
    }
  }
}
