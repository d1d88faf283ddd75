import Bytes
import Rules

extension MailboxSettings: SectionDraft {
  mutating func take(
    _ entry: Entry<MailboxKey>, _ value: [UInt8], _ builder: inout SettingsBuilder
  ) throws(ValueProblem) {
    switch entry.key {
    case .server: server = try host(value)
    case .port: explicitPort = UInt16(try number(value, in: 1...65535))
    case .tls: tls = try choice(value)
    case .allowPlaintext: allowsPlaintext = try choice(value) == YesNo.yes
    case .ca:
      let path = try absolutePath(value)
      ca = path
      builder.check(.certificates(path), at: entry.place)
    case .user: user = try text(value, limit: Limits.user)
    case .passwordFile:
      let path = try absolutePath(value)
      secret = .file(path)
      builder.check(.secretFile(path), at: entry.place)
    case .passwordCommand:
      let command = try command(value)
      secret = .command(command)
      builder.check(.program(command[0]), at: entry.place)
    case .passwordCredential:
      let name = try credential(value)
      secret = .credential(name)
      builder.check(.credential(name), at: entry.place)
    case .auth: authentication = try choice(value)
    case .interval: interval = try Config.interval(value, in: Limits.interval)
    case .deadline: deadline = try Config.interval(value, in: Limits.deadline)
    case .unmatched:
      unmatched = try choice(value)
      if unmatched == .delete { builder.warnings.add(entry.place, .deletesUnmatched) }
    case .batch: batch = try number(value, in: Limits.batch)
    case .archive:
      archive = try Config.archive(value).folder
      if let archive { builder.check(.archive(archive), at: entry.place) }
    case .ledger: ledger = try choice(value)
    case .capabilities: capabilities = try choice(value)
    case .headers: headers = try choice(value)
    case .password: break  // Refused where it was found.
    }
  }
}

extension SettingsBuilder {
  mutating func mailbox(_ section: Section<MailboxKey>) -> MailboxSettings {
    var settings = MailboxSettings(name: section.name)
    read(section, into: &settings)
    checkSecret(of: section)
    checkPlaintext(settings, section)
    return settings
  }

  private mutating func checkPlaintext(_ mailbox: MailboxSettings, _ section: Section<MailboxKey>) {
    guard mailbox.tls == .none, !mailbox.allowsPlaintext, !isLoopback(mailbox.server.span) else {
      return
    }
    let isServerKnown = section.entry(.server)?.value != nil
    guard let entry = section.entry(.tls), isServerKnown else { return }
    errors.add(entry.place, .conflict(.plaintext))
  }

  private mutating func checkSecret(of section: Section<MailboxKey>) {
    let entries = section.entries.filter { $0.key.isSecret }
    guard let first = entries.first else {
      if !section.has(.password) { errors.add(section.place, .key(.noSecret)) }
      return
    }
    for entry in entries.dropFirst() {
      let problem = KeyProblem.secondSecret(first: first.key.row, firstLine: first.place.line)
      errors.add(entry.place, .key(problem))
    }
  }
}

extension MailboxKey {
  fileprivate var isSecret: Bool {
    self == .passwordFile || self == .passwordCommand || self == .passwordCredential
  }
}
