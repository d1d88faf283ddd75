import Foundation
import Testing

/// strace, with which a test has a system call fail, or a process end just before one.
struct Strace {
  static let path = "/usr/bin/strace"
  static let isThere = FileManager.default.isExecutableFile(atPath: path)

  /// The system calls that change anything which other processes can see; those that wait, read or
  /// concern memory alone add nothing to where a process can be cut off.
  static let steps = [
    "clone", "clone3", "fork", "vfork", "execve", "exit_group", "fdatasync", "fsync", "ftruncate",
    "kill", "mkdir", "open", "openat", "pwrite64", "rename", "renameat", "renameat2", "sendmsg",
    "sendto", "unlink", "unlinkat", "wait4", "waitid", "write", "writev",
  ]

  /// The calls of one name are counted, in each process on its own.
  struct Step: Hashable, Sendable, CustomStringConvertible {
    var call: String
    var number: Int

    var description: String { "\(call) \(number)" }
  }

  /// Where it writes what it saw.
  let log: String

  init(_ bench: Bench) { log = bench.path("strace") }

  /// The options to trace `calls`, of those only what concerns `paths` where there are any, and to
  /// do what `injection` says, such as "signal=KILL", at one.
  func command(
    _ calls: [String], at step: Step? = nil, _ injection: String = "", andLater: Bool = false,
    paths: [String] = []
  ) -> [String] {
    // A name with "?" is none on some architectures.
    let set = (step.map { [$0.call] } ?? calls).map { "?" + $0 }.joined(separator: ",")
    let inject = step.map {
      ["--inject=?\($0.call):\(injection):when=\($0.number)\(andLater ? "+" : "")"]
    }
    return [Self.path, "-qq", "-o", log, "-e", "trace=" + set] + (inject ?? [])
      + paths.flatMap { ["-P", $0] }
  }

  var lines: [Substring] {
    ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n")
  }

  /// What it saw, from the first line with `mark` on.
  func steps(from mark: String = "") -> [Step] {
    var (steps, counts, isReached) = ([Step](), [String: Int](), mark.isEmpty)
    for line in lines {
      guard let end = line.firstIndex(of: "("), line.first?.isLetter == true else { continue }
      isReached = isReached || line.contains(mark)
      let call = String(line[..<end])
      counts[call, default: 0] += 1
      if isReached { steps.append(Step(call: call, number: counts[call]!)) }
    }
    return steps
  }

  /// Whether it did what it was told to do.
  var hasInjected: Bool {
    lines.contains { $0.contains("(INJECTED)") || $0.hasPrefix("+++ killed by SIGKILL") }
  }
}
