import Bytes
import Rules

extension SettingsBuilder {
  mutating func rule(_ section: Section) -> Rule {
    var captures = CaptureNames()
    let (conditions, areWhole) = conditions(section, &captures)
    let actions = actions(section, areWhole ? captures : nil)
    let mailbox = section.entry(.mailbox).flatMap { entry in
      entry.value.flatMap { index(of: $0, .mailbox, entry.place) }
    }
    return Rule(
      name: section.name, line: section.place.line, mailbox: mailbox, conditions: conditions,
      captures: captures, actions: actions,
      disposition: read(.then, in: section, disposition) ?? .delete,
      onCrash: choice(.onCrash, in: section, CrashPolicy.again),
      retries: number(.retries, in: section, Limits.retries) ?? retries,
      timeout: interval(.timeout, in: section, Limits.timeout) ?? timeout,
      archive: archive(in: section))
  }

  /// A rule that is never tried would be an alarm that never rings.
  mutating func checkReach(of rules: [Rule]) {
    let sections = sections.filter { $0.kind == .rule }
    let isLast = { (index: Int) in
      // What was left out for an error may well narrow it.
      let narrowing = sections[index].entries.count { $0.key.isCondition || $0.key == .mailbox }
      return rules[index].takesEveryMessage && rules[index].conditions.count == narrowing
    }
    guard let last = rules.indices.first(where: isLast) else { return }
    for section in sections[(last + 1)...] {
      errors.add(section.place, .conflict(.neverTried(by: rules[last].name)))
    }
  }

  /// The conditions, and whether none of them was left out for an error.
  private mutating func conditions(
    _ section: Section, _ captures: inout CaptureNames
  ) -> ([Condition], areWhole: Bool) {
    let isCaseSensitive = choice(.case, in: section, CaseChoice.ignore) == .sensitive
    let entries = section.entries.filter { $0.key.isCondition }
    if entries.isEmpty { errors.add(section.place, .key(.noCondition)) }
    if entries.count > Limits.conditions {
      let problem = KeyProblem.tooMany("conditions", limit: Limits.conditions)
      errors.add(entries[Limits.conditions].place, .key(problem))
    }
    var conditions: [Condition] = []
    for entry in entries {
      guard let condition = condition(entry, isCaseSensitive) else { continue }
      conditions.append(condition)
      do throws(CaptureError) {
        try captures.add(condition.pattern)
      } catch {
        errors.add(entry.place, .capture(error.reason, error.name))
      }
    }
    return (conditions, conditions.count == entries.count)
  }

  private mutating func condition(_ entry: Entry, _ isCaseSensitive: Bool) -> Condition? {
    guard let value = entry.value, let field = field(entry) else { return nil }
    do throws(PatternError) {
      let pattern = try Pattern(
        parsing: value.span, caseSensitive: isCaseSensitive, expressionIndex: expressions)
      if case .expression(let expression) = pattern {
        expressions += 1
        checks.append(MachineCheck(kind: .expression(expression), place: entry.place))
      }
      return Condition(field: field, pattern: pattern)
    } catch {
      let part = value.span.extracting(error.offset..<(error.offset + error.length))
      errors.add(entry.place, .pattern(error.reason, [UInt8](part)))
      return nil
    }
  }

  private mutating func field(_ entry: Entry) -> Condition.Field? {
    switch entry.key {
    case .from: return .from
    case .to: return .to
    case .header:
      let header = entry.header
      let isSame = { (name: [UInt8]) in name.span.equalsIgnoringCase(header.span) }
      if let index = names.headers.firstIndex(where: isSame) { return .header(index) }
      guard names.headers.count < Limits.headers else {
        let problem = KeyProblem.tooMany("different header fields", limit: Limits.headers)
        errors.add(entry.place, .key(problem))
        return nil
      }
      names.headers.append(header)
      return .header(names.headers.count - 1)
    default: return .subject
    }
  }

