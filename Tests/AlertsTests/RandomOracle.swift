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
  /// When each content fired first and last, and how often in all.
  private(set) var firstFired: [String: UInt64] = [:]
  private var lastFired: [String: UInt64] = [:]
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
  /// The letters that were there when the rules changed: where no unique-id tells that they have fired,
  /// they are old for the rule that takes them now, and stay.
  var wereThereBefore: Set<Int> = []
  /// True if messages that only their places tell from old ones stand in others: with rules that changed,
  /// they may be taken for old.
  var placesTellNothing = false
  /// The letters whose unique-id the server did not tell, or not so that it could be believed, since they
  /// fired: it is not known by that that they have.
  private var unnamed: Set<Int> = []
  /// The contents of those, and of what fired on a server that told none: of equal silent ones, one may stand
  /// for the other since.
  private var unnamedContents: Set<String> = []
  /// The contents of what another client removed while unique-ids told nothing for good.
  private var removedContents: Set<String> = []
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

  /// A poll in which nothing went wrong was of these; `isWritten` where the disk did not fail either.
  mutating func hadToSee(
    _ messages: [ModelServer.Message], _ rules: [RandomRule], isWritten: Bool
  ) {
    var there: [String: Int] = [:]
    for message in messages {
      let letter = letters[message.number]
      seen.insert(message.number)
      if letter.isAlarm, !letter.speaks { there[letter.content, default: 0] += 1 }
      // What has not fired for the rule that takes it now, may yet.
      if isWritten, let rule = rules.taker(of: letter),
        rulesOf[message.number]?.contains(rule.name) ?? false
      {
        unnamed.remove(message.number)
      }
    }
    for (content, count) in there { needed[content] = max(needed[content] ?? 0, count) }
  }

  mutating func wasUnnamed(_ number: Int) {
    unnamed.insert(number)
    unnamedContents.insert(letters[number].content)
  }

  /// It was deleted, and nobody could write that down: the next that is as silent may be taken for it.
  mutating func deletionIsUnknown(_ number: Int) { needed[letters[number].content] = nil }

  mutating func othersRemoved(_ number: Int, isNamed: Bool) {
    if rulesOf[number] == nil { letters[number].isLost = true }
    if !isNamed { removedContents.insert(letters[number].content) }
    needed[letters[number].content] = nil
  }

  /// Silent messages may count as other ones than before, as nobody can tell.
  mutating func silentMayBeNew(_ messages: [ModelServer.Message]) {
    for message in messages where !letters[message.number].speaks {
      slack[letters[message.number].content, default: 0] += 1
    }
  }

  /// `isNamed` is true if the server told the unique-id of the message, so that it is known by that.
  mutating func fired(_ firing: Firing, at time: UInt64, isNamed: Bool) {
    let letter = letters[firing.message.number]
    if !isNamed { unnamedContents.insert(letter.content) }
    counts[Alert(content: letter.content, rule: firing.rule), default: 0] += 1
    total[letter.content, default: 0] += 1
    firstFired[letter.content] = firstFired[letter.content] ?? time
    lastFired[letter.content] = time
    if unnamed.contains(firing.message.number) { rulesOf[firing.message.number] = nil }
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
    } else if rulesOf[message.number] == nil, !letter.hasReturned,
      !unnamedContents.contains(letter.content)
    {
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
    if placesTellNothing, !wereThereBefore.isEmpty { return true }
    // A copy of an old message is old.
    if wereThereBefore.contains(where: { letters[$0].content == letter.content }) { return true }
    if usesUniqueIDsAgain { return total[letter.content] != nil }
    // A copy may stand in the place of one that was removed: nothing tells it from that.
    if removedContents.contains(letter.content) { return total[letter.content] != nil }
    return letter.takers.contains { counts[Alert(content: letter.content, rule: $0)] != nil }
  }

  // MARK: what must have happened

  mutating func checkLost(_ server: RandomServer) {
    for (number, letter) in letters.enumerated()
    where letter.isAlarm && !letter.isLost && seen.contains(number) {
      if letter.speaks, !isDone(letter) { note("lost: \(number)") }
    }
    if usesUniqueIDsAgain || refusesQuit { return }
    if placesTellNothing, !wereThereBefore.isEmpty { return }
    for (content, count) in needed.sorted(by: { $0.key < $1.key })
    where total[content, default: 0] < count {
      note("lost: \(count - total[content, default: 0]) of \(count) silent ones, \(content)")
    }
  }

  /// What is still there at `time`, though all rules that took it delete it.
  mutating func checkLeft(
    _ messages: [ModelServer.Message], _ rules: [RandomRule], _ server: RandomServer,
    at time: UInt64
  ) {
    for message in messages {
      let letter = letters[message.number]
      // Each poll's is another message, and has not been there for long.
      if !letter.speaks, server.naming == .changing { continue }
      // Without unique-ids a copy may be what was deleted: it goes a day later.
      let isCopied = letters.count { $0.content == letter.content } > 1
      if isCopied, !server.namesForGood || server.deletion != .ordinary { continue }
      // What is old stays, and so do its copies.
      let isOld = wereThereBefore.contains {
        letters[$0].content == letter.content && !(server.namesForGood && !letters[$0].hasReturned)
      }
      if isOld { continue }
      if placesTellNothing, !wereThereBefore.isEmpty { continue }
      guard let rule = rules.taker(of: letter) else { continue }
      switch rule.disposition {
      case .deleteAfter(let interval):
        // It may have fired again, for another rule or as another that is as silent, and is due from then on.
        let last = lastFired[letter.content] ?? 0
        let isDue = last + UInt64(interval.milliseconds / 1000) + 7200 < time
        if isDue || last == firstFired[letter.content] ?? 0 { note("left: \(message.number)") }
      case .delete: note("left: \(message.number)")
      case .keep: break
      }
    }
  }
}
