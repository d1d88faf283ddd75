import Alerts
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
    retryFor: Interval = .seconds(86_400), pattern source: String = "ALARM *",
    maxAge: MaximumAge = .none
  ) -> Rule {
    let pattern = try! Pattern(
      parsing: [UInt8](source.utf8).span, for: .text, caseSensitive: false)
    var rule = Rule(name: [UInt8]("alarms"), line: 1)
    rule.conditions = [.subject(pattern)]
    rule.actions = actions
    rule.disposition = disposition
    rule.onCrash = onCrash
    rule.retries = retries
    rule.retryFor = retryFor
    rule.maximumAge = maxAge
    return rule
  }
}

extension AlertValues {
  init(_ subject: String) {
    self.init()
    self.subject = Array(subject.utf8)
  }

  /// With everything as long as it may be.
  static var longest: AlertValues {
    func text(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x78, count: count) }
    var values = AlertValues()
    values.subject = text(1024)
    values.from = text(320)
    values.to = text(320)
    values.date = text(64)
    values.messageID = text(256)
    values.uniqueID = text(70)
    return values
  }
}

extension Settings {
  /// A mailbox, and these rules.
  static func test(
    _ rules: [Rule], batch: Int = 20, archive: Bool = false, server: String = "localhost",
    interval: String = "60s", existing: Existing = .fire
  ) -> Settings {
    let file = """
      [mailbox box]
      server = \(server)
      user = u
      password-file = /p
      interval = \(interval)
      batch = \(batch)
      existing = \(existing.word)
      archive = \(archive ? "/maildir" : "none")
      [output lamp]
      chip = simulated
      line = L
      [rule r]
      subject = x
      run = /x
      """
    var reader = ConfigReader()
    reader.read(Array(file.utf8).span)
    var settings = reader.finish().settings!
    settings.rules.rules = rules
    return settings
  }
}
