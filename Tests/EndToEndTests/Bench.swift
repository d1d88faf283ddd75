import Foundation
import Testing

/// A folder of a test's own, with a configuration, a state directory and what programs leave
/// behind. All of it goes when the test ends.
final class Bench {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("popbell-\(UUID().uuidString.prefix(8))")
    // Fetchers of a popbell that is root run as another user, and have to get to the CA's file.
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    try write("password", "secret\n", mode: 0o600)
    // What a rule runs to be seen: `fire NAME` adds a line to "fired".
    try write("fire", "#!/bin/sh\nprintf '%s\\n' \"$*\" >> \(path("fired"))\n", mode: 0o755)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
    try launching.withLock {
      try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
  }

  /// The state directory, as popbell makes it.
  func makeState() throws {
    try FileManager.default.createDirectory(
      atPath: path("state"), withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700])
  }

  func read(_ name: String) -> String {
    (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
  }

  /// What `fire` was called with, in order.
  var fired: [String] { read("fired").split(separator: "\n").map(String.init) }

  /// Writes the configuration; `[popbell]` stands in it already.
  func configure(_ text: String) throws {
    try write(
      "popbell.conf",
      """
      [popbell]
      state-directory = \(path("state"))
      user = nobody

      """ + text)
  }

  /// A mailbox that nobody has to wait for.
  func mailbox(
    _ name: String = "box", port: UInt16, server: String = "localhost", user: String = "alarms",
    interval: String = "5s", deadline: String = "10m", more: String = "ca = CA"
  ) -> String {
    """
    [mailbox \(name)]
    server = \(server)
    port = \(port)
    user = \(user)
    password-file = \(path("password"))
    interval = \(interval)
    deadline = \(deadline)
    \(more.replacing("ca = CA", with: "ca = \(path("ca.pem"))"))

    """
  }

  /// Runs popbell with the configuration until it ends.
  @discardableResult
  func popbell(_ arguments: String..., input: String? = nil) throws -> Run {
    let service = try start(arguments, input: input)
    return service.wait()
  }

  /// Starts popbell with the configuration; `binary` may be another program that is popbell, and
  /// `launcher` one, with its arguments, that starts it.
  func start(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:],
    binary: String = "popbell", under launcher: [String] = []
  ) throws -> Service {
    let configuration = arguments.first.map { [$0, "-c", path("popbell.conf")] } ?? []
    let command = launcher + [Service.binary(binary).path] + configuration + arguments.dropFirst()
    return try Service(command, input: input, environment: environment)
  }
}

/// What came of a popbell that has ended.
struct Run {
  var exitCode: Int32
  var output: String
  var errors: String
}

/// A popbell that runs. It is killed with the test, if it has not ended by then.
final class Service {
  private let process = Process()
  private let output: Collector
  private let errors: Collector

  /// Starts a program by its path, with arguments.
  init(_ command: [String], input: String? = nil, environment: [String: String] = [:]) throws {
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = environment
    let stdout = Pipe()
    let stderr = Pipe()
    let stdin = Pipe()
    process.standardOutput = stdout
    process.standardError = stderr
    process.standardInput = stdin
    output = Collector(stdout.fileHandleForReading)
    errors = Collector(stderr.fileHandleForReading)
    // Before it starts, as one that ends without reading would take the tests along (SIGPIPE).
    if let input {
      precondition(input.utf8.count <= 65_536, "more than a pipe holds")
      stdin.fileHandleForWriting.write(Data(input.utf8))
    }
    try process.start()
    try stdin.fileHandleForWriting.close()
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  var identifier: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }

  /// What it has written to standard error so far.
  var log: String { errors.text }
  /// What it has written to standard output so far.
  var printed: String { output.text }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for it to end, as long as `until` does, and then ends it.
  func wait() -> Run {
    if !until({ !process.isRunning }) {
      Issue.record("popbell did not end by itself; it said:\n\(log)")
      kill(process.processIdentifier, SIGKILL)
    }
    process.waitUntilExit()
    let code = process.terminationReason == .exit ? process.terminationStatus : -1
    return Run(exitCode: code, output: output.finish(), errors: errors.finish())
  }

  /// Waits until the log has `text`, as long as `until` does.
  func waits(for text: String, times: Int = 1) -> Bool {
    until { self.log.components(separatedBy: text).count > times }
  }

  /// Another popbell to test, such as the board's; nil for the one that was built with these tests.
  static let other = ProcessInfo.processInfo.environment["POPBELL"]

  /// A program that was built with these tests.
  static func binary(_ name: String = "popbell") -> URL {
    if name == "popbell", let other { return URL(fileURLWithPath: other) }
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent()
      .appendingPathComponent(name)
  }
}

/// Held while a program is written, and while one is started: a child that another thread forks would
/// have the file open for a moment, and then it is busy.
private let launching = NSLock()

extension Process {
  /// Starts it, while no program is being written.
  func start() throws { try launching.withLock { try run() } }
}

/// Polls for a condition; says whether it came true. What is right comes true at once, or as soon as a
/// busy machine lets it: five minutes pass only where something is wrong.
func until(
  seconds: Double = 300, every microseconds: UInt32 = 5000, _ condition: () -> Bool
) -> Bool {
  let end = Date(timeIntervalSinceNow: seconds)
  while Date.now < end {
    if condition() { return true }
    usleep(microseconds)
  }
  return condition()
}

/// Takes all that comes out of a pipe, on a thread of its own, so that nobody blocks on a full one.
private final class Collector: @unchecked Sendable {
  private let lock = NSLock()
  private var data = Data()
  private let done = DispatchSemaphore(value: 0)

  init(_ handle: FileHandle) {
    Thread.detachNewThread { [self] in
      while case let chunk = handle.availableData, !chunk.isEmpty {
        lock.withLock { data.append(chunk) }
      }
      done.signal()
    }
  }

  var text: String { lock.withLock { String(decoding: data, as: UTF8.self) } }

  func finish() -> String {
    done.wait()
    done.signal()
    return text
  }
}
