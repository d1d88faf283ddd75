import Alerts
import Bytes
import Config
import Ledger
import Platform
import Rules

// What the supervisor reports, in words: one line each, in one voice.

/// How urgent `report` of `mailbox` is, and what it says.
func words(
  for report: Report, of mailbox: Int, settings: Settings, values: AlertValues?
) -> (Severity, [UInt8]) {
  var text: [UInt8] = []
  func say(_ rule: Int, _ words: StaticString) {
    text += settings.rules.rules[rule].name
    text.append(words)
  }
  func sayArchive(_ rule: Int) {
    text += settings.archive(rule: rule, mailbox: mailbox) ?? []
  }
  switch report {
  case .matched(let rule):
    say(rule, " takes ")
    text.appendQuoted(values)
    return (.info, text)
  case .wouldFire(let rule):
    text.append("would fire ")
    say(rule, " for ")
    text.appendQuoted(values)
    return (.notice, text)
  case .fired(let rule):
    say(rule, " fired")
    return (.notice, text)
  case .old(let rule, .known, let isTold):
    say(rule, " takes ")
    text.appendQuoted(values)
    text.append(", which is old: it was there before the first poll, or before the rules changed")
    return (isTold ? .info : .debug, text)
  case .old(let rule, .age(let age), let isTold):
    say(rule, " does not fire for ")
    text.appendQuoted(values)
    text.append(": it was delivered ")
    text.write(age.rough)
    text.append(" ago, more than its max-age")
    return (isTold ? .warning : .debug, text)
  case .waitsForClock(let rule):
    say(rule, " waits for the clock, which may not be set yet, as the age of ")
    text.appendQuoted(values)
    text.append(" matters")
    return (.notice, text)
  case .firedBefore(let rule):
    say(rule, " has fired for this message before; nothing is done again")
    return (.info, text)
  case .unfinished(let rule, let again):
    say(rule, " was interrupted before it was known to have fired; on-crash = ")
    text.append(again ? "again" : "never")
    return (.warning, text)
  case .actionFailed(let rule, let action, let failure, let attempt):
    say(rule, " failed: action ")
    text.append(decimal: action + 1)
    text.append(" ")
    text.append(failure)
    text.append(" (attempt ")
    text.append(decimal: UInt64(attempt))
    text.append("); the message stays on the server")
    return (.error, text)
  case .gaveUp(let rule):
    say(rule, " is given up: not tried again for this message, which stays on the server")
    return (.error, text)
  case .givenUpBefore(let rule):
    say(rule, " was given up for this message, which stays on the server")
    return (.error, text)
  case .waits(let rule, let pause):
    say(rule, " waits for its next attempt, in ")
    text.append(seconds: pause)
    text.append(" at the earliest")
    return (.debug, text)
  case .waitsBehind(let rule):
    say(rule, " waits for an earlier alert that is to switch its output on; until then it is off")
    return (.notice, text)
  case .rests(let rule, let action, let pause):
    say(rule, " waits: the output of action ")
    text.append(decimal: action + 1)
    text.append(" was on for max-on, and rests for ")
    text.append(seconds: pause)
    return (.notice, text)
  case .archived(let rule):
    say(rule, ": the message is archived in ")
    sayArchive(rule)
    return (.info, text)
  case .archiveFailed(let rule, let code):
    say(rule, ": the message cannot be archived in ")
    sayArchive(rule)
    text.append(": ")
    text.append(ErrorNumber(rawValue: code).text.span)
    text.append("; it stays on the server")
    return (.error, text)
  case .archiveTooSlow(let rule):
    say(rule, ": the message takes longer than the deadline to archive; tried again in a day")
    return (.error, text)
  case .contentRefused(let rule):
    say(rule, ": the server does not give the message that is to be archived; it stays there")
    return (.error, text)
  case .notDeleted(let rule):
    say(
      rule, ": the server deleted the message, which is still there, or again; tried again in a day"
    )
    return (.warning, text)
  case .deletionRefused(let words):
    text.append(escaping: words.span)
    text.append("; what was to be deleted stays, and is tried again in a day")
    return (.warning, text)
  case .folderInternalData:
    text.append("a message with the mail server's own data (subject FOLDER INTERNAL DATA, field")
    text.append(" X-IMAP) is left alone")
    return (.notice, text)
  case .unmatched(let message):
    text.append(message, of: settings.rules)
    return (.debug, text)
  case .missed(let miss):
    text.append("  ")
    text.append(miss, of: settings.rules, width: settings.rules.nameWidth)
    return (.debug, text)
  case .ledgerFailed(let error):
    text.append(words(for: error).span)
    text.append("; nothing fires or is deleted without it")
    return (.error, text)
  case .notJudged(let rule, let end):
    say(rule, ": no process could confirm that it takes a message")
    switch end {
    case .exited(let status):
      text.append(" (it ended with status ")
      text.append(decimal: UInt64(UInt32(bitPattern: status)))
      text.append(")")
    case .killed(let signal):
      text.append(" (it was killed by signal ")
      text.append(decimal: UInt64(UInt32(bitPattern: signal)))
      text.append(")")
    case nil: break
    }
    text.append("; the message stays, and is tried again at the next poll")
    return (.error, text)
  case .unread(let message, let words):
    text.append("message ")
    text.append(decimal: UInt64(message))
    text.append(" could not be read: ")
    text.append(escaping: words.span)
    text.append("; it stays, and is tried again in a day")
    return (.warning, text)
  case .passedOver(let message):
    text.append("message ")
    text.append(decimal: UInt64(message))
    text.append(" is passed over, as the server did not answer when it was asked for it; ")
    text.append("it is asked for again later")
    return (.warning, text)
  case .leavesRest:
    text.append("not all is done: run popbell again, and the rest is")
    return (.warning, text)
  case .readsWholeMessages:
    text.append(
      "reads whole messages (RETR), as the server does not let headers be read alone (TOP): ")
    text.append("that marks them as read, and Gmail may not show them to POP3 again")
    return (.warning, text)
  case .capped(let messages):
    text.append("Gmail lists ")
    text.append(decimal: UInt64(messages))
    text.append(" messages, and none is new: it lists about 250 conversations, and new alerts ")
    text.append("may wait behind them. Archive or delete old mail there, write ")
    text.append("'unmatched = delete', or use 'user = recent:NAME@gmail.com'")
    return (.warning, text)
  case .ended(let outcome, let tally, let detail, let stage, let next, _):
    return ended(outcome, tally, next, detail: detail, stage: stage)
  }
}

