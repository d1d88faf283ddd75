import Bytes
import Rules

struct PopbellDraft: SectionDraft {
  var settings = PopbellSettings()
  /// What a rule is where its own section says nothing.
  var rule = Rule(name: [], line: 0)

  mutating func take(
    _ entry: Entry<PopbellKey>, _ value: [UInt8], _ builder: inout SettingsBuilder
  ) throws(ValueProblem) {
    switch entry.key {
    case .user: settings.user = value
    case .stateDirectory: settings.stateDirectory = try absolutePath(value)
    case .retries: rule.retries = try number(value, in: Limits.retries)
    case .timeout: rule.timeout = try interval(value, in: Limits.timeout)
    }
  }
}

extension SettingsBuilder {
  mutating func popbell() -> PopbellDraft {
    let none = Place(line: 0, section: [UInt8]("popbell"), key: [])
    let section = sections.popbell.first ?? Section(name: [], place: none)
    var draft = PopbellDraft()
    read(section, into: &draft)
    check(.account(draft.settings.user), at: section.place(of: .user))
    check(.stateDirectory(draft.settings.stateDirectory), at: section.place(of: .stateDirectory))
    return draft
  }
}

extension Section<PopbellKey> {
  /// Where the key stands, or would stand.
  fileprivate func place(of key: PopbellKey) -> Place {
    entry(key)?.place ?? place.with(key.row)
  }
}
