import Foundation
import Glibc
import Testing

/// What the kernel says of a process.
enum ProcessTable {
  /// The children that `process` has now.
  static func children(of process: Int32) -> [Int32] {
    text("\(process)/task/\(process)/children").split(separator: " ").compactMap { Int32($0) }
  }

  /// All that it can write to in its memory, a part each; throws where one cannot be read whole.
  static func memory(of process: Int32) throws -> [Data] {
    let memory = try #require(FileHandle(forReadingAtPath: "/proc/\(process)/mem"))
    return try text("\(process)/maps").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
      guard fields[1].hasPrefix("rw") else { return nil }
      try memory.seek(toOffset: ends[0])
      let part = try memory.read(upToCount: Int(ends[1] - ends[0]))
      try #require(part?.count == Int(ends[1] - ends[0]), "\(line)")
      return part
    }
  }

  /// Whether it is there, and is not only waiting to be reaped.
  static func isAlive(_ process: Int32) -> Bool {
    guard let state = field("State", of: process)?.first else { return false }
    return state != "Z" && state != "X"
  }

  /// A line of /proc/PID/status, without its name.
  static func field(_ name: String, of process: Int32) -> String? {
    text("\(process)/status").split(separator: "\n")
      .first { $0.hasPrefix(name + ":") }?
      .dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
  }

  /// The most that it ever had of memory, in KiB: of addresses, not of pages, so that it does not
  /// depend on what the machine has cached of a file.
  static func peak(of process: Int32) -> Int? {
    field("VmPeak", of: process)?.split(separator: " ").first.flatMap { Int($0) }
  }

  /// What its descriptors are, by number; empty where they are not to be seen.
  static func descriptors(of process: Int32) -> [Int: String] {
    let folder = "/proc/\(process)/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.reduce(into: [:]) { found, name in
      found[Int(name) ?? -1] = try? FileManager.default.destinationOfSymbolicLink(
        atPath: folder + "/" + name)
    }
  }

  /// How soon the kernel ends it when memory runs out: higher is sooner.
  static func memoryScore(of process: Int32) -> Int? {
    Int(text("\(process)/oom_score_adj").dropLast())
  }

  /// The score that popbell gives to what it can lose, unless it was started with a higher one.
  static var highMemoryScore: Int { max(500, memoryScore(of: getpid()) ?? 0) }

  /// Whether clients of a port of the loopback interface have read all that came.
  static func hasReadAll(from port: UInt16) -> Bool {
    let end = String(format: ":%04X", Int(port))
    // Of each client: the peer's address, the state, and the octets of both queues.
    let clients = text("net/tcp").split(separator: "\n").map {
      $0.split(separator: " ").dropFirst(2).prefix(3)
    }.filter { $0.first?.hasSuffix(end) == true }
    return !clients.isEmpty && clients.allSatisfy { $0.last?.hasSuffix(":00000000") == true }
  }

  /// All of it: what reads a whole file at once takes the kernel's first page for the end.
  static func text(_ path: String) -> String {
    let file = FileHandle(forReadingAtPath: "/proc/" + path)
    return String(decoding: (try? file?.readToEnd()) ?? Data(), as: UTF8.self)
  }
}

extension Bench {
  /// The number that a program has written into a file; nil while it has not.
  func number(in name: String) -> Int32? {
    let text = read(name)
    return text.hasSuffix("\n") ? Int32(text.dropLast()) : nil
  }
}

extension Service {
  /// What the log says about an output, a mailbox or a rule, in order.
  func lines(about subject: String) -> [String] { Self.lines(of: log, about: subject) }

  static func lines(of log: String, about subject: String) -> [String] {
    log.split(separator: "\n").compactMap { line in
      var words = line.split(separator: " ", omittingEmptySubsequences: false).dropFirst()
      if ["error:", "warning:", "debug:"].contains(words.first) { words = words.dropFirst() }
      guard words.first == subject + ":" else { return nil }
      return words.dropFirst().joined(separator: " ")
    }
  }
}

/// What a service manager hears: a datagram socket with a name.
final class NotifySocket {
  private let number: Int32
  private(set) var heard: [String] = []

  init(_ path: String) {
    number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // SAFETY: the name fits, with its NUL, or this traps; the rest is zero.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(number, $0, size)
      }
    }
    precondition(result == 0, "no socket at \(path)")
  }

  deinit { close(number) }

  /// Takes what has arrived, and says whether `state` is among all that did, so many times.
  func hasHeard(_ state: String, times: Int = 1) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 1024)
    // SAFETY: at most as many bytes are written as the array has.
    while case let count = unsafe recv(number, &bytes, bytes.count, 0), count > 0 {
      heard.append(String(decoding: bytes[..<count], as: UTF8.self))
    }
    return heard.count { $0.hasPrefix(state) } >= times
  }
}

/// A pipe that takes nothing more, and that nobody reads.
final class FullPipe {
  let writer: FileHandle
  private let reader: FileHandle

  init() {
    let pipe = Pipe()
    (reader, writer) = (pipe.fileHandleForReading, pipe.fileHandleForWriting)
    let number = writer.fileDescriptor
    let flags = fcntl(number, F_GETFL)
    _ = fcntl(number, F_SETFL, flags | O_NONBLOCK)
    let bytes = [UInt8](repeating: 0x2E, count: 4096)
    // SAFETY: as many bytes are read as the array has.
    while unsafe write(number, bytes, bytes.count) > 0 {}
    _ = fcntl(number, F_SETFL, flags)
  }
}