private func ended(
  _ outcome: Outcome, _ tally: Tally, _ next: Interval?, detail: [UInt8], stage: Stage
) -> (Severity, [UInt8]) {
  var text: [UInt8] = []
  guard outcome != .polled else {
    text.append(tally)
    return (tally.matched == 0 && tally.deleted == 0 ? .debug : .info, text)
  }
  if detail.isEmpty {
    text.append(outcome.words)
    if outcome == .deadline || outcome == .fetcherDied || outcome == .capabilitiesHang {
      text.append(" while ")
      text.append(stage.words)
    }
  } else {
    text.append(escaping: detail.span)
  }
  if let next {
    if next == .zero {
      text.append("; it is tried again at once")
    } else {
      text.append("; next try in ")
      text.append(seconds: next)
    }
  }
  return (outcome.severity, text)
}

extension Interval {
  /// Rounded down to the largest unit of which it has two.
  var rough: Interval {
    let units: [Int64] = [86_400_000, 3_600_000, 60_000]
    let unit = units.first { 2 * $0 <= milliseconds } ?? 1000
    return .milliseconds(milliseconds / unit * unit)
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ tally: Tally) {
    append(counted: Int(tally.messages), "message", "messages")
    append(", ")
    append(decimal: UInt64(tally.matched))
    append(" matched, ")
    append(decimal: UInt64(tally.fired))
    append(" fired, ")
    append(unlessNone: tally.failed, " failed, ")
    append(unlessNone: tally.waiting, " waiting, ")
    append(unlessNone: tally.old, " old, ")
    append(unlessNone: tally.unread, " unread, ")
    append(decimal: UInt64(tally.deleted))
    append(" deleted")
  }

  private mutating func append(unlessNone count: UInt32, _ words: StaticString) {
    guard count > 0 else { return }
    append(decimal: UInt64(count))
    append(words)
  }

  mutating func append(counted count: Int, _ one: StaticString, _ many: StaticString) {
    append(decimal: count)
    append(" ")
    append(count == 1 ? one : many)
  }

  /// Whole seconds, rounded up.
  mutating func append(seconds interval: Interval) {
    append(decimal: UInt64(Swift.max(0, interval.milliseconds + 999) / 1000))
    append(" s")
  }

  fileprivate mutating func appendQuoted(_ values: AlertValues?) {
    append("\"")
    if let values { append(escaping: values.subject.span) }
    append("\"")
    guard let values, !values.from.isEmpty else { return }
    append(" from ")
    append(escaping: values.from.span)
  }

  mutating func append(_ failure: ActionFailure) {
    switch failure {
    case .exit(let status):
      append("ended with status ")
      append(decimal: UInt64(UInt32(bitPattern: status)))
    case .signal(let signal):
      append("was killed by signal ")
      append(decimal: UInt64(UInt32(bitPattern: signal)))
    case .couldNotStart(let code):
      append("could not be started: ")
      append(ErrorNumber(rawValue: code).text.span)
    case .timedOut: append("took longer than its timeout")
    case .outputRefused: append("could not drive the output")
    }
  }
}
