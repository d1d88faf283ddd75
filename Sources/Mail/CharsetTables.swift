import Bytes

/// The tables of the multi-byte charsets: a file made by `board/charsets`, which many processes can share.
///
///     file   = "popbell charsets" version(2) tables(2) crc(4) 7(offset(4) count(4)) 1*entry
///     entry  = 2 bytes, big-endian: a character of the BMP; 0 for none; 0xD800 to 0xDFFF for
///              another character, by its place in the table `supplementary`
///
/// Numbers are big-endian; `crc` is the CRC-32 of everything behind it.
public struct CharsetTables: Sendable {
  public enum Table: Int, Sendable {
    /// The two-byte characters of GB18030.
    case gb18030
    /// The ranges of four-byte characters of GB18030: the first pointer and the first character of each.
    case gb18030Ranges
    case big5
    case eucKR
    case jis0208
    case jis0212
    /// Characters beyond the BMP, two entries each, the higher first.
    case supplementary
  }

  /// Why a file is not valid.
  public enum Flaw: Error, Equatable, Sendable {
    /// The file is not a file of charset tables.
    case unknownFile
    case unknownVersion(UInt16)
    case damaged
  }

  private static let headerSize = 24 + tableCount * 8
  private static let tableCount = 7
  private static let version: UInt16 = 1

  private enum State { case absent, unchecked, intact, damaged }
  private var state: State
  private let size: Int
  private let load: @Sendable (Int) -> UInt8
  private var offsets = InlineArray<7, Int>(repeating: 0)
  private var counts = InlineArray<7, Int>(repeating: 0)

  /// No tables: text in multi-byte charsets cannot be decoded.
  public static var none: CharsetTables { CharsetTables() }

  private init() {
    state = .absent
    size = 0
    load = { _ in 0 }
  }

  /// The tables in a file of `size` bytes; `load` returns the byte at an offset.
  ///
  /// The checksum is verified by `isUsable`, when the tables are needed.
  public init(size: Int, load: @escaping @Sendable (Int) -> UInt8) throws(Flaw) {
    (self.size, self.load, state) = (size, load, .unchecked)
    let magic: StaticString = "popbell charsets"
    guard size >= magic.utf8CodeUnitCount else { throw .unknownFile }
    for index in 0..<magic.utf8CodeUnitCount where load(index) != magic.byte(at: index) {
      throw .unknownFile
    }
    guard size >= Self.headerSize else { throw .damaged }
    let version = UInt16(load(16)) << 8 | UInt16(load(17))
    guard version == Self.version else { throw .unknownVersion(version) }
    guard number(at: 18, size: 2) == Self.tableCount else { throw .damaged }
    for index in 0..<Self.tableCount {
      guard let offset = Int(exactly: number(at: 24 + index * 8, size: 4)),
        let count = Int(exactly: number(at: 28 + index * 8, size: 4)), offset >= Self.headerSize,
        offset <= size, count <= (size - offset) / 2
      else { throw .damaged }
      (offsets[index], counts[index]) = (offset, count)
    }
  }

  /// True if there are tables and their checksum is right.
  public mutating func isUsable() -> Bool {
    if state == .unchecked {
      var crc = CRC32()
      for index in 24..<size { crc.update(load(index)) }
      state = number(at: 20, size: 4) == crc.value ? .intact : .damaged
    }
    return state == .intact
  }

  private func number(at offset: Int, size: Int) -> UInt32 {
    var number: UInt32 = 0
    for index in 0..<size { number = number << 8 | UInt32(load(offset + index)) }
    return number
  }

  private func entry(_ index: Int, of table: Table) -> UInt32? {
    guard state == .intact, index >= 0, index < counts[table.rawValue] else { return nil }
    return number(at: offsets[table.rawValue] + 2 * index, size: 2)
  }

  /// The character of a pointer; nil if it has none, and while `isUsable` has not returned true.
  func character(_ pointer: Int, in table: Table) -> UInt32? {
    guard let entry = entry(pointer, of: table), entry != 0 else { return nil }
    guard (0xD800...0xDFFF).contains(entry) else { return entry }
    let place = Int(entry - 0xD800) * 2
    guard let high = self.entry(place, of: .supplementary),
      let low = self.entry(place + 1, of: .supplementary), high <= 0x10
    else { return nil }
    return high << 16 | low
  }

  // Section 5 of the Encoding Standard, "index gb18030 ranges code point".
  /// The character of a four-byte pointer of GB18030; nil if it has none.
  func characterOfGB18030(range pointer: Int) -> UInt32? {
    if (189_000...1_237_575).contains(pointer) { return UInt32(pointer - 189_000 + 0x10000) }
    guard pointer < 39_420 else { return nil }
    var found: UInt32?
    var index = 0
    while let start = entry(index, of: .gb18030Ranges), start <= pointer,
      let first = entry(index + 1, of: .gb18030Ranges)
    {
      found = first + UInt32(pointer) - start
      index += 2
    }
    guard let found, !(0xD800...0xDFFF).contains(found) else { return nil }
    return found
  }
}
