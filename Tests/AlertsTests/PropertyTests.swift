import Alerts
import Bytes
import Config
import Foundation
import Ledger
import Rules
import TestSupport
import TestTraits
import Testing

/// Everything that can happen, at random and in any order: `POPBELL_POLLS` says how many polls,
/// `POPBELL_SEED` which ones; if it does not, others each time, but for where `CI` is set.
@Suite(.exhaustive) struct PropertyTests {
  static let variables = ProcessInfo.processInfo.environment
  static let polls = variables["POPBELL_POLLS"].flatMap { Int($0) } ?? 10_000
  static let seed =
    variables["POPBELL_SEED"].flatMap { UInt64($0) }
    ?? (variables["CI"] == nil ? UInt64.random(in: 0..<1 << 32) : 1)

  @Test(arguments: 0..<4) func whateverHappensNoAlertIsLostOrFiresTwice(part: Int) throws {
    var polls = 0
    var seed = Self.seed + UInt64(part) * 1_000_000
    print("seed of whateverHappensNoAlertIsLostOrFiresTwice, part \(part): \(seed)")
    while polls < Self.polls / 4 {
      var trial = RandomTrial(seed: seed)
      polls += try trial.run(steps: 24)
      if !trial.trial.problems.isEmpty {
        // The shortest that goes wrong tells the most.
        var steps = 24
        var shortest = trial.trial.story
        while steps > 1 {
          steps -= 1
          var shorter = RandomTrial(seed: seed)
          _ = try shorter.run(steps: steps)
          if !shorter.trial.problems.isEmpty { shortest = shorter.trial.story }
        }
        Issue.record("POPBELL_SEED=\(seed)\n  \(shortest.joined(separator: "\n  "))")
        return
      }
      seed += 1
    }
  }
}

/// A trial in which things happen as a seed says.
struct RandomTrial: ~Copyable {
  var trial: Trial
  var random: SeededGenerator
  private var number = 0
  private var polls = 0

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    let dispositions: [Disposition] = [.delete, .keep, .deleteAfter(.seconds(3 * 86_400))]
    let rule = Rule.alarms(
      then: dispositions.randomElement(using: &random)!,
      onCrash: Int.random(in: 0..<4, using: &random) == 0 ? .never : .again,
      retryFor: .seconds(3650 * 86_400))
    let settings = Settings.test(
      [rule], batch: [1, 3, 20].randomElement(using: &random)!,
      archive: Int.random(in: 0..<3, using: &random) == 0)
    trial = Trial(settings, seed: seed)
    trial.tell("\(rule.disposition), \(rule.onCrash), batch \(settings.mailboxes[0].batch)")
    trial.world.server.capabilities = ["TOP", "UIDL", "USER"]
    if Bool.random(using: &random) { trial.world.server.capabilities.append("PIPELINING") }
  }

  /// Returns how many polls there were.
  mutating func run(steps: Int) throws -> Int {
    for _ in 0..<steps {
      try step()
      if !trial.problems.isEmpty { return polls }
    }
    calm()
    // A new message among the old ones is found by the daily listing.
    trial.pass(86_400)
    if case .deleteAfter = trial.rule.disposition {
      trial.pass(4 * 86_400)
      try trial.rest()
      trial.pass(4 * 86_400)
    }
    try trial.settle()
    return polls + 4
  }

  private mutating func poll() throws {
    polls += 1
    try trial.poll()
    trial.world.cut = nil
    trial.world.server.losesQuitReply = false
  }

  /// Nothing fails any more.
  private mutating func calm() {
    trial.tell("calm")
    trial.world.disk.losesPowerAfter = .max
    trial.mendDisk()
    trial.world.programs = [:]
    trial.world.archiveError = nil
    trial.world.cut = nil
  }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

  private mutating func step() throws {
    switch below(24) {
    case 0...5: deliver()
    case 6:
      trial.tell("the power goes at an operation")
      trial.world.disk.losesPowerAfter = below(12)
      trial.world.disk.losesPowerWhenDone = below(2) == 0
      try poll()
    case 7:
      trial.tell("popbell is killed")
      trial.world.isKilledAfter = below(20)
      try poll()
    case 8, 9:
      let cut = (below(2) == 0 ? World.Direction.toServer : .toClient, below(600))
      trial.tell("the connection is cut: \(cut)")
      trial.world.cut = cut
      try poll()
    case 10: reorder()
    case 11: migrate()
    case 12: removeByOther()
    case 13:
      trial.tell("restart")
      trial.end()
    case 14: setClock()
    case 15:
      trial.tell("off for two months")
      trial.end()
      trial.pass(60 * 86_400)
    case 16:
      trial.tell("other rules")
      trial.fingerprint += 1
      trial.end()
    case 17:
      trial.tell("days pass")
      trial.pass(UInt64(below(86_400)))
    case 18:
      trial.tell("the disk fails")
      trial.world.disk.failAfter = below(10)
      trial.world.disk.recoversAfter = 1 + below(8)
      trial.world.disk.error = [5, 28, 30].randomElement(using: &random)!
      trial.world.disk.torn = below(40)
      try poll()
    case 19:
      trial.tell("the reply to QUIT is lost")
      trial.world.server.losesQuitReply = true
      try poll()
    case 20:
      let fails = below(2) == 0
      trial.tell("programs \(fails ? "fail" : "work")")
      trial.world.programs = [:]
      if fails {
        for index in 0...number {
          trial.world.programs["ALARM \(index)"] = .failed(.exit(status: 1))
        }
      }
    default: try poll()
    }
    trial.check()
  }

  private mutating func deliver() {
    number += 1
    let word = below(4) == 0 ? "news" : "ALARM"
    var message = ModelServer.Message.numbered(number, word)
    switch below(8) {
    case 0:
      message.header =
        message.header.split(separator: "\r\n").filter { !$0.hasPrefix("Date") }
        .joined(separator: "\r\n") + "\r\n"
    case 1:
      message.header =
        message.header.split(separator: "\r\n").filter { !$0.hasPrefix("Mess") }
        .joined(separator: "\r\n") + "\r\n"
    default: break
    }
    trial.tell("new mail: \(message.uniqueID), \(message.subject)")
    trial.deliver(message)
    if below(8) == 0 {
      message.uniqueID += "again"
      trial.tell("delivered twice: \(message.uniqueID)")
      trial.deliver(message)
    }
  }

  private mutating func reorder() {
    trial.tell("another order")
    trial.world.server.messages.shuffle(using: &random)
  }

  /// A message without Message-ID or Date cannot be recognised on another server.
  private mutating func migrate() {
    let messages = trial.world.server.messages
    let isKnown = messages.allSatisfy {
      $0.header.contains("Message-ID") && $0.header.contains("Date")
    }
    guard isKnown else { return }
    number += 1
    trial.tell("the mail moves to another server")
    trial.hasMoved = true
    for index in messages.indices {
      trial.world.server.messages[index].uniqueID = "\(number)-\(index)"
    }
  }

  private mutating func removeByOther() {
    guard !trial.world.server.messages.isEmpty else { return }
    let message = trial.world.server.messages.remove(at: below(trial.world.server.messages.count))
    trial.tell("another client deletes \(message.subject)")
    trial.lostToOthers.insert(message.subject)
  }

  private mutating func setClock() {
    let errors: [Int64] = [-1_800_000_000, 5 * 366 * 86_400, -86_400, 40 * 86_400, 0]
    trial.clockError = errors.randomElement(using: &random)!
    trial.tell("the board's clock is \(trial.clockError) s ahead")
  }
}
