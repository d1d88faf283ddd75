import Bytes

/// A mapping of bytes to characters.
enum Charset: Equatable {
  case utf8
  case utf7
  /// US-ASCII, an unknown label, or none: the meaning of bytes over 127 is not known.
  case unknown
  case singleByte(SingleByteCharset)
  case multiByte(MultiByteCharset)

  /// Calls `body` with each character of `bytes`, and with nil for bytes that are not a character.
  func decode(
    _ bytes: Span<UInt8>, _ tables: CharsetTables, _ body: (UInt32?) -> Void
  ) {
    switch self {
    case .utf8, .unknown: decodeAsUTF8(bytes, body)
    case .utf7: decodeAsUTF7(bytes, body)
    case .singleByte(let charset):
      for index in bytes.indices { body(charset.character(of: bytes[index])) }
    case .multiByte(let charset):
      var decoder = MultiByteDecoder(bytes, tables)
      charset.decode(&decoder, body)
    }
  }
}

/// Calls `body` with each character; with nil for each byte that belongs to none, and once for the beginning
/// of an incomplete one.
private func decodeAsUTF8(_ bytes: Span<UInt8>, _ body: (UInt32?) -> Void) {
  var index = 0
  while index < bytes.count {
    if let (scalar, length) = decodeUTF8(bytes.extracting(index...)) {
      body(scalar)
      index += length
    } else {
      body(nil)
      index += lengthOfPartialUTF8(bytes.extracting(index...))
    }
  }
}

// Maximal subpart of an ill-formed subsequence                   ; Unicode section 3.9
/// The length of the longest possible beginning of a character; 1 if there is none.
private func lengthOfPartialUTF8(_ bytes: Span<UInt8>) -> Int {
  let (length, second): (Int, ClosedRange<UInt8>) =
    switch bytes[0] {
    case 0xE0: (3, 0xA0...0xBF)
    case 0xED: (3, 0x80...0x9F)
    case 0xE1...0xEF: (3, 0x80...0xBF)
    case 0xF0: (4, 0x90...0xBF)
    case 0xF1...0xF3: (4, 0x80...0xBF)
    case 0xF4: (4, 0x80...0x8F)
    default: (1, 0...0)
    }
  guard length > 1, bytes.count > 1, second.contains(bytes[1]) else { return 1 }
  return length == 4 && bytes.count > 2 && bytes[2].isUTF8Tail ? 3 : 2
}

/// A charset with ASCII below 0x80 and a table for the other bytes.
enum SingleByteCharset: UInt8 {
  case windows1252, windows1250, windows1251, windows1253, windows1254, windows1255, windows1256
  case windows1257, windows1258, windows874
  case iso8859part2, iso8859part3, iso8859part4, iso8859part5, iso8859part6, iso8859part7
  case iso8859part8, iso8859part10, iso8859part13, iso8859part14, iso8859part15, iso8859part16
  case koi8r, koi8u, macintosh, macCyrillic, ibm437, ibm850, ibm852, ibm858, ibm866

  private var table: StaticString {
    switch self {
    case .windows1252: CharsetTable.windows1252
    case .windows1250: CharsetTable.windows1250
    case .windows1251: CharsetTable.windows1251
    case .windows1253: CharsetTable.windows1253
    case .windows1254: CharsetTable.windows1254
    case .windows1255: CharsetTable.windows1255
    case .windows1256: CharsetTable.windows1256
    case .windows1257: CharsetTable.windows1257
    case .windows1258: CharsetTable.windows1258
    case .windows874: CharsetTable.windows874
    case .iso8859part2: CharsetTable.iso8859part2
    case .iso8859part3: CharsetTable.iso8859part3
    case .iso8859part4: CharsetTable.iso8859part4
    case .iso8859part5: CharsetTable.iso8859part5
    case .iso8859part6: CharsetTable.iso8859part6
    case .iso8859part7: CharsetTable.iso8859part7
    case .iso8859part8: CharsetTable.iso8859part8
    case .iso8859part10: CharsetTable.iso8859part10
    case .iso8859part13: CharsetTable.iso8859part13
    case .iso8859part14: CharsetTable.iso8859part14
    case .iso8859part15: CharsetTable.iso8859part15
    case .iso8859part16: CharsetTable.iso8859part16
    case .koi8r: CharsetTable.koi8r
    case .koi8u: CharsetTable.koi8u
    case .macintosh: CharsetTable.macintosh
    case .macCyrillic: CharsetTable.macCyrillic
    case .ibm437: CharsetTable.ibm437
    case .ibm850: CharsetTable.ibm850
    case .ibm852: CharsetTable.ibm852
    case .ibm858: CharsetTable.ibm858
    case .ibm866: CharsetTable.ibm866
    }
  }

  /// The character of a byte; nil if it has none.
  func character(of byte: UInt8) -> UInt32? {
    guard byte >= 0x80 else { return UInt32(byte) }
    let table = table
    // Read from the end, the characters of 0xFF, 0xFE and so on.
    var behind = 0xFF - byte
    var end = table.utf8CodeUnitCount
    while end > 0 {
      var start = end - 1
      while start > 0, table.byte(at: start).isUTF8Tail { start -= 1 }
      if behind == 0 { return scalar(in: table, start..<end) }
      behind -= 1
      end = start
    }
    return nil
  }

  /// The character at `range` of `table`, in UTF-8; nil for U+FFFD.
  private func scalar(in table: StaticString, _ range: Range<Int>) -> UInt32? {
    var bytes = ByteBuffer<4>()
    for index in range { bytes.append(table.byte(at: index)) }
    guard let (scalar, _) = decodeUTF8(bytes.bytes), scalar != 0xFFFD else { return nil }
    return scalar
  }
}
