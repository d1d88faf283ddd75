import Bytes
import Rules

/// An output, and what else its rules need to know.
struct OutputDraft {
  let settings: OutputSettings
  let section: Section
  /// The line of the first rule that may leave it on.
  var leftOnIn: Int?
}

extension SettingsBuilder {
  mutating func output(_ section: Section) -> OutputDraft {
    require(.line, in: section)
    let address = lineAddress(section)
    if let entry = section.entry(.line), entry.value != nil, let address {
      if let other = outputs.first(where: { $0.settings.line == address }) {
        errors.add(entry.place, .conflict(.lineTaken(by: other.settings.name)))
      }
      if !address.isSimulated { check(.line(address), .line, in: section) }
    }
    let maxOn = read(.maxOn, in: section) { text throws(ValueProblem) -> Interval? in
      text == [UInt8]("never") ? nil : try Config.interval(text, in: Limits.maxOn)
    }
    let settings = OutputSettings(
      name: section.name, line: address ?? .named([], chip: nil),
      isActiveLow: choice(.active, in: section, ActiveLevel.high) == .low,
      bias: choice(.bias, in: section, Bias.asIs),
      drive: choice(.drive, in: section, Drive.pushPull),
      isInitiallyActive: choice(.initial, in: section, InitialState.inactive) == .active,
      maxOn: maxOn ?? nil)
    return OutputDraft(settings: settings, section: section)
  }

  private mutating func lineAddress(_ section: Section) -> LineAddress? {
    let chip = text(.chip, in: section)
    guard let line = text(.line, in: section, limit: Limits.lineName) else { return nil }
    guard line.allSatisfy({ $0.isDigit }) else { return .named(line, chip: chip) }
    guard let offset = number(.line, in: section, Limits.lineOffset) else { return nil }
    if let chip { return .offset(UInt32(offset), chip: chip) }
    if section.entry(.chip) == nil, let entry = section.entry(.line) {
      errors.add(entry.place, .conflict(.lineWithoutChip(line)))
    }
    return nil
  }

  /// An output that nothing turns off again must say how long it may be on: law L4.
  mutating func checkMaxOn(of output: OutputDraft) {
    guard output.section.entry(.maxOn) == nil else { return }
    if output.settings.isInitiallyActive, let entry = output.section.entry(.initial) {
      errors.add(entry.place, .conflict(.startsOn))
    } else if let line = output.leftOnIn {
      errors.add(output.section.place, .conflict(.leftOn(line: line)))
    }
  }
}
