import Bytes
import TestSupport
import Testing

@Suite struct TextTests {
  @Test(
    arguments: [
      ("0", 0), ("4294967295", 4_294_967_295), ("4294967296", nil), ("", nil), ("-1", nil),
      ("+1", nil), ("1 ", nil), ("00012", 12), ("99999999999999999999", nil),
    ] as [(String, UInt32?)])
  func readsDecimals(text: String, number: UInt32?) {
    #expect(with(text) { UInt32(decimal: $0) } == number)
  }

  @Test func comparesWithoutCase() {
    #expect(with("Subject") { $0.equalsIgnoringCase("SUBJECT") })
    #expect(!with("Subject") { $0.equals("SUBJECT") })
    #expect(!with("Subject") { $0.equalsIgnoringCase("SUBJECTS") })
  }

  @Test(arguments: [("", ""), (" \t ", ""), (" a b\t", "a b"), ("a", "a")])
  func trimsBlanks(padded: String, trimmed: String) {
    #expect(with(padded) { TestSupport.text($0.trimmingBlanks) } == trimmed)
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func encodesAndDecodesTheVectorsOfRFC4648(plain: String, base64: String) {
    var encoder = Base64Encoder()
    var encoded: [UInt8] = []
    for byte in plain.utf8 { encoder.encode(byte) { encoded.append($0) } }
    encoder.finish { encoded.append($0) }
    #expect(encoded == Array(base64.utf8))

    var decoder = Base64Decoder()
    #expect(base64.utf8.compactMap { decoder.decode($0) } == Array(plain.utf8))
  }

  @Test func base64TakesEveryByte() {
    let plain = (0...255).map { UInt8($0) }
    var encoder = Base64Encoder()
    var decoder = Base64Decoder()
    var decoded: [UInt8] = []
    for byte in plain {
      encoder.encode(byte) { if let byte = decoder.decode($0) { decoded.append(byte) } }
    }
    encoder.finish { if let byte = decoder.decode($0) { decoded.append(byte) } }
    #expect(decoded == plain)
  }
}
