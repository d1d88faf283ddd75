import Foundation
import POP3Simulator
import Testing

private let messages = [Message(uid: "a", "Subject: one\n\nfirst\n")]
private let session = [login, "DELE 1", "QUIT"].map { $0 + "\r\n" }.joined()
private let answers =
  "+OK popsim ready\r\n+OK\r\n+OK 1 messages\r\n+OK Marked.\r\n+OK Goodbye.\r\n"

@Suite struct CutTests {
  @Test func endsAfterEachOctetSent() throws {
    // QUIT is done before it is answered, so a cut answer is one whose deletion counts.
    let quit = answers.utf8.count - "+OK Goodbye.\r\n".utf8.count
    for count in 0...answers.utf8.count {
      var behaviour = Behaviour()
      behaviour.closesAfterSent = count
      let mailbox = Mailbox(messages)
      try withServer(mailbox, behaviour) { server in
        let client = try Client(server.port)
        client.send(session)
        #expect(client.readAll() == String(answers.prefix(utf8: count)))
        #expect(server.transcripts[0].sent == String(answers.prefix(utf8: count)))
        #expect(mailbox.deletedUIDs == (count > quit ? ["a"] : []), "after \(count)")
      }
    }
  }

  @Test func endsAfterEachOctetReceived() throws {
    for count in 0...session.utf8.count {
      var behaviour = Behaviour()
      behaviour.closesAfterReceived = count
      let mailbox = Mailbox(messages)
      try withServer(mailbox, behaviour) { server in
        let client = try Client(server.port)
        client.send(session)
        #expect(answers.hasPrefix(client.readAll()))
        #expect(server.transcripts[0].received == String(session.prefix(utf8: count)))
        #expect(mailbox.deletedUIDs == (count == session.utf8.count ? ["a"] : []))
      }
    }
  }
}

extension String {
  fileprivate func prefix(utf8 count: Int) -> Substring.UTF8View {
    Substring(self).utf8.prefix(count)
  }
}

@Suite struct BehaviourTests {
  private func replies(
    _ commands: String..., when change: (inout Behaviour) -> Void
  ) throws -> [String] {
    var behaviour = Behaviour()
    change(&behaviour)
    var replies: [String] = []
    try withServer(Mailbox(messages), behaviour) { server in
      let client = try Client(server.port)
      client.send(commands.map { $0 + "\r\n" }.joined())
      replies = client.converse("QUIT")
    }
    return replies
  }

