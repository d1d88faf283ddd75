import Alerts
import Bytes
import Config
import Ledger
import Platform

extension RunningService {
  /// Passes on what the supervisor reports, tells the owner of it if it is trouble, and the service manager
  /// how a poll ended.
  mutating func pass(on report: Report, of mailbox: Int) {
    let name = loaded.settings.mailboxes[mailbox].name
    let text = self.report(
      .reported(mailbox: mailbox, report, supervisor.alert(of: mailbox), loaded))
    if let trouble = report.trouble { tell(trouble, of: name, text) }
    switch report {
    case .ledgerFailed: ledgerFailed = true
    case .actionFailed, .gaveUp, .givenUpBefore, .waits, .waitsBehind, .rests, .archiveFailed,
      .archiveTooSlow,
      .contentRefused, .deletionRefused, .notJudged, .unread, .passedOver, .leavesRest,
      .waitsForClock:
      actionsFailed = true
    case .archived, .matched, .wouldFire, .fired, .old, .firedBefore, .unfinished,
      .notDeleted, .folderInternalData, .readsWholeMessages, .capped, .unmatched, .missed:
      break
    case .ended: watchdog.announce("STATUS=" + name + ": " + text)
    }
  }

  /// Passes on that an output was switched, or refused to be.
  mutating func pass(on event: OutputEvent) {
    let name = loaded.settings.outputs[event.output].name
    guard event.isDone else {
      return tell(
        .outputFailed, of: name, report(.switchRefused(output: name, active: event.active)))
    }
    report(.switched(output: name, event))
  }

  /// Tells the owner of a trouble of the mailbox or output `name`, if that is news.
  private mutating func tell(_ trouble: Trouble, of name: [UInt8], _ text: [UInt8]) {
    guard mode != .once(dryRun: true), !loaded.settings.popbell.onTrouble.isEmpty else { return }
    troubles.tell(trouble, of: name, text, now: Clock.now, report)
  }

  /// Reports at each start what was given up, until somebody looks at it.
  func reportGivenUp() {
    for (index, mailbox) in loaded.settings.mailboxes.enumerated() {
      guard let count = try? supervisor.ledgers[index].countGivenUp(), count > 0 else { continue }
      report(.givenUp(mailbox: mailbox.name, count: Int(count)))
    }
  }
}
