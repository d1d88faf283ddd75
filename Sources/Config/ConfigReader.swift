import Bytes
import Rules

/// Reads the configuration file, and reports all errors in it at once.
public struct ConfigReader {
  private enum Current {
    case none
    /// The section has an error, and its assignments are ignored.
    case refused
    case section(Section)
  }

  private var current = Current.none
  /// The text between the brackets of the current section.
  private var currentText: [UInt8] = []
  private var sections: [Section] = []
  var errors = ConfigErrors()
  var warnings = ConfigWarnings()
  var hasRefusedSection = false

  public init() {}

  // file = [ %xEF.BB.BF ] *( line LF ) [ line ]
  /// Reads the whole file.
  public mutating func read(_ file: Span<UInt8>) {
    var start = file.hasPrefix("\u{FEFF}") ? 3 : 0
    var number = 1
    while start < file.count {
      let end = file.firstIndex(of: .lineFeed, from: start) ?? file.count
      take(file.extracting(start..<end), number)
      start = end + 1
      number += 1
    }
  }

  private mutating func take(_ line: Span<UInt8>, _ number: Int) {
    do throws(LineProblem) {
      switch try Line(parsing: line) {
      case .nothing: break
      case .section(let text):
        currentText = [UInt8](line.extracting(text))
        current = open(line.extracting(text).trimmingBlanks, place(number, line.extracting(0..<0)))
      case .setting(let key, let value):
        take(line.extracting(key), line.extracting(value), place(number, line.extracting(key)))
      }
    } catch {
      errors.add(Place(line: number, section: [], key: []), .line(error))
    }
  }

  private func place(_ line: Int, _ key: Span<UInt8>) -> Place {
    Place(line: line, section: currentText, key: [UInt8](key))
  }

  private mutating func take(_ key: Span<UInt8>, _ value: Span<UInt8>, _ place: Place) {
    switch current {
    case .none: current = refuse(place.ofSection, .outside)
    case .refused: break
    case .section(let section): take(key, value, place, in: section)
    }
  }
}

// section = kind [ 1*blank name ]
// name    = 1*32( letter / digit / "-" / "_" / "." )
extension ConfigReader {
  private mutating func open(_ text: Span<UInt8>, _ place: Place) -> Current {
    guard !text.isEmpty else { return refuse(place, .outside) }
    var end = 0
    while end < text.count, !text[end].isBlank { end += 1 }
    let name = text.extracting(end...).trimmingBlanks
    guard let kind = SectionKind(text.extracting(..<end)) else {
      return refuse(place, .unknown(suggestion: suggestion(text.extracting(..<end), name)))
    }
    guard name.isEmpty == (kind == .popbell) else {
      return refuse(place, kind == .popbell ? .popbellWithName : .noName(kind))
    }
    guard isName(name) || kind == .popbell else { return refuse(place, .badName) }
    return find(kind, [UInt8](name), place)
  }

  /// The section `name`: a new one, or an existing one, which is reported as repeated.
  private mutating func find(_ kind: SectionKind, _ name: [UInt8], _ place: Place) -> Current {
    let others = sections(kind)
    if let section = others.first(where: { $0.name == name }) {
      errors.add(place, .section(.repeated(firstLine: section.place.line)))
      return .section(section)
    }
    guard others.count < kind.limit else { return refuse(place, .tooMany(kind)) }
    let section = Section(kind, name: name, place: place)
    sections.append(section)
    return .section(section)
  }

  /// The sections of this kind, in the order of the file.
  func sections(_ kind: SectionKind) -> [Section] { sections.filter { $0.kind == kind } }

  private mutating func refuse(_ place: Place, _ problem: SectionProblem) -> Current {
    errors.add(place, .section(problem))
    hasRefusedSection = hasRefusedSection || !place.section.isEmpty
    return .refused
  }

  private func suggestion(_ kind: Span<UInt8>, _ name: Span<UInt8>) -> [UInt8]? {
    guard let nearest = nearest(to: kind, among: SectionKind.words) else { return nil }
    guard !nearest.span.equals("popbell") else { return nearest }
    return nearest + [.space] + (isName(name) ? [UInt8](name) : [UInt8]("NAME"))
  }
}

private func isName(_ text: Span<UInt8>) -> Bool {
  for index in text.indices {
    let byte = text[index]
    let isMark = byte == .ascii("-") || byte == .ascii("_") || byte == .ascii(".")
    guard byte.isLetter || byte.isDigit || isMark else { return false }
  }
  return !text.isEmpty && text.count <= Limits.name
}

extension ConfigReader {
  /// Adds an assignment to `section`, unless its key is not similar to any of the section's keys.
  private mutating func take(
    _ text: Span<UInt8>, _ raw: Span<UInt8>, _ place: Place, in section: Section
  ) {
    guard let key = section.kind.key(text), key.row.use != .refused else {
      let (problem, meant) = unknown(text, in: section.kind)
      errors.add(place, .key(problem))
      guard let meant else { return }
      return section.assignments.append(
        Assignment(key: meant, argument: [], value: nil, place: place))
    }
    let row = key.row
    let argument = row.argument(of: text) ?? []
    if let problem = section.repetition(of: key, argument) {
      return errors.add(place, .key(problem))
    }
    var value: [UInt8]?
    do throws(ValueProblem) {
      let end = row.isCommand ? endOfCommand(raw) : endOfValue(raw)
      let text = raw.extracting(..<end)
      if row.use == .condition { warnOfComment(behind: end, in: raw, place) }
      value = try checked(text.extracting(text.rangeWithoutSpaces), row)
    } catch {
      errors.add(place, .value(error))
    }
    section.assignments.append(Assignment(key: key, argument: argument, value: value, place: place))
  }

  /// The error for a key that the section does not have, and the key that was probably meant; nil if there is
  /// none.
  private func unknown(_ text: Span<UInt8>, in kind: SectionKind) -> (KeyProblem, meant: Key?) {
    if let refused = kind.key(text) { return (.passwordInFile, refused) }
    for other in SectionKind.allCases where other.key(text) != nil {
      return (.belongs(in: other), nil)
    }
    guard let nearest = nearest(to: text, among: kind.rows.map { $0.name }),
      let meant = kind.key(nearest.span)
    else { return (.unknown(kind, suggestion: nil), nil) }
    guard meant.row.use != .refused else { return (.passwordInFile, meant) }
    return (.unknown(kind, suggestion: nearest), meant)
  }

  private func checked(_ raw: Span<UInt8>, _ row: KeyRow) throws(ValueProblem) -> [UInt8] {
    for index in raw.indices where raw[index].isControl && raw[index] != .horizontalTab {
      throw .controlByte(raw[index])
    }
    guard raw.firstIndexNotUTF8 == nil else { throw .notUTF8 }
    guard raw.count <= Limits.value else { throw .tooLong(limit: Limits.value) }
    guard !row.isCommand else { return [UInt8](raw) }
    let value = try unquoted(raw)
    guard !value.isEmpty || row.use == .condition else { throw .missing }
    return value
  }
}

extension Section {
  fileprivate func repetition(of key: Key, _ argument: [UInt8]) -> KeyProblem? {
    let use = key.row.use
    guard use != .action else { return nil }
    for assignment in assignments where assignment.key == key {
      let other = assignment.argument
      guard other.span.equalsIgnoringCase(argument.span) else { continue }
      let line = assignment.place.line
      return use == .condition ? .repeatedCondition(firstLine: line) : .repeated(firstLine: line)
    }
    return nil
  }
}
