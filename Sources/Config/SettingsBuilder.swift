import Bytes
import Rules

/// Makes settings of sections, and reports all that keeps it from doing so.
///
/// After an error it goes on with a value that nobody will see.
struct SettingsBuilder {
  let sections: [Section]
  let hasRefusedSection: Bool
  var errors: ConfigErrors
  var checks: [MachineCheck] = []
  var names = Names()
  var outputs: [OutputDraft] = []
  var expressions = 0
  var retries = 5
  var timeout = Interval.seconds(30)

  init(_ reader: consuming ConfigReader) {
    sections = reader.sections
    errors = reader.errors
    hasRefusedSection = reader.hasRefusedSection
    names.mailboxes = sections.filter { $0.kind == .mailbox }.map { $0.name }
    names.outputs = sections.filter { $0.kind == .output }.map { $0.name }
  }

  mutating func build() -> ConfigOutcome {
    let (user, stateDirectory) = popbell()
    let mailboxes = sections(.mailbox).map { mailbox($0) }
    for section in sections(.output) { outputs.append(output(section)) }
    let rules = sections(.rule).map { rule($0) }
    checkReach(of: rules)
    for output in outputs { checkMaxOn(of: output) }
    if mailboxes.isEmpty { reportMissing(.mailbox) }
    if rules.isEmpty { reportMissing(.rule) }
    let settings = Settings(
      mailboxes: mailboxes, outputs: outputs.map { $0.settings },
      rules: RuleSet(rules: rules, names: names), user: user, stateDirectory: stateDirectory)
    return ConfigOutcome(
      settings: errors.isEmpty ? settings : nil, errors: errors, checks: checks)
  }

  /// A section that was refused may be the one that is missing.
  private mutating func reportMissing(_ kind: SectionKind) {
    guard !hasRefusedSection else { return }
    errors.add(Place(line: 0, section: [], key: []), .section(.missing(kind)))
  }

  private func sections(_ kind: SectionKind) -> [Section] { sections.filter { $0.kind == kind } }

  private mutating func popbell() -> (user: [UInt8], stateDirectory: [UInt8]) {
    let none = Place(line: 0, section: [UInt8]("popbell"), key: [])
    let section =
      sections(.popbell).first ?? Section(kind: .popbell, name: [], place: none)
    retries = number(.retries, in: section, Limits.retries) ?? retries
    timeout = interval(.timeout, in: section, Limits.timeout) ?? timeout
    let user = text(.user, in: section) ?? [UInt8]("popbell")
    let directory =
      read(.stateDirectory, in: section, absolutePath) ?? [UInt8]("/var/lib/popbell")
    check(.account(user), .user, in: section)
    check(.stateDirectory(directory), .stateDirectory, in: section)
    return (user, directory)
  }
}

// How a section's values are read: nil where the key is not there, or an error was reported.
extension SettingsBuilder {
  mutating func read<Value>(
    _ key: Key, in section: Section, _ parse: ([UInt8]) throws(ValueProblem) -> Value
  ) -> Value? {
    guard let entry = section.entry(key), let value = entry.value else { return nil }
    do throws(ValueProblem) {
      return try parse(value)
    } catch {
      refuse(entry, error)
      return nil
    }
  }

  private mutating func refuse(_ entry: Entry, _ problem: ValueProblem) {
    errors.add(entry.place, .value(problem))
  }

  mutating func text(_ key: Key, in section: Section, limit: Int = Limits.value) -> [UInt8]? {
    read(key, in: section) { text throws(ValueProblem) in
      guard text.count <= limit else { throw .tooLong(limit: limit) }
      return text
    }
  }

  mutating func choice<W: Word>(_ key: Key, in section: Section, _ default: W) -> W {
    choice(key, in: section, W.words).flatMap { W(rawValue: $0) } ?? `default`
  }

  private mutating func choice(_ key: Key, in section: Section, _ words: StaticString) -> Int? {
    read(key, in: section) { text throws(ValueProblem) in try Config.choice(text, of: words) }
  }

  mutating func interval(
    _ key: Key, in section: Section, _ range: ClosedRange<Interval>
  ) -> Interval? {
    read(key, in: section) { text throws(ValueProblem) in try Config.interval(text, in: range) }
  }

  mutating func number(_ key: Key, in section: Section, _ range: ClosedRange<Int>) -> Int? {
    read(key, in: section) { text throws(ValueProblem) in try Config.number(text, in: range) }
  }

  mutating func archive(in section: Section) -> Archive {
    let archive = read(.archive, in: section, Config.archive) ?? .ofMailbox
    if let path = archive.folder { check(.archive(path), .archive, in: section) }
    return archive
  }

  mutating func require(_ key: Key, in section: Section) {
    if section.entry(key) == nil { errors.add(section.place, .key(.missing(key))) }
  }

  mutating func check(_ kind: MachineCheck.Kind, _ key: Key, in section: Section) {
    let place = section.entry(key)?.place ?? section.place.with(key)
    checks.append(MachineCheck(kind: kind, place: place))
  }

  /// The place of `name` among the sections of its kind; nil, and an error, where there is none.
  mutating func index(of name: [UInt8], _ kind: SectionKind, _ place: Place) -> Int? {
    let known = kind == .mailbox ? names.mailboxes : names.outputs
    if let index = known.firstIndex(of: name) { return index }
    let suggestion = nearest(to: name.span, among: known)
    errors.add(
      place, .conflict(.unknownName(kind, name, suggestion: suggestion)))
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
