import Bytes
import Mail
import TestSupport
import Testing

/// The text of an encoded word in Q.
func decoded(_ bytes: [UInt8], in label: String, _ tables: CharsetTables = .none) -> String {
  let digits = Array("0123456789ABCDEF".utf8)
  let quoted = bytes.flatMap { [0x3D, digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  let raw = Array("=?\(label)?q?".utf8) + quoted + Array("?=".utf8)
  let text = decodedText(of: raw.span, tables: tables)
  return String(decoding: text, as: UTF8.self)
}

/// A charset of one byte by a label and by the C library's name, and what they read differently.
struct SingleByteFixture: Sendable, CustomTestStringConvertible {
  var label: String
  var library: String
  var differences: [UInt8: String] = [:]
  var testDescription: String { label }

  static let all = [
    SingleByteFixture(label: "iso-8859-1", library: "CP1252"),
    SingleByteFixture(label: "iso-8859-2", library: "ISO-8859-2"),
    SingleByteFixture(label: "iso-8859-3", library: "ISO-8859-3"),
    SingleByteFixture(label: "iso-8859-4", library: "ISO-8859-4"),
    SingleByteFixture(label: "iso-8859-5", library: "ISO-8859-5"),
    SingleByteFixture(label: "iso-8859-6", library: "ISO-8859-6"),
    SingleByteFixture(label: "iso-8859-7", library: "ISO-8859-7"),
    SingleByteFixture(label: "iso-8859-8", library: "ISO-8859-8"),
    SingleByteFixture(label: "iso-8859-9", library: "CP1254"),
    SingleByteFixture(label: "iso-8859-10", library: "ISO-8859-10"),
    SingleByteFixture(label: "iso-8859-11", library: "CP874"),
    SingleByteFixture(label: "iso-8859-13", library: "ISO-8859-13"),
    SingleByteFixture(label: "iso-8859-14", library: "ISO-8859-14"),
    SingleByteFixture(label: "iso-8859-15", library: "ISO-8859-15"),
    SingleByteFixture(label: "iso-8859-16", library: "ISO-8859-16"),
    SingleByteFixture(label: "windows-1250", library: "CP1250"),
    SingleByteFixture(label: "windows-1251", library: "CP1251"),
    SingleByteFixture(label: "windows-1252", library: "CP1252"),
    SingleByteFixture(label: "windows-1253", library: "CP1253"),
    SingleByteFixture(label: "windows-1254", library: "CP1254"),
    SingleByteFixture(label: "windows-1255", library: "CP1255", differences: [0xCA: "\u{5BA}"]),
    SingleByteFixture(label: "windows-1256", library: "CP1256"),
    SingleByteFixture(label: "windows-1257", library: "CP1257"),
    SingleByteFixture(label: "windows-1258", library: "CP1258"),
    SingleByteFixture(label: "windows-874", library: "CP874"),
    SingleByteFixture(label: "koi8-r", library: "KOI8-R"),
    // The Encoding Standard has Belarusian's letter as well.
    SingleByteFixture(label: "koi8-u", library: "KOI8-U", differences: [0xAE: "ў", 0xBE: "Ў"]),
    // The library has Apple's logo at a place of its own, and the letter delta for the increment.
    SingleByteFixture(
      label: "macintosh", library: "MACINTOSH", differences: [0xC6: "∆", 0xF0: "\u{F8FF}"]),
    SingleByteFixture(label: "x-mac-cyrillic", library: "MAC-CYRILLIC", differences: [0xFF: "€"]),
    SingleByteFixture(label: "cp437", library: "IBM437"),
    SingleByteFixture(label: "ibm850", library: "IBM850"),
    SingleByteFixture(label: "cp852", library: "IBM852"),
    SingleByteFixture(label: "cp858", library: "CP858"),
    SingleByteFixture(label: "866", library: "IBM866"),
  ]
}

@Suite struct CharsetTests {
  // ISO 8859's controls are no characters of a text.
  @Test(arguments: SingleByteFixture.all)
  func readsEachByteAsTheCLibraryDoes(fixture: SingleByteFixture) throws {
    let library = try #require(Iconv(fixture.library))
    func expected(_ byte: UInt8) -> String? {
      if let difference = fixture.differences[byte] { return difference }
      guard let text = library.text([byte]), let first = text.unicodeScalars.first,
        !(0x80..<0xA0).contains(first.value)
      else { return nil }
      return text
    }
    // A character behind each, so that no byte stands alone, and no two are UTF-8.
    let good = try #require((0xC0...0xFF).first { expected($0) != nil })
    for byte: UInt8 in 0x80...0xFF {
      let text = try (expected(byte) ?? "\u{FFFD}") + #require(expected(good))
      #expect(Array(decoded([byte, good], in: fixture.label).utf8) == Array(text.utf8), "\(byte)")
    }
  }

  // The Encoding Standard's labels, and what mailers write for them.
  @Test(
    arguments: [
      ("unicode-1-1-utf-8 utf-8 UTF8 utf_8 \"utf-8\" x-unicode20utf8", [0xC3, 0xBC], "ü"),
      (
        "windows-1252 cp1252 CP-1252 x-cp1252 ISO-8859-1 iso8859-1 iso_8859-1:1987 latin1 l1",
        [0x80], "€"
      ),
      ("iso-8859-2 iso8859_2 latin2 csISOLatin2 iso_8859-2:1987 iso-ir-101", [0xB1], "ą"),
      ("iso-8859-3 latin3", [0xA1], "Ħ"), ("iso-8859-4 latin4 l4", [0xA2], "ĸ"),
      ("iso-8859-5 cyrillic", [0xB0], "А"),
      ("iso-8859-6 arabic asmo-708 iso-8859-6-i", [0xC7], "ا"),
      ("iso-8859-7 greek elot_928 sun_eu_greek", [0xE1], "α"),
      ("iso-8859-8 iso-8859-8-i hebrew logical visual", [0xE0], "א"),
      ("iso-8859-9 windows-1254 latin5 l5", [0xFD], "ı"), ("iso-8859-10 latin6", [0xA1], "Ą"),
      ("iso-8859-11 tis-620 tis620-2533 windows-874 dos-874", [0xA1], "ก"),
      ("iso-8859-13", [0xA1], "”"),
      ("iso-8859-14", [0xA1], "Ḃ"), ("iso-8859-15 latin9 l9 csisolatin9", [0xA4], "€"),
      ("iso-8859-16", [0xA4], "€"), ("windows-1250 cp1250 win-1250 x-cp1250", [0x8A], "Š"),
      ("windows-1251 cp1251 CP_1251 ansi-1251", [0xC0], "А"),
      ("windows-1253 cp1253", [0xE1], "α"),
      ("windows-1255 cp1255", [0xE0], "א"), ("windows-1256 cp1256", [0xC7], "ا"),
      ("windows-1257 cp1257", [0xE0], "ą"), ("windows-1258 cp1258", [0xF0], "đ"),
      ("koi8-r koi8 KOI csKOI8R cp20866", [0xC1], "а"), ("koi8-u koi8-ru cp21866", [0xA4], "є"),
      ("macintosh mac x-mac-roman", [0x80], "Ä"), ("x-mac-cyrillic x-mac-ukrainian", [0x80], "А"),
      ("ibm437 cp437 437", [0x81], "ü"), ("ibm850 cp850", [0x9B], "ø"),
      ("ibm852 cp852", [0x86], "ć"),
      ("ibm00858 cp858", [0xD5], "€"), ("ibm866 cp866 866 csIBM866", [0x80], "А"),
      // None of them: what its bytes look like.
      ("x-unknown us-ascii ansi_x3.4-1968 utf-9 iso-8859-12 windows-1259 850x cp", [0xFC], "ü"),
    ] as [(String, [UInt8], String)])
  func knowsTheLabels(labels: String, bytes: [UInt8], text: String) {
    for label in labels.split(separator: " ") {
      #expect(decoded(bytes, in: String(label)) == text, "\(label)")
      #expect(decoded(bytes, in: label.uppercased() + "*en") == text, "\(label)")
    }
  }
}
