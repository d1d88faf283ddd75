import Foundation
import POP3Simulator
import TLS
import Testing

@Suite struct TrustStoreTests {
  let folder: Folder
  let one = CertificateAuthority(name: "one")
  let two = CertificateAuthority(name: "two")

  init() throws { folder = try Folder() }

  /// Whether servers of `one` and of `two` are believed with what `name` holds.
  private func believed(with name: String) throws -> [Bool] {
    let store = try TrustStore(path: folder.path(name))
    return try [one, two].map { try verdict(on: $0.issue(), trusting: store) == nil }
  }

  @Test func readsPEMWithOneOrMany() throws {
    try folder.write("one.pem", one.pem.utf8)
    try folder.write("both.pem", ("A comment.\n" + one.pem + two.pem).utf8)
    #expect(try believed(with: "one.pem") == [true, false])
    #expect(try believed(with: "both.pem") == [true, true])
  }

  @Test func readsDER() throws {
    try folder.write("one.der", one.certificate)
    #expect(try believed(with: "one.der") == [true, false])
  }

  @Test func readsFolder() throws {
    try folder.write("one.pem", one.pem.utf8)
    try folder.write("two.der", two.certificate)
    try folder.write("README", "no certificate".utf8)
    #expect(try believed(with: "") == [true, true])
  }

  /// Links count nothing: folders are full of them.
  @Test func opensAtMost256FilesOfAFolder() throws {
    for number in 1...256 { try folder.write("\(number).pem", one.pem.utf8) }
    for number in 1...300 {
      try FileManager.default.createSymbolicLink(
        atPath: folder.url.appending(path: "\(number).0").path, withDestinationPath: "7.pem")
    }
    #expect(try believed(with: "") == [true, false])
    try folder.write("one more", two.certificate)
    #expect(failure(loading: folder.path(""))?.reason == .tooManyFiles)
  }

  @Test func passesOverWhatItCannotRead() throws {
    let broken = one.pem.replacing("MII", with: "MIJ")
    try folder.write("broken.pem", (broken + two.pem).utf8)
    #expect(try believed(with: "broken.pem") == [false, true])
    try folder.write("cut.pem", (one.pem.prefix(200) + two.pem).utf8)
    #expect(try believed(with: "cut.pem") == [false, true])
    let endless = "-----BEGIN CERTIFICATE-----\n" + String(repeating: "M", count: 40_000)
    try folder.write("endless.pem", (endless + two.pem).utf8)
    #expect(try believed(with: "endless.pem") == [false, true])
    let zeros = [UInt8](repeating: 0, count: 100)
    try folder.write("zeros.pem", zeros + Array(two.pem.utf8) + zeros)
    #expect(try believed(with: "zeros.pem") == [false, true])
  }

  /// It is read in pieces of 16 KiB.
  @Test func findsCertificateWhereverItBegins() throws {
    let range = 16_384 - one.pem.utf8.count - 10..<16_384 + 40
    for before in [range, range.lowerBound + 16_358..<range.upperBound + 16_358].joined() {
      let comment = [UInt8](repeating: UInt8(ascii: "-"), count: before)
      try folder.write("late.pem", comment + Array(one.pem.utf8))
      #expect(failure(loading: folder.path("late.pem")) == nil, "behind \(before) octets")
    }
    #expect(try believed(with: "late.pem") == [true, false])
  }

  @Test func findsTheOneAmongMany() throws {
    let others = (0..<100).map { CertificateAuthority(name: "number \($0)").pem }.joined()
    try folder.write("many.pem", (others + two.pem + others).utf8)
    #expect(try believed(with: "many.pem") == [false, true])
  }

  /// The file is read when a server is verified; whoever changes it in place changes that.
  @Test func believesNobodyWhenTheFileIsEmptied() throws {
    try folder.write("ca.pem", one.pem.utf8)
    let store = try TrustStore(path: folder.path("ca.pem"))
    #expect(unsafe truncate(folder.url.appending(path: "ca.pem").path, 300) == 0)
    #expect(try verdict(on: one.issue(), trusting: store) == .unknownAuthority)
  }

  @Test func saysWhatIsWrongWithWhich() throws {
    try folder.write("empty.pem", [])
    try folder.write("text.pem", "no certificate".utf8)
    try folder.write("cut.pem", one.pem.utf8.prefix(200))
    try folder.write("broken.pem", one.pem.replacing("MII", with: "MIJ").utf8)
    try folder.write("large.pem", [UInt8](repeating: 0x0A, count: 4 << 20 | 1))
    try folder.write("cut.der", one.certificate.dropLast())
    let reasons: [(String, TrustFailure.Reason)] = [
      ("missing.pem", .missing), ("text.pem/below", .missing), ("nul\0.pem", .missing),
      ("empty.pem", .noCertificate), ("text.pem", .noCertificate), ("cut.pem", .noCertificate),
      ("cut.der", .noCertificate), ("broken.pem", .noCertificate), ("large.pem", .tooLarge),
    ]
    for (name, reason) in reasons {
      let path = folder.path(name)
      let failure = failure(loading: path)
      #expect(failure?.reason == reason, "\(name)")
      #expect(failure?.path == path)
    }
  }

  @Test func refusesFolderWithoutCertificates() throws {
    try folder.write("README", "no certificate".utf8)
    #expect(failure(loading: folder.path(""))?.reason == .noCertificate)
  }

  private func failure(loading path: [UInt8]) -> TrustFailure? {
    do throws(TrustFailure) {
      _ = try TrustStore(path: path)
      return nil
    } catch {
      return error
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/etc/ssl/certs/ca-certificates.crt")))
  func findsTheSystemsOwn() throws {
    let store = try TrustStore.system()
    #expect(try verdict(on: one.issue(), trusting: store) == .unknownAuthority)
  }
}
