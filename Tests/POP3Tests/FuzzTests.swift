import POP3
import TestSupport
import Testing

/// Whatever a server sends, we parse it or throw; we never trap, and never write a credential
/// before the transport is in place (law L3).
@Suite struct FuzzTests {
  private static let scripts = ServerTests.servers + QuirkTests.listings + SecurityTests.attacks
  private static let words =
    ["+OK", "-ERR", "+", "\r\n", "\n", ".\r\n", "\r\n.\r\n", "STLS\r\n", "PIPELINING\r\n", " 1 "]
    .map { Array($0.utf8) }

  @Test(arguments: 0..<4) func neverTraps(part: Int) {
    var random = SeededGenerator(seed: .random(in: 0 ... .max))
    print("fuzz seed: \(random.state)")
    for _ in 0..<2_500 {
      let script = Self.scripts.randomElement(using: &random)!
      let isNoise = Int.random(in: 0..<8, using: &random) == 0
      attack(with: isNoise ? noise(&random) : mutate(script.stream, &random), &random)
    }
  }

  private func attack(with stream: [UInt8], _ random: inout SeededGenerator) {
    let security = [Security.tls, .startTLS, .plaintext].randomElement(using: &random)!
    let mechanisms: [Mechanism] = [.automatic, .plain, .plainChallenge, .user, .apop]
    var session = makeSession(
      security, mechanisms.randomElement(using: &random)!, asks: .random(using: &random))
    var isInPlace = security != .startTLS
    var rest = stream[...]
    while !rest.isEmpty {
      let part = Array(rest.prefix(.random(in: 1...64, using: &random)))
      do {
        let (count, event) = try session.receive(part.span)
        rest = rest.dropFirst(count)
        if event == .startTLS, Int.random(in: 0..<4, using: &random) > 0 {
          try session.secured()
          isInPlace = true
        }
      } catch {
        #expect(session.output.count == 0)
        #expect(throws: error) { try session.receiveEnd() }
        return
      }
      step(&session, isInPlace, &random)
    }
    try? session.receiveEnd()
  }

  /// Writes some of what waits, and sends some commands.
  private func step(
    _ session: inout TestSession, _ isInPlace: Bool, _ random: inout SeededGenerator
  ) {
    while session.canSend, Int.random(in: 0..<3, using: &random) == 0 {
      let message = Int.random(in: 1...Limits.messages, using: &random)
      let commands: [Command] = [
        .stat, .uidl(nil), .uidl(message), .list(nil), .list(message), .top(message),
        .retr(message), .dele(message), .noop, .rset, .quit,
      ]
      session.send(commands.randomElement(using: &random)!)
    }
    let output = text(session.output)
    // Bytes are compared: to a String, CRLF is one character that has no suffix LF.
    if !isInPlace {
      let allowed = ["CAPA\r\n", "STLS\r\n"]
      let isAllowed = allowed.contains {
        $0.utf8.suffix(output.utf8.count).elementsEqual(output.utf8)
      }
      #expect(isAllowed, "it writes \(output)")
    }
    let isPatient = Int.random(in: 0..<50, using: &random) > 0
    session.didWrite(isPatient ? output.utf8.count : output.utf8.count / 2)
  }

  /// Random octets, of which each second is one of a few that mean something.
  private func noise(_ random: inout SeededGenerator) -> [UInt8] {
    Array("+OK ".utf8)
      + (0..<256).map { _ in
        Bool.random(using: &random)
          ? .random(in: .min ... .max, using: &random)
          : Array("\r\n. +1".utf8).randomElement(using: &random)!
      }
  }

  private func mutate(_ stream: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var stream = stream
    for _ in 0..<Int.random(in: 0..<6, using: &random) {
      let start = Int.random(in: 0...stream.count, using: &random)
      let end = Int.random(in: start...min(stream.count, start + 8), using: &random)
      let noise = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
        UInt8.random(in: .min ... .max, using: &random)
      }
      let parts = [[], noise, Self.words.randomElement(using: &random)!, Array(stream[..<start])]
      stream.replaceSubrange(start..<end, with: parts.randomElement(using: &random)!)
    }
    return stream
  }
}
