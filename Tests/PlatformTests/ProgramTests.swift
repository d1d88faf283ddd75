import Bytes
import Foundation
import Platform
import Testing

@Suite struct ProgramTests {
  @Test func getsExactlyWhatItIsGiven() throws {
    let run = try Run(
      probe: ["describe", "a b", "", "$HOME;`id`", "\u{1F514}"],
      environment: ["POPBELL_ZONE=7 = 8", "EMPTY="])
    #expect(
      run.lines == [
        #"arguments ["a b", "", "$HOME;`id`", "\#u{1F514}"]"#,
        #"environment ["POPBELL_ZONE=7 = 8", "EMPTY="]"#,
        "folder /",
        "descriptors [0, 1, 2]",
        "input 0",
        "memory score \(highMemoryScore)",
        "leads its group true",
        "Umask: 0022, SigBlk 0, SigIgn 0",
        "to standard error",
      ])
    #expect(run.ending == .exited(0))
  }

  @Test(arguments: [
    ("/no/such/program", ErrorNumber.notFound), ("/etc/passwd", .accessDenied),
    ("/", .accessDenied), ("relative", .invalid), ("", .invalid),
  ])
  func saysWhyItDoesNotStart(path: String, reason: ErrorNumber) throws {
    do {
      _ = try Program(list([path]), environment: list([]))
      Issue.record("it started")
    } catch {
      #expect(error.number == reason)
    }
  }

  @Test func refusesMoreArgumentsThanItHasRoomFor() throws {
    let most = ["/bin/true"] + [String](repeating: "x", count: 63)
    #expect(try Run(most).ending == .exited(0))
    #expect(throws: SystemError.self) {
      _ = try Program(list(most + ["x"]), environment: list([]))
    }
  }

  @Test(arguments: [("exit 3", Ending.exited(3)), ("kill -9 $$", .killed(signal: SIGKILL))])
  func reportsHowItEnded(script: String, ending: Ending) throws {
    #expect(try Run(["/bin/sh", "-c", script]).ending == ending)
  }

  @Test func endsTheWholeGroup() throws {
    var program = try Program(
      list(["/bin/sh", "-c", "sleep 600 & echo $!; wait"]),
      environment: list(["PATH=/bin:/usr/bin"]))
    let child = try #require(try Int32(firstLine(of: program)))
    program.process.terminate()
    var run = Run()
    try run.wait(for: &program)
    #expect(run.ending == .killed(signal: SIGTERM))
    try expectGone(child)
  }

  @Test func leavesNothingOfTheGroupThatIgnoresTheFirstSignal() throws {
    let stubborn =
      "(trap '' TERM; echo $(exec sh -c 'echo $PPID'); while :; do sleep 1; done) & wait"
    var program = try Program(
      list(["/bin/sh", "-c", stubborn]), environment: list(["PATH=/bin:/usr/bin"]))
    let child = try #require(try Int32(firstLine(of: program)))
    program.process.terminate()
    // Its child keeps the output open, so only the end of the process tells.
    #expect(try program.process.wait() == .killed(signal: SIGTERM))
    try expectGone(child)
  }

  @Test func endsWhatIgnoresTheFirstSignal() throws {
    var program = try Program(
      list(["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]),
      environment: list(["PATH=/bin:/usr/bin"]))
    #expect(try firstLine(of: program) == "ready")
    program.process.terminate()
    #expect(try program.process.reap() == nil)
    program.process.kill()
    var run = Run()
    try run.wait(for: &program)
    #expect(run.ending == .killed(signal: SIGKILL))
    #expect(try program.process.reap() == .killed(signal: SIGKILL))
    program.process.kill()
  }

  @Test func dropsAndKills() throws {
    let program = try Program(list(["/bin/sleep", "600"]), environment: list([]))
    let id = program.process.id
    _ = consume program
    #expect(kill(id, 0) == -1 && errno == ESRCH)
  }

  private func firstLine(of program: borrowing Program) throws -> String {
    var assembler = LineAssembler(limit: 64)
    var first = ""
    try eventually {
      _ = try program.readOutput(&assembler) { line, _ in first = string(line) }
    } until: {
      !first.isEmpty
    }
    return first
  }

  /// What is killed without a parent here is a zombie until init looks.
  private func expectGone(_ process: Int32) throws {
    try eventually {
    } until: {
      let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
      return status.map { $0.contains(") Z ") } ?? true
    }
  }
}

@Suite struct LineAssemblerTests {
  @Test(arguments: [
    ("", []), ("a\n", ["a"]), ("a\r\n\nb", ["a", "", "b"]), ("\n", [""]), ("a\rb\n", ["a\rb"]),
    ("12345678\n", ["12345678"]), ("123456789\nx\n", ["12345678…", "x"]),
    ("123456789", ["12345678…"]),
    ("1234567\r\n", ["1234567"]),
  ])
  func keepsTheBeginningOfEachLine(text: String, lines: [String]) {
    for size in 1...4 {
      var assembler = LineAssembler(limit: 8)
      var found: [String] = []
      func take(_ line: Span<UInt8>, _ isCut: Bool) {
        found.append(string(line) + (isCut ? "…" : ""))
      }
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        let part = Array(rest.prefix(size))
        assembler.append(part.span, take)
        rest = rest.dropFirst(size)
      }
      assembler.finish(take)
      #expect(found == lines)
    }
  }
}

@Suite struct TextListTests {
  @Test func refusesWhatDoesNotFitOrHoldsNUL() {
    var list = TextList(limit: 8)
    var refused = list.append([UInt8](repeating: 1, count: 8).span)
    #expect(!refused)
    refused = list.append([1, 0, 2].span)
    #expect(!refused)
    refused = list.append(name: Array("NAME".utf8).span, value: Array("abc".utf8).span)
    #expect(!refused && list.count == 0)
    let fits = list.append(name: Array("NAME".utf8).span, value: Array("ab".utf8).span)
    #expect(fits && list.count == 1)
    refused = list.append([1].span)
    #expect(!refused)
  }
}
