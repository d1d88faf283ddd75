import Alerts
import Bytes
import Config
import Ledger
import Rules
import TestSupport
import Testing

/// A mailbox, rules, and what happens to them between polls.
struct Scenario: Sendable, CustomTestStringConvertible {
  typealias Change = @Sendable (inout Trial) throws -> Void

  var name: String
  var settings: Settings
  /// What happens before each of the polls.
  var changes: [Change]
  /// Whether an idle poll is a short one.
  var endsIdle = true

  var testDescription: String { name }

  init(
    _ name: String, rule: Rule = .alarms(), batch: Int = 20, archive: Bool = false,
    endsIdle: Bool = true, _ changes: Change...
  ) {
    self.name = name
    settings = .test([rule], batch: batch, archive: archive)
    self.changes = changes
    self.endsIdle = endsIdle
  }

  /// Alerts among other mail.
  static let mail: Change = { trial in
    for number in 1...4 {
      trial.deliver(.numbered(number))
      if number == 2 { trial.deliver(.numbered(90, "newsletter")) }
    }
  }

  static let more: Change = { trial in
    for number in 5...6 { trial.deliver(.numbered(number)) }
  }

  static let nothing: Change = { _ in }

  static func pass(days: UInt64) -> Change {
    { trial in trial.pass(days * 86_400) }
  }

  /// The mail moves to another server.
  static let migrate: Change = { trial in
    trial.hasMoved = true
    for index in trial.world.server.messages.indices {
      trial.world.server.messages[index].uniqueID = "moved-\(index)x"
    }
  }

  /// Another client deletes a message.
  static func remove(_ place: Int) -> Change {
    { trial in
      guard place < trial.world.server.messages.count else { return }
      let message = trial.world.server.messages.remove(at: place)
      trial.lostToOthers.insert(message.subject)
    }
  }

  static let all: [Scenario] = [
    Scenario("delete", mail, more),
    Scenario("keep", rule: .alarms(then: .keep), mail, more),
    Scenario(
      "delete after two days", rule: .alarms(then: .deleteAfter(.seconds(2 * 86_400))), mail,
      pass(days: 1), more, pass(days: 1), nothing, pass(days: 2), nothing),
    Scenario("archive, then delete", archive: true, mail, more),
    Scenario("archive and keep", rule: .alarms(then: .keep), archive: true, mail, more),
    Scenario(
      "several actions", rule: .alarms(actions: [.program, .output(0, .on), .program]), mail, more),
    Scenario(
      "a failing action", rule: .alarms(actions: [.program, .program], retries: 9),
      { trial in
        try mail(&trial)
        trial.world.programs["ALARM 2/1"] = .failed(.exit(status: 1))
      }, nothing,
      { trial in
        trial.world.programs = [:]
        try more(&trial)
      }),
    Scenario("on-crash = never", rule: .alarms(onCrash: .never), mail, more),
    Scenario("on-crash = never, keep", rule: .alarms(then: .keep, onCrash: .never), mail, more),
    Scenario("batches", batch: 3, mail, more),
    // Room is promised to two alerts, and to no more before there is some.
    Scenario(
      "a full disk",
      { trial in
        trial.world.disk.capacity = 34 * 32
        try mail(&trial)
      }, nothing,
      { trial in
        trial.world.disk.capacity = .max
        try more(&trial)
      }),
    Scenario("batches, archive", batch: 3, archive: true, mail, more),
    Scenario(
      "no UIDL", endsIdle: false,
      { trial in
        trial.world.server.unknown = ["UIDL"]
        trial.world.server.capabilities = ["TOP", "USER"]
        try mail(&trial)
      }, more),
    Scenario(
      "no UIDL, keep", rule: .alarms(then: .keep), endsIdle: false,
      { trial in
        trial.world.server.unknown = ["UIDL"]
        trial.world.server.capabilities = ["TOP", "USER"]
        try mail(&trial)
      }, more),
    Scenario(
      "equal UIDLs", endsIdle: false,
      { trial in
        trial.world.server.uniqueID = { _ in "same" }
        try mail(&trial)
      }, more),
    Scenario(
      "equal UIDLs, keep", rule: .alarms(then: .keep), endsIdle: false,
      { trial in
        trial.world.server.uniqueID = { _ in "same" }
        try mail(&trial)
      }, more),
    Scenario("migration, keep", rule: .alarms(then: .keep), mail, migrate, more),
    Scenario(
      "migration, archive and keep", rule: .alarms(then: .keep), archive: true, mail, migrate, more),
    Scenario(
      "migration before what fired was archived", archive: true,
      { trial in
        trial.world.archiveError = 28
        try mail(&trial)
      }, migrate,
      { trial in
        trial.world.archiveError = nil
        try more(&trial)
      }),
    Scenario(
      "migration before what fired was deleted",
      { trial in
        try mail(&trial)
        trial.world.server.unknown = ["QUIT"]
      }, migrate,
      { trial in
        trial.world.server.unknown = []
        trial.pass(2 * 86_400)
        try more(&trial)
      }),
    Scenario(
      "UIDLs reused after a lost reply to QUIT",
      { trial in
        try mail(&trial)
        trial.world.server.losesQuitReply = true
      },
      { trial in
        trial.world.server.losesQuitReply = false
        for number in 11...14 { trial.deliver(.numbered(number, id: "\(number - 10)-id")) }
      }, more),
    Scenario(
      "another client deletes", rule: .alarms(then: .keep), mail, remove(1), more, remove(2),
      nothing),
  ]
}
