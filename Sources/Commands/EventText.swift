import Alerts
import Bytes
import Config
import Ledger
import Platform
import Rules
import Service

// The log lines of a service's events.

/// A line of the log, before its style and time are chosen.
struct LogLine: Equatable {
  let severity: Severity
  /// A mailbox, an output or a rule; empty for popbell itself.
  let subject: [UInt8]
  let text: [UInt8]

  init(_ severity: Severity, _ subject: [UInt8], _ text: [UInt8]) {
    self.severity = severity
    self.subject = subject
    self.text = text
  }

  init(_ severity: Severity, _ subject: [UInt8], _ text: StaticString) {
    self.init(severity, subject, [UInt8](text))
  }
}

extension ServiceEvent {
  /// The lines for the log. The result of a poll is `info` for `once`, `debug` for a service if nothing happened.
  func lines(_ mode: Mode) -> [LogLine] {
    var text: [UInt8] = []
    switch self {
    case .reported(let mailbox, let report, let values, let loaded):
      let (severity, text) = Commands.words(
        for: report, of: mailbox, settings: loaded.settings, values: values)
      let isResult = mode != .service && severity == .debug
      let name = loaded.settings.mailboxes[mailbox].name
      return [LogLine(isResult ? .info : severity, name, text)]
    case .switchRefused: return []  // `.lineFailed` has said it.
    case .started(let loaded): return [LogLine(.notice, [], loaded.settings.greeting)]
    case .givenUp(let mailbox, let count):
      text.append(counted: count, "message was", "messages were")
      text.append(" given up: the actions failed too often, and the mail is on the server still")
      return [LogLine(.error, mailbox, text)]
    case .switched(let output, let event):
      text.append(event.active ? "on" : "off")
      text.append(event.cause.words)
      return [LogLine(event.cause == .maxOnReached ? .warning : .notice, output, text)]
    case .lineFailed(let output, let error, let triesAgain):
      text = describe(error, output.line)
      if triesAgain { text.append("; it is tried again until it can be had") }
      return [LogLine(.error, output.name, text)]
    case .outputDropped(let output):
      return [LogLine(.notice, output, "off (the configuration has it no more)")]
    case .programLine(let line, let isCut, let name):
      text.append("| ")
      text.append(escaping: line.span)
      if isCut { text.append(" …") }
      return [LogLine(.info, name, text)]
    case .systemFailed(let mailbox, let error): return [LogLine(.error, mailbox, error.text)]
    case .troubleNotTold(let error): return [LogLine(.error, Self.onTrouble, error.text)]
    case .troubleProgramFailed(let failure):
      text.append("the program ")
      text.append(failure)
      return [LogLine(.error, Self.onTrouble, text)]
    case .tooMuchTrouble:
      return [LogLine(.warning, Self.onTrouble, "too much trouble to tell of all")]
    case .forgot(let mailbox, let outcome):
      let (severity, texts) = outcome.words
      return texts.map { LogLine(severity, mailbox, $0) }
    case .settingsRefused(let refused):
      return refused.lines.map { LogLine(.error, [], $0) } + [
        LogLine(.error, [], "the configuration has errors; the old one stays in force")
      ]
    case .ledgersRefused(let failure):
      return [
        LogLine(.error, [], CommandFailure(failure).message),
        LogLine(.error, [], "the old configuration stays in force"),
      ]
    case .stateDirectoryStays:
      return [LogLine(.warning, [], "a new state-directory counts only after a restart")]
    case .ledgerStays(let mailbox):
      return [LogLine(.warning, mailbox, "another ledger counts only after a restart")]
    case .settingsRead(let loaded):
      return loaded.warningLines(mode) + [LogLine(.notice, [], "the configuration was read again")]
    }
  }

  private static var onTrouble: [UInt8] { [UInt8]("on-trouble") }

  /// The text for `on-trouble` and the service manager, of an event with these lines.
  func words(_ lines: [LogLine]) -> [UInt8] {
    if case .switchRefused(_, let active) = self {
      return [UInt8](active ? "cannot be switched on" : "cannot be switched off")
    }
    return lines.last?.text ?? []
  }
}

extension LoadedSettings {
  /// The warnings about these settings, which are valid. `once` leaves out those that `check` prints.
  func warningLines(_ mode: Mode) -> [LogLine] {
    var lines = mode == .service ? warnings.map { LogLine(.warning, [], $0) } : []
    for mailbox in settings.mailboxes {
      guard let warning = mailbox.ledger.warning else { continue }
      lines.append(LogLine(.warning, mailbox.name, "ledger = none: " + [UInt8](warning)))
    }
    return lines
  }
}

extension Settings {
  fileprivate var greeting: [UInt8] {
    var text = [UInt8]("popbell ")
    text.append(version)
    text.append(" polls ")
    text.append(counted: mailboxes.count, "mailbox", "mailboxes")
    text.append(" with ")
    text.append(counted: rules.rules.count, "rule", "rules")
    return text
  }
}

extension ForgetOutcome {
  /// The severity and the text of each log line.
  var words: (Severity, [[UInt8]]) {
    switch self {
    case .nothing: (.notice, [])
    case .all:
      (
        .notice,
        [
          [UInt8](
            "forgot all messages; those that are on the server fire again, if they are not too old"
          )
        ]
      )
    case .messages(let messages):
      (
        .notice,
        messages.map { "forgot " + $0.shortDigits + "; it fires again if it is on the server" }
      )
    case .refused(let file, let name):
      (.error, [file + " is no list of what to forget; it is " + name + " now"])
    case .waits(let error):
      (.error, [Commands.words(for: error) + "; what is to be forgotten waits"])
    case .failed(let file, let error): (.error, [file + ": " + error.text])
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