  @Test func lacksCommands() throws {
    let replies = try replies("CAPA", login, "TOP 1 0", "UIDL") {
      $0.unsupported = [.top, .uidl]
    }
    #expect(!replies.contains("TOP") && !replies.contains("UIDL"))
    #expect(
      replies.suffix(3) == ["-ERR Unknown command.", "-ERR Unknown command.", "+OK Goodbye."])
  }

  @Test func announcesWhatItIsToldTo() throws {
    let replies = try replies("CAPA", login, "CAPA") {
      $0.capabilitiesInClear = ["SASL PLAIN", "X"]
      $0.capabilitiesAfterLogin = []
    }
    #expect(replies[1...4] == ["+OK Capabilities:", "SASL PLAIN", "X", "."])
    #expect(replies.suffix(3) == ["+OK Capabilities:", ".", "+OK Goodbye."])
  }

  @Test func throwsAwayWhatIsPipelined() throws {
    var behaviour = Behaviour()
    behaviour.supportsPipelining = false
    try withServer(Mailbox(messages), behaviour) { server in
      let client = try Client(server.port)
      #expect(client.readLine() == "+OK popsim ready\r\n")
      client.send("CAPA\r\nCAPA\r\n")
      #expect(!client.read(through: "\r\n.\r\n").contains("PIPELINING"))
      #expect(client.converse("QUIT") == ["+OK Goodbye."])
      #expect(server.transcripts[0].pipeliningErrors == 1)
    }
  }

  @Test func refusesEachLogin() throws {
    let replies = try replies(login) { $0.refusesLogin = true }
    #expect(replies[2] == "-ERR [AUTH] Authentication failed.")
  }

  @Test func repliesAsItIsTold() throws {
    let replies = try replies(login, "TOP 1 0", "TOP 1 0", "NOOP") {
      $0.inject(.reply("-ERR [SYS/TEMP] Later."), at: .top, occurrence: 1)
      $0.inject(.bytes(Array("+OK a\r\n+OK b\r\n".utf8)), at: .noop)
    }
    #expect(
      replies[3...] == [
        "-ERR [SYS/TEMP] Later.", "+OK", "Subject: one", "", ".", "+OK a", "+OK b", "+OK Goodbye.",
      ])
  }

  @Test func challengesAsItIsTold() throws {
    let replies = try replies("AUTH PLAIN", "AGFsZXJ0c0BleGFtcGxlLm5ldABjb3JyZWN0IGhvcnNl") {
      $0.inject(.reply("+"), at: .challenge)
    }
    #expect(replies[1...2] == ["+", "+OK 1 messages"])
  }

  @Test func disconnects() throws {
    #expect(try replies { $0.inject(.disconnect, at: .greeting) } == [])
    #expect(try replies("CAPA") { $0.inject(.disconnect, at: .capa) } == ["+OK popsim ready"])
  }

  @Test func sendsLongLines() throws {
    let greeting = try replies { $0.inject(.longLine(10 << 20), at: .greeting) }
    #expect(greeting[0].utf8.count == 4 + 10 << 20)
    let capabilities = try replies("CAPA") { $0.inject(.longLine(5000), at: .capa) }
    #expect(capabilities[1] == "+OK")
    #expect(capabilities[2].utf8.count == 5008)
    #expect(capabilities[3] == ".")
    let headers = try replies(login, "TOP 1 0") { $0.inject(.longLine(5000), at: .top) }
    #expect(headers.suffix(3) == ["", ".", "+OK Goodbye."])
  }

  @Test(arguments: [
    FaultPoint.greeting, .command(.capa), .command(.uidl), .command(.list), .command(.top),
  ])
  func neverEnds(_ step: FaultPoint) throws {
    var behaviour = Behaviour()
    behaviour.inject(.endless, at: step)
    try withServer(Mailbox(messages), behaviour) { server in
      var client: Client? = try Client(server.port)
      client?.send("CAPA\r\n\(login)\r\nUIDL\r\nLIST\r\nTOP 1 0\r\n")
      var count = 0
      while count < 3 << 20 { count += client?.readSome()?.count ?? .max / 2 }
      #expect(count < 4 << 20)
      client = nil
      try expectSoon { !server.transcripts[0].isOpen }
      let transcript = server.transcripts[0]
      #expect(transcript.sentCount >= count && transcript.sent.utf8.count <= 1 << 20)
      // A status line has no end; other replies have lines without one.
      #expect(transcript.sent.hasSuffix("\r\n.\r\n") == false)
    }
  }

  /// Where nothing comes, only stopping ends it; the client's words are still on record.
  @Test(arguments: [FaultPoint.greeting, .command(.capa), .command(.pass), .command(.quit)])
  func keepsSilent(_ step: FaultPoint) throws {
    var behaviour = Behaviour()
    behaviour.inject(.silence, at: step)
    try withServer(Mailbox(messages), behaviour) { server in
      let client = try Client(server.port)
      let words = "CAPA\r\n\(session)"
      client.send(words)
      try expectSoon { server.transcripts.first?.receivedCount == words.utf8.count }
      server.stop()
      #expect(!client.readAll().contains("Goodbye"))
      #expect(server.transcripts[0].received == words)
      #expect(server.mailbox.deletedUIDs.isEmpty)
    }
  }

  @Test func sendsByteByByte() throws {
    let replies = try replies(login, "TOP 1 0") { $0.sendsByteByByte = true }
    #expect(replies.suffix(5) == ["+OK", "Subject: one", "", ".", "+OK Goodbye."])
  }

  @Test func behavesOtherwiseForTheNextConnections() throws {
    try withServer { server in
      var refusing = Behaviour()
      refusing.inject(.reply("-ERR [SYS/TEMP] Not now."), at: .greeting)
      server.setNext([refusing, Behaviour(), refusing])
      let greetings = try (0..<4).map { _ in try Client(server.port).converse("QUIT")[0] }
      #expect(greetings.map { $0.hasPrefix("+OK") } == [false, true, false, true])
      server.behaviour = refusing
      #expect(try Client(server.port).converse("QUIT")[0] == "-ERR [SYS/TEMP] Not now.")
    }
  }
}

@Suite struct ServerTests {
  @Test func recordsEachConnection() throws {
    try withServer(Mailbox(messages)) { server in
      _ = try Client(server.port).converse(login, "DELE 1", "QUIT")
      _ = try Client(server.port).converse("NOOP", "QUIT")
      try expectSoon { server.transcripts.allSatisfy { !$0.isOpen } }
      #expect(server.transcripts.map(\.received) == [session, "NOOP\r\nQUIT\r\n"])
      #expect(server.transcripts[0].sent == answers)
      #expect(server.transcripts[0].receivedInClear == session)
      #expect(server.transcripts.map(\.loggedIn) == [true, false])
      #expect((server.connectionCount, server.loginCount) == (2, 1))
    }
  }

  @Test func stopsWithSessionsOpen() throws {
    try withServer(Mailbox(messages), locking: true) { server in
      let clients = try (0..<20).map { _ in try Client(server.port) }
      for client in clients { #expect(client.readLine() == "+OK popsim ready\r\n") }
      server.stop()
      #expect(clients.allSatisfy { $0.readAll() == "" })
      #expect(server.transcripts.allSatisfy { !$0.isOpen })
      #expect(throws: Client.Refused.self) { try Client(server.port) }
      server.stop()
    }
  }

  @Test func refusesPortThatIsTaken() throws {
    try withServer { server in
      var configuration = Configuration()
      configuration.port = server.port
      #expect(throws: ServerError.self) { try MailboxServer(configuration) }
    }
  }
}
