import Bytes
import Rules

/// A key and its value, as they stand in a section.
// A class: it is handed on and on, and one reference costs less than all its parts.
final class Entry {
  let key: Key
  /// What follows `header.`; empty for other keys.
  let header: [UInt8]
  /// Without quotes and comment, unless the key is a command; nil where an error was reported.
  let value: [UInt8]?
  let place: Place

  init(key: Key, header: [UInt8], value: [UInt8]?, place: Place) {
    self.key = key
    self.header = header
    self.value = value
    self.place = place
  }
}

final class Section {
  let kind: SectionKind
  let name: [UInt8]
  /// Its first line, and what stands between its brackets.
  let place: Place
  var entries: [Entry] = []

  init(kind: SectionKind, name: [UInt8], place: Place) {
    self.kind = kind
    self.name = name
    self.place = place
  }

  func entry(_ key: Key) -> Entry? { entries.first { $0.key == key } }
}

/// Takes the configuration's sections, keys and values, in the order of the file.
///
/// It reports every error that it can find: nothing is left for a second run.
public struct ConfigReader {
  private enum Current {
    case none
    /// What follows is passed over: the section itself was an error.
    case refused
    case section(Int)
  }

  private var current = Current.none
  private var currentText: [UInt8] = []
  var sections: [Section] = []
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
    guard case .section(let index) = current else { return }
    let place = Place(line: line, section: [UInt8](text), key: [UInt8](key))
    guard let entry = entry(key, value, place, in: index) else { return }
    sections[index].entries.append(entry)
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
    for index in sections.indices
    where sections[index].kind == kind && sections[index].name == [UInt8](name) {
      errors.add(place, .section(.repeated(firstLine: sections[index].place.line)))
      return .section(index)
    }
    guard sections.count(where: { $0.kind == kind }) < kind.limit else {
      return refuse(place, .tooMany(kind))
    }
    sections.append(Section(kind: kind, name: [UInt8](name), place: place))
    return .section(sections.count - 1)
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

private func isName(_ text: Span<UInt8>) -> Bool {
  for index in text.indices {
    let byte = text[index]
    let isMark = byte == .ascii("-") || byte == .ascii("_") || byte == .ascii(".")
    guard byte.isLetter || byte.isDigit || isMark else { return false }
  }
  return !text.isEmpty && text.count <= Limits.name
}

// key = word / "header." field-name
extension ConfigReader {
  /// The entry; nil where the key is nothing like one of the section's.
  private mutating func entry(
    _ text: Span<UInt8>, _ value: Span<UInt8>, _ place: Place, in section: Int
  ) -> Entry? {
    let isHeader = text.hasPrefix("header.")
    let known = isHeader ? .header : Key(text)
    guard let key = known, sections[section].kind.keys.contains(key), key != .password else {
      let (problem, meant) = unknown(known, text, in: sections[section].kind)
      errors.add(place, .key(problem))
      return meant.map { Entry(key: $0, header: [], value: nil, place: place) }
    }
    let header = isHeader ? [UInt8](text.extracting(7...)) : []
    if let problem = repetition(of: key, header, in: section) {
      errors.add(place, .key(problem))
      return nil
    }
    do throws(ConfigError) {
      if isHeader { try check(header: header.span, place) }
      let value = try checked(value, key, place)
      return Entry(key: key, header: header, value: value, place: place)
    } catch {
      errors.add(error)
      return Entry(key: key, header: header, value: nil, place: place)
    }
  }

  /// What to say of a key that the section does not have, and which one was meant.
  private func unknown(
    _ key: Key?, _ text: Span<UInt8>, in kind: SectionKind
  ) -> (KeyProblem, meant: Key?) {
    if key == .password, kind == .mailbox { return (.passwordInFile, .password) }
    if let key, let owner = SectionKind.allCases.first(where: { $0.keys.contains(key) }) {
      return (.belongs(in: owner), nil)
    }
    guard let nearest = nearest(to: text, among: kind.keys.map { $0.word }) else {
      return (.unknown(kind, suggestion: nil), nil)
    }
    let meant = Key(nearest.span)
    return (meant == .password ? .passwordInFile : .unknown(kind, suggestion: nearest), meant)
  }

  // field-name = 1*ftext ; ftext = %d33-57 / %d59-126          ; RFC 5322 section 3.6.8
  private func check(header: Span<UInt8>, _ place: Place) throws(ConfigError) {
    var isField = !header.isEmpty && header.count <= Limits.headerName
    for index in header.indices {
      let byte = header[index]
      isField = isField && byte > .space && byte < 0x7F && byte != .ascii(":")
    }
    guard isField else { throw ConfigError(at: place, .key(.badHeaderName)) }
    for key in [Key.subject, .from, .to] {
      let word = key.word
      guard !header.equalsIgnoringCase(word.span) else {
        throw ConfigError(at: place, .key(.headerWithOwnKey(key)))
      }
    }
  }

  private func repetition(of key: Key, _ header: [UInt8], in section: Int) -> KeyProblem? {
    guard !key.isAction else { return nil }
    for entry in sections[section].entries where entry.key == key {
      let other = entry.header
      guard other.span.equalsIgnoringCase(header.span) else { continue }
      let line = entry.place.line
      return key.isCondition ? .repeatedCondition(firstLine: line) : .repeated(firstLine: line)
    }
    return nil
  }

  private func checked(_ raw: Span<UInt8>, _ key: Key, _ place: Place) throws(ConfigError)
    -> [UInt8]
  {
    do throws(ValueProblem) {
      for index in raw.indices where raw[index].isControl && raw[index] != .horizontalTab {
        throw .controlByte(raw[index])
      }
      guard raw.firstIndexNotUTF8 == nil else { throw .notUTF8 }
      guard raw.count <= Limits.value else { throw .tooLong(limit: Limits.value) }
      guard !key.isCommand else { return [UInt8](raw.trimmingBlanks) }
      let value = try unquoted(raw.trimmingBlanks)
      guard !value.isEmpty || key.isCondition else { throw .missing }
      return value
    } catch {
      throw ConfigError(at: place, .value(error))
    }
  }
}
