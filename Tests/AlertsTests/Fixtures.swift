import Bytes
import Config
import Rules

extension Action {
  static var program: Action { .run([]) }
}

extension Rule {
  static func alarms(
    actions: [Action] = [.program], then disposition: Disposition = .delete,
    onCrash: CrashPolicy = .again, retries: Int? = nil,
    retryFor: Interval = .seconds(86_400)
  ) -> Rule {
    let pattern = try! Pattern(
      parsing: [UInt8]("ALARM *").span, caseSensitive: false, expressionIndex: 0)
    var rule = Rule(name: [UInt8]("alarms"), line: 1)
    rule.conditions = [Condition(field: .subject, pattern: pattern)]
    rule.actions = actions
    rule.disposition = disposition
    rule.onCrash = onCrash
    rule.retries = retries
    rule.retryFor = retryFor
    return rule
  }
}

extension Settings {
  /// A mailbox, and these rules.
  static func test(
    _ rules: [Rule], batch: Int = 20, archive: Bool = false,
    mailbox: (key: String, value: String)? = nil
  ) -> Settings {
    var reader = ConfigReader()
    for (section, key, value) in [
      ("mailbox box", "server", "localhost"), ("mailbox box", "user", "u"),
      ("mailbox box", "interval", "60s"),
      ("mailbox box", "password-file", "/p"), ("mailbox box", "batch", "\(batch)"),
      ("mailbox box", "archive", archive ? "/maildir" : "none"),
      ("output lamp", "chip", "simulated"),
      ("output lamp", "line", "L"), ("rule r", "subject", "x"), ("rule r", "run", "/x"),
    ] {
      let isChanged = section == "mailbox box" && key == mailbox?.key
      let value = isChanged ? mailbox?.value ?? value : value
      reader.entry(
        section: Array(section.utf8).span, key: Array(key.utf8).span,
        value: Array(value.utf8).span, line: 1)
    }
    var settings = reader.finish().settings!
    settings.rules.rules = rules
    return settings
  }
}
