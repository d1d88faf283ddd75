import Bytes
import POP3
import TestSupport
import Testing

typealias TestSession = Session<SoftwareMD5>

let user = "mrose"
let secret = "tanstaaf"
/// base64 of NUL mrose NUL tanstaaf.
let plain = "AG1yb3NlAHRhbnN0YWFm"

func makeSession(
  _ security: Security = .tls, _ mechanism: Mechanism = .automatic, asks: Bool = true,
  user: String = user, secret: String = secret
) -> TestSession {
  let configuration = SessionConfiguration(
    security: security, mechanism: mechanism, askCapabilities: asks)
  return TestSession(configuration, makeCredential(user, secret))
}

func makeCredential(_ user: String, _ secret: String) -> Credential {
  do {
    return try Credential(user: Array(user.utf8).span, secret: Array(secret.utf8).span)
  } catch {
    fatalError("a test's credential is none")
  }
}

/// Passes `text` to the session.
@discardableResult
func receive(_ text: String, _ session: inout TestSession) throws(ProtocolError) -> [SessionEvent] {
  var events: [SessionEvent] = []
  let bytes = Array(text.utf8)
  var index = 0
  while index < bytes.count {
    let (count, event) = try session.receive(bytes.span.extracting(index...))
    if let event { events.append(event) }
    index += count
  }
  return events
}

/// Writes all that waits, and returns it.
@discardableResult
func write(_ session: inout TestSession) -> String {
  let output = text(session.output)
  session.didWrite(output.utf8.count)
  return output
}

/// A conversation, written down:
///
///     S: a line of the server, with CRLF; "\n" and the like are escapes
///     L: a line of the server, with a bare LF
///     R: bytes of the server, without a line end
///     C: a line that the client must have written by now
///     > commands that the caller sends at once, as `stat, top 1`
///     = what the session must have told by now
///     TLS: the caller finishes the handshake
struct Script: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let security: Security
  let mechanism: Mechanism
  let asks: Bool
  let lines: [Substring]

  init(
    _ name: String, security: Security = .tls, mechanism: Mechanism = .automatic,
    asks: Bool = true, _ text: String
  ) {
    testDescription = name
    self.security = security
    self.mechanism = mechanism
    self.asks = asks
    lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
  }

  /// All that the server says.
  var stream: [UInt8] { lines.flatMap(Self.serverBytes) }

  static func serverBytes(_ line: Substring) -> [UInt8] {
    let text = Array(unescape(line.dropFirst(2).drop { $0 == " " }).utf8)
    return switch line.prefix(2) {
    case "S:": text + [13, 10]
    case "L:": text + [10]
    case "R:": text
    default: []
    }
  }

  /// Runs it in every way in which the bytes can arrive and be written, and cut off at each byte.
  func run() {
    forEachSplit(of: stream) { parts in
      var ends: Set<Int> = []
      var end = 0
      for part in parts {
        end += part.count
        ends.insert(end)
      }
      for writes in [1, Int.max] {
        var player = Player(self, writesAfter: ends, octetsAtOnce: writes)
        player.play()
        player.trail()
      }
    }
    for end in 0..<stream.count {
      var player = Player(self, cutAfter: end)
      player.play()
      player.cut()
    }
  }
}

/// One run of a script.
struct Player: ~Copyable {
  var session: TestSession
  private let script: Script
  private let writesAfter: Set<Int>
  private let octetsAtOnce: Int
  private let cutAfter: Int?
  private var received = 0
  private var written = ""
  private var told: [String] = []

  init(
    _ script: Script, writesAfter: Set<Int> = [], octetsAtOnce: Int = .max, cutAfter: Int? = nil
  ) {
    self.script = script
    self.cutAfter = cutAfter
    self.writesAfter = writesAfter
    self.octetsAtOnce = octetsAtOnce
    session = makeSession(script.security, script.mechanism, asks: script.asks)
  }

  mutating func play() {
    for line in script.lines {
      if received == cutAfter { return }
      let rest = line.dropFirst(2).drop { $0 == " " }
      switch line.prefix(2) {
      case "S:", "L:", "R:": feed(Script.serverBytes(line))
      case "C:": expectWritten(rest + "\r\n", line)
      case "> ": for word in rest.split(separator: ",") { session.send(command(word)) }
      case "= ":
        #expect(told.first == String(rest), "\(script.testDescription): \(line)")
        told = Array(told.dropFirst())
      case "TL": secured()
      default: Issue.record("no such line: \(line)")
      }
    }
    drain()
    #expect(told == [], "\(script.testDescription)")
    #expect(written == "", "\(script.testDescription)")
  }

