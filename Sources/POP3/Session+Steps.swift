internal import Bytes

/// The current step of a session.
enum SessionStep: Equatable, Sendable {
  case greeting
  /// CAPA was sent before the login, with or without TLS.
  case capabilities
  /// STLS was sent.
  case startTLS
  /// TLS is being set up.
  case handshake
  /// `login` exchanges lines with the server.
  case authenticating
  /// CAPA was sent after the login, as Gmail announces PIPELINING only then.
  case capabilitiesAgain
  case transaction
  case ended

  var state: SessionState {
    switch self {
    case .greeting: .greeting
    case .capabilities, .capabilitiesAgain: .capabilities
    case .startTLS, .handshake: .startTLS
    case .authenticating: .login
    case .transaction: .transaction
    case .ended: .ended
    }
  }
}

/// An event that can change the step.
enum Input: Equatable, Sendable {
  case reply(Reply.Status, Refusal)
  case endOfCapabilities
  case secured
}

extension Session where MD5: ~Copyable {
  /// Handles every input in every step. Only `enter`, which it calls, changes the step.
  mutating func advance(on input: Input) throws(ProtocolError.Reason) -> SessionEvent? {
    switch (step, input) {
    case (.greeting, .reply(.ok, _)):
      stamp = Stamp(in: framer.line)
      return try enter(configuration.askCapabilities ? .capabilities : afterCapabilities())
    case (.greeting, .reply(.refused, let refusal)):
      return try reject(.greeting, refusal)
    case (.greeting, .reply):
      throw .strangeGreeting

    case (.capabilities, .reply(.ok, _)), (.capabilitiesAgain, .reply(.ok, _)):
      heard = Capabilities()
      heard.areKnown = true
      reading = .capabilities(lines: 0)
      return nil
    case (.capabilities, .endOfCapabilities):
      capabilities.merge(heard)
      return try enter(afterCapabilities())
    case (.capabilities, .reply(.refused, _)):
      hasRefusedCapabilities = true
      return try enter(afterCapabilities())

    case (.startTLS, .reply(.ok, _)):
      return try enter(.handshake)
    case (.startTLS, .reply(.refused, _)):
      throw .startTLSRefused
    case (.handshake, .secured):
      transport.didStartTLS()
      forget()
      return try enter(configuration.askCapabilities ? .capabilities : afterCapabilities())

    case (.authenticating, .reply(.ok, _)):
      guard login.isComplete else { return try respond(isOK: true) }
      try login.check(framer.line.extracting(3...).trimmingBlanks)
      credential.wipe()
      let asksAgain = capabilities.areKnown && !capabilities.pipelining
      return try enter(asksAgain ? .capabilitiesAgain : .transaction)
    case (.authenticating, .reply(.continuation, _)):
      guard !framer.isTruncated else { throw .challengeTooLong }
      return try respond(isOK: false)
    case (.authenticating, .reply(.refused, let refusal)):
      if refusal.isUntagged {
        nextMechanism = login.alternative
        loginIsNotOffered = capabilities.areKnown && !login.isOffered(by: capabilities)
      }
      return try reject(login.stage, refusal)

    // o2.pl refuses CAPA after the login: the earlier capabilities remain valid.
    case (.capabilitiesAgain, .reply(.refused, _)):
      return try enter(.transaction)
    case (.capabilitiesAgain, .endOfCapabilities):
      capabilities.merge(heard)
      return try enter(.transaction)

    case (.transaction, .reply(let status, let refusal)):
      let quits = window.first == .quit
      let event = try answer(status, refusal)
      if quits { _ = try enter(.ended) }
      return event
    case (.ended, _):
      return nil

    case (.capabilities, .reply), (.startTLS, .reply), (.handshake, .reply),
      (.authenticating, .reply), (.capabilitiesAgain, .reply):
      throw .strangeReply
    case (_, .endOfCapabilities), (_, .secured):
      throw .strangeReply
    }
  }

  /// Begins a step, with the command or event with which it begins.
  private mutating func enter(_ next: SessionStep) throws(ProtocolError.Reason) -> SessionEvent? {
    var event: SessionEvent?
    switch next {
    case .capabilities, .capabilitiesAgain: waiting.append("CAPA\r\n")
    case .startTLS: waiting.append("STLS\r\n")
    case .handshake: event = .startTLS
    case .authenticating:
      login = try Login(
        configuration.mechanism, capabilities, stamp, isEncrypted: transport.isEncrypted,
        fitsOneLine: credential.fitsInitialResponse)
      try login.start(credential, to: &waiting, transport.clearance())
    case .transaction: event = .ready
    case .greeting, .ended: break
    }
    step = next
    return event
  }

  private func afterCapabilities() throws(ProtocolError.Reason) -> SessionStep {
    guard transport.needsStartTLS else { return .authenticating }
    guard capabilities.stls || !capabilities.areKnown else { throw .startTLSNotAnnounced }
    return .startTLS
  }

  /// Has the login respond to a challenge.
  private mutating func respond(isOK: Bool) throws(ProtocolError.Reason) -> SessionEvent? {
    let challenge = Challenge(parsing: framer.line, isOK: isOK)
    try login.respond(to: challenge, credential, to: &waiting, transport.clearance())
    return nil
  }

  /// Ends the session because the server refused it or the login.
  private mutating func reject(
    _ stage: LoginStage, _ refusal: Refusal
  ) throws(ProtocolError.Reason) -> SessionEvent? {
    credential.wipe()
    _ = try enter(.ended)
    return .rejected(stage, refusal)
  }

  /// Drops everything that came in the clear, which anybody may have sent: RFC 2595 section 4.
  private mutating func forget() {
    capabilities = Capabilities()
    heard = Capabilities()
    stamp = nil
    framer = .strict
  }
}
