/// A POP3 server of a few lines, for tests of what a client does: it believes its client, deletes
/// at QUIT, and shares no code with popbell.
struct ModelServer {
  struct Message: Hashable {
    var uniqueID: String
    var header: String
    /// Which of all mails it is, for tests that tell copies apart.
    var number = 0
  }

  var messages: [Message]
  var capabilities = ["TOP", "UIDL", "USER", "PIPELINING"]
  /// Commands that it does not know.
  var unknown: Set<String> = []
  /// What it does to a message's unique-id.
  var uniqueID: (Message) -> String? = { $0.uniqueID }

  /// What it answers to UIDL with a number; where that is nil, as RFC 1939 has it.
  var uniqueIDReply: ((Int, Message) -> String)?

  /// What it answers to TOP or RETR of a message instead; nil where it does as it should.
  var readReply: ((_ keyword: String, Message) -> String?)?

  /// What ends its lines.
  var lineEnd = "\r\n"
  /// How many commands it takes in a session before it hangs up.
  var patience = Int.max

  /// Whether it hangs up instead of answering QUIT.
  var losesQuitReply = false
  /// Whether it answers QUIT with -ERR, although it deletes.
  var refusesQuit = false

  /// The command on which it hangs up.
  var hangsUpOn: String?
  /// What arrives once it has counted its messages.
  var arrivesAfterStat: [Message] = []
  /// Whether it says that it deletes, and does not.
  var ignoresDele = false
  /// For how many TOPs there is no header.
  var emptyTops = 0

  /// What it answers instead, or nil; after an empty answer it hangs up.
  var answer: ((inout ModelServer, String) -> String?)?

  /// What it has deleted for its client.
  private(set) var expunged: [Message] = []
  /// All command lines of all sessions.
  private(set) var commands: [String] = []
  private var line: [UInt8] = []
  private var marked: Set<Int> = []
  private var taken = 0
  private(set) var isOpen = false

  init(messages: [Message]) { self.messages = messages }

  mutating func connect() -> [UInt8] {
    line = []
    marked = []
    isOpen = true
    taken = 0
    return bytes(of: "+OK ready\r\n")
  }

  /// The connection is lost: nothing that was marked is deleted.
  mutating func disconnect() { isOpen = false }

  mutating func receive(_ byte: UInt8) -> [UInt8] {
    guard isOpen else { return [] }
    line.append(byte)
    guard byte == 0x0A else { return [] }
    let command = String(decoding: line.dropLast(2), as: UTF8.self)
    line = []
    commands.append(command)
    taken += 1
    guard taken <= patience, command != hangsUpOn else {
      isOpen = false
      return []
    }
    if let answer = answer?(&self, command) {
      if answer.isEmpty { isOpen = false }
      return bytes(of: answer)
    }
    return bytes(of: reply(to: command))
  }

  private func bytes(of reply: String) -> [UInt8] {
    Array((lineEnd == "\r\n" ? reply : reply.replacing("\r\n", with: lineEnd)).utf8)
  }

  mutating func reply(to command: String) -> String {
    let words = command.split(separator: " ").map(String.init)
    let number = words.count > 1 ? Int(words[1]) : nil
    if unknown.contains(words[0]) || unknown.contains(command) { return "-ERR unknown command\r\n" }
    switch words[0] {
    case "CAPA": return "+OK\r\n" + capabilities.map { $0 + "\r\n" }.joined() + ".\r\n"
    case "STAT":
      defer {
        messages += arrivesAfterStat
        arrivesAfterStat = []
      }
      let octets = messages.map { $0.header.utf8.count }.reduce(0, +)
      return "+OK \(messages.count - marked.count) \(octets)\r\n"
    case "UIDL" where number == nil:
      let lines = messages.indices.filter { !marked.contains($0) }.map {
        "\($0 + 1) \(uniqueID(messages[$0]) ?? "")\r\n"
      }
      return "+OK\r\n" + lines.joined() + ".\r\n"
    case "QUIT":
      if ignoresDele { marked = [] }
      expunged += marked.sorted().map { messages[$0] }
      messages = messages.indices.filter { !marked.contains($0) }.map { messages[$0] }
      isOpen = false
      if refusesQuit { return "-ERR some deleted messages not removed\r\n" }
      return losesQuitReply ? "" : "+OK bye\r\n"
    case "UIDL", "TOP", "RETR", "DELE":
      guard let index = number.map({ $0 - 1 }), messages.indices.contains(index),
        !marked.contains(index)
      else { return "-ERR no such message\r\n" }
      return reply(to: words[0], index)
    default: return "+OK\r\n"
    }
  }

  private mutating func reply(to keyword: String, _ index: Int) -> String {
    switch keyword {
    case "UIDL" where uniqueIDReply != nil: return uniqueIDReply!(index + 1, messages[index])
    case "UIDL": return "+OK \(index + 1) \(uniqueID(messages[index]) ?? "")\r\n"
    case "DELE":
      marked.insert(index)
      return "+OK marked\r\n"
    case "TOP", "RETR":
      if let reply = readReply?(keyword, messages[index]) { return reply }
      return content(keyword, index)
    default: preconditionFailure("no such command")
    }
  }

  private mutating func content(_ keyword: String, _ index: Int) -> String {
    switch keyword {
    case "RETR": return "+OK\r\n" + messages[index].header + "\r\nbody\r\n..\r\n.\r\n"
    case "TOP" where emptyTops > 0:
      emptyTops -= 1
      return "+OK\r\n.\r\n"
    default: return "+OK\r\n" + messages[index].header + "\r\n.\r\n"
    }
  }
}

extension ModelServer.Message {
  var subject: String {
    let line = header.split(separator: "\r\n").first { $0.hasPrefix("Subject: ") }
    return line.map { String($0.dropFirst(9)) } ?? ""
  }

  /// With its number in the subject, and nothing that tells it from others.
  static func silent(_ number: Int, id: String) -> Self {
    Self(uniqueID: id, header: "From: panel@example.net\r\nSubject: ALARM \(number)\r\n")
  }

  /// As devices send them.
  static func numbered(_ number: Int, _ word: String = "ALARM", id: String? = nil) -> Self {
    let header =
      "Message-ID: <\(number)@panel>\r\nDate: Sat, 21 Nov 2026 10:00:\(10 + number % 50) +0000\r\n"
      + "From: panel@example.net\r\nSubject: \(word) \(number)\r\n"
    return Self(uniqueID: id ?? "\(number)-id", header: header)
  }
}
