import Foundation
import Glibc
import Testing

/// A small file system in memory, in the place of a folder of a test's own.
final class SmallDisk {
  private static let page = 4096

  /// Whether this machine lets us mount one.
  static let isPossible: Bool = {
    guard geteuid() == 0, let bench = try? Bench() else { return false }
    return withExtendedLifetime(bench) {
      (try? SmallDisk(at: bench.path("state"), options: "size=64k")) != nil
    }
  }()

  private let path: String
  private let guardian = Process()
  private let lifeline = Pipe()
  private var fillers: [String] = []

  /// `options` of mount(8), such as "size=64k".
  init(at path: String, options: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    // Even if we crash, it goes: the shell takes it away when our end of the pipe is gone.
    guardian.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    guardian.arguments = [
      "--default-signal", "sh", "-c",
      """
      mount -t tmpfs -o "mode=700,$1" popbell-test "$0" || exit
      echo
      read -r _
      umount -l "$0"
      """, path, options,
    ]
    let answer = Pipe()
    guardian.standardInput = lifeline
    guardian.standardOutput = answer
    guardian.standardError = FileHandle.nullDevice
    try guardian.start()
    struct CannotMount: Error {}
    guard answer.fileHandleForReading.availableData.count == 1 else { throw CannotMount() }
  }

  deinit {
    try? lifeline.fileHandleForWriting.close()
    guardian.waitUntilExit()
  }

  /// Leaves room for so many pages of files.
  func fill(leavingPages count: Int) {
    let filler = path + "/filler"
    fillers.append(filler)
    let number = unsafe open(filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    defer { close(number) }
    let bytes = [UInt8](repeating: 0, count: Self.page)
    // SAFETY: as many bytes are read as the array has.
    while unsafe write(number, bytes, bytes.count) > 0 {}
    let size = lseek(number, 0, SEEK_END)
    #expect(ftruncate(number, size - Int(count * Self.page)) == 0)
  }

  /// Leaves room for so many new files.
  func fill(leavingFiles count: Int) {
    for index in 0... {
      let filler = path + "/filler-\(index)"
      guard FileManager.default.createFile(atPath: filler, contents: nil) else { break }
      fillers.append(filler)
    }
    for filler in fillers.suffix(count) { unsafe unlink(filler) }
    fillers.removeLast(count)
  }

  func makeRoom() {
    for filler in fillers { unsafe unlink(filler) }
    fillers = []
  }

  func remount(_ options: String) throws {
    let process = try Process.run(
      URL(fileURLWithPath: "/usr/bin/mount"),
      arguments: ["-o", "remount," + options, path])
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}
