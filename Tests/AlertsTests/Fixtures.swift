import Alerts
import Bytes
import Config
import Mail
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

extension Claim {
  init(_ subject: String) {
    self.init()
    values.subject = Array(subject.utf8)
  }

  /// With everything as long as it may be.
  static func longest() -> Claim {
    func text(_ count: Int) -> String { String(repeating: "x", count: count) }
    let names = (0..<8).map { "Field-\($0)" }
    var header = MessageHeader(extraFields: names.map { Array($0.utf8) })
    for name in names {
      // In lines, which no field may have longer ones.
      let lines = [text(900), text(123)].joined(separator: "\r\n ")
      for byte in "\(name): \(lines)\r\n".utf8 { header.receive(byte) }
    }
    header.finish()
    var rule = Rule(name: [UInt8]("all"), line: 1)
    let any = try! Pattern(parsing: [UInt8]("*").span, for: .text, caseSensitive: false)
    rule.conditions = names.indices.map { .header($0, any) }
    let rules = RuleSet(rules: [rule], names: Names(headers: names.map { Array($0.utf8) }))
    var context = MatchContext(mailbox: 0, for: rules)
    var claim = Claim(header, nil, takenBy: rule, in: &context)
    claim.values.subject = Array(text(1024).utf8)
    claim.values.from = Array(text(320).utf8)
    claim.values.to = Array(text(320).utf8)
    claim.values.date = Array(text(64).utf8)
    claim.values.messageID = Array(text(256).utf8)
    claim.values.uniqueID = Array(text(70).utf8)
    return claim
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
