import Bytes

/// How the bytes of an encoded word become UTF-8.
enum Charset {
  /// UTF-8 and US-ASCII; and charsets that are not known, which are matched as their raw bytes.
  case asItIs
  /// A single byte per character: ASCII, then a table's characters, the last of which is for 0xFF.
  case table(StaticString)

  // RFC 2047 asks for IANA's names; mailers also drop the "-", or write "_" for it.
  /// The charset of that name in any case; a language behind a "*" is passed over.
  init(name: Span<UInt8>) {
    var name = name
    if let star = name.firstIndex(of: .ascii("*")) { name = name.extracting(..<star) }
    // Longer than all of the names below: a name that is cut off is none of them.
    var letters = ByteBuffer<12>()
    for index in name.indices where name[index] != .ascii("-") && name[index] != .ascii("_") {
      letters.append(name[index].lowercased)
    }
    self = Self.named(letters.bytes)
  }

  private static func named(_ name: Span<UInt8>) -> Charset {
    // ISO-8859-1 as its superset, as web browsers read it: its own 0x80 to 0x9F are controls that
    // nobody means, and mailers write its name over Windows-1252 text.
    if name.equals("iso88591") || name.equals("latin1") || name.equals("windows1252")
      || name.equals("cp1252")
    {
      return .table(CharsetTable.windows1252)
    }
    if name.equals("iso88592") || name.equals("latin2") { return .table(CharsetTable.latin2) }
    if name.equals("iso885915") || name.equals("latin9") { return .table(CharsetTable.latin9) }
    if name.equals("windows1250") || name.equals("cp1250") {
      return .table(CharsetTable.windows1250)
    }
    if name.equals("windows1251") || name.equals("cp1251") {
      return .table(CharsetTable.windows1251)
    }
    if name.equals("koi8r") || name.equals("koi8") { return .table(CharsetTable.koi8r) }
    return .asItIs
  }

  /// Writes the character of a byte.
  func write(_ byte: UInt8, to writer: inout TextWriter) {
    guard case .table(let table) = self, byte >= 0x80 else {
      writer.write(byte)
      return
    }
    writeCharacter(Int(0xFF - byte), fromTheEndOf: table, to: &writer)
  }

  private func writeCharacter(
    _ position: Int, fromTheEndOf table: StaticString, to writer: inout TextWriter
  ) {
    var behind = position
    var end = table.utf8CodeUnitCount
    for index in stride(from: end - 1, through: 0, by: -1) where !table.byte(at: index).isUTF8Tail {
      if behind == 0 {
        for unit in index..<end { writer.write(table.byte(at: unit)) }
        return
      }
      behind -= 1
      end = index
    }
    writer.writeReplacementCharacter()
  }
}