  /// `captures` is nil where not all of them are known.
  private mutating func actions(_ section: Section, _ captures: CaptureNames?) -> [Action] {
    let entries = section.entries.filter { $0.key.isAction }
    if entries.isEmpty { errors.add(section.place, .key(.noAction)) }
    if entries.count > Limits.actions {
      let problem = KeyProblem.tooMany("actions", limit: Limits.actions)
      errors.add(entries[Limits.actions].place, .key(problem))
    }
    var actions: [Action] = []
    for entry in entries {
      guard let value = entry.value else { continue }
      do throws(ConfigError) {
        let action =
          entry.key == .run
          ? try run(entry.place, value, captures) : try change(entry, value)
        if let action { actions.append(action) }
      } catch {
        errors.add(error)
      }
    }
    return actions
  }
}

extension SettingsBuilder {
  private mutating func run(
    _ place: Place, _ value: [UInt8], _ captures: CaptureNames?
  ) throws(ConfigError) -> Action? {
    let words = try at(place) { () throws(ValueProblem) in try command(value) }
    guard !words[0].contains(where: { $0 == .ascii("{") || $0 == .ascii("}") }) else {
      throw ConfigError(at: place, .value(.programNotFixed(words[0])))
    }
    var templates: [Template] = []
    for word in words {
      do throws(TemplateError) {
        templates.append(try Template(parsing: word.span, captures: captures ?? CaptureNames()))
      } catch {
        guard captures != nil || error.reason != .unknownName else { return nil }
        let part = word.span.extracting(error.offset..<(error.offset + error.length))
        throw ConfigError(
          at: place, .template(error.reason, [UInt8](part), suggestion: name(like: part, captures)))
      }
    }
    checks.append(MachineCheck(kind: .program(words[0]), place: place))
    return .run(templates)
  }

  private func name(like text: Span<UInt8>, _ captures: CaptureNames?) -> [UInt8]? {
    let names = AlertValue.reserved.map { [UInt8]($0.name) } + (captures?.names ?? [])
    return nearest(to: text, among: names)
  }

  // on / off / toggle = output
  // pulse             = output 1*blank interval
  // blink             = output 1*blank interval 1*blank interval 1*blank count
  private mutating func change(_ entry: Entry, _ value: [UInt8]) throws(ConfigError) -> Action? {
    let words = words(value)
    let expected = entry.key == .blink ? 4 : entry.key == .pulse ? 2 : 1
    guard words.count == expected else {
      throw ConfigError(at: entry.place, .value(.wrongForm(entry.key)))
    }
    let output = index(of: words[0], .output, entry.place)
    let change = try at(entry.place) { () throws(ValueProblem) in
      try outputChange(entry.key, words)
    }
    guard let output else { return nil }
    try check(change, of: output, entry.place)
    return .output(output, change)
  }

  private mutating func check(
    _ change: OutputChange, of output: Int, _ place: Place
  ) throws(ConfigError) {
    if change.mayLeaveOn, outputs[output].leftOnIn == nil {
      outputs[output].leftOnIn = place.line
    }
    let settings = outputs[output].settings
    if let time = change.onTime, let maxOn = settings.maxOn, time > maxOn {
      let conflict = Conflict.overMaxOn(time, output: settings.name, maxOn: maxOn)
      throw ConfigError(at: place, .conflict(conflict))
    }
  }
}

private func outputChange(_ key: Key, _ words: [[UInt8]]) throws(ValueProblem) -> OutputChange {
  switch key {
  case .on: return .on
  case .off: return .off
  case .pulse: return .pulse(try interval(words[1], in: Limits.pulse))
  case .blink:
    return .blink(
      on: try interval(words[1], in: Limits.pulse),
      off: try interval(words[2], in: Limits.pulse),
      count: try number(words[3], in: Limits.blinks))
  default: return .toggle
  }
}

private func at<Value>(
  _ place: Place, _ body: () throws(ValueProblem) -> Value
) throws(ConfigError) -> Value {
  do throws(ValueProblem) {
    return try body()
  } catch {
    throw ConfigError(at: place, .value(error))
  }
}
