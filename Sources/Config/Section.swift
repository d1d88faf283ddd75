import Bytes

/// A key and its value in a section.
// A class, as it is passed on often, and a reference is smaller.
final class Assignment {
  let key: Key
  /// The part in place of the key's `NAME`; empty for keys without one.
  let argument: [UInt8]
  /// The value without quotes and comment (a command keeps its quotes); nil if an error was reported.
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
  /// The first line of the section, and the text between its brackets.
  let place: Place
  /// The assignments, whose keys are all of this kind of section.
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
