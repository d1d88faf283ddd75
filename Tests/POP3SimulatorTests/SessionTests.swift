import Foundation
import POP3Simulator
import Testing

private let messages = [
  Message(uid: "a", "Subject: one\n\nfirst\n.second\n..third\n"),
  Message(uid: "b", "Subject: two\r\n\r\nbody\r\n"),
  Message(uid: "c", "Subject: header only"),
]

@Suite struct SessionTests {
  struct Row: CustomTestStringConvertible {
    var commands: [String]
    var replies: [String]
    var isLoggedIn = true

    init(_ commands: String..., to replies: String..., isLoggedIn: Bool = true) {
      (self.commands, self.replies, self.isLoggedIn) = (commands, replies, isLoggedIn)
    }

    var testDescription: String { commands.joined(separator: ", ") }
  }

  static let rows = [
    Row("STAT", to: "+OK 3 85"),
    Row("LIST", to: "+OK", "1 41", "2 22", "3 22", "."),
    Row("LIST 2", to: "+OK 2 22"),
    Row("LIST 4", to: "-ERR No such message."),
    Row("UIDL", to: "+OK", "1 a", "2 b", "3 c", "."),
    Row("uidl 3", to: "+OK 3 c"),
    Row("UIDL 0", to: "-ERR No such message."),
    Row("TOP 1 0", to: "+OK", "Subject: one", "", "."),
    Row("TOP 1 2", to: "+OK", "Subject: one", "", "first", "..second", "."),
    Row("TOP 1 9", to: "+OK", "Subject: one", "", "first", "..second", "...third", "."),
    Row("TOP 3 0", to: "+OK", "Subject: header only", "."),
    Row("TOP 1", to: "-ERR A number of a message and one of lines, please."),
    Row("RETR 1", to: "+OK", "Subject: one", "", "first", "..second", "...third", "."),
    Row("RETR 99999999999999999999", to: "-ERR No such message."),
    Row("DELE 2", "LIST", "STAT", to: "+OK Marked.", "+OK", "1 41", "3 22", ".", "+OK 2 63"),
    Row(
      "DELE 2", "DELE 2", "TOP 2 0", "UIDL 2", to: "+OK Marked.", "-ERR No such message.",
      "-ERR No such message.", "-ERR No such message."),
    Row("DELE 2", "RSET", "STAT", to: "+OK Marked.", "+OK", "+OK 3 85"),
    Row("NOOP", to: "+OK"),
    Row("USER x", to: "-ERR Already logged in."),
    Row("XYZZY", "", to: "-ERR Unknown command.", "-ERR Unknown command."),
    Row("STAT", to: "-ERR Log in first.", isLoggedIn: false),
    Row("STLS", to: "-ERR No TLS.", isLoggedIn: false),
    Row("PASS x", to: "-ERR USER first.", isLoggedIn: false),
    Row(
      "USER alerts@example.net", "PASS wrong", to: "+OK", "-ERR [AUTH] Authentication failed.",
      isLoggedIn: false),
    Row(
      "USER someone", "PASS correct horse", to: "+OK", "-ERR [AUTH] Authentication failed.",
      isLoggedIn: false),
    Row("APOP alerts@example.net 0", to: "-ERR No APOP.", isLoggedIn: false),
    Row(
      "AUTH PLAIN AGFsZXJ0c0BleGFtcGxlLm5ldABjb3JyZWN0IGhvcnNl", to: "+OK 3 messages",
      isLoggedIn: false),
    Row(
      "AUTH PLAIN", "AGFsZXJ0c0BleGFtcGxlLm5ldABjb3JyZWN0IGhvcnNl", to: "+ ",
      "+OK 3 messages", isLoggedIn: false),
    Row("AUTH PLAIN", "*", to: "+ ", "-ERR Cancelled.", isLoggedIn: false),
    Row("AUTH PLAIN AGEAYg==", to: "-ERR [AUTH] Authentication failed.", isLoggedIn: false),
    Row("AUTH PLAIN YQ==", to: "-ERR Malformed response.", isLoggedIn: false),
    Row("AUTH CRAM-MD5", to: "-ERR No such mechanism.", isLoggedIn: false),
    Row(
      "CAPA", to: "+OK Capabilities:", "RESP-CODES", "AUTH-RESP-CODE", "USER", "SASL PLAIN",
      "IMPLEMENTATION popsim", "TOP", "UIDL", "PIPELINING", ".", isLoggedIn: false),
  ]

