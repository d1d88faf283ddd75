import TestSupport

/// What is odd about a server for as long as it is there, as a seed says.
struct RandomServer {
  /// What its unique-ids are.
  enum Naming: String, CaseIterable {
    case unique, absent, refused, number, noMessageID, same, pairs, subject, changing, slots
  }
  /// What it answers to UIDL with a number.
  enum UniqueIDReply: String, CaseIterable { case ordinary, refused, withoutNumber, inLines }
  /// What it does about deletions.
  enum Deletion: String, CaseIterable {
    case ordinary, refusesDele, ignoresDele, refusesQuit, refusesQuitAndDeletes
  }

  var naming = Naming.unique
  var uniqueIDReply = UniqueIDReply.ordinary
  var deletion = Deletion.ordinary
  var hasTop = true
  /// Whether it announces TOP all the same.
  var announcesTop = true
  var tellsCapabilities = true
  var isPipelining = true
  /// Which of the servers it is to which the mail has moved: no other's unique-ids are its own.
  var epoch = 0

  init(epoch: Int, using random: inout SeededGenerator) {
    self.epoch = epoch
    // Half of all is as it should be.
    if Bool.random(using: &random) { naming = Naming.allCases.randomElement(using: &random)! }
    if oneOf(4, &random) { uniqueIDReply = UniqueIDReply.allCases.randomElement(using: &random)! }
    if oneOf(3, &random) { deletion = Deletion.allCases.randomElement(using: &random)! }
    // What is not deleted, and has another name in each session, is deleted anew in each, and a full
    // batch of such messages holds up those behind it.
    if naming == .changing, !deletes { deletion = .ordinary }
    hasTop = !oneOf(6, &random)
    announcesTop = hasTop || oneOf(2, &random)
    tellsCapabilities = !oneOf(6, &random)
    isPipelining = Bool.random(using: &random)
  }

  /// True if no two messages of it ever have the same unique-id, and none has another one later.
  var namesForGood: Bool { naming == .unique && hasUniqueIDOfEach }
  private var hasUniqueIDOfEach: Bool { uniqueIDReply == .ordinary }
  /// True if what is deleted is gone once that is committed.
  var deletes: Bool { deletion == .ordinary || deletion == .refusesQuitAndDeletes }

  var description: String {
    "unique-ids \(naming), UIDL n \(uniqueIDReply), deletion \(deletion), "
      + "TOP \(hasTop)\(hasTop == announcesTop ? "" : " but announced"), CAPA \(tellsCapabilities), "
      + "pipelining \(isPipelining)"
  }

  /// What goes wrong in one session.
  enum Mishap: Equatable {
    case statIsOff(by: Int)
    /// A listing lacks a line, or has one twice.
    case listingLacks(Int)
    case listingDoubles(Int)
    case emptyUniqueID(Int)
    case hangsUp(onCommand: Int)
    case losesQuitReply, refusesQuit
    /// A message is not read by TOP, or not at all.
    case refusesTop(of: Int)
    case refusesReading(of: Int)
  }

  /// Makes the model serve a session like this.
  func serve(_ model: inout ModelServer, session: Int, _ mishap: Mishap?) {
    model.capabilities = ["USER"]
    model.unknown = []
    if announcesTop { model.capabilities.append("TOP") }
    if !hasTop { model.unknown.insert("TOP") }
    if isPipelining { model.capabilities.append("PIPELINING") }
    if naming != .absent { model.capabilities.append("UIDL") }
    if naming == .absent || naming == .refused { model.unknown.insert("UIDL") }
    if !tellsCapabilities { model.unknown.insert("CAPA") }
    if deletion == .refusesDele { model.unknown.insert("DELE") }
    if deletion == .refusesQuit || mishap == .refusesQuit { model.unknown.insert("QUIT") }
    model.ignoresDele = deletion == .ignoresDele
    model.refusesQuit = deletion == .refusesQuitAndDeletes
    model.losesQuitReply = mishap == .losesQuitReply
    model.uniqueIDReply =
      switch uniqueIDReply {
      case .ordinary: nil
      case .refused: { _, _ in "-ERR not now\r\n" }
      case .withoutNumber: { "+OK \($1.uniqueID)\r\n" }
      case .inLines: { "+OK \($0) message\r\n\($0) \($1.uniqueID)\r\n.\r\n" }
      }
    var commands = 0
    model.answer = { model, command in
      commands += 1
      return answer(to: command, commands, &model, mishap)
    }
    name(&model, session)
  }

