import Foundation
import Glibc
import Testing

/// A board with two chips that are made up, and a popbell for it: Tests/CProbe says how.
///
///     gpiochip0, gpiochip4 (an alias)  pinctrl-rp1   GPIO0 GPIO17 shared and one without a name
///     gpiochip10                       gpio-brcmstb   relay shared busy and one without a name
final class FakeBoard {
  let bench: Bench

  init(_ bench: Bench) throws {
    self.bench = bench
    try FileManager.default.createDirectory(
      at: bench.folder.appendingPathComponent("dev"), withIntermediateDirectories: false)
    try link("gpiochip10", "/dev/zero")
    try link("gpiochip4", "/dev/null")
    try link("gpiochip0", "/dev/null")
    try link("gpiochip7", "/nowhere")
  }

  /// A board of its own with these outputs, and a mailbox that nobody polls.
  convenience init(outputs: String, rule: String = "run = /bin/true") throws {
    let bench = try Bench()
    try bench.configure(
      "[mailbox box]\nserver = 127.0.0.1\nuser = x\npassword-file = /nonexistent\n" + outputs
        + "\n[rule alarm]\nsubject = ALARM *\n\(rule)\n")
    try self.init(bench)
  }

  func path(_ name: String) -> String { bench.path("dev/" + name) }

  func link(_ name: String, _ device: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: device)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

  /// Somebody takes a line. One that holds it only briefly lets it go as soon as popbell is refused,
  /// before popbell can see who it is.
  func hold(_ line: String, as consumer: String, isBrief: Bool = false) throws {
    if isBrief { try bench.write("dev/brief." + line, "") }
    try bench.write("dev/held." + line, consumer)
  }

  func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Service {
    try bench.start(
      arguments, environment: ["FAKE_BOARD": bench.path("dev")].merging(environment) { $1 },
      binary: "fake-board")
  }

  func popbell(_ arguments: String...) throws -> Run { try start(arguments).wait() }
}

/// A pipe with a name, of which this holds the writing end.
final class NamedPipe {
  private var number: Int32

  init(_ path: String) throws {
    try #require(unsafe mkfifo(path, 0o600) == 0)
    number = unsafe open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
    try #require(number >= 0)
  }

  func write(_ bytes: [UInt8]) {
    // SAFETY: as many bytes are read as the array has.
    let count = unsafe Glibc.write(number, bytes, bytes.count)
    #expect(count == bytes.count)
  }

  func close() {
    if number >= 0 { Glibc.close(number) }
    number = -1
  }

  deinit { close() }
}

/// A struct gpio_v2_line_info_changed of the kernel.
func lineChange(
  _ event: UInt32, line: UInt32, _ name: String, by consumer: String = "", flags: UInt64
) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: 288)
  func put(_ value: some Sequence<UInt8>, at offset: Int) {
    for (index, byte) in value.enumerated() { bytes[offset + index] = byte }
  }
  func little(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
  put(name.utf8, at: 0)
  put(consumer.utf8, at: 32)
  put(little(UInt64(line)).prefix(4), at: 64)
  put(little(flags), at: 72)
  put(little(UInt64(event)).prefix(4), at: 264)
  return bytes
}
