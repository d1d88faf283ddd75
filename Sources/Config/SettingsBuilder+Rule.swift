import Bytes
import Rules

final class RuleDraft: SectionDraft {
  var rule: Rule
  private var isCaseSensitive = false
  /// True if no condition was left out because of an error, so that all captures are known.
  private var hasAllConditions: Bool

  init(_ defaults: Rule, _ section: Section) {
    rule = defaults
    (rule.name, rule.line) = (section.name, section.place.line)
    hasAllConditions = section.assignments(.condition).allSatisfy { $0.value != nil }
  }

  func take(_ assignment: Assignment, _ value: [UInt8], _ builder: SettingsBuilder)
    throws(ValueProblem)
  {
    guard case .rule(let key) = assignment.key else { return }
    switch key {
    case .mailbox: rule.mailbox = builder.mailbox(named: value, assignment.place)
    case .case: isCaseSensitive = try choice(value) == CaseChoice.sensitive
    case .subject: try add(assignment, value, .text, builder) { .subject($0) }
    case .from: try add(assignment, value, .address, builder) { .from($0) }
    case .to: try add(assignment, value, .address, builder) { .to($0) }
    case .header:
      guard let header = builder.header(assignment) else {
        hasAllConditions = false
        return
      }
      try add(assignment, value, .text, builder) { .header(header, $0) }
    case .run:
      guard let program = try program(value) else { return }
      if hasAllConditions { try checkCode(program, rule.captures) }
      builder.check(.program(program[0].source), at: assignment.place)
      rule.actions.append(.run(program))
    case .on: try add(assignment, value, builder) { _ in .on }
    case .off: try add(assignment, value, builder) { _ in .off }
    case .toggle: try add(assignment, value, builder) { _ in .toggle }
    case .pulse: try add(assignment, value, builder, pulse)
    case .blink: try add(assignment, value, builder, blink)
    case .then: rule.disposition = try disposition(value)
    case .maxAge: rule.maximumAge = try maximumAge(value)
    case .old: rule.old = try choice(value)
    case .archive:
      rule.archive = try archive(value)
      if let folder = rule.archive.folder { builder.check(.archive(folder), at: assignment.place) }
    case .retryFor: rule.retryFor = try interval(value, in: Limits.retryFor)
    case .retries: rule.retries = try number(value, in: Limits.retries)
    case .timeout: rule.timeout = try interval(value, in: Limits.timeout)
    case .onCrash: rule.onCrash = try choice(value)
    }
  }
}

// Conditions.
extension RuleDraft {
  private func add(
    _ assignment: Assignment, _ value: [UInt8], _ target: PatternTarget,
    _ builder: SettingsBuilder, _ condition: (Pattern) -> Condition
  ) throws(ValueProblem) {
    let pattern = try pattern(value, target)
    builder.warn(of: pattern, value, assignment)
    rule.conditions.append(condition(pattern))
    do throws(CaptureError) {
      try rule.captures.add(pattern)
    } catch {
      throw .capture(error.reason, error.name)
    }
  }

  private func pattern(
    _ text: [UInt8], _ target: PatternTarget
  ) throws(ValueProblem) -> Pattern {
    do throws(PatternError) {
      return try Pattern(parsing: text.span, for: target, caseSensitive: isCaseSensitive)
    } catch {
      hasAllConditions = false
      throw .pattern(error, of: text)
    }
  }
}

// Actions.
extension RuleDraft {
  /// Parses a program and its arguments; nil if an unknown name may belong to a condition that was left out.
  private func program(_ value: [UInt8]) throws(ValueProblem) -> [Template]? {
    let captures = hasAllConditions ? rule.captures : CaptureNames()
    do throws(ValueProblem) {
      let names = AlertValue.reserved.map { [UInt8]($0.name) } + rule.captures.names
      return try Config.program(value, names: names) { text throws(TemplateError) in
        try Template(parsing: text, captures: captures)
      }
    } catch {
      if !hasAllConditions, case .template(.unknownName, _, _) = error { return nil }
      throw error
    }
  }

  /// Adds a change of the output that the first word of `value` names. The value must have as many words as
  /// the key's form.
  private func add(
    _ assignment: Assignment, _ value: [UInt8], _ builder: SettingsBuilder,
    _ parse: ([[UInt8]]) throws(ValueProblem) -> OutputChange
  ) throws(ValueProblem) {
    let words = words(value)
    guard words.count == Config.words([UInt8](assignment.key.row.form)).count else {
      throw .wrongForm(assignment.key.row)
    }
    let output = builder.output(named: words[0], assignment.place)
    let change = try parse(words)
    guard let output, builder.allows(change, of: output, assignment.place) else { return }
    rule.actions.append(.output(output, change))
  }
}

