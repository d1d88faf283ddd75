import Foundation
import Glibc
import POP3Simulator
import TestTraits
import Testing

/// What is not a ledger, or not one that this popbell can read, is left as it is: nothing is polled,
/// fired or deleted, and the error names the file and what to do.
@Suite(.waits) struct LedgerRefusalTests {
  /// popbell refuses, and does what it is to do once the file is out of the way.
  private func refuses(_ scene: Scene, _ words: [String]) throws {
    let (path, count) = (scene.bench.path("state/box.ledger"), scene.server.connectionCount)
    let content = FileManager.default.contents(atPath: path)
    for command in ["once", "run"] {
      let run = try scene.bench.popbell(command)
      #expect(run.exitCode == 71)
      for words in [path + ": "] + words {
        #expect(run.errors.contains(words), "\(run.errors)")
      }
    }
    #expect(scene.server.connectionCount == count)
    #expect(FileManager.default.contents(atPath: path) == content)
    #expect(scene.bench.fired == [])
    #expect(scene.mailbox.deletedUIDs == [])

    try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
    #expect(try scene.wrongsAfterGoodPolls() == [])
  }

  private func makeScene() throws -> Scene {
    let scene = try Scene()
    try scene.bench.makeState()
    return scene
  }

  static let garbage: [(String, [UInt8])] = [
    ("text", [UInt8](String(repeating: "popbell ledger\r\n", count: 20).utf8)),
    ("zeros", [UInt8](repeating: 0, count: 4096)),
    ("ones", [UInt8](repeating: 0xFF, count: 4096)),
    ("noise", (0..<4096).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) }),
  ]

  @Test(arguments: garbage) func whatIsNoLedger(name: String, content: [UInt8]) throws {
    let scene = try makeScene()
    try Data(content).write(to: URL(fileURLWithPath: scene.bench.path("state/box.ledger")))
    try refuses(scene, ["not a ledger", "move it away"])
  }

  @Test(arguments: ["folder", "link", "pipe"]) func whatIsNoFile(kind: String) throws {
    let scene = try makeScene()
    let path = scene.bench.path("state/box.ledger")
    switch kind {
    case "folder":
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    case "link":
      try FileManager.default.createSymbolicLink(
        atPath: path, withDestinationPath: scene.bench.path("elsewhere"))
    default: try #require(unsafe mkfifo(path, 0o600) == 0)
    }
    for command in ["once", "run"] {
      let run = try scene.bench.popbell(command)
      #expect(run.exitCode == 71)
      #expect(run.errors.contains(path + ": "), "\(run.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: scene.bench.path("elsewhere")))
    #expect(scene.server.connectionCount == 0)
    #expect(scene.bench.fired == [])
    unsafe unlink(path)
    unsafe rmdir(path)
    #expect(try scene.wrongsAfterGoodPolls() == [])
  }

  /// One bit is not what was written, somewhere in the first quarter of a long history.
  @Test func whatIsDamaged() throws {
    let messages = (11...50).map { Scene.message("\($0)") }
    let scene = try Scene(messages: messages)
    try scene.bench.popbell("once")
    let fired = scene.bench.fired
    #expect(fired.count == messages.count)
    scene.mailbox.add(Scene.message("51"))
    let path = scene.bench.path("state/box.ledger")
    let whole = [UInt8](try #require(FileManager.default.contents(atPath: path)))
    let count = scene.server.connectionCount
    for offset in stride(from: 0, to: whole.count / 4, by: 13) {
      let bytes = damaged(whole, at: offset)
      try bytes.write(to: URL(fileURLWithPath: path))
      let run = try scene.bench.popbell("once")
      #expect(run.exitCode == 71, "byte \(offset)")
      #expect(run.errors.contains(path + ": "), "byte \(offset): \(run.errors)")
      #expect(run.errors.contains("move it away"), "byte \(offset): \(run.errors)")
      #expect(FileManager.default.contents(atPath: path) == bytes, "byte \(offset)")
    }
    #expect(scene.server.connectionCount == count)
    #expect(scene.bench.fired == fired)
    try Data(whole).write(to: URL(fileURLWithPath: path))
    try scene.bench.popbell("once")
    #expect(scene.bench.fired == fired + ["51"])
  }

  private func damaged(_ bytes: [UInt8], at offset: Int) -> Data {
    var bytes = bytes
    bytes[offset] ^= 1 << (offset % 8)
    return Data(bytes)
  }

  /// A cut of power damages what was written last, and nothing before: where a later write is
  /// whole, a flaw is damage, and what is kept does not fire again.
  @Test func whatIsDamagedInAShortHistory() throws {
    let scene = try Scene { Scene.rule($0) + "then = keep\n" }
    for uid in ["4", "5"] {
      try scene.bench.popbell("once")
      scene.mailbox.add(Scene.message(uid))
    }
    try scene.bench.popbell("once")
    #expect(scene.bench.fired == Scene.alarms + ["4", "5"])
    let path = scene.bench.path("state/box.ledger")
    let whole = [UInt8](try #require(FileManager.default.contents(atPath: path)))
    var firedAgain: [Int] = []
    for offset in stride(from: 0, to: whole.count / 2, by: 13) {
      try damaged(whole, at: offset).write(to: URL(fileURLWithPath: path))
      let count = scene.bench.fired.count
      try scene.bench.popbell("once")
      if scene.bench.fired.count > count { firedAgain.append(offset) }
    }
    #expect(firedAgain == [])
  }

  @Test func whatANewerOneWrote() throws {
    let scene = try makeScene()
    var record: [UInt8] = [0x50, 200, 0, 0] + [UInt8]("popbell ledger\r\n".utf8)
    record += [UInt8](repeating: 0, count: 8)
    let sum = crc32(record)
    record += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
    let path = scene.bench.path("state/box.ledger")
    try Data(record).write(to: URL(fileURLWithPath: path))
    try refuses(scene, ["version 200", "newer popbell"])
  }

  @Test func whatAnotherWorksWith() throws {
    var silence = Behaviour()
    silence.inject(.silence, at: .greeting)
    let scene = try Scene(silence)
    let first = try scene.run()
    #expect(until { scene.server.connectionCount == 1 })
    scene.server.behaviour = Behaviour()
    for command in ["once", "run"] {
      let run = try scene.bench.popbell(command)
      #expect(run.exitCode == 71)
      let words = scene.bench.path("state") + ": another popbell works with it"
      #expect(run.errors.contains(words), "\(run.errors)")
    }
    #expect(scene.server.connectionCount == 1)
    #expect(scene.bench.fired == [])
    first.send(SIGKILL)
    _ = first.wait()
    #expect(try scene.wrongsAfterGoodPolls() == [])
  }
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(~0) { sum, byte in
    (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
}
