import Bytes
import Mail
import TestSupport
import TestTraits
import Testing

/// A charset of two bytes, by a label and by the C library's name.
struct MultiByteFixture: Sendable, CustomTestStringConvertible {
  var label: String
  var library: String
  /// Bytes in front of each pair, and the pairs.
  var prefix: [UInt8] = []
  var leads: ClosedRange<UInt8>
  var trails: ClosedRange<UInt8>
  /// A pair that is a character.
  var good: [UInt8]
  /// What both read, but differently.
  var differences: [UInt16: String] = [:]
  /// How many pairs only we read, and only the library.
  var onlyOurs = 0
  var onlyTheirs = 0
  var testDescription: String { label }

  static let all = [
    MultiByteFixture(
      label: "gb2312", library: "GB18030", leads: 0x81...0xFE, trails: 0x40...0xFE,
      good: [0xB0, 0xA1]),
    MultiByteFixture(
      label: "euc-kr", library: "UHC", leads: 0x81...0xFE, trails: 0x41...0xFE, good: [0xB0, 0xA1]),
    MultiByteFixture(
      label: "shift_jis", library: "CP932", leads: 0x81...0x9F, trails: 0x40...0xFC,
      good: [0x88, 0x9F]),
    MultiByteFixture(
      label: "shift_jis", library: "CP932", leads: 0xE0...0xFC, trails: 0x40...0xFC,
      good: [0x88, 0x9F]),
    MultiByteFixture(
      label: "euc-jp", library: "EUC-JP", prefix: [0x8F], leads: 0xA1...0xFE, trails: 0xA1...0xFE,
      good: [0xB0, 0xA1]),
    // Windows' signs, and not Hong Kong's. The library also knows what HKSCS-2008 added.
    MultiByteFixture(
      label: "big5", library: "BIG5-HKSCS", leads: 0x81...0xFE, trails: 0x40...0xFE,
      good: [0xA4, 0x40],
      differences: [
        0xA145: "‧", 0xA14E: "﹑", 0xA1C2: "¯", 0xA1E3: "～", 0xA1F2: "⊕", 0xA1F3: "⊙", 0xA241: "∕",
        0xA242: "﹨", 0xA244: "￥", 0xA246: "￠", 0xA247: "￡", 0xF9FE: "▓",
      ], onlyOurs: 14, onlyTheirs: 68),
  ]
}

@Suite struct MultiByteCharsetTests {
  /// Each of `sequences` decoded, all in one text; nil for what is no character.
  private func characters(
    _ sequences: [[UInt8]], in label: String, good: [UInt8]
  ) throws -> [String?] {
    let tables = try CharsetTables.ofBoard()
    let text = decoded(([good] + sequences).flatMap { $0 + [0x20] }, in: label, tables)
    // Not by characters: a blank and a mark behind it are one.
    let parts = text.utf8.split(separator: 0x20, omittingEmptySubsequences: false).dropFirst()
    #expect(parts.count == sequences.count)
    return parts.map { String(decoding: $0, as: UTF8.self) }
      .map { $0.contains("\u{FFFD}") ? nil : $0 }
  }

  @Test(.exhaustive, arguments: MultiByteFixture.all)
  func readsEachPairAsTheCLibraryDoes(fixture: MultiByteFixture) throws {
    let library = try #require(Iconv(fixture.library))
    var (differences, onlyOurs, onlyTheirs) = ([UInt16: String](), 0, 0)
    for lead in fixture.leads {
      let sequences = fixture.trails.map { fixture.prefix + [lead, $0] }
      let ours = try characters(sequences, in: fixture.label, good: fixture.good)
      for (sequence, text) in zip(sequences, ours) {
        switch (text, library.text(sequence)) {
        case (nil, nil): break
        case (.some, nil): onlyOurs += 1
        case (nil, .some): onlyTheirs += 1
        case (let text?, let other?) where Array(text.utf8) != Array(other.utf8):
          differences[UInt16(sequence[sequence.count - 2]) << 8 | UInt16(sequence.last ?? 0)] = text
        case (.some, .some): break
        }
      }
    }
    #expect(differences == fixture.differences)
    #expect(onlyOurs == fixture.onlyOurs)
    #expect(onlyTheirs == fixture.onlyTheirs)
  }

  @Test(.exhaustive) func readsFourBytesOfGB18030() throws {
    let library = try #require(Iconv("GB18030"))
    func sequence(_ pointer: Int) -> [UInt8] {
      [
        UInt8(0x81 + pointer / 12600), UInt8(0x30 + pointer / 1260 % 10),
        UInt8(0x81 + pointer / 10 % 126), UInt8(0x30 + pointer % 10),
      ]
    }
    var different: [Int] = []
    let pointers = Array(0..<50_400) + [189_000, 189_001, 1_237_575, 1_237_576, 1_587_599]
    for start in stride(from: 0, to: pointers.count, by: 150) {
      let part = pointers[start..<min(start + 150, pointers.count)]
      let ours = try characters(part.map(sequence), in: "gb18030", good: [0xB0, 0xA1])
      for (pointer, text) in zip(part, ours) where text != library.text(sequence(pointer)) {
        different.append(pointer)
      }
    }
    // Where GB 18030-2022 has private characters now, we read what GB 18030-2000 had; and U+FFFD is one.
    #expect(different == [7457] + (19057...19064) + (39076...39085) + [39417])
  }

