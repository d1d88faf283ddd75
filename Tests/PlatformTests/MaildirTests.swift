import Bytes
import Foundation
import Glibc
import Platform
import TestSupport
import Testing

@Suite struct MaildirTests {
  let folder: TemporaryFolder
  var path: String { folder.path + "/mail" }

  init() throws { folder = try TemporaryFolder() }

  private func open(_ path: String? = nil) throws(SystemError) -> Maildir {
    try Maildir(at: Array((path ?? self.path).utf8).span)
  }

  private func archive(
    _ text: String, as name: String = "00ff.popbell", in path: String? = nil
  ) throws(SystemError) {
    var message = try MaildirMessage(Array(name.utf8).span, in: try open(path))
    try message.append(Array(text.utf8).span)
    try message.finish()
  }

  /// Why nothing can be archived there.
  private func failure(in path: String) -> String {
    do { try archive("text", in: path) } catch { return string(error.text.span) }
    return ""
  }

  private func contains(_ name: String) throws -> Bool {
    try open().contains(Array(name.utf8).span)
  }

  private func names(in part: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path + "/" + part).sorted()
  }

  private func text(of file: String) throws -> String {
    try String(contentsOfFile: path + "/" + file, encoding: .utf8)
  }

  private func mode(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  private func link(_ name: String, to path: String) throws {
    try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: path)
  }

  @Test func putsAMessageIntoNewWhenItIsWhole() throws {
    var message = try MaildirMessage(Array("00ff.popbell".utf8).span, in: try open())
    let pieces = ["", "one\n", "", "two\n", String(repeating: "x", count: 300_000)]
    for piece in pieces {
      try message.append(Array(piece.utf8).span)
      #expect(try names(in: "tmp") == ["00ff.popbell"] && names(in: "new") == [])
    }
    #expect(try !contains("00ff.popbell"))
    try message.finish()
    #expect(try names(in: "tmp") == [] && names(in: "new") == ["00ff.popbell"])
    #expect(try text(of: "new/00ff.popbell") == pieces.joined())
    #expect(try mode(of: path + "/new/00ff.popbell") == 0o600)
    for part in ["", "/tmp", "/new", "/cur"] { #expect(try mode(of: path + part) == 0o700) }
  }

  @Test func leavesNothingOfWhatIsNotFinished() throws {
    do {
      var message = try MaildirMessage(Array("a".utf8).span, in: try open())
      try message.append(Array("text".utf8).span)
      _ = consume message
      #expect(try names(in: "tmp") == [])
      message = try MaildirMessage(Array("b".utf8).span, in: try open())
      try message.append(Array("text".utf8).span)
      #expect(try names(in: "tmp") == ["b"])
      _ = consume message
    }
    #expect(try names(in: "tmp") == [] && names(in: "new") == [])
  }

  @Test func replacesWhatACrashLeft() throws {
    _ = try open()
    let victim = try folder.file("victim", "a text that is longer")
    try text("longer than the message").write(to: "tmp/file")
    try link(path + "/tmp/symbolic", to: victim)
    try FileManager.default.linkItem(atPath: victim, toPath: path + "/tmp/hard")
    for name in ["file", "symbolic", "hard"] {
      try archive("text", as: name)
      #expect(try text(of: "new/" + name) == "text")
    }
    #expect(try names(in: "tmp") == [])
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "a text that is longer")
    // What was archived, but not known to be: still one message.
    try archive("again", as: "file")
    #expect(try text(of: "new/file") == "again")
  }

  @Test(arguments: [
    ("new/a", true), ("cur/a", true), ("cur/a:2,", true), ("cur/a:2,FRS", true), ("tmp/a", false),
    ("cur/aa", false), ("cur/aa:2,S", false), ("cur/b:2,a", false), ("cur/A:2,S", false),
    ("cur/a.b", false), ("new/aa", false), ("new/b", false),
  ])
  func knowsWhatItHas(file: String, isThere: Bool) throws {
    _ = try open()
    try text("other").write(to: "cur/other:2,S")
    try text("text").write(to: file)
    #expect(try contains("a") == isThere)
  }

  @Test func makesWhatIsMissing() throws {
    try FileManager.default.createDirectory(
      atPath: path + "/new", withIntermediateDirectories: true)
    try archive("one")
    try FileManager.default.removeItem(atPath: path + "/cur")
    #expect(try contains("00ff.popbell") && names(in: "cur") == [])
    #expect(failure(in: path + "/none/mail") == "open: No such file or directory")
    #expect(failure(in: "") == "open: No such file or directory")
    #expect(failure(in: path + "\0") == "open: Invalid argument")
  }

  @Test func mayBeALinkButHasNone() throws {
    let other = folder.path + "/other"
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
    try link(path, to: other)
    try archive("text")
    #expect(try String(contentsOfFile: other + "/new/00ff.popbell", encoding: .utf8) == "text")
    for part in ["tmp", "new", "cur"] {
      try FileManager.default.removeItem(atPath: path + "/" + part)
      try link(path + "/" + part, to: folder.path)
      #expect(failure(in: path) == "open: Not a directory")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
      try FileManager.default.removeItem(atPath: path + "/" + part)
      try text("").write(to: part)
      #expect(failure(in: path) == "open: Not a directory")
      try FileManager.default.removeItem(atPath: path + "/" + part)
    }
    #expect(failure(in: try folder.file("file")) == "open: Not a directory")
    try link(folder.path + "/dangling", to: folder.path + "/nowhere")
    #expect(failure(in: folder.path + "/dangling") == "open: No such file or directory")
  }

  @Test func isNotForOthers() throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o555])
    for place in [path, path + "/mail"] {
      #expect(try Run(probe: ["maildir-denied", place]).lines == ["open: Permission denied"])
    }
  }

  @Test func theDiskHasItBeforeAnybodyIsTold() throws {
    let lines = try Run(probe: ["maildir-calls", folder.path]).lines
    let calls = lines.filter { !$0.hasPrefix("open ") && !$0.hasPrefix("write ") }
    let file = "0123abcd.popbell"
    #expect(
      calls == [
        "mkdir \(Sandbox.isRoot ? "mail" : path)", "mkdir tmp", "mkdir new", "syncfs mail",
        "mkdir cur", "unlink \(file)",
        "fsync \(file)", "rename \(file)", "fsync new", "archived 1",
        // Who put it there may have been killed before it was on disk.
        "fsync new", "archived 2", "fsync cur", "archived 3",
      ])
    let written = try #require(lines.lastIndex { $0 == "write \(file)" })
    #expect(try written < #require(lines.firstIndex { $0 == "fsync \(file)" }))
  }

  @Test func aFailureOfAnyCallLeavesNothingOrAll() throws {
    let lines = try Run(probe: ["maildir-failing", folder.path]).lines
    let whole = "tmp -, new whole"
    let count = try #require(lines.first.flatMap { Int($0.dropFirst("calls ".count)) })
    #expect(count > 30 && lines.count == 1 + 7 * count)
    for line in lines.dropFirst() {
      #expect(line.hasSuffix("; then archived, " + whole), "\(line)")
      let word = line.prefix { $0 != " " }
      let text = ["EIO": "Input/output error", "ENOSPC": "No space left", "EROFS": "Read-only"][
        word]
      guard let text, !line.contains(": archived, \(whole);") else {
        #expect(line.contains(" once: archived, \(whole);"), "\(line)")
        continue
      }
      #expect(line.contains(text), "\(line)")
      if line.contains(" once:") { #expect(line.contains(", tmp -, new -;"), "\(line)") }
    }
  }
}

