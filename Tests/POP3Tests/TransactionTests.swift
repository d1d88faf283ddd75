import Bytes
import POP3
import TestSupport
import Testing

/// A session that is logged in.
func readySession(pipelining: Bool) throws -> TestSession {
  var session = makeSession(.tls, .user)
  let capability = pipelining ? "PIPELINING\r\n" : ""
  for lines in ["+OK\r\n", "+OK\r\n\(capability).\r\n", "+OK\r\n", "+OK\r\n", "-ERR\r\n"] {
    if session.state == .transaction { break }
    try receive(lines, &session)
    write(&session)
  }
  #expect(session.canSend == true)
  return session
}

@Suite struct PipeliningTests {
  @Test func sendsOneCommandAtATimeWhereItIsNotAnnounced() throws {
    var session = try readySession(pipelining: false)
    session.send(.noop)
    #expect(session.canSend == false)
    write(&session)
    let events = try receive("+OK\r\n", &session)
    #expect(events == [.done(.noop)])
    #expect(session.canSend == true)
  }

  /// Law L6, and no deadlock: what is unanswered is bounded.
  @Test func fillsTheWindowAndNoMore() throws {
    var session = try readySession(pipelining: true)
    var sent = 0
    while session.canSend {
      session.send(.top(Limits.messages))
      sent += 1
    }
    #expect(sent == Limits.window)
    #expect(session.output.count == Limits.window * "TOP 1000000 0\r\n".utf8.count)
  }

  /// Replies are matched in order, however the window goes round its ring.
  @Test func matchesRepliesInOrder() throws {
    var session = try readySession(pipelining: true)
    var next = 1
    var answered = 0
    while answered < 1_000 {
      while session.canSend, next <= 1_000 {
        session.send(next.isMultiple(of: 3) ? .dele(next) : .uidl(next))
        next += 1
        session.didWrite(min(7, session.output.count))
      }
      write(&session)
      answered += 1
      let events = try receive("+OK \(answered) u\(answered)\r\n", &session)
      let id = with("u\(answered)") { UniqueID($0) }
      #expect(
        events == [answered.isMultiple(of: 3) ? .deleted(answered) : .uniqueID(answered, id)])
      #expect(session.awaiting != nil || answered == 1_000)
    }
  }

  @Test func takesNoReplyToACommandThatIsHalfWritten() throws {
    for written in 0..<12 {
      var session = try readySession(pipelining: true)
      session.send(.noop)
      session.send(.noop)
      session.didWrite(written)
      let error = try #require(throws: ProtocolError.self) {
        if written >= 6 { try receive("+OK\r\n", &session) }
        try receive("+OK\r\n", &session)
      }
      #expect(error.reason == .unsolicitedReply)
      #expect(session.output.count == 0)
    }
  }

  /// The output is never empty, and yet takes all that fits the window.
  @Test func makesRoomWhereTheLastOctetStaysUnwritten() throws {
    var session = try readySession(pipelining: true)
    for answered in 0..<1_000 {
      while session.canSend { session.send(.dele(Limits.messages)) }
      let all = session.output.count
      session.didWrite(all - 1)
      let events = try receive("+OK\r\n", &session)
      #expect(events == [.deleted(Limits.messages)], "\(answered)")
    }
  }

  @Test func sendsNothingAfterQuit() throws {
    var session = try readySession(pipelining: true)
    session.send(.dele(1))
    session.send(.quit)
    #expect(session.state == .update)
    #expect(session.canSend == false)
    write(&session)
    let events = try receive("+OK\r\n+OK\r\n", &session)
    #expect(events == [.deleted(1), .goodbye])
    #expect(session.state == .ended)
    #expect(session.canSend == false)
    try session.receiveEnd()
  }

  /// A lost reply to QUIT means "unknown".
  @Test func tellsThatTheReplyToQuitIsMissing() throws {
    var session = try readySession(pipelining: true)
    session.send(.quit)
    write(&session)
    let error = #expect(throws: ProtocolError.self) { try session.receiveEnd() }
    #expect(error?.reason == .connectionEnded(.update, awaiting: .quit))
  }
}

/// Law L6: nothing that a server sends without end gets far, or is stored.
@Suite struct BoundTests {
  private func flood(
    _ session: inout TestSession, after first: String, with line: (Int) -> String, most: Int
  ) throws(ProtocolError) {
    write(&session)
    try receive(first, &session)
    for count in 0..<most { try receive(line(count), &session) }
  }

  @Test(arguments: ["", "+OK ", "-ERR ", "\0"])
  func endsAnEndlessGreeting(first: String) {
    var session = makeSession()
    let error = #expect(throws: ProtocolError.self) {
      try flood(&session, after: first, with: { _ in "aaaaaaaaaa" }, most: 1_000_000)
    }
    #expect(error == ProtocolError(.lineTooLong, at: UInt64(Limits.lineOctets)))
  }

  @Test func endsARefusalOfTenMegabytes() throws {
    var session = try readySession(pipelining: false)
    session.send(.dele(1))
    let error = try #require(throws: ProtocolError.self) {
      try flood(&session, after: "-ERR ", with: { _ in "aaaaaaaaaa" }, most: 1_000_000)
    }
    #expect(error.reason == .lineTooLong)
    #expect(session.lastLine.count == 512)
    #expect(throws: error) { try receive("+OK\r\n", &session) }
    #expect(throws: error) { try session.receiveEnd() }
    #expect(session.canSend == false)
  }

  @Test func endsEndlessCapabilities() throws {
    var session = makeSession()
    try receive("+OK\r\n", &session)
    let error = #expect(throws: ProtocolError.self) {
      try flood(&session, after: "+OK\r\n", with: { "X\($0)\r\n" }, most: 1_000)
    }
    #expect(error?.reason == .tooManyCapabilities)
  }

  @Test(arguments: [Command.uidl(nil), .list(nil)])
  func endsAListingBeyondTheCountOfSTAT(command: Command) throws {
    var session = try readySession(pipelining: false)
    session.send(.stat)
    write(&session)
    try receive("+OK 2 100\r\n", &session)
    session.send(command)
    let error = #expect(throws: ProtocolError.self) {
      try flood(&session, after: "+OK\r\n", with: { "\($0) 1\r\n" }, most: 10_000)
    }
    #expect(error?.reason == .tooManyLines)
  }

  @Test(arguments: [(1_000_000, true), (1_000_001, false), (4_294_967_295, false)])
  func refusesAMailboxOverTheLimit(count: UInt64, fits: Bool) throws {
    var session = try readySession(pipelining: false)
    session.send(.stat)
    write(&session)
    let reply = "+OK \(count) 1\r\n"
    if fits {
      let events = try receive(reply, &session)
      #expect(events == [.status(count: Int(count), octets: 1)])
    } else {
      let error = #expect(throws: ProtocolError.self) { try receive(reply, &session) }
      #expect(error?.reason == .tooManyMessages)
    }
  }

  @Test func passesALongHeaderLine() throws {
    var session = try readySession(pipelining: false)
    session.send(.top(1))
    write(&session)
    let line = String(repeating: "x", count: 200_000)
    let events = try receive("+OK\r\n\(line)\r\n.\r\n", &session)
    #expect(events == [.content(0..<200_002), .endOfContent(1)])
  }
}