  /// Pairs of seven bits are those of eight: of JIS X 0208 and 0212, KS X 1001 and GB 2312.
  @Test(
    .exhaustive,
    arguments: [
      ("iso-2022-jp", "\u{1B}$B", "\u{1B}(B", "euc-jp", []),
      ("iso-2022-jp-1", "\u{1B}$(D", "\u{1B}(B", "euc-jp", [0x8F]),
      ("iso-2022-kr", "\u{1B}$)C\u{0E}", "\u{0F}", "euc-kr", []),
      ("hz-gb-2312", "~{", "~}", "gb2312", []),
    ] as [(String, String, String, String, [UInt8])])
  func readsSevenBitsAsEight(
    label: String, start: String, end: String, other: String, prefix: [UInt8]
  ) throws {
    let tables = try CharsetTables.ofBoard()
    for lead: UInt8 in 0x21...0x7D {
      let trails: ClosedRange<UInt8> = 0x21...0x7E
      let low: [UInt8] = trails.flatMap { [lead, $0] }
      let pairs: [UInt8] = trails.flatMap { prefix + [lead | 0x80, $0 | 0x80] }
      let high = pairs + [0xB0, 0xA1]
      let good: [UInt8] = label == "iso-2022-jp-1" ? Array("\u{1B}$B".utf8) : []
      let bytes = Array(start.utf8) + low + good + [0x30, 0x21] + Array(end.utf8)
      #expect(decoded(bytes, in: label, tables) == decoded(high, in: other, tables), "\(lead)")
    }
  }

  @Test(
    arguments: [
      // As they were sent: split between words, within a character, and one within a digit of base64.
      (
        "=?gb2312?B?ob6xqL6vob8zusWy1s7Ctsi5/?=\r\n\t=?gb2312?B?uN8sx+u87LLp?=",
        "【报警】3号仓温度垢\u{FFFD},请检查"
      ),
      (
        "=?ISO-2022-JP?B?GyRCIVo3WUpzIVtBUjhLJE4bKEI=?=\r\n =?ISO-2022-JP?B?GyRCMjlFWSQsOWIkJBsoQg==?=",
        "【警報】倉庫の温度が高い"
      ),
      ("=?Big5?B?xLWz+CC3xavXuUywqg==?=", "警報 溫度過高"),
      ("=?euc-kr?B?sObAzw==?= =?KS_C_5601-1987?Q?=B0=E6?=", "경일경"),
      ("=?shift_jis?Q?=8Cx=95=F1_=B1=5C?=", "警報 ｱ\\"),
      ("=?euc-jp?Q?=B7=D9=8E=B1=8F=B0=A1?=", "警ｱ丂"),
      // A split within a character and within a state; no escape back; katakana of eight bits.
      ("=?iso-2022-jp?Q?=1B$B7?= =?ISO-2022-JP?Q?YJs=1B=28B!?=", "警報!"),
      ("=?iso-2022-jp?Q?=1B$B7Y?= =?iso-2022-jp?Q?Js?=", "警報"),
      ("=?iso-2022-jp?Q?=1B$@7Y=1B=28J=5C=7E=1B=28I1=1B=28B=B1a?=", "警¥‾ｱｱa"),
      ("=?hz-gb-2312?Q?zone_=7E{1(=7E}_=7E=7E?=", "zone 报 ~"),
      // Japanese devices write it raw.
      ("\u{1B}$B7YJs\u{1B}(B 3", "警報 3"), ("zone \u{1B}$B7YJs", "zone 警報"),
      // Two bytes for one letter of Hong Kong's, and one of four bytes.
      ("=?big5-hkscs?Q?=88=62=88=64?=", "Ê̄Ê̌"), ("=?gb18030?Q?=900=810_=80?=", "𐀀 €"),
      // Cut by the device; a byte of ASCII is never swallowed.
      ("=?gb2312?Q?=B1=A8=BE?=", "报\u{FFFD}"), ("=?big5?Q?=C4=B5=B3!?=", "警\u{FFFD}!"),
      ("=?gb18030?Q?=B1=A8=810?=", "报\u{FFFD}0"), ("=?euc-jp?Q?=B7=D9=8F=B0?=", "警\u{FFFD}"),
      ("=?iso-2022-jp?Q?=1B$B7YJ?=", "警\u{FFFD}"),
      ("=?iso-2022-jp?Q?=1B$B7Y=1B.?=", "警\u{FFFD}\u{FFFD}"),
      ("=?shift_jis?Q?=8Cx=95?=", "警\u{FFFD}"), ("=?euc-kr?Q?=B0=E6=B0_x?=", "경\u{FFFD} x"),
      // Other text under the label: UTF-8, or nothing that it reads.
      ("=?gb2312?Q?T=C3=BCr?=", "T眉r"), ("=?gb2312?Q?=E8=AD=A6?=", "警"),
      ("=?big5?Q?T=FC_r?=", "Tü r"),
      // Labels of libraries and of PHP.
      ("=?MS950?B?xLWz+A==?= 3", "警報 3"), ("=?x-ms950?B?xLWz+A==?=", "警報"),
      ("=?SJIS-win?Q?=8Cx=95=F1?=", "警報"), ("=?cp943c?Q?=8Cx=95=F1?=", "警報"),
      ("=?x-IBM943?Q?=8Cx=95=F1?=", "警報"), ("=?eucJP-win?Q?=B7=D9?=", "警"),
      ("=?gb18030-2000?Q?=B1=A8?=", "报"),
    ] as [(String, String)])
  func decodesTexts(raw: String, text: String) throws {
    let tables = try CharsetTables.ofBoard()
    let bytes = Array(raw.utf8)
    let decoded = decodedText(of: bytes.span, tables: tables)
    #expect(String(decoding: decoded, as: UTF8.self) == text)
  }
}
