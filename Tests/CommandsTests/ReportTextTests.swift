import Alerts
import Bytes
import Ledger
import Service
import TestSupport
import Testing

@testable import Commands

/// The line that each report becomes.
@Suite struct ReportTextTests {
  @Test(
    arguments: [
      (.matched(rule: 0), .info, "fire takes \"FIRE \\x1bx\" from panel@example.net"),
      (.wouldFire(rule: 1), .notice, "would fire water for \"FIRE \\x1bx\" from panel@example.net"),
      (.fired(rule: 0), .notice, "fire fired"),
      (
        .old(rule: 0, .known, isTold: true), .info,
        "fire takes \"FIRE \\x1bx\" from panel@example.net, which is old: it was there before the "
          + "first poll, or before the rules changed"
      ),
      (
        .old(rule: 0, .age(.seconds(90_061)), isTold: true), .warning,
        "fire does not fire for \"FIRE \\x1bx\" from panel@example.net: it was delivered 25h ago, "
          + "more than its max-age"
      ),
      (
        .waitsForClock(rule: 0), .notice,
        "fire waits for the clock, which may not be set yet, as the age of \"FIRE \\x1bx\" from "
          + "panel@example.net matters"
      ),
      (
        .firedBefore(rule: 0), .info,
        "fire has fired for this message before; nothing is done again"
      ),
      (
        .unfinished(rule: 0, again: true), .warning,
        "fire was interrupted before it was known to have fired; on-crash = again"
      ),
      (
        .unfinished(rule: 0, again: false), .warning,
        "fire was interrupted before it was known to have fired; on-crash = never"
      ),
      (
        .actionFailed(rule: 1, action: 0, .exit(status: 3), attempt: 2), .error,
        "water failed: action 1 ended with status 3 (attempt 2); the message stays on the server"
      ),
      (
        .actionFailed(rule: 1, action: 0, .signal(11), attempt: 1), .error,
        "water failed: action 1 was killed by signal 11 (attempt 1); the message stays on the server"
      ),
      (
        .actionFailed(rule: 1, action: 0, .couldNotStart(code: 2), attempt: 1), .error,
        "water failed: action 1 could not be started: No such file or directory (attempt 1); the "
          + "message stays on the server"
      ),
      (
        .actionFailed(rule: 1, action: 0, .timedOut, attempt: 1), .error,
        "water failed: action 1 took longer than its timeout (attempt 1); the message stays on the "
          + "server"
      ),
      (
        .actionFailed(rule: 0, action: 0, .outputRefused, attempt: 1), .error,
        "fire failed: action 1 could not drive the output (attempt 1); the message stays on the server"
      ),
      (
        .gaveUp(rule: 0), .error,
        "fire is given up: not tried again for this message, which stays on the server"
      ),
      (
        .givenUpBefore(rule: 0), .error,
        "fire was given up for this message, which stays on the server"
      ),
      (
        .waits(rule: 0, .milliseconds(1001)), .debug,
        "fire waits for its next attempt, in 2 s at the earliest"
      ),
      (
        .waitsBehind(rule: 0), .notice,
        "fire waits for an earlier alert that is to switch its output on; until then it is off"
      ),
      (
        .rests(rule: 0, action: 0, .seconds(5)), .notice,
        "fire waits: the output of action 1 was on for max-on, and rests for 5 s"
      ),
      (.archived(rule: 0), .info, "fire: the message is archived in /srv/mail"),
      (
        .archiveFailed(rule: 0, code: 28), .error,
        "fire: the message cannot be archived in /srv/mail: No space left on device; it stays on the "
          + "server"
      ),
      (
        .archiveTooSlow(rule: 0), .error,
        "fire: the message takes longer than the deadline to archive; tried again in a day"
      ),
      (
        .contentRefused(rule: 0), .error,
        "fire: the server does not give the message that is to be archived; it stays there"
      ),
      (
        .notDeleted(rule: 0), .warning,
        "fire: the server deleted the message, which is still there, or again; tried again in a day"
      ),
      (
        .deletionRefused(Array("refused: \"\u{7}\"".utf8)), .warning,
        "refused: \"\\x07\"; what was to be deleted stays, and is tried again in a day"
      ),
      (
        .folderInternalData, .notice,
        "a message with the mail server's own data (subject FOLDER INTERNAL DATA, field X-IMAP) is "
          + "left alone"
      ),
      (
        .notJudged(rule: 1, .killed(signal: 31)), .error,
        "water: no process could confirm that it takes a message (it was killed by signal 31); the "
          + "message stays, and is tried again at the next poll"
      ),
      (
        .notJudged(rule: 1, nil), .error,
        "water: no process could confirm that it takes a message; the message stays, and is tried "
          + "again at the next poll"
      ),
      (
        .unread(message: 7, Array("the server refused TOP".utf8)), .warning,
        "message 7 could not be read: the server refused TOP; it stays, and is tried again in a day"
      ),
      (
        .passedOver(message: 7), .warning,
        "message 7 is passed over, as the server did not answer when it was asked for it; it is asked "
          + "for again later"
      ),
      (.leavesRest, .warning, "not all is done: run popbell again, and the rest is"),
      (
        .readsWholeMessages, .warning,
        "reads whole messages (RETR), as the server does not let headers be read alone (TOP): that "
          + "marks them as read, and Gmail may not show them to POP3 again"
      ),
      (
        .capped(messages: 250), .warning,
        "Gmail lists 250 messages, and none is new: it lists about 250 conversations, and new alerts "
          + "may wait behind them. Archive or delete old mail there, write 'unmatched = delete', or "
          + "use 'user = recent:NAME@gmail.com'"
      ),
      (
        .unmatched(
          UnmatchedMessage(
            number: 3, subject: Array("Backup ok".utf8), from: Array("nas@example.net".utf8),
            nearest: RuleMiss(rule: 0, .condition(0, .text(Array("Backup ok".utf8)))))), .debug,
        "no rule takes message 3 \"Backup ok\" from nas@example.net; nearest is rule fire: subject = "
          + "FIRE {zone} is not met: \"Backup ok\""
      ),
      (
        .missed(RuleMiss(rule: 0, .condition(0, .nothing))), .debug,
        "  rule fire:  subject = FIRE {zone} is not met: there is none"
      ),
      (
        .ledgerFailed(.store(StoreError(code: 28))), .error,
        "the ledger cannot be read or written: No space left on device; nothing fires or is deleted "
          + "without it"
      ),
      (
        .ledgerFailed(.damaged(offset: 96)), .error,
        "the ledger is damaged at byte 96; move it away, and what came in the last hour fires again; "
          + "nothing fires or is deleted without it"
      ),
    ] as [(Report, Severity, String)])
  func ofWhatHappensToAMessage(report: Report, severity: Severity, expected: String) {
    let event = ServiceEvent.reported(mailbox: 0, report, values, loaded)
    let lines = event.lines(.service)
    #expect(lines.map(\.description) == ["\(severity) box: \(expected)"])
    #expect(text(event.words(lines)) == expected)
  }

