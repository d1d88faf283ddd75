public import Bytes
import Config
import Ledger
import Rules

extension Supervisor where S: ~Copyable {
  /// Does what is left for a message that fired: archives it, deletes it, or keeps it. On return, the record
  /// that it fired is on disk.
  mutating func conclude(_ mailbox: Int, _ alert: Alert) throws(LedgerError) {
    let ledger = ledgers[mailbox]
    try ledger.flush()
    alert.fired = try ledger.timeOfFiring(alert.identity)
    if settings.archive(rule: alert.rule, mailbox: mailbox) != nil,
      try ledger.state(of: alert.identity) == .fired
    {
      // After one failure, another content would be fetched for nothing.
      let box = mailboxes[mailbox]
      let isSlow = box.slow.contains { $0.key == alert.identity.key }
      guard !box.poll.archiveFailed, !isSlow else {
        return order(.answer(mailbox: mailbox, .leave))
      }
      // The fetcher's queue has the same limit.
      if box.poll.archives.count < ArchiveQueue.limit { box.poll.archives.append(alert) }
      return order(.answer(mailbox: mailbox, .archive))
    }
    var due: UInt64?
    switch settings.rules.rules[alert.rule].disposition {
    case .delete: due = 0
    case .keep: break
    case .deleteAfter(let time):
      due = alert.fired + UInt64(time.milliseconds / 1000)
    }
    if let past = due, past <= ledger.now {
      guard try !ledger.meetKept(alert.identity, rules: rulesWord) else {
        return order(.answer(mailbox: mailbox, .keep))
      }
      guard try ledger.wasDeleted(alert.identity) else {
        ledger.permitDeletion(of: alert.identity, message: alert.message)
        return order(.answer(mailbox: mailbox, .delete))
      }
      if mailboxes[mailbox].notDeleted != alert.identity.key {
        report(mailbox, .notDeleted(rule: alert.rule))
      }
      mailboxes[mailbox].notDeleted = alert.identity.key
      // It may be another silent message, which the ledger takes for new after a day.
      if alert.identity.isSilent { return order(.answer(mailbox: mailbox, .keep)) }
      due = timeOfRetry(mailbox)
    }
    try ledger.keep(alert.identity, until: due, rules: rulesWord)
    order(.answer(mailbox: mailbox, .keep))
  }

  /// Time at which a failed deletion is tried again, in seconds of the ledger's clock.
  func timeOfRetry(_ mailbox: Int) -> UInt64 {
    ledgers[mailbox].now + UInt64(Mailbox.longPause.milliseconds / 1000)
  }

  /// 16-bit hash of all rules, for records of kept messages.
  var rulesWord: UInt16 { UInt16(truncatingIfNeeded: fingerprint) }

  /// Handles a refused DELE. Returns `false` if the message belongs to no alert.
  @discardableResult mutating func deletionRefused(
    _ mailbox: Int, _ message: UInt32, _ words: [UInt8], now: Instant
  ) -> Bool {
    let box = mailboxes[mailbox]
    sayRefusal(mailbox, words)
    do throws(LedgerError) {
      let isAlert = try ledgers[mailbox].keepDeletion(
        of: message, until: timeOfRetry(mailbox), rules: rulesWord)
      if !isAlert { box.nextDeletion = box.nextDeletion ?? now + Mailbox.longPause }
      return isAlert
    } catch {
      ledgerFailed(mailbox, error)
      return true
    }
  }

  /// Handles a refused QUIT; `settle` writes it down.
  mutating func commitRefused(_ mailbox: Int, _ words: [UInt8], now: Instant) {
    let box = mailboxes[mailbox]
    sayRefusal(mailbox, words)
    guard box.poll.tally.deleted > 0 else { return }
    box.poll.commitIsRefused = true
    box.refusesCommit = true
    box.nextDeletion = now + Mailbox.longPause
  }

  /// Reports a refusal, once per poll: if one deletion is refused, most likely all are.
  private mutating func sayRefusal(_ mailbox: Int, _ words: [UInt8]) {
    let box = mailboxes[mailbox]
    if !box.poll.saidRefusal { report(mailbox, .deletionRefused(words)) }
    box.poll.saidRefusal = true
  }

  /// Begins to archive the message whose content the fetcher announces. Returns `false` if it is not wanted.
  mutating func beginArchive(_ mailbox: Int, _ message: UInt32) -> Bool {
    let box = mailboxes[mailbox]
    let index = box.poll.archives.firstIndex { $0.message == message }
    guard let index, case .reading = box.poll.progress else { return false }
    let alert = box.poll.archives.remove(at: index)
    box.poll.progress = .archiving(alert)
    order(.beginArchive(mailbox: mailbox, rule: alert.rule, name: archiveName(mailbox, alert)))
    return true
  }

  /// File name of a message in a Maildir: the same after a crash, and different for each mailbox.
  private func archiveName(_ mailbox: Int, _ alert: Alert) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(alert.identity.key)
    let mailboxName = settings.mailboxes[mailbox].name
    bytes.append(bigEndian: UInt64(crc32(mailboxName.span)), size: 4)
    var name: [UInt8] = []
    name.append(decimal: alert.fired)
    name.append(".")
    name.append(hexadecimal: bytes.span)
    name.append(".popbell")
    return name
  }

  /// Handles the end of archiving: the message is in its Maildir or could not be written (`code`, an errno).
  public mutating func archiveEnded(_ mailbox: Int, code: Int32?, now: Instant, time: UInt64) {
    let box = mailboxes[mailbox]
    guard case .archiving(let alert) = box.poll.progress else { return }
    box.poll.progress = .reading(Claim())
    ledgers[mailbox].tick(now: now, wall: time)
    if let code {
      box.poll.archiveFailed = true
      report(mailbox, .archiveFailed(rule: alert.rule, code: code))
      return fail(mailbox)
    }
    report(mailbox, .archived(rule: alert.rule))
    goOn(mailbox, alert, from: .archived)
  }

  /// Writes down the new state of an alert, and does what is left.
  mutating func goOn(_ mailbox: Int, _ alert: Alert, from state: EntryState) {
    do throws(LedgerError) {
      try ledgers[mailbox].note(alert.identity, state)
      try conclude(mailbox, alert)
    } catch {
      ledgerFailed(mailbox, error)
      fail(mailbox)
    }
  }
}
