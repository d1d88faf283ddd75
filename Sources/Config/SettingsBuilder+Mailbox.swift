import Bytes
import Rules

/// The settings of a mailbox, while its section is read.
final class MailboxDraft: SectionDraft {
  var settings: MailboxSettings

  init(_ section: Section) { settings = MailboxSettings(name: section.name) }

  func take(_ assignment: Assignment, _ value: [UInt8], _ builder: SettingsBuilder)
    throws(ValueProblem)
  {
    guard case .mailbox(let key) = assignment.key else { return }
    switch key {
    case .server: settings.server = try host(value)
    case .port: settings.explicitPort = UInt16(try number(value, in: 1...65535))
    case .tls: settings.tls = try choice(value)
    case .tlsOld: settings.takesOldTLS = try choice(value) == YesNo.yes
    case .allowPlaintext: settings.allowsPlaintext = try choice(value) == YesNo.yes
    case .ca:
      let path = try absolutePath(value)
      settings.ca = path
      builder.check(.certificates(path), at: assignment.place)
    case .user: settings.user = try text(value, limit: Limits.user)
    case .passwordFile:
      let path = try absolutePath(value)
      settings.secret = .file(path)
      builder.check(.secretFile(path), at: assignment.place)
    case .passwordCommand:
      let command = try command(value)
      settings.secret = .command(command)
      builder.check(.program(command[0]), at: assignment.place)
    case .passwordCredential:
      let name = try credential(value)
      settings.secret = .credential(name)
      builder.check(.credential(name), at: assignment.place)
    case .auth: settings.authentication = try choice(value)
    case .interval: settings.interval = try interval(value, in: Limits.interval)
    case .deadline: settings.deadline = try interval(value, in: Limits.deadline)
    case .unmatched:
      settings.unmatched = try choice(value)
      if settings.unmatched == .delete { builder.warnings.add(assignment.place, .deletesUnmatched) }
    case .existing: settings.explicitExisting = try choice(value)
    case .batch: settings.batch = try number(value, in: Limits.batch)
    case .archive:
      settings.archive = try archive(value).folder
      if let archive = settings.archive { builder.check(.archive(archive), at: assignment.place) }
    case .ledger: settings.ledger = try choice(value)
    case .capabilities: settings.capabilities = try choice(value)
    case .headers: settings.headers = try choice(value)
    case .password: break  // Refused where it was found.
    }
  }
}

extension SettingsBuilder {
  func mailbox(_ section: Section) -> MailboxSettings {
    let draft = MailboxDraft(section)
    read(section, into: draft)
    checkSecret(of: section)
    checkPlaintext(draft.settings, section)
    if let assignment = section.assignment(.mailbox(.existing)),
      draft.settings.existing != draft.settings.explicitExisting
    {
      warnings.add(assignment.place, .existingWithoutLedger)
    }
    return draft.settings
  }

  private func checkPlaintext(_ mailbox: MailboxSettings, _ section: Section) {
    guard mailbox.tls == .none, !mailbox.allowsPlaintext, !isLoopback(mailbox.server.span) else {
      return
    }
    let isServerKnown = section.assignment(.mailbox(.server))?.value != nil
    guard let assignment = section.assignment(.mailbox(.tls)), isServerKnown else { return }
    errors.add(assignment.place, .conflict(.plaintext))
  }

  private func checkSecret(of section: Section) {
    let assignments = section.assignments.filter { $0.key.isSecret }
    guard let first = assignments.first else {
      if !section.has(.mailbox(.password)) { errors.add(section.place, .key(.noSecret)) }
      return
    }
    for assignment in assignments.dropFirst() {
      let problem = KeyProblem.secondSecret(first: first.key.row, firstLine: first.place.line)
      errors.add(assignment.place, .key(problem))
    }
  }
}

extension Key {
  fileprivate var isSecret: Bool {
    self == .mailbox(.passwordFile) || self == .mailbox(.passwordCommand)
      || self == .mailbox(.passwordCredential)
  }
}
