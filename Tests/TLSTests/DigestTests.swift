import Bytes
import TLS
import TestSupport
import Testing

@Suite struct DigestTests {
  /// FIPS 180-4's examples, and the empty text.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func sha256(_ input: String, _ expected: String) {
    forEachSplit(of: Array(input.utf8)) { parts in
      var digest = SHA256()
      for part in parts { digest.update(Array(part).span) }
      let result = digest.finish()
      #expect(hexadecimal(result.span) == expected)
    }
    var digest = SHA256()
    for byte in input.utf8 { digest.update(byte) }
    let result = digest.finish()
    #expect(hexadecimal(result.span) == expected)
  }

  /// RFC 1321 appendix A.5, and RFC 1939's APOP example.
  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ("<1896.697170952@dbc.mtview.ca.us>tanstaaf", "c4c9334bac560ecc979e58001b3e22fb"),
  ])
  func md5(_ input: String, _ expected: String) {
    var digest = MD5()
    for byte in input.utf8.prefix(3) { digest.update(byte) }
    digest.update(Array(input.utf8.dropFirst(3)).span)
    let result = digest.finish()
    #expect(hexadecimal(result.span) == expected)
  }
}

func hexadecimal(_ bytes: Span<UInt8>) -> String {
  bytes.indices.map { String(bytes[$0] >> 4, radix: 16) + String(bytes[$0] & 15, radix: 16) }
    .joined()
}
