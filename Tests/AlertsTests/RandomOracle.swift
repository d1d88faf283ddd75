import Alerts
import Bytes
import Config
import Rules

/// What must and must not have happened, told from the effects and the laws of identity alone.
///
/// Mail that speaks (has a Message-ID, a Date or a Received) fires once for each rule, copies and
/// all, but for the window in which nobody could write that down. Silent mail is known by its unique-id
/// or its order: it may fire again where it was seen gone or changed either, as far as anyone can tell.
struct RandomOracle {
  struct Alert: Hashable {
    let content: String
    let rule: String
  }

  var letters: [Letter] = []
  private(set) var problems: [String] = []
  private var news: [String] = []
  private var counts: [Alert: Int] = [:]
  private var excused: [Alert: Int] = [:]
  /// When each content fired first, and how often in all.
  private(set) var firstFired: [String: UInt64] = [:]
  private var total: [String: Int] = [:]
  /// By which rules each letter fired itself.
  private var rulesOf: [Int: Set<String>] = [:]
  /// How many equal silent letters may have been taken for new ones, and are there at once for sure.
  private var slack: [String: Int] = [:]
  private var needed: [String: Int] = [:]
  /// The letters that popbell cannot have missed.
  private var seen: Set<Int> = []
  private var hasExcused: Set<String> = []
  /// True if silent mail was on a server that names it anew at each poll, where it is new each time, or
  /// that says that it deletes and does not, where it fires once a day.
  var namesAnew = false
  /// True if a server without good unique-ids refuses QUIT: what it deleted all the same, and an equal
  /// silent one behind it, are told apart by nothing.
  var refusesQuit = false
  /// True if two messages may have had the same unique-id: "the same id with the same or silent content
  /// is the same message", so that silent mail is not judged, nor which rule fired for a copy.
  var usesUniqueIDsAgain = false

  @discardableResult mutating func complain(_ problem: String) -> Bool {
    guard !problems.contains(problem) else { return false }
    problems.append(problem)
    return true
  }

  mutating func takeNews() -> [String] {
    defer { news = [] }
    return news
  }

  private mutating func note(_ problem: String) { if complain(problem) { news.append(problem) } }

  // MARK: what happens

  /// popbell polls while these are there.
  mutating func sees(_ messages: [ModelServer.Message], _ rules: [RandomRule]) {
    for message in messages {
      guard let rule = rules.taker(of: letters[message.number]) else { continue }
      letters[message.number].takers.insert(rule.name)
    }
  }

  /// A poll in which nothing went wrong was of these.
  mutating func hadToSee(_ messages: [ModelServer.Message]) {
    var there: [String: Int] = [:]
    for message in messages {
      let letter = letters[message.number]
      seen.insert(message.number)
      if letter.isAlarm, !letter.speaks { there[letter.content, default: 0] += 1 }
    }
    for (content, count) in there { needed[content] = max(needed[content] ?? 0, count) }
  }

  mutating func othersRemoved(_ number: Int) {
    if rulesOf[number] == nil { letters[number].isLost = true }
    needed[letters[number].content] = nil
  }

  /// Silent messages may count as other ones than before, as nobody can tell.
  mutating func silentMayBeNew(_ messages: [ModelServer.Message]) {
    for message in messages where !letters[message.number].speaks {
      slack[letters[message.number].content, default: 0] += 1
    }
  }

  mutating func fired(_ firing: Firing, at time: UInt64) {
    let letter = letters[firing.message.number]
    counts[Alert(content: letter.content, rule: firing.rule), default: 0] += 1
    total[letter.content, default: 0] += 1
    firstFired[letter.content] = firstFired[letter.content] ?? time
    rulesOf[firing.message.number, default: []].insert(firing.rule)
    guard letter.takers.contains(firing.rule) else {
      return note("\(firing.rule) fired for \(firing.message.number), which it does not take")
    }
  }

  /// `rule` fired for it before anything is known here.
  mutating func firedBefore(_ letter: Letter, _ rule: String) {
    counts[Alert(content: letter.content, rule: rule), default: 0] += 1
    total[letter.content, default: 0] += 1
    firstFired[letter.content] = 0
  }

