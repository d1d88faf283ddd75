import Bytes
import Config
import Rules
import TestSupport

/// A mail as the real world knows it: what was sent once, delivered once, and stands in one place.
struct Letter {
  /// What a redelivery and a move to another server leave as it is: equal for copies.
  let content: String
  /// False if it has none of Message-ID, Date and Received.
  let speaks: Bool
  let header: String
  /// The rules that took it, as they were when popbell polled while it was there.
  var takers: Set<String> = []
  /// True if another client removed it, or a backup without it came back, before it fired.
  var isLost = false
  /// True if it was there, was not, and is again; or changed its unique-id.
  var hasReturned = false

  init(header: String) {
    self.header = header
    let fields = header.split(separator: "\r\n")
    func value(_ name: String) -> Substring? { fields.first { $0.hasPrefix(name + ": ") } }
    let received = fields.last { $0.hasPrefix("Received: ") }
    let known = ["Message-ID", "Date", "From", "Subject", "To"].map { value($0) ?? "" }
    content = (known + [received ?? ""]).joined(separator: "\n")
    speaks = value("Message-ID") != nil || value("Date") != nil || received != nil
  }

  var subject: String {
    ModelServer.Message(uniqueID: "", header: header).subject
  }
  var isAlarm: Bool { subject.hasPrefix("ALARM") }

  /// Any combination of the lines that tell it from others; few subjects, of which some are equal.
  static func random(_ number: Int, using random: inout SeededGenerator) -> Letter {
    var header = ""
    let kind = Int.random(in: 0..<12, using: &random)
    let isDumb = oneOf(5, &random)
    if kind & 1 != 0 || isDumb {
      header += "Received: from panel by mx id \(number); Sat, 21 Nov 2026 10:00:00 +0000\r\n"
    }
    // A device that writes the same into each: only the first server's line tells them apart.
    let own = isDumb ? 7 : number
    if kind & 2 != 0 || isDumb { header += "Message-ID: <\(own)@panel>\r\n" }
    if kind & 4 != 0 || isDumb {
      header +=
        "Date: Sat, 21 Nov 2026 1\(own / 3600):\(10 + own / 60 % 50):\(10 + own % 50) +0000\r\n"
    }
    if oneOf(2, &random) {
      header = "Delivered-To: \(oneOf(2, &random) ? "siren" : "log")@x\r\n" + header
    }
    let subject =
      oneOf(5, &random)
      ? "news" : oneOf(4, &random) ? "ALARM fire" : "ALARM \(Int.random(in: 1...4, using: &random))"
    header += "From: panel@example.net\r\nTo: box@example.net\r\nSubject: \(subject)\r\n"
    header += "X-Length: " + String(repeating: "x", count: number % 11) + "\r\n"
    return Letter(header: header)
  }

  /// The same mail, delivered once more: byte by byte, through one more server, or to an alias.
  func copy(_ number: Int, using random: inout SeededGenerator) -> Letter {
    switch Int.random(in: 0..<3, using: &random) {
    case 0: return Letter(header: header)
    case 1 where header.contains("Received: "):
      return Letter(
        header: "Received: from mx by imap id c\(number); Sun, 22 Nov 2026\r\n" + header)
    default:
      let rest = header.split(separator: "\r\n").filter { !$0.hasPrefix("Delivered-To") }
      let address = oneOf(2, &random) ? "siren@x" : "log@x"
      return Letter(
        header: "Delivered-To: \(address)\r\n" + rest.joined(separator: "\r\n") + "\r\n")
    }
  }
}

/// A rule, and what it is to the oracle, which matches nothing but these.
struct RandomRule: Equatable {
  enum Kind { case alarms, fire, siren }
  var name: String
  let kind: Kind
  let disposition: Disposition

  func takes(_ letter: Letter) -> Bool {
    switch kind {
    case .alarms: letter.isAlarm
    case .fire: letter.subject == "ALARM fire"
    case .siren: letter.isAlarm && letter.header.contains("Delivered-To: siren@")
    }
  }

  var rule: Rule {
    var rule = Rule.alarms(
      then: disposition, retryFor: .seconds(3650 * 86_400),
      pattern: kind == .fire ? "ALARM fire" : "ALARM *")
    rule.name = Array(name.utf8)
    if kind == .siren {
      let pattern = try! Pattern(
        parsing: Array("siren@*".utf8).span, for: .text, caseSensitive: false)
      rule.conditions.append(.header(0, pattern))
    }
    return rule
  }

  /// One to three; any alarm is for one of them.
  static func random(using random: inout SeededGenerator) -> [RandomRule] {
    let dispositions: [Disposition] = [.delete, .keep, .deleteAfter(.seconds(3 * 86_400))]
    let common = dispositions.randomElement(using: &random)!
    func one(_ name: String, _ kind: Kind) -> RandomRule {
      RandomRule(
        name: name, kind: kind,
        disposition: oneOf(3, &random) ? dispositions.randomElement(using: &random)! : common)
    }
    var rules = [one("alarms", .alarms)]
    if oneOf(2, &random) { rules.insert(one("siren", .siren), at: 0) }
    if oneOf(2, &random) { rules.insert(one("fire", .fire), at: 0) }
    return rules
  }
}

extension [RandomRule] {
  func taker(of letter: Letter) -> RandomRule? { first { $0.takes(letter) } }

  var settings: [Rule] { map(\.rule) }
}
