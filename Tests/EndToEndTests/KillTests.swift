import Foundation
import Glibc
import TestSupport
import TestTraits
import Testing

/// popbell, its fetcher, or both and their programs are killed, at random and at chosen moments.
/// No alert is lost, and none fires twice but the one under way (L1, L2).
///
/// POPBELL_KILLS=2000 is how often `atRandomMoments` kills (200), and POPBELL_SEED=N has it draw the
/// same numbers as the trial that printed N.
@Suite(.dovecot, .waits) struct KillTests {
  let dovecot: Dovecot

  init() throws { dovecot = try #require(Dovecot.shared) }

  enum Victim: CaseIterable {
    /// Its fetcher dies with it; the programs go on.
    case popbell
    case popbellAndFetcher
    case everything
    case fetcher
    /// SIGTERM, to popbell.
    case none
  }

  /// What a kill waits for.
  private enum Moment: CaseIterable {
    case time, effect, deletion
  }

  // MARK: At random

  /// Two at a time, as each spends most of its time waiting.
  @Test(arguments: 1...2) func atRandomMoments(trial number: Int) throws {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["POPBELL_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...UInt64.max)
    let count = (environment["POPBELL_KILLS"].flatMap { Int($0) } ?? 200) / 2
    print("seed of atRandomMoments, trial \(number): \(seed)")
    var random = SeededGenerator(seed: seed)
    let trial = try Trial(dovecot)
    for _ in 1...10 { try trial.deliver(Trial.Rule.allCases.randomElement(using: &random)!) }
    var session: Session?
    for index in 1...count {
      let running = try session ?? trial.start(["run", "-v"])
      session = try disturb(running, trial, &random) ? nil : running
      let wrongs = trial.wrongs
      #expect(wrongs == [], "kill \(index) of seed \(seed)")
      guard wrongs.isEmpty else { return }
    }
    if let session {
      session.send(SIGKILL)
      trial.end(session, isCut: true)
    }
    let wrongs = try trial.wrongsAtTheEnd()
    #expect(wrongs == [], "seed \(seed)")
  }

  /// Kills once; says whether popbell has to be started again.
  private func disturb(
    _ session: Session, _ trial: Trial, _ random: inout SeededGenerator
  ) throws -> Bool {
    let victim = Victim.allCases.randomElement(using: &random)!
    let moment = Moment.allCases.randomElement(using: &random)!
    let isNew = Bool.random(using: &random)
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      try trial.deliver(Trial.Rule.allCases.randomElement(using: &random)!, isNew: isNew)
    }
    // Before it has said that, it does not know the signal.
    if session.service.log.contains(" polls 1 mailbox") { session.send(SIGUSR1) }
    wait(for: moment, trial)
    usleep(UInt32.random(in: 0..<(moment == .time ? 80_000 : 4_000), using: &random))
    switch victim {
    case .fetcher:
      if let fetcher = session.fetcher { kill(fetcher, SIGKILL) }
      return false
    case .popbell: session.send(SIGKILL)
    case .popbellAndFetcher: session.send(toBoth: SIGKILL)
    case .everything: session.end(everything: SIGKILL)
    case .none:
      let start = Date.now
      session.send(SIGTERM)
      _ = until { !session.service.isRunning }
      // One that takes longer has ended a program that did not.
      trial.end(session, isCut: Date.now.timeIntervalSince(start) > 1)
      return true
    }
    trial.end(session, isCut: true)
    return true
  }

  /// Waits for a moment, which need not come.
  private func wait(for moment: Moment, _ trial: Trial) {
    let (effects, messages) = (trial.effects.count, trial.maildir.numbers)
    _ = until(seconds: 0.2, every: 200) {
      switch moment {
      case .time: true
      case .effect: trial.effects.count > effects
      case .deletion: trial.maildir.numbers.count < messages.count
      }
    }
  }

  // MARK: While a program runs

  struct Hold: CustomTestStringConvertible {
    var rule: Trial.Rule
    /// Where the program waits: "before" or "after" it has done what it is to do.
    var place: String
    var victim: Victim
    /// The program goes on at once; otherwise only when popbell has ended.
    var goesOn: Bool

    var testDescription: String {
      "\(rule), \(place) its effect, killed: \(victim)\(goesOn ? ", then it goes on" : "")"
    }

    /// How often the program has its effect in the end.
    var effects: ClosedRange<Int> {
      let isCutShort = victim == .everything || victim == .none
      if victim == .fetcher || (victim == .none && goesOn) { return 1...1 }
      if place == "after" || !isCutShort { return rule.isOnce ? 1...1 : 2...2 }
      if !rule.isOnce { return 1...1 }
      return victim == .none ? 0...1 : 0...0
    }
  }

  static let holds = [Trial.Rule.again, .never, .kept, .guarded, .both].flatMap { rule in
    ["before", "after"].flatMap { place in
      Victim.allCases.flatMap { victim in
        (victim == .none ? [true, false] : [victim == .fetcher]).map {
          Hold(rule: rule, place: place, victim: victim, goesOn: $0)
        }
      }
    }
  }

  @Test(arguments: holds) func whileAProgramRuns(_ hold: Hold) throws {
    let trial = try Trial(dovecot)
    let bench = trial.bench
    try trial.deliver(.again)
    try trial.deliver(hold.rule)
    try trial.deliver(.kept)
    try bench.write("\(hold.place)-\(hold.rule) 2", "")
    let session = try trial.start(["run", "-v"])
    #expect(until { FileManager.default.fileExists(atPath: bench.path("held")) })
    switch hold.victim {
    case .popbell: session.send(SIGKILL)
    case .popbellAndFetcher: session.send(toBoth: SIGKILL)
    case .everything: session.end(everything: SIGKILL)
    case .fetcher: kill(try #require(session.fetcher), SIGKILL)
    case .none: session.send(SIGTERM)
    }
    if hold.goesOn { try bench.write("go", "") }
    if hold.victim == .fetcher {
      #expect(session.service.waits(for: "the process that talks to the server died"))
      session.send(SIGTERM)
    }
    // popbell is gone; a program that outlives it goes on.
    #expect(until { !session.service.isRunning })
    try bench.write("go", "")
    trial.end(session, isCut: hold.victim != .fetcher && !(hold.victim == .none && hold.goesOn))
    let wrongs = try trial.wrongsAtTheEnd()
    let count = trial.effects.count { $0 == "\(hold.rule) 2" }
    #expect(wrongs == [])
    #expect(hold.effects.contains(count), "\(count) times")
  }
}
