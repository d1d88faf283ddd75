import Alerts
import Bytes
import Config
import Ledger
import Platform
import Service
import TestSupport
import Testing

@testable import Commands

/// The lines that all other events become.
@Suite struct EventTextTests {
  @Test(
    arguments: [
      (.started(loaded), ["notice popbell \(version) polls 1 mailbox with 2 rules"]),
      (
        .givenUp(mailbox: box, count: 1),
        [
          "error box: 1 message was given up: the actions failed too often, and the mail is on the "
            + "server still"
        ]
      ),
      (
        .lineFailed(
          loaded.settings.outputs[0], .busy(consumer: Array("gpio-leds".utf8)), triesAgain: true),
        [
          "error siren: GPIO17: 'gpio-leds' holds it; end that first; it is tried again until it can "
            + "be had"
        ]
      ),
      (
        .lineFailed(loaded.settings.outputs[0], .lost, triesAgain: false),
        ["error siren: GPIO17: its chip is gone"]
      ),
      (.outputDropped(siren), ["notice siren: off (the configuration has it no more)"]),
      (
        .programLine(Array("a \u{1B}[2J".utf8), isCut: false, of: siren),
        ["info siren: | a \\x1b[2J"]
      ),
      (.programLine(Array("a".utf8), isCut: true, of: siren), ["info siren: | a …"]),
      (
        .systemFailed(mailbox: box, SystemError(.fork, ErrorNumber(rawValue: 12))),
        ["error box: fork: Cannot allocate memory"]
      ),
      (.systemFailed(mailbox: [], SystemError(.poll, .invalid)), ["error poll: Invalid argument"]),
      (
        .troubleNotTold(SystemError(.exec, .notFound)),
        ["error on-trouble: exec: No such file or directory"]
      ),
      (
        .troubleProgramFailed(.timedOut),
        ["error on-trouble: the program took longer than its timeout"]
      ),
      (.tooMuchTrouble, ["warning on-trouble: too much trouble to tell of all"]),
      (.forgot(mailbox: box, .nothing), []),
      (
        .forgot(mailbox: box, .all),
        [
          "notice box: forgot all messages; those that are on the server fire again, if they are not "
            + "too old"
        ]
      ),
      (
        .forgot(mailbox: box, .messages([Identity(prefixOf: Array(0..<16).span)])),
        ["notice box: forgot 0001020304050607; it fires again if it is on the server"]
      ),
      (
        .forgot(mailbox: box, .refused(file: Array("a".utf8), isNow: Array("b".utf8))),
        ["error box: a is no list of what to forget; it is b now"]
      ),
      (
        .forgot(mailbox: box, .waits(.full)),
        [
          "error box: the ledger is full: delete old messages from the server; what is to be "
            + "forgotten waits"
        ]
      ),
      (
        .forgot(
          mailbox: box, .failed(file: Array("box.forget".utf8), SystemError(.open, .accessDenied))),
        ["error box: box.forget: open: Permission denied"]
      ),
      (
        .settingsRefused(ConfigurationRefused(lines: [Array("popbell.conf:1: x".utf8)])),
        [
          "error popbell.conf:1: x",
          "error the configuration has errors; the old one stays in force",
        ]
      ),
      (
        .ledgersRefused(.ledger(mailbox: box, directory: Array("/s".utf8), .version(9))),
        [
          "error /s/box.ledger: the ledger is of version 9, which a newer popbell wrote",
          "error the old configuration stays in force",
        ]
      ),
      (.stateDirectoryStays, ["warning a new state-directory counts only after a restart"]),
      (.ledgerStays(mailbox: box), ["warning box: another ledger counts only after a restart"]),
      (
        .settingsRead(loaded),
        ["warning popbell.conf:3: odd", "notice the configuration was read again"]
      ),
    ] as [(ServiceEvent, [String])])
  func ofAnEvent(event: ServiceEvent, expected: [String]) {
    #expect(event.lines(.service).map(\.description) == expected)
  }

  @Test(
    arguments: [
      (.rule, "notice siren: on"), (.pulseEnded, "notice siren: on (its time is over)"),
      (.blink, "notice siren: on (blinking)"),
      (.maxOnReached, "warning siren: on (max-on is reached)"),
      (.stop, "notice siren: on (popbell stops)"), (.retry, "notice siren: on (at last)"),
      (.taken, "notice siren: on (the line could be had at last)"),
    ] as [(OutputCause, String)])
  func ofAnOutputThatIsSwitched(cause: OutputCause, expected: String) {
    let event = ServiceEvent.switched(output: siren, OutputEvent(0, active: true, cause))
    #expect(event.lines(.service).map(\.description) == [expected])
  }

  /// The line's own error is in the log already.
  @Test(arguments: [(true, "cannot be switched on"), (false, "cannot be switched off")])
  func anOutputThatRefusesIsToldOnly(active: Bool, expected: String) {
    let event = ServiceEvent.switchRefused(output: siren, active: active)
    let lines = event.lines(.service)
    #expect(lines == [] && text(event.words(lines)) == expected)
  }

  /// `check` has said what is likely not meant.
  @Test func whoPollsOnceIsNotWarnedOfTheConfiguration() {
    #expect(loaded.warningLines(.once(dryRun: false)) == [])
  }

  @Test(
    arguments: [
      (.journal, .error, "<3>box: a\n"), (.journal, .debug, "<7>box: a\n"),
      (.plain, .warning, "2026-11-21T15:00:07Z warning: box: a\n"),
      (.plain, .notice, "2026-11-21T15:00:07Z box: a\n"),
      (.plain, .info, "2026-11-21T15:00:07Z box: a\n"),
    ] as [(Log.Style, Severity, String)])
  func aLineIsAsItsReaderWantsIt(style: Log.Style, severity: Severity, expected: String) {
    let line = LogLine(severity, box, Array("a".utf8))
    #expect(text(line.text(style, at: 1_795_273_207)) == expected)
  }

  @Test func aTerminalGetsColourAndTheTimeOfDay() throws {
    let line = text(LogLine(.error, [], Array("a".utf8)).text(.terminal, at: 1_795_273_207))
    #expect(line.hasSuffix(":07  \u{1B}[31ma\u{1B}[0m\n") && line.utf8.count == 21)
  }
}

private let box = Array("box".utf8)
private let siren = Array("siren".utf8)
