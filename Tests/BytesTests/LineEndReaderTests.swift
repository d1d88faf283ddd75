import Bytes
import Testing

@Suite struct LineEndReaderTests {
  @Test(
    arguments: [
      ("a\n", [.byte(behindCarriageReturn: false), .lineFeed(behindCarriageReturn: false)]),
      (
        "\r\n\n",
        [
          .carriageReturn(behindAnother: false), .lineFeed(behindCarriageReturn: true),
          .lineFeed(behindCarriageReturn: false),
        ]
      ),
      (
        "\r\ra",
        [
          .carriageReturn(behindAnother: false), .carriageReturn(behindAnother: true),
          .byte(behindCarriageReturn: true),
        ]
      ),
    ] as [(String, [LineEndReader.Piece])])
  func tellsWhatIsBeforeEachByte(text: String, expected: [LineEndReader.Piece]) {
    var reader = LineEndReader()
    #expect(text.utf8.map { reader.push($0) } == expected)
    #expect(reader.isBehindCarriageReturn == text.utf8.last.map { $0 == 0x0D })
  }
}
