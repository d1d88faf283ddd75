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
    alert.fired = try ledger.timeOfFiring(alert.identity)
    if settings.archive(rule: alert.rule, mailbox: mailbox) != nil,
      try ledger.state(of: alert.identity) == .fired
    {
      // One after the other would fetch its content for nothing.
      let box = mailboxes[mailbox]
      let isSlow = box.slow.contains { $0.key == alert.identity.key }
      guard !box.poll.archiveFailed, !isSlow else {
        return order(.answer(mailbox: mailbox, .leave))
      }
      // The fetcher has no room for more either.
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
      // It may be another that is as silent, which the ledger takes for new after a day.
      if alert.identity.isSilent { return order(.answer(mailbox: mailbox, .keep)) }
      due = timeOfRetry(mailbox)
    }
    try ledger.keep(alert.identity, until: due, rules: rulesWord)
    order(.answer(mailbox: mailbox, .keep))
  }

  /// When a deletion that did not succeed is tried again, in seconds of the ledger's clock.
  func timeOfRetry(_ mailbox: Int) -> UInt64 {
    ledgers[mailbox].now + UInt64(Mailbox.longPause.milliseconds / 1000)
  }

  /// Stands for the rules in records of what is kept.
  var rulesWord: UInt16 { UInt16(truncatingIfNeeded: fingerprint) }

  /// The server refused to delete a message. Returns whether it is an alert's.
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

  /// The server refused to commit what it had taken. `settle` writes that down.
  mutating func commitRefused(_ mailbox: Int, _ words: [UInt8], now: Instant) {
    let box = mailboxes[mailbox]
    sayRefusal(mailbox, words)
    guard box.poll.tally.deleted > 0 else { return }
    box.poll.commitIsRefused = true
    box.refusesCommit = true
    box.nextDeletion = now + Mailbox.longPause
  }

  /// Says it once in a poll: where one is refused, most likely all are.
  private mutating func sayRefusal(_ mailbox: Int, _ words: [UInt8]) {
    let box = mailboxes[mailbox]
    if !box.poll.saidRefusal { report(mailbox, .deletionRefused(words)) }
    box.poll.saidRefusal = true
  }

  /// The fetcher asks for the content of a message. Returns `false` where that is not wanted.
  mutating func beginArchive(_ mailbox: Int, _ message: UInt32) -> Bool {
    let box = mailboxes[mailbox]
    let index = box.poll.archives.firstIndex { $0.message == message }
    guard let index, case .reading = box.poll.progress else { return false }
    let alert = box.poll.archives.remove(at: index)
    box.poll.progress = .archiving(alert)
    order(.beginArchive(mailbox: mailbox, rule: alert.rule, name: archiveName(mailbox, alert)))
    return true
  }

  /// The name of a message in a Maildir: the same after a crash, and another for each mailbox.
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

  /// The message is in its Maildir, or (`code`, an errno) could not be written there.
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

  /// Writes down what was done about an alert, and does what is left.
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
