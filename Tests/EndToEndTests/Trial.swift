import Foundation
import Glibc
import Testing

/// Alerts in a mailbox of a real server, a popbell that is cut off again and again, and an oracle
/// that looks only at what came of it: the lines that programs wrote, the mail, and the log.
///
/// An alert is called as its subject: by the rule that takes it, and a number. A cut may have one
/// alert fire again, the one under way, where its rule says `on-crash = again` and it was not yet
/// said to have fired (L2); where the rule says `never`, that one may not fire at all.
final class Trial {
  /// What a rule does, by its name: "pulse" and "glow" switch an output, "both" does that and then
  /// runs a program, the others run a program.
  enum Rule: String, CaseIterable {
    case again, never, kept, guarded, pulse, glow, both

    var keeps: Bool { self == .kept || self == .guarded || self == .glow }
    var isOnce: Bool { self == .never || self == .guarded }
    var runs: Bool { self != .pulse && self != .glow }
    var pulses: Bool { !runs || self == .both }
  }

  struct Alert: Sendable {
    var rule: Rule
    var message: Int
    var name: String
  }

  /// A popbell that has run, from what was there when it started.
  private struct Past {
    var effects: Int
    var said: Set<String>
  }

  let bench: Bench
  let maildir: Maildir
  private(set) var alerts: [Alert] = []
  /// How often popbell was cut off.
  private(set) var cuts = 0
  private var past: [Past] = []
  private var pulses: [String] = []
  /// How often more than once a program, or a pulse, may have been seen.
  private var repeats: [String: Int] = [:]
  private var pulseRepeats: [String: Int] = [:]
  private var disk: SmallDisk?

  init(_ dovecot: Dovecot) throws {
    bench = try Bench()
    maildir = try Maildir(dovecot)
    try bench.write("ca.pem", dovecot.ca)
    try bench.write("fire", Self.program(bench.folder.path), mode: 0o755)
    let fire = "run = \(bench.path("fire")) {rule} {number}\n"
    let rules = Rule.allCases.map { rule in
      "[rule \(rule)]\nsubject = \(rule) {number}\n" + (rule.pulses ? "pulse = lamp 10ms\n" : "")
        + (rule.runs ? fire : "") + (rule.keeps ? "then = keep\n" : "")
        + (rule.isOnce ? "on-crash = never\n" : "")
    }
    // One alert may be cut off many times, and shall not be given up for that.
    try bench.configure(
      "retries = 100\n" + bench.mailbox(port: dovecot.tlsPort, user: maildir.user)
        + "[output lamp]\nchip = simulated\nline = 1\n" + rules.joined())
  }

  /// The disk is in the bench's folder, and goes before that.
  deinit { disk = nil }

  /// Puts the state directory onto a disk of its own.
  func mountState(_ options: String = "size=1m") throws -> SmallDisk {
    let disk = try SmallDisk(at: bench.path("state"), options: options)
    self.disk = disk
    return disk
  }

  /// Adds a line to "effects", with one write. Where there is a file "before-NAME" or "after-NAME",
  /// it says so in "held" and waits for "go".
  private static func program(_ folder: String) -> String {
    """
    #!/bin/sh
    trap '' TERM
    hold() {
      [ -e "\(folder)/$1" ] || return 0
      : > \(folder)/held
      for _ in $(seq 30000); do [ ! -e \(folder)/go ] || return 0; sleep 0.01; done
      exit 1
    }
    hold "before-$1 $2"
    printf '%s\\n' "$1 $2" >> \(folder)/effects
    hold "after-$1 $2"

    """
  }

  /// Puts one alert more into the mailbox.
  func deliver(_ rule: Rule, isNew: Bool = false) throws {
    let name = "\(rule) \(alerts.count + 1)"
    let message = try maildir.deliver("Subject: \(name)\n\nfront door\n", isNew: isNew)
    alerts.append(Alert(rule: rule, message: message, name: name))
  }

  /// What the programs wrote, in order.
  var effects: [String] { bench.read("effects").split(separator: "\n").map(String.init) }

  // MARK: Runs

  func start(_ arguments: [String], under launcher: [String] = []) throws -> Session {
    past.append(Past(effects: effects.count, said: []))
    return try Session(bench, arguments, under: launcher)
  }

  /// Waits for the end of `session`, the last that was started, and takes note of it. `isCut`,
  /// looked at then: it did not end by itself, so that what was under way may be done again.
  @discardableResult
  func end(_ session: Session, isCut: @autoclosure () -> Bool) -> Run {
    let run = session.wait()
    let said = Said(run.errors)
    let index = past.count - 1
    past[index].said = said.fired
    pulses += said.pulses
    guard isCut() else { return run }
    cuts += 1
    if let last = effects.dropFirst(past[index].effects).last, !said.fired.contains(last) {
      repeats[last, default: 0] += 1
    }
    if let last = said.pulses.last, !said.fired.contains(last) {
      pulseRepeats[last, default: 0] += 1
    }
    return run
  }

  /// One poll that nobody disturbs.
  @discardableResult
  func poll() throws -> Run { end(try start(["once", "-v"]), isCut: false) }

