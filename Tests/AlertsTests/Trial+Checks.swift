import Alerts
import Bytes
import Config
import Rules
import TestSupport

/// The oracle: what must and must not have happened, told from the effects alone.
extension Trial {
  /// Checks all that must hold at any time.
  mutating func check() {
    var count: [String: Int] = [:]
    for effect in world.effects { count[effect, default: 0] += 1 }
    for (effect, times) in count {
      let subject = String(effect.prefix { $0 != "/" })
      let allowed =
        copies[subject, default: 0]
        + (rule.onCrash == .again ? excused[effect, default: 0] : 0)
      if times > allowed { complain("\(effect) was done \(times) times") }
    }
    for message in world.server.expunged[checked.expunged...] {
      checkDeletion(of: message)
    }
    checked.expunged = world.server.expunged.count
    for violation in world.violations[checked.violations...] { complain(violation) }
    checked.violations = world.violations.count
    checkArchive()
  }

  /// A copy of each message, whatever its name.
  private mutating func checkArchive() {
    var seen: [String: Int] = [:]
    for content in world.archive.values { seen[content, default: 0] += 1 }
    for (content, count) in seen where count > 1 {
      let subject = content.split(separator: "\n").first { $0.hasPrefix("Subject: ") }.map {
        String($0.dropFirst(9))
      }
      let allowed =
        copies[subject ?? "", default: 1]
        + (hasMoved && (unrecorded.contains(content) || world.disk.failures > 0) ? 1 : 0)
      if count > allowed { complain("archived \(count) times: \(subject ?? content)") }
    }
  }

  private mutating func checkDeletion(of message: ModelServer.Message) {
    let subject = message.subject
    guard subject.hasPrefix("ALARM") else { return complain("deleted \(subject)") }
    // It counts as fired since popbell was ended; another copy of it may have fired later.
    let isExcused = rule.onCrash == .never && unfinished.contains(subject)
    if !isDone(subject), !isExcused { complain("deleted unfired: \(subject)") }
    if wantsArchive, !isArchived(subject) { complain("deleted unarchived: \(subject)") }
    switch rule.disposition {
    case .delete: break
    case .keep: complain("deleted what is kept: \(subject)")
    case .deleteAfter(let interval):
      if !isExcused, let fired = firstFired[subject + "/0"],
        time + earliness < fired + UInt64(interval.milliseconds / 1000)
      {
        complain("deleted after \(time - fired) s: \(subject)")
      }
    }
  }

  private func isDone(_ subject: String) -> Bool {
    rule.actions.indices.allSatisfy {
      if case .output = rule.actions[$0] {
        true
      } else {
        world.effects.contains("\(subject)/\($0)")
      }
    }
  }

  private var wantsArchive: Bool { world.settings.archive(rule: 0, mailbox: 0) != nil }

  func isArchived(_ subject: String) -> Bool {
    world.archive.values.contains { $0.contains("Subject: \(subject)\n") }
  }

  /// Polls until nothing happens any more, or the power goes.
  mutating func rest() throws {
    mendDisk()
    var quiet = 0
    for _ in 1...40 where quiet < 2 {
      let before = (world.disk.operations, world.effects.count, world.server.messages)
      let reports = world.reports.count
      try poll()
      if isDark { return }
      // What failed before waits for its next attempt, for a quarter of an hour at most.
      let waits = world.reports[reports...].contains { report in
        if case .waits = report { true } else { false }
      }
      if waits { pass(900) }
      let isQuiet =
        !waits && before == (world.disk.operations, world.effects.count, world.server.messages)
      quiet = isQuiet ? quiet + 1 : 0
    }
    if quiet < 2 { complain("does not come to rest") }
  }

  /// Checks, when all has come to rest, what must have happened by then.
  mutating func settle() throws {
    try rest()
    if isDark { return }
    for subject in copies.keys.sorted() where !lostToOthers.contains(subject) {
      let isExcused = rule.onCrash == .never && unfinished.contains(subject)
      if !isDone(subject), !isExcused { complain("lost: \(subject)") }
      if wantsArchive, !isArchived(subject) { complain("not archived: \(subject)") }
    }
    if case .deleteAfter(let interval) = rule.disposition, clockIsRight {
      let length = UInt64(interval.milliseconds / 1000) + 3600 + 2 * 86_400
      for message in world.server.messages {
        guard let fired = lastFired[message.subject + "/0"] else { continue }
        if fired + length < time { complain("left for \(time - fired) s: \(message.subject)") }
      }
    }
    if rule.disposition == .delete {
      let left = world.server.messages.filter { $0.subject.hasPrefix("ALARM") }
      if !left.isEmpty { complain("left: \(left.map(\.subject))") }
    }
  }

  /// A poll of a mailbox where nothing is new costs no write and a few commands.
  mutating func checkIdlePoll() throws {
    let (operations, commands) = (world.disk.operations, world.server.commands.count)
    try poll()
    if world.disk.operations > operations { complain("an idle poll writes") }
    let sent = world.server.commands[commands...]
    if sent.count > 6 { complain("an idle poll says \(sent)") }
  }
}
