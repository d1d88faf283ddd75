import Alerts
import Bytes
import Config
import Ledger
import Platform
import Rules

extension Service {
  /// Logs what the supervisor reports, and tells the service manager how a poll ended.
  mutating func report(_ mailbox: Int, _ report: Report) {
    let name = loaded.settings.mailboxes[mailbox].name
    var (severity, text) = words(
      for: report, of: mailbox, settings: loaded.settings, values: supervisor.alert(of: mailbox))
    // Whoever polls once wants to read what came of it; a service need not say it each minute.
    if mode != .service, severity == .debug { severity = .info }
    log.write(severity, name, text)
    if let trouble = report.trouble { tell(trouble, of: name, text) }
    switch report {
    case .ledgerFailed: ledgerFailed = true
    case .actionFailed, .gaveUp, .givenUpBefore, .waits, .waitsBehind, .rests, .archiveFailed,
      .archiveTooSlow,
      .contentRefused, .deletionRefused, .notJudged, .unread, .passedOver, .leavesRest,
      .waitsForClock:
      actionsFailed = true
    case .archived, .matched, .wouldFire, .fired, .old, .firedBefore, .unfinished,
      .notDeleted, .folderInternalData, .readsWholeMessages, .capped, .unmatched, .missed, .ended:
      break
    }
    if case .ended = report {
      var status = [UInt8]("STATUS=")
      status.append(name)
      status.append(": ")
      status.append(text)
      watchdog.announce(status)
    }
  }

  /// Tells the owner of a trouble of the mailbox or output `name`, where that is news.
  private mutating func tell(_ trouble: Trouble, of name: [UInt8], _ text: [UInt8]) {
    guard mode != .once(dryRun: true), !loaded.settings.popbell.onTrouble.isEmpty else { return }
    troubles.tell(trouble, of: name, text, log, now: Clock.now)
  }

  /// Logs that an output was switched; why one refused is logged already.
  mutating func report(_ event: OutputEvent) {
    guard event.isDone else {
      let text: StaticString = event.active ? "cannot be switched on" : "cannot be switched off"
      return tell(.outputFailed, of: loaded.settings.outputs[event.output].name, [UInt8](text))
    }
    var text: [UInt8] = []
    text.append(event.active ? "on" : "off")
    text.append(event.cause.words)
    let severity = event.cause == .maxOnReached ? Severity.warning : .notice
    log.write(severity, loaded.settings.outputs[event.output].name, text)
  }

  func logStart() {
    var text: [UInt8] = []
    text.append("popbell ")
    text.append(version)
    text.append(" polls ")
    text.append(counted: loaded.settings.mailboxes.count, "mailbox", "mailboxes")
    text.append(" with ")
    text.append(counted: loaded.settings.rules.rules.count, "rule", "rules")
    log.write(.notice, [], text)
  }

  /// Says at each start what was given up, until somebody looks at it.
  func logGivenUp() {
    for (index, mailbox) in loaded.settings.mailboxes.enumerated() {
      guard let count = try? supervisor.ledgers[index].countGivenUp(), count > 0 else { continue }
      var text: [UInt8] = []
      text.append(decimal: count)
      text.append(count == 1 ? " message was" : " messages were")
      text.append(" given up: the actions failed too often, and the mail is on the server still")
      log.write(.error, mailbox.name, text)
    }
  }
}

extension OutputCause {
  var words: StaticString {
    switch self {
    case .rule: ""
    case .pulseEnded: " (its time is over)"
    case .blink: " (blinking)"
    case .maxOnReached: " (max-on is reached)"
    case .stop: " (popbell stops)"
    case .retry: " (at last)"
    case .taken: " (the line could be had at last)"
    }
  }
}
