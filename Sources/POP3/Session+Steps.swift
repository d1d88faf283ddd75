internal import Bytes

/// Where a session is.
enum Step: Equatable, Sendable {
  case greeting
  /// CAPA before the login, before or after TLS began.
  case capabilities
  case startTLS
  case handshake
  case user
  case pass
  case apop
  /// AUTH PLAIN with the response in the same line.
  case initialResponse
  /// AUTH PLAIN without it.
  case challenge
  case response
  /// CAPA after the login: Gmail announces PIPELINING only then.
  case capabilitiesAgain
  case transaction
  case ended

  var state: SessionState {
    switch self {
    case .greeting: .greeting
    case .capabilities, .capabilitiesAgain: .capabilities
    case .startTLS, .handshake: .startTLS
    case .user, .pass, .apop, .initialResponse, .challenge, .response: .login
    case .transaction: .transaction
    case .ended: .ended
    }
  }
}

/// What can happen in a step.
enum Input: Equatable, Sendable {
  case reply(Reply.Status, Refusal)
  case endOfCapabilities
  case secured
}

extension Session where MD5: ~Copyable {
  /// All steps and all that can happen in them. Only here, and in the `enter` that it calls, does
  /// the step change.
  mutating func advance(on input: Input) throws(ProtocolError.Reason) -> SessionEvent? {
    switch (step, input) {
    case (.greeting, .reply(.ok, _)):
      stamp = Stamp(in: framer.line)
      return try enter(configuration.askCapabilities ? .capabilities : afterCapabilities())
    case (.greeting, .reply(.refused, let refusal)):
      return reject(.greeting, refusal)
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
      return try enter(afterCapabilities())

    case (.startTLS, .reply(.ok, _)):
      step = .handshake
      return .startTLS
    case (.startTLS, .reply(.refused, _)):
      throw .startTLSRefused
    case (.handshake, .secured):
      transport.didStartTLS()
      forget()
      return try enter(configuration.askCapabilities ? .capabilities : afterCapabilities())

    case (.user, .reply(.ok, _)):
      return try enter(.pass)
    // Some servers write "+OK" where "+" is due, some ask for what AUTH's line already had.
    case (.challenge, .reply(.continuation, _)), (.challenge, .reply(.ok, _)),
      (.initialResponse, .reply(.continuation, _)):
      return try enter(.response)
    case (.pass, .reply(.ok, _)), (.apop, .reply(.ok, _)), (.initialResponse, .reply(.ok, _)),
      (.response, .reply(.ok, _)):
      credential.wipe()
      let asksAgain = capabilities.areKnown && !capabilities.pipelining
      return try enter(asksAgain ? .capabilitiesAgain : .transaction)
    case (.user, .reply(.refused, let refusal)):
      return reject(.user, refusal)
    case (.pass, .reply(.refused, let refusal)):
      return reject(.pass, refusal)
    case (.apop, .reply(.refused, let refusal)):
      return reject(.apop, refusal)
    case (.initialResponse, .reply(.refused, let refusal)),
      (.challenge, .reply(.refused, let refusal)), (.response, .reply(.refused, let refusal)):
      return reject(.auth, refusal)

    // o2.pl refuses CAPA after the login: what it said before stands.
    case (.capabilitiesAgain, .reply(.refused, _)):
      return try enter(.transaction)
    case (.capabilitiesAgain, .endOfCapabilities):
      capabilities.merge(heard)
      return try enter(.transaction)

    case (.transaction, .reply(let status, let refusal)):
      let quits = window.first == .quit
      let event = try answer(status, refusal)
      if quits { step = .ended }
      return event
    case (.ended, _):
      return nil

    case (.capabilities, .reply), (.startTLS, .reply), (.handshake, .reply), (.user, .reply),
      (.pass, .reply), (.apop, .reply), (.initialResponse, .reply), (.challenge, .reply),
      (.response, .reply), (.capabilitiesAgain, .reply):
      throw .strangeReply
    case (_, .endOfCapabilities), (_, .secured):
      throw .strangeReply
    }
  }

  /// Begins a step by what it has to say.
  private mutating func enter(_ next: Step) throws(ProtocolError.Reason) -> SessionEvent? {
    switch next {
    case .capabilities, .capabilitiesAgain: waiting.append("CAPA\r\n")
    case .startTLS: waiting.append("STLS\r\n")
    case .challenge: waiting.append("AUTH PLAIN\r\n")
    case .user: try credential.writeUser(to: &waiting, transport.clearance())
    case .pass: try credential.writePass(to: &waiting, transport.clearance())
    case .apop:
      guard let stamp else { throw .noStamp }
      try credential.writeAPOP(stamp.bytes.span, MD5(), to: &waiting, transport.clearance())
    case .initialResponse:
      try credential.writeInitialResponse(to: &waiting, transport.clearance())
    case .response: try credential.writeResponse(to: &waiting, transport.clearance())
    case .greeting, .handshake, .transaction, .ended: break
    }
    step = next
    return next == .transaction ? .ready : nil
  }

  private func afterCapabilities() throws(ProtocolError.Reason) -> Step {
    guard transport.needsStartTLS else { return try login() }
    guard capabilities.stls || !capabilities.areKnown else { throw .startTLSNotAnnounced }
    return .startTLS
  }

  private func login() throws(ProtocolError.Reason) -> Step {
    let plain = credential.fitsInitialResponse ? Step.initialResponse : .challenge
    switch configuration.mechanism {
    case .plain: return plain
    case .plainChallenge: return .challenge
    case .user: return .user
    case .apop: return .apop
    case .automatic:
      if capabilities.saslPlain { return plain }
      let mayTry = capabilities.user || !capabilities.areKnown || transport.isEncrypted
      guard mayTry else { throw .noMechanism }
      return .user
    }
  }

  /// The server does not let us in.
  private mutating func reject(_ stage: LoginStage, _ refusal: Refusal) -> SessionEvent {
    credential.wipe()
    step = .ended
    return .rejected(stage, refusal)
  }

  /// What came in the clear was anybody's: RFC 2595 section 4.
  private mutating func forget() {
    capabilities = Capabilities()
    heard = Capabilities()
    stamp = nil
    framer = .strict
  }
}
