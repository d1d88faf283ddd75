import Bytes
import Rules

/// The settings of a section while it is read, with a case for each of its keys.
protocol SectionDraft: AnyObject {
  /// Parses the value of an assignment.
  func take(_ assignment: Assignment, _ value: [UInt8], _ builder: SettingsBuilder)
    throws(ValueProblem)
}

/// Builds the settings from sections, and reports all errors.
///
/// After an error it continues with a default value, which is not returned.
// A class, as drafts and their parts report to it.
final class SettingsBuilder {
  let reader: ConfigReader
  let ruleSections: [Section]
  var errors: ConfigErrors
  var warnings: ConfigWarnings
  var checks: [MachineCheck] = []
  var names = Names()
  var outputs: [OutputDraft] = []

  init(_ reader: consuming ConfigReader) {
    errors = reader.errors
    warnings = reader.warnings
    names.mailboxes = reader.sections(.mailbox).map { $0.name }
    names.outputs = reader.sections(.output).map { $0.name }
    ruleSections = reader.sections(.rule)
    self.reader = reader
  }

  func build() -> ConfigOutcome {
    var settings = Settings()
    let popbell = popbell()
    settings.popbell = popbell.settings
    settings.mailboxes = reader.sections(.mailbox).map { mailbox($0) }
    for section in reader.sections(.output) { outputs.append(output(section)) }
    let rules = ruleSections.map { rule($0, popbell.rule) }
    checkNames(of: rules)
    checkReach(of: rules)
    for output in outputs { checkMaxOn(of: output) }
    if settings.mailboxes.isEmpty { reportMissing(.mailbox) }
    if rules.isEmpty { reportMissing(.rule) }
    settings.outputs = outputs.map { $0.settings }
    settings.rules = RuleSet(rules: rules, names: names)
    return ConfigOutcome(
      settings: errors.isEmpty ? settings : nil, errors: errors, warnings: warnings,
      checks: checks)
  }

  /// Reports that a section of this kind is missing, unless a section was refused, which may be the one.
  private func reportMissing(_ kind: SectionKind) {
    guard !reader.hasRefusedSection else { return }
    errors.add(Place(line: 0, section: [], key: []), .section(.missing(kind)))
  }
}

extension SettingsBuilder {
  /// Reads all values of `section` into `draft`, and reports errors and missing keys.
  func read(_ section: Section, into draft: some SectionDraft) {
    for assignment in assignments(of: section) {
      guard let value = assignment.value else { continue }
      do throws(ValueProblem) {
        try draft.take(assignment, value, self)
      } catch {
        errors.add(assignment.place, .value(error))
      }
    }
  }

  /// The assignments in the order in which they are read. Reports missing keys.
  private func assignments(of section: Section) -> [Assignment] {
    for key in section.kind.keys where key.row.isRequired && !section.has(key) {
      errors.add(section.place, .key(.missing(key.row)))
    }
    return KeyRow.Use.allCases.flatMap { section.assignments($0) }
  }

  func check(_ kind: MachineCheck.Kind, at place: Place) {
    checks.append(MachineCheck(kind: kind, place: place))
  }

  /// Index of `name` among the sections of its kind; nil, with an error, if there is none.
  func index(
    of name: [UInt8], among known: [[UInt8]], _ kind: SectionKind, _ place: Place
  ) -> Int? {
    if let index = known.firstIndex(of: name) { return index }
    let suggestion = nearest(to: name.span, among: known)
    errors.add(place, .conflict(.unknownName(kind, name, suggestion: suggestion)))
    return nil
  }
}

extension ConfigReader {
  /// The settings, or all errors in them.
  public consuming func finish() -> ConfigOutcome {
    SettingsBuilder(self).build()
  }
}