  @Test(arguments: rows)
  func answers(_ row: Row) throws {
    try withServer(Mailbox(messages)) { server in
      let client = try Client(server.port)
      if row.isLoggedIn { client.send(login + "\r\n") }
      client.send(row.commands.map { $0 + "\r\n" }.joined())
      let replies = client.converse("QUIT")
      let before =
        row.isLoggedIn ? ["+OK popsim ready", "+OK", "+OK 3 messages"] : ["+OK popsim ready"]
      #expect(replies == before + row.replies + ["+OK Goodbye."])
    }
  }

  @Test func deletesOnlyAtQuit() throws {
    let mailbox = Mailbox(messages)
    try withServer(mailbox) { server in
      let cut = try Client(server.port)
      cut.send(login + "\r\nDELE 1\r\n")
      #expect(cut.read(through: "Marked.\r\n").hasSuffix("+OK Marked.\r\n"))
      #expect(mailbox.messages.count == 3)
      server.stop()
      #expect(mailbox.messages.count == 3)
      #expect(mailbox.deletedUIDs.isEmpty)
    }
    try withServer(mailbox) { server in
      _ = try Client(server.port).converse(login, "DELE 3", "DELE 1", "QUIT")
      #expect(mailbox.messages.map(\.uid) == ["b"])
      #expect(mailbox.deletedUIDs == ["a", "c"])
    }
  }

  @Test func showsEachSessionItsSnapshot() throws {
    let mailbox = Mailbox(messages)
    try withServer(mailbox) { server in
      let first = try Client(server.port)
      first.send(login + "\r\n")
      _ = first.read(through: "3 messages\r\n")
      mailbox.add(Message(uid: "d", "Subject: late\n\n"))
      let second = try Client(server.port).converse(login, "STAT", "DELE 1", "QUIT")
      #expect(second[3] == "+OK 4 102")
      let replies = first.converse("STAT", "DELE 1", "DELE 2", "QUIT")
      #expect(replies[0] == "+OK 3 85")
      #expect(mailbox.deletedUIDs == ["a", "b"])
    }
  }

  @Test func letsOneSessionInWhereTheMailboxLocks() throws {
    try withServer(Mailbox(messages), locking: true) { server in
      let first = try Client(server.port)
      first.send(login + "\r\n")
      _ = first.read(through: "3 messages\r\n")
      let second = try Client(server.port).converse(login, "QUIT")
      #expect(second[2].hasPrefix("-ERR [IN-USE]"))
      _ = first.converse("QUIT")
      #expect(try Client(server.port).converse(login, "QUIT")[2] == "+OK 3 messages")
    }
  }

  @Test func servesFolder() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    try write("1.eml", "Subject: one\n\nbody\n")
    try write("2.eml", "Subject: two\r\n\r\n")
    try write("notes.txt", "none of these")
    let mailbox = try Mailbox(folder: folder)
    try withServer(mailbox) { server in
      let first = try Client(server.port).converse(login, "UIDL", "RETR 1", "DELE 1", "QUIT")
      #expect(
        first[7...] == ["+OK", "Subject: one", "", "body", ".", "+OK Marked.", "+OK Goodbye."])
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "1.eml").path))
      try write("3.eml", "Subject: three\n\n")
      let second = try Client(server.port).converse(login, "UIDL", "QUIT")
      #expect(second[2] == "+OK 2 messages")
      #expect(second[4].dropFirst(2) == first[5].dropFirst(2))
    }
    #expect(throws: (any Error).self) { try Mailbox(folder: folder.appending(path: "missing")) }
  }

  @Test func holdsSamplesThatArePlainMessages() throws {
    let samples = Message.samples(to: "me@example.net")
    #expect(samples.map(\.subject).contains("ALARM zone 12 front door"))
    #expect(samples.map(\.subject).contains("T\u{FC}rklingel: jemand ist an der T\u{FC}r"))
    #expect(Set(samples.map(\.uid)).count == samples.count)
    for sample in samples {
      let text = String(decoding: sample.bytes, as: UTF8.self)
      #expect(text.contains("\r\nTo: <me@example.net>\r\n"))
      #expect(text.components(separatedBy: "\r\n\r\n").count >= 2)
      #expect(text.utf8.allSatisfy { $0 != 0 } && text.hasSuffix("\r\n"))
      #expect(sample.uid.utf8.count <= 70)
    }
  }
}
