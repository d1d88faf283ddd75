import Config
import Rules
import Service
import TestSupport
import Testing

@testable import Commands

/// Settings with a mailbox, an output and a rule of each kind.
let loaded: LoadedSettings = {
  var reader = ConfigReader()
  let text = """
    [mailbox box]
    server = pop.example.net
    user = u
    password-file = /etc/p
    archive = /srv/mail

    [output siren]
    line = GPIO17

    [rule fire]
    subject = FIRE {zone}
    pulse = siren 10s

    [rule water]
    subject = WATER
    from = panel@example.net
    run = /bin/true
    """
  reader.read(Array(text.utf8).span)
  let settings = reader.finish().settings!
  return LoadedSettings(
    settings, user: nil, warnings: [Array("popbell.conf:3: odd".utf8)], notes: [])
}()

/// What an alert says of itself.
let values: AlertValues = {
  var values = AlertValues()
  values.subject = Array("FIRE \u{1B}x".utf8)
  values.from = Array("panel@example.net".utf8)
  return values
}()

extension LogLine: CustomStringConvertible {
  /// `SEVERITY SUBJECT: TEXT`.
  public var description: String {
    "\(severity) \(subject.isEmpty ? "" : TestSupport.text(subject) + ": ")\(TestSupport.text(text))"
  }
}
