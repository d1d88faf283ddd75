import Bytes
import Rules

final class PopbellDraft: SectionDraft {
  var settings = PopbellSettings()
  /// The defaults for all rules.
  var rule = Rule(name: [], line: 0)

  func take(_ assignment: Assignment, _ value: [UInt8], _ builder: SettingsBuilder)
    throws(ValueProblem)
  {
    guard case .popbell(let key) = assignment.key else { return }
    switch key {
    case .user: settings.user = value
    case .stateDirectory: settings.stateDirectory = try absolutePath(value)
    case .onTrouble:
      settings.onTrouble = try troubleProgram(value)
      try checkCode(settings.onTrouble)
      builder.check(.program(settings.onTrouble[0].source), at: assignment.place)
    case .retryFor: rule.retryFor = try interval(value, in: Limits.retryFor)
    case .retries: rule.retries = try number(value, in: Limits.retries)
    case .timeout: rule.timeout = try interval(value, in: Limits.timeout)
    }
  }
}

private func troubleProgram(_ value: [UInt8]) throws(ValueProblem) -> [TroubleTemplate] {
  do throws(ValueProblem) {
    let names = TroubleValue.allCases.map { [UInt8]($0.name) }
    return try program(value, names: names) { text throws(TemplateError) in
      try TroubleTemplate(parsing: text) { name in
        TroubleValue.allCases.first { name.equals($0.name) }
      }
    }
  } catch {
    // No condition captures anything here.
    guard case .template(.unknownName, let part, nil) = error else { throw error }
    throw .notOneOf("{" + part + "}", ["{event}", "{mailbox}", "{text}"], suggestion: nil)
  }
}

extension SettingsBuilder {
  func popbell() -> PopbellDraft {
    let none = Place(line: 0, section: [UInt8]("popbell"), key: [])
    let section = reader.sections(.popbell).first ?? Section(.popbell, name: [], place: none)
    let draft = PopbellDraft()
    read(section, into: draft)
    check(.account(draft.settings.user), at: section.place(of: .popbell(.user)))
    check(
      .stateDirectory(draft.settings.stateDirectory),
      at: section.place(of: .popbell(.stateDirectory)))
    return draft
  }
}

extension Section {
  /// The place of the key; that of the section if the key is missing.
  fileprivate func place(of key: Key) -> Place {
    assignment(key)?.place ?? place.with(key.row)
  }
}
