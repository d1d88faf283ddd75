import Bytes

/// A charset with characters of several bytes, which needs `CharsetTables`.
///
/// The algorithms are those of the WHATWG Encoding Standard, sections 10 to 13; of RFC 1843 for HZ; of RFC
/// 1557 for ISO-2022-KR; of RFC 2237 for ISO-2022-JP-1.
enum MultiByteCharset: UInt8 {
  case gb18030, hz, big5, eucKR, iso2022KR, shiftJIS, eucJP, iso2022JP

  /// Calls `body` with each character, and with nil for bytes that are not a character.
  func decode(_ decoder: inout MultiByteDecoder, _ body: (UInt32?) -> Void) {
    switch self {
    case .gb18030: while let byte = decoder.take() { body(decoder.gb18030(byte)) }
    case .hz: decoder.decodeHZ(body)
    case .big5: while let byte = decoder.take() { decoder.big5(byte, body) }
    case .eucKR: while let byte = decoder.take() { body(decoder.eucKR(byte)) }
    case .iso2022KR: decoder.decodeISO2022KR(body)
    case .shiftJIS: while let byte = decoder.take() { body(decoder.shiftJIS(byte)) }
    case .eucJP: while let byte = decoder.take() { body(decoder.eucJP(byte)) }
    case .iso2022JP: decoder.decodeISO2022JP(body)
    }
  }
}

/// Reads the bytes of a text, and looks up its characters.
///
/// An invalid second byte that is ASCII is not consumed: the character before it was cut, and the byte stands
/// for itself.
struct MultiByteDecoder: ~Escapable {
  private let bytes: Span<UInt8>
  private var index = 0
  private let tables: CharsetTables

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>, _ tables: CharsetTables) {
    self.bytes = bytes
    self.tables = tables
  }

  /// Consumes the next byte; nil at the end.
  @_lifetime(self: copy self)
  mutating func take() -> UInt8? {
    guard index < bytes.count else { return nil }
    index += 1
    return bytes[index - 1]
  }

  /// Consumes the next byte if it is in `range`, and returns it. A byte beyond ASCII that is not in `range`
  /// is consumed too, and nil is returned.
  @_lifetime(self: copy self)
  mutating func take(in range: ClosedRange<UInt8>) -> UInt8? {
    guard index < bytes.count else { return nil }
    let byte = bytes[index]
    if range.contains(byte) || byte >= 0x80 { index += 1 }
    return range.contains(byte) ? byte : nil
  }

  /// Consumes `text` if it comes next. Returns `true` if it did.
  @_lifetime(self: copy self)
  mutating func take(_ text: StaticString) -> Bool {
    guard bytes.extracting(index...).hasPrefix(text) else { return false }
    index += text.utf8CodeUnitCount
    return true
  }

  /// The byte at `offset` from the current position, without consuming it; nil behind the end.
  func byte(at offset: Int) -> UInt8? {
    index + offset < bytes.count ? bytes[index + offset] : nil
  }

  @_lifetime(self: copy self)
  mutating func skip(_ count: Int) { index += count }

  func character(_ pointer: Int, in table: CharsetTables.Table) -> UInt32? {
    tables.character(pointer, in: table)
  }

  func characterOfGB18030(range pointer: Int) -> UInt32? {
    tables.characterOfGB18030(range: pointer)
  }
}

extension MultiByteDecoder {
  // one byte: %x00-7F; 0x80 is the euro sign of CP936
  // two: %x81-FE (%x40-7E / %x80-FE)
  // four: %x81-FE %x30-39 %x81-FE %x30-39
  @_lifetime(self: copy self)
  mutating func gb18030(_ first: UInt8) -> UInt32? {
    switch first {
    case ..<0x80: return UInt32(first)
    case 0x80: return 0x20AC
    case 0xFF: return nil
    default: break
    }
    if let second = byte(at: 0), (0x30...0x39).contains(second) { return fourBytes(first, second) }
    guard let second = take(in: 0x40...0xFE), second != 0x7F else { return nil }
    let offset = second < 0x7F ? 0x40 : 0x41
    return character((Int(first) - 0x81) * 190 + Int(second) - offset, in: .gb18030)
  }

