import Bytes
import Ledger
import Rules

// Encoding and decoding of the parts of frames.

extension [UInt8] {
  mutating func append(field: Span<UInt8>) {
    append(bigEndian: UInt64(field.count), size: 2)
    append(field)
  }

  mutating func append(detail: [UInt8]) {
    append(field: plainText(detail.span, within: FetcherFrame.detailSize).span)
  }
}

/// As much of `text` as fits into `limit` bytes, as a frame may carry it: whole UTF-8 characters, a blank for
/// each control byte, U+FFFD for each byte that is not UTF-8.
func plainText(_ text: Span<UInt8>, within limit: Int) -> [UInt8] {
  var bytes: [UInt8] = []
  var index = 0
  while index < text.count {
    var (scalar, length) = decodeUTF8(text.extracting(index...)) ?? (0xFFFD, 1)
    if scalar < 0x80, UInt8(truncatingIfNeeded: scalar).isControl { scalar = 0x20 }
    guard bytes.count + utf8Length(of: scalar) <= limit else { break }
    bytes.append(utf8: scalar)
    index += length
  }
  return bytes
}

/// Reads the fields of a frame in order.
struct FrameReader: ~Escapable {
  private let bytes: Span<UInt8>
  private var position = 0

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>) { self.bytes = bytes }

  mutating func byte() throws(FetcherFrame.Flaw) -> UInt8 {
    guard position < bytes.count else { throw .length }
    position += 1
    return bytes[position - 1]
  }

  mutating func number(_ size: Int) throws(FetcherFrame.Flaw) -> UInt64 {
    var number: UInt64 = 0
    for _ in 0..<size { number = number << 8 | UInt64(try byte()) }
    return number
  }

  /// A number of four bytes; throws `range` if it exceeds `limit`.
  mutating func count(atMost limit: Int) throws(FetcherFrame.Flaw) -> UInt32 {
    let number = try number(4)
    guard number <= UInt64(limit) else { throw .range }
    return UInt32(truncatingIfNeeded: number)
  }

  mutating func flag() throws(FetcherFrame.Flaw) -> Bool {
    switch try byte() {
    case 0: return false
    case 1: return true
    default: throw .range
    }
  }

  /// A message number, from 1 to `mostExamined`; throws `range` for any other.
  mutating func message() throws(FetcherFrame.Flaw) -> UInt32 {
    let message = try count(atMost: FetcherFrame.mostExamined)
    guard message > 0 else { throw .range }
    return message
  }

  mutating func identity() throws(FetcherFrame.Flaw) -> Identity {
    guard bytes.count - position >= Identity.size else { throw .length }
    position += Identity.size
    return Identity(prefixOf: bytes.extracting((position - Identity.size)..<position))
  }

  var isAtEnd: Bool { position == bytes.count }

  @_lifetime(copy self)
  mutating func rest(atMost limit: Int) throws(FetcherFrame.Flaw) -> Span<UInt8> {
    let rest = bytes.extracting(position...)
    guard rest.count <= limit else { throw .length }
    position = bytes.count
    return rest
  }

  mutating func text(atMost limit: Int) throws(FetcherFrame.Flaw) -> [UInt8] {
    let length = Int(try number(2))
    guard length <= limit else { throw .range }
    guard length <= bytes.count - position else { throw .length }
    position += length
    let text = bytes.extracting((position - length)..<position)
    for index in text.indices where text[index].isControl { throw .control }
    guard text.firstIndexNotUTF8 == nil else { throw .notUTF8 }
    return [UInt8](text)
  }

  func end() throws(FetcherFrame.Flaw) {
    guard position == bytes.count else { throw .length }
  }
}

extension MessageIdentity {
  private static var hasUniqueID: UInt8 { 1 }
  private static var believes: UInt8 { 2 }
  private static var silent: UInt8 { 4 }
  private static var hasOlder: UInt8 { 8 }
  private static var hasOlderContent: UInt8 { 16 }

  init(reading reader: inout FrameReader) throws(FetcherFrame.Flaw) {
    let flags = try reader.byte()
    func has(_ flag: UInt8) -> Bool { flags & flag != 0 }
    guard flags < 32, has(Self.hasOlder) || !has(Self.hasOlderContent) else { throw .range }
    self.init(
      uniqueID: nil, believesUniqueID: has(Self.believes), content: try reader.identity(),
      isSilent: has(Self.silent))
    if has(Self.hasUniqueID) { uniqueID = try reader.identity() }
    if has(Self.hasOlder) { older = OlderIdentity(header: try reader.identity(), content: nil) }
    if has(Self.hasOlderContent) { older?.content = try reader.identity() }
  }

  func write(to bytes: inout [UInt8]) {
    bytes.append(
      (uniqueID == nil ? 0 : Self.hasUniqueID) | (believesUniqueID ? Self.believes : 0)
        | (isSilent ? Self.silent : 0) | (older == nil ? 0 : Self.hasOlder)
        | (older?.content == nil ? 0 : Self.hasOlderContent))
    bytes.append(content)
    if let uniqueID { bytes.append(uniqueID) }
    if let older {
      bytes.append(older.header)
      if let content = older.content { bytes.append(content) }
    }
  }
}
