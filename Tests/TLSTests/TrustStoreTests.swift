import Foundation
import POP3Simulator
import TLS
import Testing

@Suite struct TrustStoreTests {
  let folder: Folder
  let one = CertificateAuthority(name: "one")
  let two = CertificateAuthority(name: "two")

  init() throws { folder = try Folder() }

  @Test func loadsPEMWithOneOrMany() throws {
    try folder.write("one.pem", one.pem.utf8)
    try folder.write("both.pem", ("A comment.\n" + one.pem + two.pem).utf8)
    #expect(try TrustStore(path: folder.path("one.pem")).count == 1)
    #expect(try TrustStore(path: folder.path("both.pem")).count == 2)
  }

  @Test func loadsDER() throws {
    try folder.write("one.der", one.certificate)
    #expect(try TrustStore(path: folder.path("one.der")).count == 1)
  }

  @Test func loadsFolderWithEachCertificateOnce() throws {
    try folder.write("one.pem", one.pem.utf8)
    try folder.write("bundle.crt", (two.pem + one.pem).utf8)
    try folder.write("README", "no certificate".utf8)
    try FileManager.default.createSymbolicLink(
      atPath: folder.url.appending(path: "01234567.0").path, withDestinationPath: "one.pem")
    #expect(try TrustStore(path: folder.path("")).count == 2)
  }

  @Test func passesOverWhatItCannotRead() throws {
    let broken = one.pem.replacing("MII", with: "MIJ")
    try folder.write("bundle.pem", (broken + two.pem).utf8)
    #expect(try TrustStore(path: folder.path("bundle.pem")).count == 1)
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
    #expect(try TrustStore.system().count > 50)
  }
}
