import Bytes
public import Mail

/// The characters of a field's value in UTF-8, with a blank for each control and none at the ends: what the
/// decoder makes of it, before it becomes what a person sees.
public func decodedText(of raw: Span<UInt8>, tables: CharsetTables = .none) -> [UInt8] {
  var text: [UInt8] = []
  forEachCharacter(of: raw, tables: tables) {
    text.append(utf8: $0 < 0x20 || $0 == 0x7F ? 0x20 : $0)
  }
  let first = text.firstIndex { $0 != .space } ?? text.count
  let end = text.lastIndex { $0 != .space } ?? -1
  return first > end ? [] : Array(text[first...end])
}
