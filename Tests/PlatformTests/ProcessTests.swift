import Foundation
import Platform
import TestSupport
import Testing

@Suite struct ForkTests {
  @Test func childHasOnlyItsChannelAndDefaultSignals() throws {
    let run = try Run(probe: ["fork"])
    #expect(
      run.lines == [
        "descriptors [0, 1, 2, 3] channel 3",
        "SigBlk 0, SigIgn 1000",
        "input 0",
        "memory score \(highMemoryScore)",
        "heard hello",
        "exited(7)",
      ])
  }

  @Test func childDiesWithItsParentEvenAfterAChangeOfUser() throws {
    // The child keeps the pipe open for as long as it lives.
    let run = try Run(probe: ["orphan"])
    #expect(run.lines == ["child runs true"])
    #expect(run.ending == .killed(signal: SIGKILL))
  }

  @Test func systemCallsAreRepeatedWhenInterrupted() throws {
    let run = try Run(probe: ["interrupted"])
    #expect(run.lines == ["poll 0 true", "read done 0022", "waited true"])
  }

  @Test func signalsArriveWhereTheyAreAwaited() throws {
    let run = try Run(probe: ["signals"])
    #expect(
      run.lines == [
        "15 terminate", "2 interrupt", "1 hangUp", "10 user1", "child", "exited(3)", "true",
        "broken pipe true",
      ])
  }

  @Test func opensStandardStreamsThatAreClosed() throws {
    #expect(try Run(probe: ["closed"]).lines == ["[0, 1, 2] true"])
  }
}

@Suite struct SandboxTests {
  static let forbidden = [
    "open", "stat", "execve", "socket", "pipe", "fork", "ptrace", "kill", "tgkill", "setrlimit",
    "mprotect", "mmap", "mmap-shared", "x32", "connect", "sendto-address", "sendto-fastopen",
    "fastopen", "sendto-high", "send-urgent", "sendmsg", "writev", "sigreturn",
  ]
  static let allowed = ["poll", "clock", "date", "random", "malloc", "send", "read"]
    .map { $0 + " true" }

  @Test func privilegesAreGoneForGood() throws {
    var lines = try Run(probe: ["privileges"]).lines
    try #require(lines.count == 7 + (Sandbox.isRoot ? 1 : 0), "\(lines)")
    if Sandbox.isRoot {
      #expect(lines.removeFirst() == "without a user: dropping privileges: Invalid argument")
      let user = try User(named: Array("nobody".utf8).span)
      #expect(
        lines[1].hasPrefix("Uid: \(user.id) \(user.id) \(user.id) \(user.id), Gid: \(user.group) "))
      #expect(lines[1].contains("Groups:, CapPrm: 0000000000000000, CapEff: 0000000000000000"))
    }
    #expect(lines[0] == "root again false")
    #expect(lines[1].hasSuffix("NoNewPrivs: 1"))
    #expect(
      lines[2] == """
        Max file size 0 0 bytes, Max core file size 0 0 bytes, Max processes 0 0 processes, \
        Max open files 16 16 files
        """)
    let sizes = "Max data size \(16 << 20) \(16 << 20) bytes"
    let addresses = "Max address space \(128 << 20) \(128 << 20) bytes"
    #expect(lines[3] == sizes + ", " + addresses)
    #expect(lines[4...] == ["dumpable false", "socket true fork -\(EAGAIN)", "exited(0)"])
  }

  @Test func whatIsForbiddenFailsAndTheRestWorks() throws {
    let run = try Run(probe: ["sandbox"])
    let lines =
      ["connected 0"] + Self.forbidden.map { $0 + " refused" } + Self.allowed
      + ["too much memory false", "memory in parts true"]
    #expect(run.lines == lines + ["exited(0)"])
  }

  @Test(arguments: forbidden) func whatIsForbiddenKills(name: String) throws {
    let run = try Run(probe: ["violate", name])
    #expect(run.lines == Self.allowed + ["killed(signal: \(SIGSYS))"])
  }

  @Test func aJudgeComputesAndDoesNothingElse() throws {
    let lines =
      Self.forbidden.map { $0 + " refused" } + ["send false", "read false", "malloc true"]
    #expect(try Run(probe: ["judge"]).lines == lines + ["exited(0)"])
  }

  @Test func aResolverReadsWhatItNeedsAndDoesNothingElse() throws {
    let folder = try TemporaryFolder()
    let secret = folder.path + "/password"
    #expect(FileManager.default.createFile(atPath: secret, contents: Data("secret".utf8)))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
    var lines = try Run(probe: ["resolver", secret]).lines
    let rest = [
      "reads another file false", "reads /etc/hosts true", "looks up a name true", "exited(0)",
    ]
    try #require(lines.suffix(4) == rest, "\(lines)")
    lines.removeLast(4)
    #expect(lines.count > 60)
    #expect(lines.filter { !$0.hasSuffix(" refused") } == [])
  }

  @Test func findsUsers() throws {
    let root = try User(named: Array("root".utf8).span)
    #expect(root.id == 0 && root.group == 0)
    for name in ["no-such-user", "", String(repeating: "x", count: 100), "root\0"] {
      #expect(throws: SystemError.self) { _ = try User(named: Array(name.utf8).span) }
    }
  }
}