  // MARK: The oracle

  /// Alerts whose program ran more than once.
  var repeated: [String] {
    Dictionary(grouping: effects) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
  }

  /// What is wrong at any time.
  var wrongs: [String] {
    // The mail first: a message goes after its effect.
    let present = maildir.numbers
    let effects = effects
    let counts = Dictionary(grouping: effects) { $0 }.mapValues(\.count)
    let known = Dictionary(uniqueKeysWithValues: alerts.map { ($0.name, $0.rule) })
    var wrongs: [String] = []
    for (name, count) in counts {
      let most = known[name].map { $0.isOnce ? 1 : 1 + repeats[name, default: 0] } ?? 0
      if count > most { wrongs.append("\(name) fired \(count) times, of at most \(most)") }
    }
    for (name, count) in Dictionary(grouping: pulses, by: { $0 }).mapValues(\.count) {
      let most = 1 + pulseRepeats[name, default: 0]
      if count > most { wrongs.append("\(name) pulsed \(count) times, of at most \(most)") }
    }
    for run in zip(past, past.dropFirst()) {
      let again = run.0.said.intersection(effects.dropFirst(run.1.effects))
      if !again.isEmpty { wrongs.append("fired again, though said to have fired: \(again)") }
    }
    let gone = alerts.filter { !present.contains($0.message) }
    wrongs += gone.filter { $0.rule.keeps }.map { "\($0.name) is gone" }
    wrongs += unfired(gone, counts).map { "\($0) is gone, and has not fired" }
    return wrongs
  }

  /// Of `alerts`, those that must have fired, and have not: each cut excuses one that was never to
  /// fire again.
  private func unfired(_ alerts: [Alert], _ counts: [String: Int]) -> [String] {
    let unfired = alerts.filter { $0.rule.runs && counts[$0.name] == nil }
    let excused = unfired.filter { $0.rule.isOnce }
    return (excused.count <= cuts ? unfired.filter { !$0.rule.isOnce } : unfired).map(\.name)
  }

  /// Polls until nothing is to be done, and says what is wrong then.
  func wrongsAtTheEnd() throws -> [String] {
    var wrongs: [String] = []
    var isIdle = false
    for number in 1...5 where !isIdle {
      let (state, effects) = (stateFiles, effects)
      let run = try poll()
      isIdle = run.errors.contains(" 0 matched, 0 fired, 0 deleted\n") && stateFiles == state
      if run.exitCode != 0 { wrongs.append("an undisturbed poll: \(run.exitCode): \(run.errors)") }
      if isIdle, self.effects != effects { wrongs.append("an idle poll fired") }
      // The first puts right what a cut has left behind; one more may take note of what is left.
      if number > 2, !isIdle { wrongs.append("poll \(number) is not idle: \(run.errors)") }
    }
    let present = maildir.numbers
    for alert in alerts where present.contains(alert.message) != alert.rule.keeps {
      wrongs.append("\(alert.name) is \(alert.rule.keeps ? "gone" : "still there")")
    }
    let counts = Dictionary(grouping: effects) { $0 }.mapValues(\.count)
    wrongs += unfired(alerts, counts).map { "\($0) is lost" }
    // A cut may have come between the switching and the log.
    let dark = alerts.filter { $0.rule.pulses && !pulses.contains($0.name) }
    if dark.count > cuts { wrongs.append("no pulse of \(dark.map(\.name))") }
    return wrongs + self.wrongs
  }

  /// The state directory and its files, and when and how they were last written.
  var stateFiles: [String: String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: bench.path("state"))) ?? []
    return Dictionary(
      uniqueKeysWithValues: ([""] + names).map { name in
        let path = bench.path("state/\(name)")
        var status = stat()
        _ = unsafe lstat(path, &status)
        let content = name.isEmpty ? nil : FileManager.default.contents(atPath: path)
        let time = "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        return (name, "\(status.st_size) \(time) \(content?.hashValue ?? 0)")
      })
  }
}

/// What a log says of alerts: which fired, and which switched the lamp on, or kept it on.
private struct Said {
  var fired: Set<String> = []
  var pulses: [String] = []

  init(_ log: String) {
    var (current, isOn, wasOn, isFired) = ("", false, false, false)
    for line in log.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 3).dropFirst().map(String.init)
      guard let subject = words.first, let last = words.last else { continue }
      defer { isFired = subject == "box:" && last == "fired" }
      if subject == "lamp:" {
        isOn = words.dropFirst().first == "on"
        if isOn { pulses.append(current) }
      } else if subject == "box:", last.hasPrefix("takes \"") {
        current = String(last.dropFirst("takes \"".count).prefix { $0 != "\"" })
        wasOn = isOn
      } else if isFired, subject == "error:", last.hasPrefix("the ledger ") {
        // "the ledger cannot be written": that it fired is not on disk.
        fired.remove(current)
      } else if subject == "box:", last == "fired" {
        fired.insert(current)
        let pulses = words.dropFirst().first.flatMap(Trial.Rule.init)?.pulses == true
        if pulses, wasOn, self.pulses.last != current { self.pulses.append(current) }
      }
    }
  }
}
