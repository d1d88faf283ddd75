import Bytes
import Foundation
import Glibc
import Platform
import Testing

/// What a run of platform-probe, or of another program, printed, and how it ended.
struct Run {
  var lines: [String] = []
  var ending: Ending?

  /// Runs platform-probe, which stands beside the test runner.
  init(probe arguments: [String], environment: [String] = []) throws {
    let folder = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let probe = URL(fileURLWithPath: folder).deletingLastPathComponent().path + "/platform-probe"
    try self.init([probe] + arguments, environment: environment)
  }

  init() {}

  init(_ arguments: [String], environment: [String] = []) throws {
    var program = try Program(list(arguments), environment: list(environment))
    try wait(for: &program)
  }

  /// Follows a program to its end.
  mutating func wait(for program: inout Program) throws {
    var assembler = LineAssembler(limit: 4096)
    var poll = PollSet<1>()
    poll.add(program.output)
    var isOpen = true
    while isOpen {
      try #require(try poll.wait(for: .seconds(300)) > 0, "no output for five minutes")
      isOpen = try program.readOutput(&assembler) { line, _ in lines.append(string(line)) }
    }
    try eventually {
      ending = try program.process.reap()
    } until: {
      ending != nil
    }
  }
}

func list(_ texts: [String]) -> TextList {
  var list = TextList(limit: 8192)
  for text in texts {
    let bytes = Array(text.utf8)
    let fits = list.append(bytes.span)
    #expect(fits, "no room for an argument")
  }
  return list
}

func string(_ bytes: Span<UInt8>) -> String {
  String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
}

/// The score that popbell gives to what it can lose, unless it was started with a higher one.
var highMemoryScore: Int {
  let own = try? String(contentsOfFile: "/proc/self/oom_score_adj", encoding: .utf8)
  return max(500, own.flatMap { Int($0.dropLast()) } ?? 0)
}

/// Repeats a step until the condition holds, for up to five minutes.
func eventually(_ step: () throws -> Void, until condition: () -> Bool) throws {
  let end = Clock.now + .seconds(300)
  while true {
    try step()
    if condition() { return }
    try #require(Clock.now < end, "waited for five minutes")
    usleep(500)
  }
}

/// Both ends of a pipe, non-blocking.
struct Pipe: ~Copyable {
  let reading: Descriptor
  let writing: Descriptor

  init() throws {
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    reading = Descriptor(owning: ends[0])
    writing = Descriptor(owning: ends[1])
  }
}
