import Foundation
import Glibc
import POP3Simulator
import Synchronization
import TestTraits
import Testing

/// The fetcher that listens to a server has no power left (L5).
@Suite(.waits) struct SandboxTests {
  /// The server falls silent after the handshake, or after the login.
  @Test(arguments: [("implicit", FaultPoint.greeting), ("starttls", .command(.stat))])
  func aFetcherThatListensCanDoNothingElse(tls: String, silence: FaultPoint) throws {
    var behaviour = Behaviour()
    behaviour.inject(.silence, at: silence)
    let scene = try Scene(behaviour, tls: tls)
    let service = try scene.run()
    #expect(
      until {
        silence == .greeting
          ? scene.server.transcripts.first?.hadTLS == true : scene.server.received("STAT")
      })
    let fetcher = try #require(ProcessTable.children(of: service.identifier).first)
    let isRoot = geteuid() == 0
    let user = isRoot ? "65534" : "\(geteuid())"
    func field(_ name: String) -> [String] {
      (ProcessTable.field(name, of: fetcher) ?? "").split(whereSeparator: \.isWhitespace)
        .map(String.init)
    }
    #expect(field("NoNewPrivs") == ["1"])
    #expect(field("Seccomp") == ["2"])
    #expect(field("Uid") == [user, user, user, user])
    for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
      #expect(field(set) == ["0000000000000000"])
    }
    #expect(ProcessTable.memoryScore(of: fetcher) == ProcessTable.highMemoryScore)
    #expect(
      ProcessTable.memoryScore(of: service.identifier) == ProcessTable.memoryScore(of: getpid()))
    let limits = ProcessTable.text("\(fetcher)/limits")
    #expect(limits.contains(/Max data size +16777216 +16777216/))
    #expect(limits.contains(/Max address space +134217728 +134217728/))
    if isRoot {
      #expect(field("Gid") == [user, user, user, user])
      #expect(field("Groups") == [])
    }
    // Nobody but root sees what a process that gives itself up has open.
    if isRoot {
      let open = ProcessTable.descriptors(of: fetcher)
      #expect(open.keys.sorted() == [0, 1, 2, 3, 4, 64], "\(open)")
      for standard in 0...2 { #expect(open[standard] == "/dev/null") }
      #expect(open[3]?.hasPrefix("socket:") == true && open[4]?.hasPrefix("socket:") == true)
      #expect(open[64] == scene.bench.path("ca.pem"))
    }
  }

  /// Only root may look into it.
  @Test(.enabled(if: geteuid() == 0), arguments: ["none", "implicit"])
  func aFetcherThatHasLoggedInHasForgottenThePassword(tls: String) throws {
    var behaviour = Behaviour()
    behaviour.inject(.silence, at: .command(.stat))
    let scene = try Scene(behaviour, tls: tls)
    let service = try scene.run()
    #expect(until { scene.server.received("STAT") })
    let fetcher = try #require(ProcessTable.children(of: service.identifier).first)
    let memory = try ProcessTable.memory(of: fetcher)
    // It is the right process.
    #expect(memory.contains { $0.range(of: Data(scene.bench.path("password").utf8)) != nil })
    for trace in ["secret", Data("\0alarms\0secret".utf8).base64EncodedString()] {
      #expect(!memory.contains { $0.range(of: Data(trace.utf8)) != nil }, "\(trace)")
    }
  }

  /// By a process that is walled in before, and before there is a password to read.
  @Test(.enabled(if: Strace.isThere, "strace is missing: apt-get install strace"))
  func namesAreLookedUpByAProcessWithoutASecret() throws {
    let scene = try Scene()
    let bench = scene.bench
    let text = bench.read("popbell.conf").replacing(
      "server = 127.0.0.1", with: "server = localhost")
    try bench.write("popbell.conf", text)
    let strace = Strace(bench)
    let calls = ["openat", "open", "seccomp", "prctl", "socket"]
    let run = try bench.start(["once"], under: strace.command(calls) + ["-f"]).wait()
    #expect(run.exitCode == 0 && bench.fired == Scene.alarms, "\(run.errors)")

    let lines = strace.lines.map(String.init)
    // Landlock's rules are made of files that are opened by O_PATH.
    let hosts = try #require(
      lines.firstIndex { $0.contains("\"/etc/hosts\"") && !$0.contains("O_PATH") })
    let resolver = lines[hosts].prefix { $0.isNumber } + " "
    let wall = try #require(
      lines.firstIndex { $0.hasPrefix(resolver) && $0.contains("SECCOMP_MODE_FILTER") })
    #expect(wall < hosts)
    // popbell looks at the file when it starts; what the fetcher reads comes after.
    let secret = try #require(lines.lastIndex { $0.contains("\"\(bench.path("password"))\"") })
    #expect(hosts < secret)
    let fetcher = lines[secret].prefix { $0.isNumber } + " "
    let files = lines.filter { $0.hasPrefix(fetcher) && $0.contains("\"/etc/") }
    #expect(!files.contains { $0.contains("hosts") || $0.contains("resolv.conf") }, "\(files)")
  }

  private static let memory: Set<Substring> = [
    "brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "futex", "clock_gettime",
  ]

  /// What each process called once it was walled in.
  private func callsBehindWalls(_ strace: Strace) -> [Substring: [Substring]] {
    var calls: [Substring: [Substring]] = [:]
    for line in strace.lines {
      let process = line.prefix { $0.isNumber }
      // A short number has more blanks behind it.
      let call = line.dropFirst(process.count).drop { $0 == " " }
      guard call.first?.isLetter == true, let end = call.firstIndex(of: "(") else { continue }
      let isWall = call.contains("SECCOMP_MODE_FILTER")
      if calls[process] != nil { calls[process]!.append(call[..<end]) }
      if isWall { calls[process] = [] }
    }
    return calls
  }

  /// Each match is matched again by a process that has only its memory, and says one thing.
  @Test(.enabled(if: Strace.isThere, "strace is missing: apt-get install strace"))
  func aMatchIsJudgedByAProcessThatCanDoNothingElse() throws {
    let scene = try Scene()
    let strace = Strace(scene.bench)
    let run = try scene.bench.start(
      ["once"], under: [Strace.path, "-f", "-qq", "-o", strace.log]
    ).wait()
    #expect(run.exitCode == 0 && scene.bench.fired == Scene.alarms, "\(run.errors)")

    let calls = callsBehindWalls(strace)
    let judges = calls.values.filter { calls in
      let calls = calls.filter { !Self.memory.contains($0) }
      // It is ended as soon as it has said what it had to.
      return calls.starts(with: ["poll", "write"])
        && calls.dropFirst(2).allSatisfy { $0 == "close" || $0 == "exit_group" }
    }
    #expect(judges.count == Scene.alarms.count, "\(calls)")
  }

  /// As one that was taken over would, or the kernel without memory has it: its claim is judged while it is
  /// gone.
  @Test func aFetcherThatDiesWithAClaimHoldsNothingUp() throws {
    // The supervisor stands still from before the first header of a session is sent.
    let supervisor = Atomic<Int32>(0)
    let stops = Atomic(0)
    @Sendable func isStopped(_ process: Int32) -> Bool {
      ProcessTable.field("State", of: process)?.first == "T"
    }
    let scene = try Scene(onEvent: { event in
      guard case .read(let poll, _, _) = event, poll <= 2, stops.load(ordering: .acquiring) < poll,
        until({ supervisor.load(ordering: .acquiring) != 0 })
      else { return }
      kill(supervisor.load(ordering: .acquiring), SIGSTOP)
      _ = until { isStopped(supervisor.load(ordering: .acquiring)) }
      stops.store(poll, ordering: .releasing)
    })
    let service = try scene.run()
    supervisor.store(service.identifier, ordering: .releasing)
    for poll in 1...2 {
      try #require(until { stops.load(ordering: .acquiring) == poll })
      let fetcher = try #require(ProcessTable.children(of: service.identifier).first)
      #expect(until { scene.server.transcripts.last?.sent.contains("ALARM 1") == true })
      #expect(until { ProcessTable.hasReadAll(from: scene.server.port) })
      #expect(until { ProcessTable.field("State", of: fetcher)?.first == "S" })
      kill(fetcher, SIGKILL)
      service.send(SIGCONT)
      service.send(SIGUSR1)
      #expect(until { !ProcessTable.isAlive(fetcher) })
    }
    #expect(until { scene.bench.fired == Scene.alarms }, "\(service.log)")
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
  }

  /// As another user, where somebody is root: strangers wrote it.
  @Test(
    .enabled(if: Strace.isThere && geteuid() == 0), arguments: ["user = nobody", "user = not-here"])
  func aMessageIsExplainedByAProcessThatCanOnlyReadIt(user: String) throws {
    let scene = try Scene()
    let bench = scene.bench
    try bench.write(
      "popbell.conf", bench.read("popbell.conf").replacing("user = nobody", with: user))
    try bench.write("message", "Subject: ALARM 1\n\n", mode: 0o600)
    let strace = Strace(bench)
    let run = try bench.start(
      ["match", bench.path("message")], under: [Strace.path, "-f", "-qq", "-o", strace.log]
    ).wait()
    #expect(run.exitCode == 0 && run.output.contains(" takes it\n"), "\(run)")
    let readers = callsBehindWalls(strace)
    #expect(readers.count == 1, "\(strace.lines.suffix(25))")
    for (process, calls) in readers {
      let rest = Set(calls).subtracting(Self.memory)
      #expect(
        rest.isSubset(of: ["read", "write", "poll", "close", "getrandom", "exit_group"]), "\(calls)"
      )
      #expect(rest.contains("read"))
      let drop = " setresuid(65534, 65534, 65534) "
      #expect(strace.lines.contains { $0.hasPrefix(process + " ") && $0.contains(drop) })
    }
  }

  /// Programs run as the same user, and popbell has the lines and the ledger.
  @Test(.enabled(if: geteuid() == 0)) func noOtherProcessOfItsUserLooksIntoIt() throws {
    let scene = try Scene(interval: "1h", messages: [Scene.message("1")]) { _ in
      "[output siren]\nline = GPIO17\n[rule alarm]\nsubject = ALARM *\npulse = siren 1h\n"
    }
    _ = try FakeBoard(scene.bench)
    let asNobody = ["/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    let chown = try Service(["/bin/chown", "-R", "nobody", scene.bench.folder.path]).wait()
    try #require(chown.exitCode == 0)
    let service = try scene.bench.start(
      ["run"], environment: ["FAKE_BOARD": scene.bench.path("dev")], binary: "fake-board",
      under: asNobody)
    // Once the poll is over, no other child blocks signals for a moment.
    try #require(
      until { scene.mailbox.deletedUIDs == ["1"] && service.keepers.count == 1 }, "\(service.log)")
    let keeper = try #require(service.keepers.first)
    for process in [service.identifier, keeper] {
      for file in ["environ", "mem", "maps", "fd"] {
        let look = try Service(asNobody + ["/bin/ls", "/proc/\(process)/\(file)/"]).wait()
        let read = try Service(asNobody + ["/usr/bin/head", "-c1", "/proc/\(process)/\(file)"])
          .wait()
        #expect(look.exitCode != 0 && read.output.isEmpty, "\(file): \(look) \(read)")
      }
    }
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
  }
}