private func pulse(_ words: [[UInt8]]) throws(ValueProblem) -> OutputChange {
  .pulse(try interval(words[1], in: Limits.pulse))
}

private func blink(_ words: [[UInt8]]) throws(ValueProblem) -> OutputChange {
  .blink(
    on: try interval(words[1], in: Limits.pulse), off: try interval(words[2], in: Limits.pulse),
    count: try number(words[3], in: Limits.blinks))
}

extension SettingsBuilder {
  /// Reads a rule; `defaults` has the values for keys that its section does not have.
  func rule(_ section: Section, _ defaults: Rule) -> Rule {
    count(section, .condition, "conditions", Limits.conditions, none: .noCondition)
    count(section, .action, "actions", Limits.actions, none: .noAction)
    let draft = RuleDraft(defaults, section)
    read(section, into: draft)
    return draft.rule
  }

  private func count(
    _ section: Section, _ use: KeyRow.Use, _ what: StaticString, _ limit: Int,
    none: KeyProblem
  ) {
    let assignments = section.assignments(use)
    if assignments.isEmpty { errors.add(section.place, .key(none)) }
    if assignments.count > limit {
      errors.add(assignments[limit].place, .key(.tooMany(what, limit: limit)))
    }
  }

  /// Reports rules whose names have the same hash, as a ledger would take one for the other and not fire it.
  func checkNames(of rules: [Rule]) {
    for (index, rule) in rules.enumerated() {
      let word = ruleWord(rule.name.span)
      guard let first = rules[..<index].first(where: { ruleWord($0.name.span) == word }) else {
        continue
      }
      errors.add(ruleSections[index].place, .section(.sameInLedgers(firstLine: first.line)))
    }
  }

  /// Reports rules that are never reached: their alarms would never fire.
  func checkReach(of rules: [Rule]) {
    let isLast = { [ruleSections] (index: Int) in
      // A condition that was left out because of an error may restrict the rule.
      let section = ruleSections[index]
      let narrowing = section.assignments(.condition).count + (section.has(.rule(.mailbox)) ? 1 : 0)
      return rules[index].takesEveryMessage && rules[index].conditions.count == narrowing
    }
    let last = rules.indices.first(where: isLast)
    warnOfCovered(rules[..<((last ?? rules.count - 1) + 1)])
    guard let last else { return }
    for section in ruleSections[(last + 1)...] {
      errors.add(section.place, .conflict(.neverTried(by: rules[last].name)))
    }
  }

  fileprivate func mailbox(named name: [UInt8], _ place: Place) -> Int? {
    index(of: name, among: names.mailboxes, .mailbox, place)
  }

  fileprivate func output(named name: [UInt8], _ place: Place) -> Int? {
    index(of: name, among: names.outputs, .output, place)
  }

  /// Returns `false`, and reports why, if the output may not be changed in this way.
  fileprivate func allows(_ change: OutputChange, of output: Int, _ place: Place) -> Bool {
    if change.mayLeaveOn, outputs[output].leftOnIn == nil {
      outputs[output].leftOnIn = place.line
    }
    let settings = outputs[output].settings
    guard let time = change.onTime, let maxOn = settings.maxOn, time > maxOn else { return true }
    let conflict = Conflict.overMaxOn(time, output: settings.name, maxOn: maxOn)
    errors.add(place, .conflict(conflict))
    return false
  }

  /// Index of a header field in `Names.headers`; nil, with an error, if it cannot be added.
  fileprivate func header(_ assignment: Assignment) -> Int? {
    let header = assignment.argument
    if let problem = problem(ofHeader: header.span) {
      errors.add(assignment.place, .key(problem))
      return nil
    }
    let isSame = { (name: [UInt8]) in name.span.equalsIgnoringCase(header.span) }
    if let index = names.headers.firstIndex(where: isSame) { return index }
    guard names.headers.count < Limits.headers else {
      let problem = KeyProblem.tooMany("different header fields", limit: Limits.headers)
      errors.add(assignment.place, .key(problem))
      return nil
    }
    names.headers.append(header)
    return names.headers.count - 1
  }

  // field-name = 1*ftext ; ftext = %d33-57 / %d59-126          ; RFC 5322 section 3.6.8
  private func problem(ofHeader name: Span<UInt8>) -> KeyProblem? {
    guard !name.isEmpty, name.count <= Limits.headerName else { return .badHeaderName }
    for index in name.indices {
      let byte = name[index]
      guard byte > .space, byte < 0x7F, byte != .ascii(":") else { return .badHeaderName }
    }
    for key in [RuleKey.subject, .from, .to] where name.equalsIgnoringCase(key.row.name) {
      return .headerWithOwnKey(key.row)
    }
    return nil
  }
}
