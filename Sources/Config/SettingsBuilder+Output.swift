import Bytes
import Rules

/// The settings of an output while its section is read, and what the checks of its rules need.
final class OutputDraft: SectionDraft {
  var settings: OutputSettings
  let section: Section
  private var line: [UInt8]?
  private var chip: [UInt8]?
  /// Line number of the first rule that may leave the output on; nil if there is none.
  var leftOnIn: Int?

  init(_ section: Section) {
    settings = OutputSettings(name: section.name)
    self.section = section
  }

  func take(_ assignment: Assignment, _ value: [UInt8], _ builder: SettingsBuilder)
    throws(ValueProblem)
  {
    guard case .output(let key) = assignment.key else { return }
    switch key {
    case .line: line = try text(value, limit: Limits.lineName)
    case .chip: chip = value
    case .active: settings.isActiveLow = try choice(value) == ActiveLevel.low
    case .bias: settings.bias = try choice(value)
    case .drive: settings.drive = try choice(value)
    case .initial: settings.isInitiallyActive = try choice(value) == InitialState.active
    case .maxOn:
      settings.maxOn = value.span.equals("never") ? nil : try interval(value, in: Limits.maxOn)
    case .rest: settings.explicitRest = try interval(value, in: Limits.rest)
    }
  }

  /// The address of the output's line; nil, with an error unless `line` is missing, if the file gives none.
  fileprivate func address(_ errors: inout ConfigErrors) -> LineAddress? {
    guard let line, let assignment = section.assignment(.output(.line)) else { return nil }
    guard line.allSatisfy({ $0.isDigit }) else { return .named(line, chip: chip) }
    do throws(ValueProblem) {
      let offset = try number(line, in: Limits.lineOffset)
      if let chip { return .offset(UInt32(offset), chip: chip) }
      if !section.has(.output(.chip)) {
        errors.add(assignment.place, .conflict(.lineWithoutChip(line)))
      }
    } catch {
      errors.add(assignment.place, .value(error))
    }
    return nil
  }
}

extension SettingsBuilder {
  func output(_ section: Section) -> OutputDraft {
    let draft = OutputDraft(section)
    read(section, into: draft)
    guard let address = draft.address(&errors), let assignment = section.assignment(.output(.line))
    else {
      return draft
    }
    if let other = outputs.first(where: { $0.settings.line == address }) {
      errors.add(assignment.place, .conflict(.lineTaken(by: other.settings.name)))
    }
    if !address.isSimulated { check(.line(address), at: assignment.place) }
    draft.settings.line = address
    return draft
  }

  /// Reports an output that nothing turns off again, unless its `max-on` is given: law L4.
  func checkMaxOn(of output: OutputDraft) {
    if let assignment = output.section.assignment(.output(.maxOn)) {
      guard assignment.value == [UInt8]("never") else { return }
      return warnOfNoBound(of: output, assignment.place)
    }
    if output.settings.isInitiallyActive,
      let assignment = output.section.assignment(.output(.initial))
    {
      errors.add(assignment.place, .conflict(.startsOn))
    } else if let line = output.leftOnIn {
      errors.add(output.section.place, .conflict(.leftOn(line: line)))
    }
  }

  /// Warns that an output may stay on for ever, as `place` allows.
  private func warnOfNoBound(of output: OutputDraft, _ place: Place) {
    if output.settings.isInitiallyActive {
      warnings.add(place, .startsOn)
    } else if let line = output.leftOnIn {
      warnings.add(place, .leftOn(line: line))
    }
  }
}
