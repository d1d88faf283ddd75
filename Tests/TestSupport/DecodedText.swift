import Bytes
public import Mail

/// The characters of a field's value in UTF-8, with a blank for each control and none at the ends: what the
/// decoder makes of it, before it becomes what a person sees.
public func decodedText(of raw: Span<UInt8>, tables: CharsetTables = .none) -> [UInt8] {
  var text: [UInt8] = []
  var decoder = FieldDecoder(tables)
  decoder.decode(raw) { text.append(utf8: $0 < 0x20 || $0 == 0x7F ? 0x20 : $0) }
  let first = text.firstIndex { $0 != .space } ?? text.count
  let end = text.lastIndex { $0 != .space } ?? -1
  return first > end ? [] : Array(text[first...end])
}

/// `text` as a person sees it, by a `VisibleTextWriter`. Each byte that is not UTF-8 becomes U+FFFD.
public func normalised(_ text: Span<UInt8>, limit: Int) -> [UInt8] {
  var result: [UInt8] = []
  var writer = VisibleTextWriter(limit: limit)
  var index = 0
  while index < text.count {
    let (scalar, length) = decodeUTF8(text.extracting(index...)) ?? (0xFFFD, 1)
    writer.receive(scalar) { result.append($0) }
    index += length
  }
  writer.finish { result.append($0) }
  return result
}
