import Bytes
import Foundation
import POP3Simulator
import TLS
import TestSupport
import Testing

private let authority = CertificateAuthority()
private let identity = authority.issue()

@Suite struct ConnectionTests {
  let trust: Trust

  /// A class, as Testing wants a suite that can be copied.
  final class Trust {
    let store: TrustStore
    init() throws { store = try TLSTests.trust(authority.pem) }
  }

  init() throws { trust = try Trust() }

  private func connected(
    _ behaviour: Behaviour = Behaviour(), security: Security = .implicitTLS(identity),
    ipv6: Bool = false, server name: String = "localhost",
    _ body: (Client, MailboxServer) throws -> Void
  ) throws {
    var configuration = Configuration()
    configuration.security = security
    configuration.behaviour = behaviour
    configuration.usesIPv6 = ipv6
    let server = try MailboxServer(configuration)
    defer { server.stop() }
    try body(
      Client(port: server.port, ipv6: ipv6, server: name, trust: trust.store), server)
  }

  @Test(arguments: [("127.0.0.1", false), ("::1", true), ("localhost", true)])
  func carriesBytesBothWays(_ name: String, ipv6: Bool) throws {
    try connected(ipv6: ipv6, server: name) { client, server in
      try client.handshake()
      let agreement = client.connection.agreement
      // Where the newest version depends on the library, who runs the tests says which it is.
      let version = ProcessInfo.processInfo.environment["EXPECTED_TLS"] ?? "TLSv1."
      #expect(text(agreement).hasPrefix(version))
      #expect(try client.read(through: "\r\n") == "+OK popsim ready\r\n")
      try client.write("CAPA\r\n")
      #expect(try client.read(through: "\r\n.\r\n").hasPrefix("+OK"))
      #expect(server.transcripts[0].hadTLS)
      #expect(server.transcripts[0].received == "CAPA\r\n")
    }
  }

  @Test func tellsEndFromCut() throws {
    try connected { client, _ in
      try client.handshake()
      try client.write("QUIT\r\n")
      _ = try client.read(through: "Goodbye.\r\n")
      #expect(try client.readSome().end == .closed)
      #expect(try client.readSome().end == .closed)
      try client.closeNotify()
    }
    var behaviour = Behaviour()
    behaviour.closesAfterSent = 5
    try connected(behaviour) { client, _ in
      try client.handshake()
      #expect(try client.read(through: "+OK p") == "+OK p")
      #expect(try client.readSome().end == .truncated)
      #expect(try client.readSome().end == .truncated)
    }
  }

  @Test func carriesMoreThanTheSocketHolds() throws {
    let large = String(repeating: "x", count: 4 << 20)
    var behaviour = Behaviour()
    behaviour.inject(.reply("+OK " + large), at: .noop)
    behaviour.inject(.silence, at: .stat)
    try connected(behaviour) { client, server in
      try client.handshake()
      _ = try client.read(through: "ready\r\n")
      try client.write("NOOP\r\n")
      var count = 0
      while count < large.count + 6 { count += try client.readSome().text?.utf8.count ?? .max / 2 }
      #expect(count == large.count + 6)
      try client.write("STAT\r\n" + large)
      try expectSoon { server.receivedCount == large.count + 12 }
    }
  }

  @Test func readsByteByByte() throws {
    var behaviour = Behaviour()
    behaviour.sendsByteByByte = true
    try connected(behaviour) { client, _ in
      try client.handshake()
      var greeting = ""
      while !greeting.hasSuffix("\r\n") {
        let part = try #require(try client.readSome().text)
        #expect(part.utf8.count == 1)
        greeting += part
      }
      #expect(greeting == "+OK popsim ready\r\n")
    }
  }

  @Test func speaksAfterSTLS() throws {
    try connected(security: .startTLS(identity)) { client, server in
      #expect(receiveLine(client.socket) == "+OK popsim ready\r\n")
      send(client.socket, "STLS\r\n")
      #expect(receiveLine(client.socket) == "+OK Begin TLS.\r\n")
      try client.handshake()
      try client.write("USER alerts@example.net\r\nPASS correct horse\r\nQUIT\r\n")
      _ = try client.read(through: "Goodbye.\r\n")
      #expect(server.loginCount == 1)
      #expect(server.transcripts[0].receivedInClear == "STLS\r\n")
    }
  }

  /// What stands behind the reply in clear is in the socket before TLS begins.
  @Test func takesBytesAfterSTLSForNoTLS() throws {
    var behaviour = Behaviour()
    behaviour.textAfterSTLS = "+OK\r\n+OK 0 0\r\n"
    try connected(behaviour, security: .startTLS(identity)) { client, server in
      send(client.socket, "STLS\r\n")
      #expect(receiveLine(client.socket) == "+OK popsim ready\r\n")
      #expect(receiveLine(client.socket) == "+OK Begin TLS.\r\n")
      #expect(throws: TLSFailure.notTLS) { try client.handshake() }
    }
  }

  @Test func forgetsWhatTheClientSentBeforeTLS() throws {
    try connected(security: .startTLS(identity)) { client, _ in
      send(client.socket, "STLS\r\nNOOP\r\n")
      #expect(receiveLine(client.socket) == "+OK popsim ready\r\n")
      #expect(receiveLine(client.socket) == "+OK Begin TLS.\r\n")
      try client.handshake()
      try client.write("QUIT\r\n")
      #expect(try client.read(through: "\r\n") == "+OK Goodbye.\r\n")
    }
  }

