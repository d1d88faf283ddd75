import Bytes
import POP3

// Texts for the log that explain why a poll ended: the error, where it happened, what the server said.

extension Outcome {
  init(_ error: ProtocolError) {
    switch error.reason {
    case .connectionEnded(.capabilities, _): self = .capabilitiesHang
    case .connectionEnded: self = .connectionLost
    case .lineTooLong, .strangeGreeting, .strangeReply, .unsolicitedReply, .tooManyCapabilities,
      .tooManyLines, .tooManyMessages, .malformedStatus, .startTLSNotAnnounced, .startTLSRefused,
      .bytesBeforeTLS, .notSecured, .noMechanism, .noStamp, .challengeTooLong, .malformedChallenge:
      self = .protocolError
    }
  }

  init(_ refusal: Refusal, otherwise: Outcome) {
    switch refusal {
    case .loginDelay: self = .tooSoon
    case .inUse: self = .inUse
    case .temporary: self = .serverTrouble
    case .permanent: self = .serverBroken
    case .authentication: self = .loginRefused
    case .none, .other, .emptyLine: self = otherwise
    }
  }
}

func explanation(of error: ProtocolError, lastLine: Span<UInt8>) -> [UInt8] {
  var detail: [UInt8] = []
  switch error.reason {
  case .lineTooLong: detail.append("the server sent a line of more than 64 KiB")
  case .strangeGreeting: detail.append("the greeting is not POP3's: is this the right port?")
  case .strangeReply: detail.append("the server's reply is not POP3's")
  case .unsolicitedReply: detail.append("the server sent a line that nothing was asked for")
  case .tooManyCapabilities: detail.append("the server's list of capabilities does not end")
  case .tooManyLines: detail.append("the server's listing has more lines than messages")
  case .tooManyMessages: detail.append("the mailbox has more than 1,000,000 messages")
  case .malformedStatus: detail.append("the server's answer to STAT has no count")
  case .startTLSNotAnnounced:
    detail.append("the server does not offer STLS; try 'tls = implicit'")
  case .startTLSRefused: detail.append("the server refused STLS; try 'tls = implicit'")
  case .bytesBeforeTLS:
    detail.append("bytes came in the clear after STLS: somebody may be injecting replies")
  case .notSecured: detail.append("no TLS, no login")
  case .noMechanism: detail.append("the server takes no login in the clear; use TLS")
  case .noStamp: detail.append("the server does not offer APOP; use 'auth = auto'")
  case .challengeTooLong:
    detail.append("the server's challenge in the login is longer than 512 octets")
  case .malformedChallenge: detail.append("the server's challenge in the login is not base64")
  case .connectionEnded(let state, _):
    detail.append("the server hung up while ")
    detail.append(Stage(state).words)
  }
  switch error.reason {
  case .connectionEnded, .startTLSNotAnnounced, .noMechanism, .noStamp, .notSecured: break
  case .lineTooLong, .strangeGreeting, .strangeReply, .unsolicitedReply, .tooManyCapabilities,
    .tooManyLines, .tooManyMessages, .malformedStatus, .startTLSRefused, .bytesBeforeTLS,
    .challengeTooLong, .malformedChallenge:
    detail.append(" (after byte ")
    detail.append(decimal: error.offset)
    detail.append(")")
    detail.quote(lastLine)
  }
  return detail
}

func explanation(
  of refusal: Refusal, at stage: LoginStage, isCredential: Bool, next: Mechanism?,
  lastLine: Span<UInt8>
) -> [UInt8] {
  var detail: [UInt8] = []
  switch (stage, refusal) {
  case (.greeting, _): detail.append("the server took no session")
  case (_, .inUse): detail.append("another session has the mailbox")
  case (_, .loginDelay): detail.append("the server wants fewer logins")
  case (_, .temporary), (_, .permanent): detail.append("the server is in trouble")
  case (_, .authentication), (_, .none), (_, .other), (_, .emptyLine):
    detail.append(
      isCredential
        ? "the server refused the login; check user and password"
        : "the server refused the login, and not for its user or password")
    // A service tries `next` by itself in its next poll, if `auth = auto` leaves the choice to popbell.
    switch next {
    case .plainChallenge:
      detail.append(isCredential ? ", or" : ";")
      detail.append(" write 'auth = plain-challenge'")
    case .user: detail.append("; write 'auth = user'")
    case .automatic, .plain, .apop, nil: break
    }
  }
  detail.quote(lastLine)
  return detail
}

/// Explains that the server does not offer the configured login: lists the logins it announced and the
/// setting to write for one of them. Returns nil if it announced none.
func explanation(
  ofLoginNotOfferedBy capabilities: Capabilities, offersAPOP: Bool, lastLine: Span<UInt8>
) -> [UInt8]? {
  var detail: [UInt8] = []
  detail.append("the server does not offer this login, but ")
  let start = detail.count
  if capabilities.user { detail.append("USER, ") }
  if !capabilities.mechanismNames.isEmpty {
    detail.append(capabilities.mechanismNames.span)
    detail.append(", ")
  }
  if offersAPOP { detail.append("APOP, ") }
  guard detail.count > start else { return nil }
  detail.removeLast(2)
  if capabilities.user || capabilities.mechanisms.contains(.plain) {
    detail.append(": write 'auth = auto'")
  } else if offersAPOP {
    detail.append(": write 'auth = apop'")
  } else {
    detail.append(", which popbell does not have")
  }
  detail.quote(lastLine)
  return detail
}

func explanation(ofRefused command: Command, lastLine: Span<UInt8>) -> [UInt8] {
  var detail: [UInt8] = []
  detail.append("the server refused ")
  switch command {
  case .stat: detail.append("STAT")
  case .uidl: detail.append("UIDL")
  case .list: detail.append("LIST")
  case .top: detail.append("TOP")
  case .retr: detail.append("RETR")
  case .dele: detail.append("DELE")
  case .noop: detail.append("NOOP")
  case .rset: detail.append("RSET")
  case .quit: detail.append("QUIT")
  }
  detail.quote(lastLine)
  return detail
}

/// Explains the death of a fetcher by its exit status or signal.
func explanation(ofDeath end: ProcessEnd, while stage: Stage) -> [UInt8] {
  var detail: [UInt8] = []
  detail.append("the process that talks to the server died while ")
  detail.append(stage.words)
  detail.append(": ")
  switch end {
  case .exited(let status):
    detail.append("it ended with status ")
    detail.append(decimal: UInt64(UInt32(bitPattern: status)))
  case .killed(let signal):
    detail.append("killed by signal ")
    detail.append(decimal: UInt64(UInt32(bitPattern: signal)))
    switch signal {
    case 9: detail.append(", as the kernel does when memory runs out")  // SIGKILL
    case 31: detail.append(" for what its sandbox forbids")  // SIGSYS
    default: detail.append(": it ran out of memory, or this is a bug of popbell's")
    }
  }
  return detail
}

extension [UInt8] {
  /// Appends `: "…"` with as much of `line` as fits; each control byte becomes `?`.
  fileprivate mutating func quote(_ line: Span<UInt8>) {
    guard !line.isEmpty, count + 8 < FetcherFrame.detailSize else { return }
    append(": \"")
    for index in line.indices where count + 1 < FetcherFrame.detailSize {
      append(line[index].isControl ? .ascii("?") : line[index])
    }
    append("\"")
  }
}
