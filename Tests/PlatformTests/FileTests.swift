import Bytes
import Foundation
import Platform
import TestSupport
import Testing

@Suite struct SmallFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ path: String, limit: Int = 100, _ trust: FileTrust) -> String {
    do {
      let bytes = try readFile(Array(path.utf8).span, limit: limit, trust: trust)
      return String(decoding: bytes, as: UTF8.self)
    } catch {
      switch error {
      case .system(let error): return string(error.text.span)
      case .mode(let mode, _): return "mode " + String(mode, radix: 8)
      default: return "\(error)"
      }
    }
  }

  @Test(arguments: [0, 1, 255, 256, 257, 1000]) func readsUpToItsLimit(size: Int) throws {
    let text = String((0..<size).map { Character(Unicode.Scalar(UInt8(0x41 + $0 % 26))) })
    let file = try folder.file("file", text)
    #expect(read(file, limit: size, .secret) == text)
    #expect(size == 0 || read(file, limit: size - 1, .secret) == "tooLarge")
  }

  @Test func readsNoMoreThanItsLimitOfWhatTellsNoSize() {
    #expect(read("/proc/self/status", limit: 100, .anyone) == "tooLarge")
    #expect(read("/proc/sys/kernel/ostype", limit: 6, .anyone) == "Linux\n")
  }

  @Test(arguments: [
    (FileTrust.secret, Int(0o600), true), (.secret, 0o400, true), (.secret, 0o640, true),
    (.secret, 0o644, false), (.secret, 0o601, false), (.secret, 0o660, false),
    (.settings, 0o644, true), (.settings, 0o664, true), (.settings, 0o646, false),
    (.anyone, 0o666, true),
  ])
  func checksTheMode(trust: FileTrust, mode: Int, isRead: Bool) throws {
    let file = try folder.file("file", "text", mode: mode)
    #expect(read(file, trust) == (isRead ? "text" : "mode " + String(mode, radix: 8)))
  }

  @Test(.enabled(if: Sandbox.isRoot)) func checksTheOwner() throws {
    let file = try folder.file("file", "text")
    try #require(unsafe chown(file, 12345, 0) == 0)
    #expect(read(file, .settings) == "owner(12345)")
    #expect(read(file, .anyone) == "text")
  }

  @Test func readsOnlyRegularFiles() throws {
    let pipe = folder.path + "/pipe"
    try #require(unsafe mkfifo(pipe, 0o600) == 0)
    for path in [pipe, folder.path, "/dev/zero"] { #expect(read(path, .anyone) == "notRegular") }
  }

  @Test(arguments: [
    ("/no/such/file", "open: No such file or directory"), ("", "open: No such file or directory"),
    ("/etc/passwd\0", "open: Invalid argument"),
    (String(repeating: "x", count: 5000), "open: File name too long"),
  ])
  func saysWhyItCannotOpen(path: String, reason: String) {
    #expect(read(path, .anyone) == reason)
  }

  @Test func readsASecretThatFits() throws {
    let file = Array(try folder.file("secret", "hunter22").utf8)
    var secret = ByteBuffer<8>("old")
    try readSecret(file.span, into: &secret)
    #expect(secret == ByteBuffer("hunter22"))
    var small = ByteBuffer<7>()
    #expect(throws: FileError.self) { try readSecret(file.span, into: &small) }
  }
}