  @Test(arguments: [STLSBehaviour.offered, .unannounced, .refused])
  func offersSTLSAsItIsTold(_ stls: STLSBehaviour) throws {
    var behaviour = Behaviour()
    behaviour.stls = stls
    try connected(behaviour, security: .startTLS(identity)) { client, server in
      send(client.socket, "CAPA\r\n")
      var lines: [String] = []
      while lines.last != ".\r\n" { lines.append(receiveLine(client.socket)) }
      #expect(lines.contains("STLS\r\n") == (stls == .offered))
      send(client.socket, "STLS\r\n")
      #expect(receiveLine(client.socket).hasPrefix(stls == .refused ? "-ERR" : "+OK"))
    }
  }

  @Test func agreesWithTheServerOnAPOP() throws {
    var configuration = Configuration()
    configuration.offersAPOP = true
    let server = try MailboxServer(configuration)
    defer { server.stop() }
    let socket = connectToLoopback(server.port)
    defer { close(socket) }
    let stamp = try #require(receiveLine(socket).firstMatch(of: /<.+@.+>/)).output
    var digest = MD5()
    for byte in (stamp + configuration.password).utf8 { digest.update(byte) }
    let result = digest.finish()
    send(socket, "APOP \(configuration.user) \(hexadecimal(result.span))\r\n")
    #expect(receiveLine(socket) == "+OK 0 messages\r\n")
  }

  @Test(.enabled(if: MailboxServer.canSpeakOldTLS))
  func refusesOldTLS() throws {
    var behaviour = Behaviour()
    behaviour.speaksOnlyOldTLS = true
    try connected(behaviour) { client, _ in
      #expect(throws: TLSFailure.protocolTooOld) { try client.handshake() }
    }
  }

  /// The alerts are as TLS 1.2 sends them: level fatal, and a number of RFC 8446 section 6.
  @Test(arguments: [
    (Array("+OK POP3 ready\r\n".utf8), TLSFailure.notTLS),
    (Array("HTTP/1.0 400 Bad Request\r\n".utf8), .notTLS),
    ([0x15, 3, 3, 0, 2, 2, 40], .nothingInCommon), ([0x15, 3, 3, 0, 2, 2, 47], .alert(47)),
    ([0x15, 3, 3, 0, 2, 2, 112], .alert(112)),
    ([0x15, 3, 1, 0, 2, 2, 70], .protocolTooOld),
    ([0x15, 3, 3, 0, 2], .ended),
    ([], .ended),
  ])
  func saysWhatTheServerDidInstead(_ bytes: [UInt8], _ failure: TLSFailure) throws {
    var behaviour = Behaviour()
    behaviour.inject(.bytes(bytes), at: .greeting)
    behaviour.closesAfterSent = bytes.count
    try connected(behaviour, security: .none) { client, _ in
      #expect(throws: failure) { try client.handshake() }
      #expect(throws: failure) { try client.handshake() }
    }
  }

  @Test func reportsTheSocketsError() throws {
    let connection = Connection(
      try TLSConnection(
        descriptor: -1, server: Array("localhost".utf8).span, trust: trust.store))
    #expect(throws: TLSFailure.system(EBADF)) { try connection.value.handshake() }
  }

  @Test func asksToWaitForSilentServer() throws {
    var behaviour = Behaviour()
    behaviour.inject(.silence, at: .handshake)
    try connected(behaviour) { client, server in
      #expect(try client.beginHandshake() == .wantsRead)
      try expectSoon { server.receivedCount > 0 }
      #expect(try client.beginHandshake() == .wantsRead)
    }
  }

  @Test(arguments: [("pop.example.net", true), ("127.0.0.1", false), ("::1", false)])
  func sendsServerNameForNamesOnly(_ name: String, isSent: Bool) throws {
    var behaviour = Behaviour()
    behaviour.inject(.silence, at: .greeting)
    try connected(behaviour, security: .none, server: name) { client, server in
      #expect(try client.beginHandshake() == .wantsRead)
      try expectSoon { server.receivedCount > 0 }
      let hello = server.transcripts[0].passages[0].bytes
      // ServerNameList of one host_name: RFC 6066 section 3.
      let count = UInt8(name.utf8.count)
      let list: [UInt8] = [0, count + 3, 0, 0, count] + name.utf8
      #expect(hello.contains(list) == isSent)
      #expect(hello.contains(Array(name.utf8)) == isSent)
    }
  }

  @Test func outlivesTheNameOfItsTrust() throws {
    var configuration = Configuration()
    configuration.security = .implicitTLS(identity)
    let server = try MailboxServer(configuration)
    defer { server.stop() }
    func client() throws -> Client {
      try Client(port: server.port, server: "localhost", trust: TLSTests.trust(authority.pem))
    }
    try client().handshake()
  }

  @Test func opensNoFile() throws {
    try connected { client, _ in
      let result = Outcome()
      let client = Sent(client)
      let thread = Thread {
        forbidOpeningFiles()
        result.set(
          Result {
            #expect((try? Data(contentsOf: URL(filePath: "/etc/passwd"))) == nil)
            try client.value.handshake()
          })
      }
      thread.start()
      try expectSoon { result.value != nil }
      try result.value?.get()
    }
  }
}
