public import Bytes
import Config
import Ledger
import Rules

extension Supervisor where S: ~Copyable {
  /// What is left to be done for a message that fired: to archive it, to delete it, or nothing. When
  /// this returns, that it fired is on disk.
  mutating func conclude(_ mailbox: Int, _ alert: Alert) throws(LedgerError) {
    let ledger = ledgers[mailbox]
    try ledger.flush()
    if settings.archive(rule: alert.rule, mailbox: mailbox) != nil,
      try ledger.state(of: alert.message) == .fired
    {
      // One after the other would fetch its content for nothing.
      guard !mailboxes[mailbox].archiveFailed else {
        return order(.answer(mailbox: mailbox, .leave))
      }
      mailboxes[mailbox].archives.append(alert)
      return order(.answer(mailbox: mailbox, .archive))
    }
    var due: UInt64?
    switch settings.rules.rules[alert.rule].disposition {
    case .delete: due = 0
    case .keep: break
    case .deleteAfter(let time):
      due = try ledger.timeOfFiring(alert.message) + UInt64(time.milliseconds / 1000)
    }
    if let due, ledger.isPast(due) {
      ledger.permitDeletion(of: alert.message, as: alert.unique)
      return order(.answer(mailbox: mailbox, .delete))
    }
    try ledger.keep(
      alert.message, as: alert.unique, until: due, rules: UInt16(truncatingIfNeeded: fingerprint),
      rule: name(of: alert.rule))
    order(.answer(mailbox: mailbox, .keep))
  }

  /// The fetcher sends the content of a message. Returns `false` where nobody asked for it.
  mutating func beginArchive(_ mailbox: Int, _ unique: Identity) -> Bool {
    let index = mailboxes[mailbox].archives.firstIndex { $0.unique == unique }
    guard let index, mailboxes[mailbox].archive == nil else { return false }
    let alert = mailboxes[mailbox].archives.remove(at: index)
    mailboxes[mailbox].archive = alert
    var bytes = ByteBuffer<16>()
    alert.message.unique.write(to: &bytes)
    var name: [UInt8] = []
    name.append(hexadecimal: bytes.bytes)
    name.append(".popbell")
    order(.beginArchive(mailbox: mailbox, rule: alert.rule, name: name))
    return true
  }

  /// The message is in its Maildir, or (`code`, an errno) could not be written there.
  public mutating func archiveEnded(_ mailbox: Int, code: Int32?, now: Instant, time: UInt64) {
    guard let alert = mailboxes[mailbox].archive else { return }
    mailboxes[mailbox].archive = nil
    ledgers[mailbox].tick(now: now, wall: time)
    if let code {
      mailboxes[mailbox].archiveFailed = true
      report(mailbox, .archiveFailed(rule: alert.rule, code: code))
      return fail(mailbox)
    }
    report(mailbox, .archived(rule: alert.rule))
    do throws(LedgerError) {
      try ledgers[mailbox].note(alert.message, .archived, rule: name(of: alert.rule))
      try conclude(mailbox, alert)
    } catch {
      ledgerFailed(mailbox, error)
      fail(mailbox)
    }
  }
}
