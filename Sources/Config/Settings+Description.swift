import Bytes
public import Rules

// The settings in words, for `popbell check`, including defaults.
extension Settings {
  public func describe(into sink: inout some ByteSink & ~Copyable) {
    for mailbox in mailboxes { mailbox.describe(into: &sink) }
    for output in outputs { output.describe(into: &sink) }
    for rule in rules.rules { rule.describe(rules.names, into: &sink) }
    sink.write("popbell\n  state in ", popbell.stateDirectory, "\n")
    sink.write("  fetchers run as ", popbell.user, " where popbell runs as root\n")
    guard !popbell.onTrouble.isEmpty else { return }
    sink.write("  trouble is told to")
    for argument in popbell.onTrouble {
      sink.write(" ")
      sink.write(argument: argument.source.span)
    }
    sink.write("\n")
  }
}

extension MailboxSettings {
  func describe(into sink: inout some ByteSink & ~Copyable) {
    sink.write("mailbox ", name, "\n")
    sink.write("  server ", server, ", port ")
    sink.write(decimal: Int(port))
    switch tls {
    case .implicit: sink.write(", TLS from the start")
    case .startTLS: sink.write(", TLS by STLS, never without")
    case .none: sink.write(", NO TLS: anyone on the way can read the password")
    }
    if tls != .none {
      if takesOldTLS { sink.write(" (also without forward secrecy)") }
      sink.write(", certificates ", ca ?? [UInt8]("of the system"), "")
    }
    sink.write("\n  user ", user, ", ")
    secret.describe(into: &sink)
    sink.write("\n  login ")
    sink.write(authentication.word)
    sink.write(capabilities == .ask ? "" : ", the server is not asked what it can do")
    switch headers {
    case .auto: break
    case .top: sink.write(", headers are read by TOP only")
    case .retr: sink.write(", messages are read whole (RETR), which marks them as read")
    }
    sink.write("\n  poll every ")
    sink.write(interval)
    sink.write(", for at most ")
    sink.write(deadline)
    switch unmatched {
    case .leave: sink.write("\n  leave messages that no rule takes\n")
    case .delete: sink.write("\n  delete messages that no rule takes\n")
    }
    switch existing {
    case .recent:
      sink.write("  at the first poll, mail of the last hour fires, and older mail does not\n")
    case .fire: sink.write("  at the first poll, all mail that is there fires\n")
    case .leave: sink.write("  at the first poll, no mail that is there fires\n")
    }
    sink.write("  batch ")
    sink.write(decimal: batch)
    sink.write(", archive ", archive ?? [UInt8]("none"), ", ledger ")
    sink.write(ledger.word)
    if let warning = ledger.warning {
      sink.write(": ")
      sink.write(warning)
    }
    sink.write("\n")
  }
}

extension SecretSource {
  fileprivate func describe(into sink: inout some ByteSink & ~Copyable) {
    switch self {
    case .file(let path): sink.write("password from ", path, "")
    case .credential(let name): sink.write("password from $CREDENTIALS_DIRECTORY/", name, "")
    case .command(let arguments):
      sink.write("password from the program")
      for argument in arguments {
        sink.write(" ")
        sink.write(argument: argument.span)
      }
    }
  }
}

extension OutputSettings {
  func describe(into sink: inout some ByteSink & ~Copyable) {
    sink.write("output ", name, "\n  line ")
    switch line {
    case .named(let name, _): sink.write(name)
    case .offset(let offset, _): sink.write(decimal: Int(offset))
    }
    if line.isSimulated {
      sink.write(", simulated: nothing is switched")
    } else if let chip = line.chip {
      sink.write(" of ", chip, "")
    }
    sink.write(isActiveLow ? ", active low" : ", active high")
    if bias != .asIs {
      sink.write(", bias ")
      sink.write(bias.word)
    }
    if drive != .pushPull {
      sink.write(", ")
      sink.write(drive.word)
    }
    sink.write(isInitiallyActive ? "\n  on at start" : "\n  off at start")
    if let maxOn {
      sink.write("; on for at most ")
      sink.write(maxOn)
      sink.write(", then off for at least ")
      sink.write(rest)
    }
    sink.write("\n")
  }
}

extension ByteSink where Self: ~Copyable {
  fileprivate mutating func write(_ before: StaticString, _ text: [UInt8], _ behind: StaticString) {
    write(before)
    write(text)
    write(behind)
  }
}
