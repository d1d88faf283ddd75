import Foundation

extension ServerSession {
  func perform(_ command: Keyword, _ argument: String) throws(Ended) {
    switch command {
    case .capa: try listCapabilities()
    case .quit: try quit()
    case .stls, .user, .pass, .apop, .auth:
      guard messages == nil else { return try say("-ERR Already logged in.") }
      try authorize(command, argument)
    case .stat, .list, .uidl, .top, .retr, .dele, .noop, .rset:
      guard let messages else { return try say("-ERR Log in first.") }
      try access(command, argument.split(separator: " ").map { Int($0) ?? -1 }, messages)
    }
  }

  private func authorize(_ command: Keyword, _ argument: String) throws(Ended) {
    switch command {
    case .stls: try startTLS()
    case .user:
      userName = argument
      try say("+OK")
    case .pass:
      guard let user = userName else { return try say("-ERR USER first.") }
      userName = nil
      let isRight = user == configuration.user && argument == configuration.password
      try login(user, isRight: isRight)
    case .apop:
      let parts = argument.split(separator: " ")
      guard configuration.offersAPOP, parts.count == 2 else { return try say("-ERR No APOP.") }
      let isRight = parts[0] == configuration.user && parts[1] == apopDigest()
      try login(String(parts[0]), isRight: isRight)
    default: try authenticate(argument)
    }
  }

  private func startTLS() throws(Ended) {
    guard case .startTLS(let identity) = configuration.security, !transport.hasTLS,
      behaviour.stls != .refused
    else { return try say("-ERR No TLS.") }
    try transport.send(Array(("+OK Begin TLS.\r\n" + behaviour.textAfterSTLS).utf8))
    forgetInput()
    userName = nil
    try secure(identity)
  }

  /// AUTH PLAIN, the initial response given or asked for: RFC 5034 section 4, RFC 4616.
  private func authenticate(_ argument: String) throws(Ended) {
    let parts = argument.split(separator: " ")
    guard let mechanism = parts.first, mechanism.uppercased() == "PLAIN" else {
      return try say(argument.isEmpty ? "-ERR Which?" : "-ERR No such mechanism.")
    }
    var response = parts.count > 1 ? String(parts[1]) : nil
    if response == nil {
      try challenge()
      response = try nextLine()
    }
    guard let response, response != "*", let data = Data(base64Encoded: response) else {
      return try say("-ERR Cancelled.")
    }
    let fields = data.split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard fields.count == 3 else { return try say("-ERR Malformed response.") }
    let isRight = fields[1] == configuration.user && fields[2] == configuration.password
    try login(fields[1], isRight: isRight)
  }

  private func challenge() throws(Ended) {
    if try !fault(at: .challenge) { try say("+ ") }
  }

  private func listCapabilities() throws(Ended) {
    let override =
      messages != nil
      ? behaviour.capabilitiesAfterLogin
      : transport.hasTLS ? behaviour.capabilitiesInTLS : behaviour.capabilitiesInClear
    try say("+OK Capabilities:")
    for line in override ?? capabilities { try say(line) }
    try say(".")
  }

  private var capabilities: [String] {
    var lines = ["RESP-CODES", "AUTH-RESP-CODE", "USER", "SASL PLAIN", "IMPLEMENTATION popsim"]
    if !behaviour.unsupported.contains(.top) { lines.append("TOP") }
    if !behaviour.unsupported.contains(.uidl) { lines.append("UIDL") }
    if behaviour.supportsPipelining { lines.append("PIPELINING") }
    if case .startTLS = configuration.security, !transport.hasTLS, behaviour.stls == .offered {
      lines.append("STLS")
    }
    return lines
  }

  /// The update state: only here are messages deleted. RFC 1939 section 6.
  private func quit() throws(Ended) {
    let uids = deleted.sorted().compactMap { messages?[$0 - 1].uid }
    for message in mailbox.commit(deleting: uids) {
      configuration.onEvent?(.deleted(number, subject: message.subject))
    }
    try say("+OK Goodbye.")
  }
}