extension MaildirTests {
  private func text(_ text: String) -> Text { Text(text: text, path: path) }

  private struct Text {
    let text: String
    let path: String
    func write(to file: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + file))
    }
  }
}

private let mounts: Bool = {
  guard let folder = try? TemporaryFolder() else { return false }
  return (try? Run(probe: ["maildir-mounts", folder.path]).lines) == ["0"]
}()

/// On a disk of its own, which only root can make.
@Suite(.enabled(if: mounts, "no disk can be mounted here; be root, with CAP_SYS_ADMIN"))
struct MaildirDiskTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aFullDiskLeavesNothing() throws {
    let lines = try Run(probe: ["maildir-full", folder.path]).lines
    let full = "No space left on device"
    let levels = lines.filter { !$0.hasPrefix("then") }
    #expect(levels.count == 17 + 8)
    for line in levels {
      let isArchived = line.hasSuffix(": archived, tmp -, new whole")
      let isRefused = line.contains(": write: \(full)") || line.contains(": open: \(full)")
      #expect(isArchived != (isRefused && line.hasSuffix(", tmp -, new -")), "\(line)")
    }
    // The message has five pages; with the folders there are six files.
    #expect(levels.count { $0.contains(": archived") } == 12 + 3, "\(lines)")
    let retries = lines.filter { $0.hasPrefix("then") }
    #expect(retries == [String](repeating: "then: archived, tmp -, new whole", count: 16))
  }

  @Test func aReadOnlyDiskIsAnError() throws {
    #expect(
      try Run(probe: ["maildir-read-only", folder.path]).lines == [
        "archived", "open: Read-only file system, tmp -, new -", "open: Read-only file system",
        "open: Read-only file system",
      ])
  }
}
