import Bytes
import Rules

extension SettingsBuilder {
  mutating func mailbox(_ section: Section) -> MailboxSettings {
    require(.server, in: section)
    require(.user, in: section)
    let server = read(.server, in: section, host) ?? []
    let tls = choice(.tls, in: section, TLSMode.implicit)
    checkPlaintext(tls, to: server, in: section)
    let port = number(.port, in: section, 1...65535) ?? (tls == .implicit ? 995 : 110)
    let ca = read(.ca, in: section, absolutePath)
    if let ca { check(.certificates(ca), .ca, in: section) }
    return MailboxSettings(
      name: section.name, server: server, port: UInt16(port), tls: tls, ca: ca,
      user: text(.user, in: section, limit: Limits.user) ?? [], secret: secret(section),
      authentication: choice(.auth, in: section, Authentication.auto),
      interval: interval(.interval, in: section, Limits.interval) ?? .seconds(60),
      deadline: interval(.deadline, in: section, Limits.deadline) ?? .seconds(60),
      unmatched: choice(.unmatched, in: section, Unmatched.leave),
      batch: number(.batch, in: section, Limits.batch) ?? 20,
      archive: archive(in: section).folder,
      ledger: choice(.ledger, in: section, LedgerPolicy.disk),
      capabilities: choice(.capabilities, in: section, CapabilityPolicy.ask))
  }

  private mutating func checkPlaintext(_ tls: TLSMode, to server: [UInt8], in section: Section) {
    let isAllowed = choice(.allowPlaintext, in: section, YesNo.no) == .yes
    guard tls == .none, !isAllowed, !isLoopback(server.span) else { return }
    let isServerKnown = section.entry(.server)?.value != nil
    guard let entry = section.entry(.tls), isServerKnown else { return }
    errors.add(entry.place, .conflict(.plaintext))
  }

  private mutating func secret(_ section: Section) -> SecretSource {
    let keys: [Key] = [.passwordFile, .passwordCommand, .passwordCredential]
    let entries = section.entries.filter { keys.contains($0.key) }
    if entries.isEmpty, section.entry(.password) == nil {
      errors.add(section.place, .key(.noSecret))
    }
    if let first = entries.first {
      for entry in entries.dropFirst() {
        let problem = KeyProblem.secondSecret(first: first.key, firstLine: first.place.line)
        errors.add(entry.place, .key(problem))
      }
    }
    var source: SecretSource?
    if let path = read(.passwordFile, in: section, absolutePath) {
      source = .file(path)
      check(.secretFile(path), .passwordFile, in: section)
    }
    if let command = read(.passwordCommand, in: section, command) {
      source = .command(command)
      check(.program(command[0]), .passwordCommand, in: section)
    }
    if let name = read(.passwordCredential, in: section, credential) {
      source = .credential(name)
      check(.credential(name), .passwordCredential, in: section)
    }
    return source ?? .credential([])
  }
}
