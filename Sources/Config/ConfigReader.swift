import Bytes
import Rules

/// Takes the configuration's sections, keys and values, in the order of the file.
///
/// It reports every error that it can find: nothing is left for a second run.
public struct ConfigReader {
  private enum Current {
    case none
    /// What follows is passed over: the section itself was an error.
    case refused
    case mailbox(Section<MailboxKey>)
    case output(Section<OutputKey>)
    case rule(Section<RuleKey>)
    case popbell(Section<PopbellKey>)
  }

  private var current = Current.none
  private var currentText: [UInt8] = []
  var mailboxes: [Section<MailboxKey>] = []
  var outputs: [Section<OutputKey>] = []
  var rules: [Section<RuleKey>] = []
  var popbell: [Section<PopbellKey>] = []
  var errors = ConfigErrors()
  var hasRefusedSection = false

  public init() {}

  /// Takes a line `[text]`. The edge may leave this out: `entry` does it where the section is another.
  public mutating func section(_ text: Span<UInt8>, line: Int) {
    currentText = [UInt8](text)
    current = open(text.trimmingBlanks, Place(line: line, section: [UInt8](text), key: []))
  }

  /// Takes a line `key = value`, below `[section]`.
  public mutating func entry(
    section text: Span<UInt8>, key: Span<UInt8>, value: Span<UInt8>, line: Int
  ) {
    if case .none = current {
      section(text, line: line)
    } else if !text.equals(currentText.span) {
      section(text, line: line)
    }
    let place = Place(line: line, section: [UInt8](text), key: [UInt8](key))
    switch current {
    case .none, .refused: break
    case .mailbox(let section): take(key, value, place, in: section)
    case .output(let section): take(key, value, place, in: section)
    case .rule(let section): take(key, value, place, in: section)
    case .popbell(let section): take(key, value, place, in: section)
    }
  }

  /// Takes a line that is none of the above.
  public mutating func syntaxError(line: Int) {
    errors.add(Place(line: line, section: [], key: []), .line(.notASetting))
  }

  /// Takes a line that the edge could not read whole.
  public mutating func lineTooLong(line: Int, limit: Int) {
    errors.add(Place(line: line, section: [], key: []), .line(.tooLong(limit: limit)))
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
    do throws(SectionProblem) {
      switch kind {
      case .mailbox: return .mailbox(try find(name, place, &mailboxes, &errors))
      case .output: return .output(try find(name, place, &outputs, &errors))
      case .rule: return .rule(try find(name, place, &rules, &errors))
      case .popbell: return .popbell(try find(name, place, &popbell, &errors))
      }
    } catch {
      return refuse(place, error)
    }
  }

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

/// The section `name`: a new one, or one that is there already, which is an error.
private func find<Key>(
  _ name: Span<UInt8>, _ place: Place, _ sections: inout [Section<Key>],
  _ errors: inout ConfigErrors
) throws(SectionProblem) -> Section<Key> {
  for section in sections where section.name == [UInt8](name) {
    errors.add(place, .section(.repeated(firstLine: section.place.line)))
    return section
  }
  guard sections.count < Key.kind.limit else { throw .tooMany(Key.kind) }
  let section = Section<Key>(name: [UInt8](name), place: place)
  sections.append(section)
  return section
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
  /// Adds an entry to `section`, unless its key is nothing like one of the section's.
  private mutating func take<Key>(
    _ text: Span<UInt8>, _ raw: Span<UInt8>, _ place: Place, in section: Section<Key>
  ) {
    guard let key = Key(text), key.row.use != .refused else {
      let (problem, meant) = unknown(text, in: Key.self)
      errors.add(place, .key(problem))
      guard let meant else { return }
      return section.entries.append(Entry(key: meant, argument: [], value: nil, place: place))
    }
    let argument = key.row.argument(of: text) ?? []
    if let problem = section.repetition(of: key, argument) {
      return errors.add(place, .key(problem))
    }
    var value: [UInt8]?
    do throws(ValueProblem) {
      value = try checked(raw, key.row)
    } catch {
      errors.add(place, .value(error))
    }
    section.entries.append(Entry(key: key, argument: argument, value: value, place: place))
  }

  /// What to say of a key that the section does not have, and which one was meant.
  private func unknown<Key: SectionKey>(
    _ text: Span<UInt8>, in _: Key.Type
  ) -> (KeyProblem, meant: Key?) {
    if let refused = Key(text) { return (.passwordInFile, refused) }
    for kind in SectionKind.allCases {
      for row in kind.rows where row.argument(of: text) != nil {
        return (.belongs(in: kind), nil)
      }
    }
    guard let nearest = nearest(to: text, among: Key.rows.map { $0.name }),
      let meant = Key(nearest.span)
    else { return (.unknown(Key.kind, suggestion: nil), nil) }
    guard meant.row.use != .refused else { return (.passwordInFile, meant) }
    return (.unknown(Key.kind, suggestion: nearest), meant)
  }

  private func checked(_ raw: Span<UInt8>, _ row: KeyRow) throws(ValueProblem) -> [UInt8] {
    for index in raw.indices where raw[index].isControl && raw[index] != .horizontalTab {
      throw .controlByte(raw[index])
    }
    guard raw.firstIndexNotUTF8 == nil else { throw .notUTF8 }
    guard raw.count <= Limits.value else { throw .tooLong(limit: Limits.value) }
    guard !row.isCommand else { return [UInt8](raw.trimmingBlanks) }
    let value = try unquoted(raw.trimmingBlanks)
    guard !value.isEmpty || row.use == .condition else { throw .missing }
    return value
  }
}

extension Section {
  fileprivate func repetition(of key: Key, _ argument: [UInt8]) -> KeyProblem? {
    let use = key.row.use
    guard use != .action else { return nil }
    for entry in entries where entry.key == key {
      let other = entry.argument
      guard other.span.equalsIgnoringCase(argument.span) else { continue }
      let line = entry.place.line
      return use == .condition ? .repeatedCondition(firstLine: line) : .repeated(firstLine: line)
    }
    return nil
  }
}
