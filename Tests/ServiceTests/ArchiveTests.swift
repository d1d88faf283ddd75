import Bytes
import Foundation
import Platform
import TestSupport
import Testing

@testable import Service

/// Messages on their way into a Maildir.
@Suite struct ArchiveTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func archive(_ parts: String..., to path: String? = nil) -> Int32? {
    let archive = RunningArchive()
    archive.begin(Array("1.popbell".utf8), in: Array((path ?? folder.path + "/mail").utf8))
    for part in parts { archive.append(Array(part.utf8)) }
    return archive.end()?.number.rawValue
  }

  private var content: String? {
    try? String(contentsOfFile: folder.path + "/mail/new/1.popbell", encoding: .utf8)
  }

  @Test func aMessageIsThereWhenItHasEnded() {
    #expect(archive("Subject: x\r\n", "\r\n") == nil)
    #expect(content == "Subject: x\r\n\r\n")
  }

  /// After a crash the same alert goes on.
  @Test func aMessageThatIsThereIsNotWrittenAgain() {
    #expect(archive("first") == nil && archive("second") == nil)
    #expect(content == "first")
  }

  @Test func aMessageThatDoesNotEndIsNotThere() throws {
    let archive = RunningArchive()
    let path = Array((folder.path + "/mail").utf8)
    archive.begin(Array("1.popbell".utf8), in: path)
    archive.append(Array("half".utf8))
    // The next begins in its place.
    archive.begin(Array("2.popbell".utf8), in: path)
    #expect(archive.end() == nil && content == nil)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/mail/tmp")
    #expect(names == [])
  }

  @Test func whatCannotBeWrittenSaysSoAtTheEnd() {
    #expect(archive("x", to: folder.path + "/no/such") == 2)
  }
}
