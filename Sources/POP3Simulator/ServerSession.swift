import CSimulator
import Foundation

/// One connection's POP3, from the greeting to the end: RFC 1939, 2449, 2595, 5034.
final class ServerSession {
  let number: Int
  let transport: Wire
  let configuration: Configuration
  let behaviour: Behaviour
  let mailbox: Mailbox
  let recorder: Recorder
  private var input: [UInt8] = []
  private var visits: [FaultPoint: Int] = [:]
  private let stamp = "<\(UInt64.random(in: 0 ... .max)).popsim@localhost>"

  /// The USER that waits for its PASS.
  var userName: String?
  /// After the login.
  var messages: [Message]?
  var deleted: Set<Int> = []

  init(
    number: Int, transport: Wire, configuration: Configuration, behaviour: Behaviour,
    mailbox: Mailbox, recorder: Recorder
  ) {
    self.number = number
    self.transport = transport
    self.configuration = configuration
    self.behaviour = behaviour
    self.mailbox = mailbox
    self.recorder = recorder
  }

  func run() {
    configuration.onEvent?(.connected(number))
    var saidQuit = false
    do {
      if case .implicitTLS(let identity) = configuration.security { try secure(identity) }
      try greet()
      while true {
        guard let (command, argument) = try nextCommand() else { continue }
        if try fault(at: .command(command)) { continue }
        try perform(command, argument)
        if command == .quit {
          saidQuit = true
          break
        }
      }
    } catch {}
    if messages != nil, configuration.locksMailbox { mailbox.unlock() }
    transport.finish(sayingGoodbye: saidQuit)
  }

  func secure(_ identity: TLSIdentity) throws(Ended) {
    if try fault(at: .handshake) { return }
    try transport.startTLS(identity)
    configuration.onEvent?(.secured(number))
  }

  private func greet() throws(Ended) {
    if try fault(at: .greeting) { return }
    try say("+OK popsim ready" + (configuration.offersAPOP ? " " + stamp : ""))
  }

  func say(_ line: String) throws(Ended) {
    try transport.send(Array((line + "\r\n").utf8))
  }

  // MARK: Faults

  /// Returns whether a fault has taken the step's place.
  func fault(at step: FaultPoint) throws(Ended) -> Bool {
    switch visit(step) {
    case nil: return false
    case .silence: while true { _ = try transport.receive() }
    case .disconnect: throw .byServer
    case .reset: try transport.reset()
    case .reply(let text): try say(text)
    case .bytes(let bytes): try transport.send(bytes)
    case .endless: try talkEndlessly(step)
    case .longLine(let count): return try sayLongLine(step, count)
    }
    return true
  }

  func visit(_ step: FaultPoint) -> Fault? {
    visits[step, default: 0] += 1
    return behaviour.fault(at: step, occurrence: visits[step] ?? 1)
  }

  private func talkEndlessly(_ step: FaultPoint) throws(Ended) {
    try transport.send(Array("+OK ".utf8))
    var unit = "without end "
    if let line = longReplyLine(step) {
      try say("")
      unit = line + "\r\n"
    }
    let chunk = Array(String(repeating: unit, count: 16_384 / unit.utf8.count).utf8)
    while true { try transport.send(chunk) }
  }

  private func sayLongLine(_ step: FaultPoint, _ count: Int) throws(Ended) -> Bool {
    let filler = String(repeating: "x", count: count)
    guard let line = longReplyLine(step) else {
      try say("+OK " + filler)
      return true
    }
    try say("+OK")
    try say(line + filler)
    try say(step == .command(.top) || step == .command(.retr) ? "\r\n." : ".")
    return true
  }

  /// A line of the reply to such a command; nil where it has but one.
  private func longReplyLine(_ step: FaultPoint) -> String? {
    switch step {
    case .command(.capa): "X-POPSIM"
    case .command(.list): "1 100"
    case .command(.uidl): "1 uid"
    case .command(.top), .command(.retr): "X-Popsim: "
    default: nil
    }
  }

  // MARK: Lines

  /// Nil where the line was no command, and was answered.
  private func nextCommand() throws(Ended) -> (Keyword, String)? {
    let line = try nextLine()
    let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard let word = parts.first, let command = Keyword(rawValue: word.lowercased()),
      !behaviour.unsupported.contains(command)
    else {
      try say("-ERR Unknown command.")
      return nil
    }
    return (command, parts.count > 1 ? String(parts[1]) : "")
  }

  /// Without its CRLF.
  func nextLine() throws(Ended) -> String {
    while true {
      if let end = input.firstIndex(of: 0x0A) {
        let line = input[..<end]
        let text = String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
        input.removeSubrange(...end)
        if !behaviour.supportsPipelining, !input.isEmpty {
          recorder.hasPipelined()
          input = []
        }
        return text
      }
      guard input.count < 16_384 else {
        try say("-ERR Input line too long.")
        throw .byServer
      }
      input += try transport.receive()
    }
  }

  /// STLS: what was sent in clear behind it must not be believed.
  func forgetInput() { input = [] }

  // MARK: Login

  func login(_ user: String, isRight: Bool) throws(Ended) {
    guard isRight, !behaviour.refusesLogin else {
      configuration.onEvent?(.refusedLogin(number, user: user))
      return try say("-ERR [AUTH] Authentication failed.")
    }
    guard let messages = mailbox.open(locking: configuration.locksMailbox) else {
      return try say("-ERR [IN-USE] The mailbox is open in another session.")
    }
    self.messages = messages
    recorder.hasLoggedIn()
    configuration.onEvent?(.loggedIn(number, user: user))
    try say("+OK \(messages.count) messages")
  }

  /// RFC 1939 section 7: the digest of the stamp and the password.
  func apopDigest() -> String {
    let text = Array((stamp + configuration.password).utf8)
    var digest = [UInt8](repeating: 0, count: 16)
    // SAFETY: 16 bytes are written to an array of 16.
    unsafe sim_md5(text, text.count, &digest)
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
