import Bytes
import Rules

/// The settings of a section while they are read: one branch for each of its keys.
protocol SectionDraft {
  associatedtype Key: SectionKey

  /// Reads the value of an entry.
  mutating func take(
    _ entry: Entry<Key>, _ value: [UInt8], _ builder: inout SettingsBuilder
  ) throws(ValueProblem)
}

/// Makes settings of sections, and reports all that keeps it from doing so.
///
/// After an error it goes on with a value that nobody will see.
struct SettingsBuilder {
  let sections: ConfigReader
  var errors: ConfigErrors
  var warnings: ConfigWarnings
  var checks: [MachineCheck] = []
  var names = Names()
  var outputs: [OutputDraft] = []

  init(_ reader: consuming ConfigReader) {
    errors = reader.errors
    warnings = reader.warnings
    names.mailboxes = reader.mailboxes.map { $0.name }
    names.outputs = reader.outputs.map { $0.name }
    sections = reader
  }

  mutating func build() -> ConfigOutcome {
    var settings = Settings()
    let popbell = popbell()
    settings.popbell = popbell.settings
    settings.mailboxes = sections.mailboxes.map { mailbox($0) }
    for section in sections.outputs { outputs.append(output(section)) }
    let rules = sections.rules.map { rule($0, popbell.rule) }
    checkNames(of: rules)
    checkReach(of: rules)
    for output in outputs { checkMaxOn(of: output) }
    if sections.mailboxes.isEmpty { reportMissing(.mailbox) }
    if rules.isEmpty { reportMissing(.rule) }
    settings.outputs = outputs.map { $0.settings }
    settings.rules = RuleSet(rules: rules, names: names)
    return ConfigOutcome(
      settings: errors.isEmpty ? settings : nil, errors: errors, warnings: warnings,
      checks: checks)
  }

  /// A section that was refused may be the one that is missing.
  private mutating func reportMissing(_ kind: SectionKind) {
    guard !sections.hasRefusedSection else { return }
    errors.add(Place(line: 0, section: [], key: []), .section(.missing(kind)))
  }
}

extension SettingsBuilder {
  /// Reads all values of `section`, and reports what is wrong with them, and which are missing.
  mutating func read<Draft: SectionDraft>(_ section: Section<Draft.Key>, into draft: inout Draft) {
    for key in Draft.Key.allCases where key.row.isRequired && !section.has(key) {
      errors.add(section.place, .key(.missing(key.row)))
    }
    for use in KeyRow.Use.allCases {
      for entry in section.entries(use) {
        guard let value = entry.value else { continue }
        do throws(ValueProblem) {
          try draft.take(entry, value, &self)
        } catch {
          errors.add(entry.place, .value(error))
        }
      }
    }
  }

  mutating func check(_ kind: MachineCheck.Kind, at place: Place) {
    checks.append(MachineCheck(kind: kind, place: place))
  }

  /// The place of `name` among the sections of its kind; nil, and an error, where there is none.
  mutating func index(
    of name: [UInt8], among known: [[UInt8]], _ kind: SectionKind, _ place: Place
  ) -> Int? {
    if let index = known.firstIndex(of: name) { return index }
    let suggestion = nearest(to: name.span, among: known)
    errors.add(place, .conflict(.unknownName(kind, name, suggestion: suggestion)))
    return nil
  }
}

extension ConfigReader {
  /// The settings, or all that is wrong with them.
  public consuming func finish() -> ConfigOutcome {
    var builder = SettingsBuilder(self)
    return builder.build()
  }
}