  private func answer(
    to command: String, _ count: Int, _ model: inout ModelServer, _ mishap: Mishap?
  ) -> String? {
    switch mishap {
    case .hangsUp(onCommand: count): return ""
    case .statIsOff(let error) where command == "STAT":
      let words = model.reply(to: command).split(separator: " ")
      return "+OK \(max(0, Int(words[1])! + error)) \(words[2])"
    case .listingLacks(let line) where command == "UIDL":
      return listing(&model) { if line < $0.count { $0.remove(at: line) } }
    case .listingDoubles(let line) where command == "UIDL":
      return listing(&model) { if line < $0.count { $0.insert($0[line], at: line) } }
    case .emptyUniqueID(let number) where command == "UIDL \(number)":
      return "+OK \(number) \r\n"
    case .refusesTop(let number) where command == "TOP \(number) 0": return "-ERR cannot\r\n"
    case .refusesReading(let number)
    where command == "TOP \(number) 0" || command == "RETR \(number)":
      return "-ERR cannot\r\n"
    case nil, .hangsUp, .statIsOff, .listingLacks, .listingDoubles, .emptyUniqueID,
      .losesQuitReply, .refusesQuit, .refusesTop, .refusesReading:
      return nil
    }
  }

  private func listing(
    _ model: inout ModelServer, _ change: (inout [Substring]) -> Void
  ) -> String {
    var lines = model.reply(to: "UIDL").split(separator: "\r\n")
    guard lines.count > 2 else { return model.reply(to: "UIDL") }
    var middle = Array(lines[1..<lines.count - 1])
    change(&middle)
    lines = lines[..<1] + middle + lines.suffix(1)
    return lines.joined(separator: "\r\n") + "\r\n"
  }

  /// Gives each message the unique-id that it has in this session.
  private func name(_ model: inout ModelServer, _ session: Int) {
    let count = model.messages.count
    for index in 0..<count {
      model.messages[index].uniqueID = uniqueID(of: model.messages[index], index, session)
    }
    for index in model.arrivesAfterStat.indices {
      model.arrivesAfterStat[index].uniqueID = uniqueID(
        of: model.arrivesAfterStat[index], count + index, session)
    }
    guard naming == .slots else { return }
    var taken = Set(model.messages.map(\.uniqueID) + model.arrivesAfterStat.map(\.uniqueID))
    func fill(_ message: inout ModelServer.Message) {
      guard !message.uniqueID.hasPrefix("slot\(epoch)-") else { return }
      let free = (1...).lazy.map { "slot\(epoch)-\($0)x" }.first { !taken.contains($0) }!
      message.uniqueID = free
      taken.insert(free)
    }
    for index in model.messages.indices { fill(&model.messages[index]) }
    for index in model.arrivesAfterStat.indices { fill(&model.arrivesAfterStat[index]) }
  }

  private func uniqueID(of message: ModelServer.Message, _ index: Int, _ session: Int) -> String {
    let number = message.number
    switch naming {
    case .unique, .absent, .refused: return "\(epoch)u\(number)x"
    case .number: return "\(index + 1)"
    case .noMessageID: return "no-message-id-\(index + 1)"
    case .same: return "same"
    case .pairs: return "\(epoch)p\(number / 2)x"
    case .subject: return "\(epoch)s\(message.subject.filter { !$0.isWhitespace })x"
    case .changing:
      return number % 3 == 0 ? "\(epoch)c\(session)-\(number)x" : "\(epoch)u\(number)x"
    case .slots: return message.uniqueID
    }
  }
}

func oneOf(_ count: Int, _ random: inout SeededGenerator) -> Bool {
  Int.random(in: 0..<count, using: &random) == 0
}