  /// What comes after the script is nobody's reply.
  mutating func trail() {
    guard session.state == .ended || session.canSend else { return }
    let end = session.state == .ended
    feed(Array("+OK trailing\r\n".utf8))
    #expect(told.allSatisfy { $0.hasPrefix("throws") }, "\(script.testDescription)")
    #expect(told.isEmpty == end, "\(script.testDescription)")
  }

  /// The connection ended in the middle of the script.
  mutating func cut() {
    let (state, awaiting) = (session.state, session.awaiting)
    do {
      try session.receiveEnd()
      #expect(state == .ended, "\(script.testDescription)")
    } catch {
      let isFirst = error.reason == .connectionEnded(state, awaiting: awaiting)
      #expect(isFirst || told.contains("throws \(error.reason)"), "\(script.testDescription)")
    }
  }

  mutating func feed(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      if received == cutAfter { return }
      // No further than to where something is written, or the connection is cut.
      var end = received + rest.count
      if let cutAfter { end = min(end, cutAfter) }
      end = (received + 1...end).first { writesAfter.contains($0) } ?? end
      let part = Array(rest.prefix(end - received))
      var count = part.count
      do {
        let event: SessionEvent?
        (count, event) = try session.receive(part.span)
        if let event { tell(event, of: part) }
      } catch {
        let text = "throws \(error.reason)"
        if told.last != text { told.append(text) }
      }
      received += count
      rest = rest.dropFirst(count)
      if writesAfter.contains(received) { write(min(octetsAtOnce, session.output.count)) }
    }
  }

  private mutating func secured() {
    do { try session.secured() } catch { told.append("throws \(error.reason)") }
  }

  private mutating func expectWritten(_ line: String, _ context: Substring) {
    drain()
    #expect(written.hasPrefix(line), "\(script.testDescription): \(context), not \(written)")
    written = String(written.utf8.dropFirst(line.utf8.count)) ?? ""
  }

  private mutating func drain() {
    while !session.output.isEmpty { write(min(octetsAtOnce, session.output.count)) }
  }

  private mutating func write(_ count: Int) {
    written += String(text(session.output).utf8.prefix(count)) ?? ""
    session.didWrite(count)
  }

  private mutating func tell(_ event: SessionEvent, of bytes: [UInt8]) {
    let text = describe(event, of: bytes)
    if case .content = event, let last = told.last, last.hasPrefix("content ") {
      told[told.count - 1] = last + text.dropFirst(8)
    } else {
      told.append(text)
    }
  }
}

private func describe(_ event: SessionEvent, of bytes: [UInt8]) -> String {
  switch event {
  case .startTLS: "startTLS"
  case .ready: "ready"
  case .rejected(let stage, let refusal): "rejected \(stage) \(refusal)"
  case .status(let count, let octets): "status \(count) \(octets.map { "\($0)" } ?? "-")"
  case .uniqueID(let message, let id): "uid \(message) \(id.map { text($0) } ?? "-")"
  case .listing(let message, let octets): "list \(message) \(octets.map { "\($0)" } ?? "-")"
  case .endOfListing(_, let skipped): "end of listing, skipped \(skipped)"
  case .content(let range): "content \(bytes[range].map(escape).joined())"
  case .endOfContent(let message): "end of \(message)"
  case .deleted(let message): "deleted \(message)"
  case .done: "done"
  case .refused(_, let refusal): "refused \(refusal)"
  case .goodbye: "goodbye"
  }
}

private func escape(_ byte: UInt8) -> String {
  switch byte {
  case 13: "\\r"
  case 10: "\\n"
  case 0x20..<0x7F: String(Character(Unicode.Scalar(byte)))
  default: "\\" + String(byte, radix: 16)
  }
}

private func unescape(_ text: Substring) -> String {
  guard text.contains("\\") else { return String(text) }
  let rows = [("\\r", "\r"), ("\\n", "\n"), ("\\0", "\0")]
  return rows.reduce(String(text)) { result, row in
    result.split(separator: row.0, omittingEmptySubsequences: false).joined(separator: row.1)
  }
}

private func command(_ text: Substring) -> Command {
  let words = text.split(separator: " ")
  let message = words.count > 1 ? Int(words[1]) : nil
  return switch words[0] {
  case "stat": .stat
  case "uidl": .uidl(message)
  case "list": .list(message)
  case "top": .top(message ?? 0)
  case "retr": .retr(message ?? 0)
  case "dele": .dele(message ?? 0)
  case "noop": .noop
  case "rset": .rset
  case "quit": .quit
  default: fatalError("no such command: \(text)")
  }
}
