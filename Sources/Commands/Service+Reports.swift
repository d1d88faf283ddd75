import Alerts
import Bytes
import Config
import Platform
import Rules

extension Service {
  /// Logs what the supervisor reports, and tells the service manager how a poll ended.
  mutating func report(_ mailbox: Int, _ report: Report) {
    let name = loaded.settings.mailboxes[mailbox].name
    let (severity, text) = words(
      for: report, settings: loaded.settings, values: supervisor.alert(of: mailbox),
      detail: supervisor.lastDetail(of: mailbox), stage: supervisor.lastStage(of: mailbox))
    log.write(severity, name, text)
    if case .ended = report {
      var status = [UInt8]("STATUS=")
      status.append(name.span)
      status.append(": ")
      status.append(text.span)
      watchdog.announce(status)
    }
  }

  /// Says at each start what was given up, until somebody looks at it.
  func logGivenUp() {
    for (index, mailbox) in loaded.settings.mailboxes.enumerated() {
      let count = supervisor.givenUpCount(of: index)
      guard count > 0 else { continue }
      var text: [UInt8] = []
      text.append(decimal: UInt64(count))
      text.append(count == 1 ? " message was" : " messages were")
      text.append(" given up: the actions failed too often, and the mail is on the server still")
      log.write(.error, mailbox.name, text)
    }
  }
}