  @Test func aPollThatWentWellIsCounted() {
    var tally = Tally()
    tally.messages = 1
    #expect(
      ending(.polled, tally) == ["debug box: 1 message, 0 matched, 0 fired, 0 deleted"])
    (tally.messages, tally.matched, tally.fired, tally.failed) = (12, 3, 1, 1)
    (tally.waiting, tally.old, tally.unread, tally.deleted) = (2, 4, 5, 1)
    #expect(
      ending(.polled, tally) == [
        "info box: 12 messages, 3 matched, 1 fired, 1 failed, 2 waiting, 4 old, 5 unread, 1 deleted"
      ])
  }

  /// A service need not say each minute that nothing came.
  @Test func whoPollsOnceReadsWhatCameOfIt() {
    #expect(
      ending(.polled, Tally(), mode: .once(dryRun: false)) == [
        "info box: 0 messages, 0 matched, 0 fired, 0 deleted"
      ])
  }

  @Test(arguments: Outcome.allCases) func aPollThatWentWrongSaysWhyAndWhenTheNextIs(
    outcome: Outcome
  ) throws {
    guard outcome != .polled else { return }
    let line = try #require(ending(outcome, next: .milliseconds(59_500)).first)
    #expect(line.hasSuffix("; next try in 60 s") && !line.contains(" box: ;"))
    #expect(try #require(ending(outcome).first).contains("next try") == false)
    #expect(
      try #require(ending(outcome, next: .zero).first).hasSuffix("; it is tried again at once"))
    let told = ending(outcome, detail: "a \u{1B} b")
    #expect(try #require(told.first).hasSuffix(" box: a \\x1b b"))
  }

  @Test func whatHangsSaysHowFarItCame() {
    #expect(
      ending(.deadline, stage: .login) == ["warning box: not done by the deadline while logging in"]
    )
  }

  private func ending(
    _ outcome: Outcome, _ tally: Tally = Tally(), detail: String = "",
    stage: Stage = .transaction, next: Interval? = nil, mode: Mode = .service
  ) -> [String] {
    let report = Report.ended(
      outcome, tally, Array(detail.utf8), stage, next: next, failingFor: .zero)
    return ServiceEvent.reported(mailbox: 0, report, nil, loaded).lines(mode)
      .map(\.description)
  }
}
