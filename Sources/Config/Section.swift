import Bytes

/// A key and its value, as they stand in a section.
// A class: it is handed on and on, and one reference costs less than all its parts.
final class Assignment {
  let key: Key
  /// The part in the place of its `NAME`; empty for most keys.
  let argument: [UInt8]
  /// Without quotes and comment, unless the key is a command; nil where an error was reported.
  let value: [UInt8]?
  let place: Place

  init(key: Key, argument: [UInt8], value: [UInt8]?, place: Place) {
    self.key = key
    self.argument = argument
    self.value = value
    self.place = place
  }
}

final class Section {
  let kind: SectionKind
  let name: [UInt8]
  /// Its first line, and what stands between its brackets.
  let place: Place
  /// All of them are keys of its kind.
  var assignments: [Assignment] = []

  init(_ kind: SectionKind, name: [UInt8], place: Place) {
    self.kind = kind
    self.name = name
    self.place = place
  }

  func assignment(_ key: Key) -> Assignment? { assignments.first { $0.key == key } }

  func has(_ key: Key) -> Bool { assignment(key) != nil }

  func assignments(_ use: KeyRow.Use) -> [Assignment] {
    assignments.filter { $0.key.row.use == use }
  }
}