@Suite struct MappedFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func map(_ path: String, limit: Int = 10_000) -> Result<[UInt8], FileError> {
    do throws(FileError) {
      let file = try MappedFile(Array(path.utf8).span, limit: limit)
      return .success((0..<file.count).map { file[$0] })
    } catch {
      return .failure(error)
    }
  }

  @Test(arguments: [1, 4095, 4096, 4097, 10_000]) func hasTheFilesBytes(size: Int) throws {
    let text = String((0..<size).map { Character(Unicode.Scalar(UInt8(0x41 + $0 % 26))) })
    let file = try folder.file("file", text, mode: 0o644)
    #expect(try map(file).get() == Array(text.utf8))
  }

  @Test func refusesWhatIsNoneOfOurs() throws {
    func reason(_ path: String, limit: Int = 10_000) -> String {
      switch map(path, limit: limit) {
      case .success: "mapped"
      case .failure(.system(let error)): string(error.text.span)
      case .failure(let error): "\(error)"
      }
    }
    let file = try folder.file("file", "text", mode: 0o644)
    #expect(reason(file, limit: 4) == "mapped")
    #expect(reason(file, limit: 3) == "tooLarge")
    #expect(reason(try folder.file("empty", "", mode: 0o644)) == "mmap: Invalid argument")
    #expect(
      reason(try folder.file("open", "text", mode: 0o666))
        == "mode(438, Platform.FileTrust.settings)")
    #expect(reason(folder.path) == "notRegular")
    #expect(reason("/no/such/file") == "open: No such file or directory")
  }
}

@Suite struct ProgramFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [
    (Int(0o755), ""), (0o775, ""), (0o500, ""), (0o757, "mode"), (0o777, "mode"),
    (0o644, "exec: Permission denied"),
  ])
  func isOneThatNotEverybodyMayChange(mode: Int, problem: String) throws {
    let file = try folder.file("program", "#!/bin/sh\n", mode: mode)
    do {
      try checkProgram(Array(file.utf8).span)
      #expect(problem == "")
    } catch {
      switch error {
      case .system(let error): #expect(problem == string(error.text.span))
      case .mode(let found, .settings): #expect(problem == "mode" && found == mode)
      default: Issue.record("\(error)")
      }
    }
  }
}

