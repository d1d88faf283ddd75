import Alerts
import Bytes
import Ledger
import Platform

// The end of a poll, and what is wrong with a ledger, in words.

extension Outcome {
  /// What it means where nobody knows more.
  var words: StaticString {
    switch self {
    case .polled: "polled"
    case .unresolved: "the server's name has no address"
    case .unreachable: "the server cannot be reached"
    case .tlsFailed: "TLS failed"
    case .protocolError: "the server broke the protocol"
    case .loginRefused: "the server refused the login"
    case .inUse: "another session has the mailbox"
    case .tooSoon: "the server wants fewer logins"
    case .serverTrouble: "the server is in trouble"
    case .serverBroken: "the server needs mending"
    case .connectionLost: "the connection was lost"
    case .capabilitiesHang: "no answer from the server"
    case .deadline: "not done by the deadline"
    case .fetcherDied: "the process that talks to the server died"
    case .boardTrouble: "this machine is in trouble"
    case .clockNotSet: "the clock is not set"
    }
  }

  /// A mailbox that another session has, or a network or a clock that is not there yet, is no error.
  var severity: Severity {
    switch self {
    case .polled: .info
    case .unresolved, .unreachable, .inUse, .tooSoon, .serverTrouble, .connectionLost,
      .capabilitiesHang, .deadline, .clockNotSet:
      .warning
    case .tlsFailed, .protocolError, .loginRefused, .serverBroken, .fetcherDied, .boardTrouble:
      .error
    }
  }

  /// The exit code of `once`, as in sysexits.h.
  var exitCode: Int32 {
    switch self {
    case .polled: 0
    case .unresolved, .unreachable: 69  // EX_UNAVAILABLE
    case .fetcherDied, .boardTrouble: 71  // EX_OSERR
    case .inUse, .tooSoon, .serverTrouble, .connectionLost, .capabilitiesHang, .deadline,
      .clockNotSet:
      75  // EX_TEMPFAIL
    case .tlsFailed, .protocolError, .serverBroken: 76  // EX_PROTOCOL
    case .loginRefused: 77  // EX_NOPERM
    }
  }
}

/// What is wrong with a ledger.
func words(for error: LedgerError) -> [UInt8] {
  var text: [UInt8] = []
  switch error {
  case .store(let failure):
    text.append("the ledger cannot be read or written: ")
    text.append(ErrorNumber(rawValue: failure.code).text.span)
  case .notALedger: text.append("the ledger's file is not a ledger; move it away")
  case .version(let version):
    text.append("the ledger is of version ")
    text.append(decimal: UInt64(version))
    text.append(", which a newer popbell wrote")
  case .damaged(let offset):
    text.append("the ledger is damaged at byte ")
    text.append(decimal: UInt64(offset))
    text.append("; move it away, and what came in the last hour fires again")
  case .full: text.append("the ledger is full: delete old messages from the server")
  }
  return text
}