  @_lifetime(self: copy self)
  private mutating func fourBytes(_ first: UInt8, _ second: UInt8) -> UInt32? {
    guard let third = byte(at: 1), (0x81...0xFE).contains(third), let fourth = byte(at: 2),
      (0x30...0x39).contains(fourth)
    else { return nil }
    skip(3)
    let high = (Int(first) - 0x81) * 10 + Int(second) - 0x30
    return characterOfGB18030(
      range: (high * 126 + Int(third) - 0x81) * 10 + Int(fourth) - 0x30)
  }

  // %x81-FE (%x40-7E / %xA1-FE)
  // Four characters of Hong Kong's extension are two of Unicode: a letter and a combining mark.
  @_lifetime(self: copy self)
  mutating func big5(_ first: UInt8, _ body: (UInt32?) -> Void) {
    guard first >= 0x80 else { return body(UInt32(first)) }
    guard (0x81...0xFE).contains(first), let second = take(in: 0x40...0xFE),
      !(0x7F...0xA0).contains(second)
    else { return body(nil) }
    let pointer = (Int(first) - 0x81) * 157 + Int(second) - (second < 0x7F ? 0x40 : 0x62)
    switch pointer {
    case 1133, 1135, 1164, 1166:
      body(pointer < 1150 ? 0xCA : 0xEA)
      body(pointer == 1133 || pointer == 1164 ? 0x304 : 0x30C)
    default: body(character(pointer, in: .big5))
    }
  }

  // KS X 1001 and Windows' extension of it: %x81-FE %x41-FE
  @_lifetime(self: copy self)
  mutating func eucKR(_ first: UInt8) -> UInt32? {
    guard first >= 0x80 else { return UInt32(first) }
    guard (0x81...0xFE).contains(first), let second = take(in: 0x41...0xFE) else { return nil }
    return character((Int(first) - 0x81) * 190 + Int(second) - 0x41, in: .eucKR)
  }

  // %x00-7F / %xA1-DF / (%x81-9F / %xE0-FC) (%x40-7E / %x80-FC)
  @_lifetime(self: copy self)
  mutating func shiftJIS(_ first: UInt8) -> UInt32? {
    switch first {
    case ...0x80: return UInt32(first)
    case 0xA1...0xDF: return halfWidthKatakana(first)
    case 0xA0, 0xFD...: return nil
    default: break
    }
    guard let second = take(in: 0x40...0xFC), second != 0x7F else { return nil }
    let lead = Int(first) - (first < 0xA0 ? 0x81 : 0xC1)
    return character(lead * 188 + Int(second) - (second < 0x7F ? 0x40 : 0x41), in: .jis0208)
  }

  // %x00-7F / %x8E %xA1-DF / %x8F 2(%xA1-FE) / 2(%xA1-FE)
  @_lifetime(self: copy self)
  mutating func eucJP(_ first: UInt8) -> UInt32? {
    switch first {
    case ..<0x80: return UInt32(first)
    case 0x8E: return take(in: 0xA1...0xDF).map { halfWidthKatakana($0) }
    case 0x8F:
      guard let second = take(in: 0xA1...0xFE) else { return nil }
      return pair(second, in: .jis0212)
    case 0xA1...0xFE: return pair(first, in: .jis0208)
    default: return nil
    }
  }

  /// The character of two bytes from 0xA1 to 0xFE, in a table with rows of 94.
  @_lifetime(self: copy self)
  private mutating func pair(_ first: UInt8, in table: CharsetTables.Table) -> UInt32? {
    guard let second = take(in: 0xA1...0xFE) else { return nil }
    return character((Int(first) - 0xA1) * 94 + Int(second) - 0xA1, in: table)
  }
}

/// The half-width katakana of one byte of JIS X 0201, 0xA1 to 0xDF.
func halfWidthKatakana(_ byte: UInt8) -> UInt32 { 0xFF61 + UInt32(byte) - 0xA1 }