@Suite struct StateFolderTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try #require(unsafe chmod(folder.path, 0o700) == 0)
  }

  private func open(_ name: String = "") throws(FileError) -> StateFolder {
    try StateFolder(locking: Array((folder.path + name).utf8).span)
  }

  /// Why it is not opened; empty where it is.
  private func problem(_ name: String) -> String {
    do {
      _ = try open(name)
      return ""
    } catch {
      if case .system(let error) = error { return string(error.text.span) }
      return "\(error)"
    }
  }

  /// Who may read a folder may lock it, and then popbell does not start.
  @Test(arguments: [
    (mode_t(0o700), true), (0o711, true), (0o500, true), (0o755, false), (0o740, false),
    (0o720, false), (0o702, false), (0o1777, false),
  ])
  func isNobodyElses(mode: mode_t, isOpened: Bool) throws {
    try #require(unsafe mkdir(folder.path + "/state", 0o700) == 0)
    try #require(unsafe chmod(folder.path + "/state", mode) == 0)
    let problem = problem("/state")
    #expect((problem == "") == isOpened, "\(problem)")
    if !isOpened { #expect(problem.hasPrefix("mode(\(mode), ")) }
  }

  @Test func isMadeForItsUserOnly() throws {
    #expect(problem("/new") == "")
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/new")
    #expect(attributes[.posixPermissions] as? Int == 0o700)
    #expect(problem("/no/new").contains("No such file"))
    _ = try folder.file("file", "")
    #expect(problem("/file").contains("Not a directory"))
    #expect(problem("/file/new").contains("Not a directory"))
  }

  /// Whoever owns a link in the way of what root makes decides where that is.
  @Test(
    .enabled(if: Sandbox.isRoot),
    arguments: [
      "/link", "/link/below", "/link/new", "/hop", "/hop/new",
    ])
  func rootGoesThroughNoLinkOfAnother(path: String) throws {
    try #require(unsafe mkdir(folder.path + "/target", 0o700) == 0)
    try #require(unsafe mkdir(folder.path + "/target/below", 0o700) == 0)
    try #require(unsafe symlink("target", folder.path + "/link") == 0)
    // Its own link leads over the other's.
    try #require(unsafe symlink(folder.path + "/link", folder.path + "/hop") == 0)
    #expect(problem(path) == "")
    try? FileManager.default.removeItem(atPath: folder.path + "/target/new")
    try #require(unsafe lchown(folder.path + "/link", 12345, 12345) == 0)
    #expect(problem(path).contains("symbolic links"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/target/new"))
  }

  @Test(.enabled(if: Sandbox.isRoot)) func rootGoesThroughNoCircle() throws {
    try #require(unsafe symlink("two", folder.path + "/one") == 0)
    try #require(unsafe symlink("./one", folder.path + "/two") == 0)
    #expect(problem("/one/x").contains("symbolic links"))
    try #require(unsafe symlink("missing", folder.path + "/dangling") == 0)
    #expect(problem("/dangling").contains("No such file"))
    for name in ["/./target/../target//", "/target/."] {
      try? FileManager.default.createDirectory(
        atPath: folder.path + "/target", withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      #expect(problem(name) == "")
    }
    #expect(problem("/" + String(repeating: "x", count: 256)).contains("too long"))
  }

  /// The lock's end may take a moment: what another test forks has it too, until it closes all.
  private func reopen() throws -> StateFolder {
    let end = Clock.now + .seconds(300)
    while true {
      do { return try open() } catch { try #require(Clock.now < end) }
      usleep(500)
    }
  }

  private func contents(of file: borrowing AppendFile) throws -> String {
    var bytes = InlineArray<64, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    let count = try file.read(at: 0, into: &span)
    return string(bytes.span.extracting(..<count))
  }

  @Test func belongsToOneAtATime() throws {
    do {
      let first = try open()
      do {
        _ = try open()
        Issue.record("two have it")
      } catch {
        guard case .system(let error) = error else { throw error }
        #expect(error.number == .wouldBlock)
      }
      _ = consume first
    }
    _ = try reopen()
  }

  @Test func keepsWhatIsAppended() throws {
    do {
      let state = try open()
      let file = try state.open("ledger")
      try file.append(Array("one\n".utf8).span)
      try file.append(Array("two\n".utf8).span)
      try file.synchronize()
      try state.synchronize()
    }
    let file = try reopen().open("ledger")
    #expect(try contents(of: file) == "one\ntwo\n")
    try file.truncate(to: 5)
    try file.append(Array("!".utf8).span)
    #expect(try contents(of: file) == "one\nt!")
    #expect(try file.size() == 6)
    var byte = InlineArray<1, UInt8>(repeating: 0)
    var span = byte.mutableSpan
    #expect(try file.read(at: 6, into: &span) == 0)
    #expect(try file.read(at: 4, into: &span) == 1)
    #expect(byte[0] == .ascii("t"))
    let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/ledger")
    #expect(mode[.posixPermissions] as? Int == 0o600)
  }

  @Test func replacesAFileInOneStep() throws {
    let state = try open()
    let old = try state.open("ledger")
    try old.append(Array("old".utf8).span)
    try state.open("ledger.new").append(Array("new".utf8).span)
    try state.rename("ledger.new", to: "ledger")
    try state.synchronize()
    #expect(try contents(of: try state.open("ledger")) == "new")
    #expect(try contents(of: old) == "old")
    try state.remove("ledger")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    #expect(throws: SystemError.self) { try state.remove("ledger") }
    #expect(throws: SystemError.self) { try state.rename("none", to: "ledger") }
  }

  @Test func followsNoLinks() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/ledger", withDestinationPath: try folder.file("victim"))
    let state = try open()
    #expect(throws: SystemError.self) { _ = try state.open("ledger") }
  }

  @Test func aFullDiskIsAnError() throws {
    let run = try Run(probe: ["full", folder.path])
    #expect(run.lines == ["size 10", "error: write: File too large"])
  }
}

/// Names as literals, for these tests.
extension StateFolder {
  fileprivate func open(_ name: String) throws(SystemError) -> AppendFile {
    try open(Array(name.utf8).span)
  }

  fileprivate func rename(_ name: String, to other: String) throws(SystemError) {
    try rename(Array(name.utf8).span, to: Array(other.utf8).span)
  }

  fileprivate func remove(_ name: String) throws(SystemError) { try remove(Array(name.utf8).span) }
}