  mutating func excuse(_ firing: Firing) {
    let content = letters[firing.message.number].content
    excused[Alert(content: content, rule: firing.rule), default: 0] += 1
    hasExcused.insert(content)
  }

  // MARK: what must not have happened

  mutating func checkFirings(_ server: RandomServer) {
    for (alert, count) in counts.sorted(by: { $0.key.content < $1.key.content }) {
      let copies = letters.indices.filter { letters[$0].content == alert.content }
      let isSilent = !letters[copies[0]].speaks
      if isSilent, !judgesSilent { continue }
      let allowed =
        (isSilent ? copies.count + slack[alert.content, default: 0] : 1)
        + excused[alert, default: 0]
      guard count > allowed else { continue }
      note("\(alert.rule) fired \(count) times for \(copies)")
    }
    guard server.namesForGood, server.epoch == 0 else { return }
    for (number, rules) in rulesOf.sorted(by: { $0.key < $1.key }) where rules.count > 1 {
      let letter = letters[number]
      if letter.hasReturned || hasExcused.contains(letter.content) { continue }
      if !letter.speaks, !judgesSilent { continue }
      note("\(number) fired for \(rules.sorted())")
    }
  }

  private var judgesSilent: Bool { !namesAnew && !usesUniqueIDsAgain }

  mutating func deleted(
    _ message: ModelServer.Message, _ rules: [RandomRule], at time: UInt64, isUnique: Bool
  ) {
    let letter = letters[message.number]
    guard letter.isAlarm else { return note("deleted news \(message.number)") }
    if !letter.speaks, usesUniqueIDsAgain || refusesQuit { return }
    if letter.speaks || !isUnique {
      // In the doubt that a lost reply to QUIT leaves, an equal silent one may have come instead.
      if !isDone(letter) { note("deleted unfired: \(message.number)") }
    } else if rulesOf[message.number] == nil, !letter.hasReturned {
      note("deleted unfired: \(message.number)")
    }
    guard let rule = rules.taker(of: letter) else { return }
    switch rule.disposition {
    case .delete: break
    case .keep: note("deleted what is kept: \(message.number)")
    case .deleteAfter(let interval):
      let first = firstFired[letter.content] ?? time
      if letter.speaks, time < first + UInt64(interval.milliseconds / 1000) {
        note("deleted after \(time - first) s: \(message.number)")
      }
    }
  }

  private func isDone(_ letter: Letter) -> Bool {
    if usesUniqueIDsAgain { return total[letter.content] != nil }
    return letter.takers.contains { counts[Alert(content: letter.content, rule: $0)] != nil }
  }

  // MARK: what must have happened

  mutating func checkLost(_ server: RandomServer) {
    for (number, letter) in letters.enumerated()
    where letter.isAlarm && !letter.isLost && seen.contains(number) {
      if letter.speaks, !isDone(letter) { note("lost: \(number)") }
    }
    if usesUniqueIDsAgain || refusesQuit { return }
    for (content, count) in needed.sorted(by: { $0.key < $1.key })
    where total[content, default: 0] < count {
      note("lost: \(count - total[content, default: 0]) of \(count) silent ones, \(content)")
    }
  }

  /// What is still there, though all rules that took it delete it.
  mutating func checkLeft(
    _ messages: [ModelServer.Message], _ rules: [RandomRule], _ server: RandomServer
  ) {
    for message in messages {
      let letter = letters[message.number]
      // Each poll's is another message, and has not been there for long.
      if !letter.speaks, server.naming == .changing { continue }
      // Without unique-ids a copy may be what was deleted: it goes a day later.
      let isCopied = letters.count { $0.content == letter.content } > 1
      if isCopied, !server.namesForGood || server.deletion != .ordinary { continue }
      guard let rule = rules.taker(of: letter) else { continue }
      switch rule.disposition {
      case .delete, .deleteAfter: note("left: \(message.number)")
      case .keep: break
      }
    }
  }
}
