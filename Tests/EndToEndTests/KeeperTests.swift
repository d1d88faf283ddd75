import Foundation
import POP3Simulator
import TestTraits
import Testing

/// Whatever becomes of popbell itself, what it has switched on goes off.
@Suite(.waits) struct KeeperTests {
  private func scene(_ rule: String, output: String = "") throws -> (Scene, FakeBoard) {
    let scene = try Scene(messages: [Scene.message("1")]) { _ in
      "[output siren]\nline = GPIO17\n\(output)\n[rule alarm]\nsubject = ALARM *\n\(rule)\n"
    }
    return (scene, try FakeBoard(scene.bench))
  }

  /// A service that has done what its first mail asks for, and waits for the next.
  private func start(_ scene: Scene, _ board: FakeBoard) throws -> Service {
    let service = try board.start(["run"])
    try #require(until { scene.mailbox.deletedUIDs == ["1"] && service.keepers.count == 1 })
    return service
  }

  @Test(arguments: [
    (rule: "pulse = siren 8s", output: ""), (rule: "on = siren", output: "max-on = 8s"),
    (rule: "blink = siren 8s 1h 2", output: ""),
  ])
  func itsTimeEndsThoughPopbellHangs(rule: String, output: String) throws {
    let (scene, board) = try scene(rule, output: output)
    let service = try board.start(["run"])
    try #require(until { service.switched == ["set 1"] })
    service.send(SIGSTOP)
    #expect(until { service.switched.starts(with: ["set 1", "set 0"]) })
    #expect(!service.log.contains("siren: off"))
    service.send(SIGCONT)
    #expect(service.waits(for: "siren: off"))
    #expect(until { scene.mailbox.deletedUIDs == ["1"] })
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
  }

  @Test(arguments: ["pulse = siren 1h", "on = siren"])
  func nothingStaysOnWhenPopbellIsKilled(rule: String) throws {
    let (scene, board) = try scene(rule, output: "max-on = 1h")
    let service = try start(scene, board)
    let keeper = try #require(service.keepers.first)
    // What a service manager, or a terminal, sends to all.
    for signal in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGPIPE] { kill(keeper, signal) }
    #expect(ProcessTable.memoryScore(of: keeper) == ProcessTable.memoryScore(of: getpid()))
    #expect(ProcessTable.descriptors(of: keeper).keys.sorted() == [0, 1, 2, 3, 4])
    service.send(SIGKILL)
    let run = service.wait()
    #expect(run.output.hasSuffix("set 1\nset 0\n"))
    #expect(until { !ProcessTable.isAlive(keeper) })
  }

  @Test func aHandThatIsKilledLeavesNothingOn() throws {
    let (_, board) = try scene("on = siren", output: "max-on = 1h")
    let hand = try board.start(["gpio", "set", "siren", "on"])
    #expect(until { hand.keepers.count == 1 && hand.switched == ["set 1"] })
    hand.send(SIGKILL)
    _ = hand.wait()
    #expect(hand.switched == ["set 1", "set 0"])
  }

  @Test func whatIsProlongedEndsOnce() throws {
    let (scene, board) = try scene(
      "pulse = siren 10s\n[rule news]\nsubject = news *\npulse = siren 11s")
    scene.mailbox.add(Scene.message("6"))
    let service = try board.start(["run"])
    #expect(service.waits(for: "siren: off"))
    #expect(until { service.keepers.isEmpty })
    service.send(SIGTERM)
    let run = service.wait()
    #expect(run.exitCode == 0 && scene.mailbox.deletedUIDs == ["1", "6"])
    // Where popbell is late, its keeper is there before it.
    #expect(service.switched.filter { $0 == "set 1" }.count == 2)
    #expect(service.switched.firstIndex(of: "set 0") == 2)
  }

  @Test func aKeeperThatIsKilledIsReplacedAtOnce() throws {
    let (scene, board) = try scene(
      "on = siren\non = lamp", output: "max-on = 1h\n[output lamp]\nline = relay\nmax-on = 1h")
    let service = try start(scene, board)
    let first = try #require(service.keepers.first)
    kill(first, SIGKILL)
    #expect(until { service.keepers.count == 1 && service.keepers != [first] })
    // All that the old one had.
    #expect(until { ProcessTable.descriptors(of: service.keepers.first ?? 0).count == 6 })
    service.send(SIGKILL)
    #expect(service.wait().output.hasSuffix("set 1\nset 1\nset 0\nset 0\n"))
  }

  @Test func aKeeperThatDoesNotAnswerIsReplaced() throws {
    let (scene, board) = try scene("pulse = siren 1h")
    let service = try start(scene, board)
    let first = try #require(service.keepers.first)
    kill(first, SIGSTOP)
    scene.mailbox.add(Scene.message("2"))
    service.send(SIGUSR1)
    #expect(until { scene.mailbox.deletedUIDs == ["1", "2"] })
    #expect(until { service.keepers.count == 1 && service.keepers != [first] })
    service.send(SIGKILL)
    #expect(service.wait().output.hasSuffix("set 1\nset 1\nset 0\n"))
  }

  /// A program of a rule, or the process that talks to a server, must not stand for popbell.
  @Test func nothingStaysOnWhenPopbellIsKilledInAPoll() throws {
    let (scene, board) = try scene("on = siren\nrun = /bin/sleep 1000", output: "max-on = 1h")
    let service = try board.start(["run"])
    let sleeping = {
      ProcessTable.children(of: service.identifier).filter {
        ProcessTable.field("Name", of: $0) == "sleep"
      }
    }
    try #require(until { !sleeping().isEmpty })
    let sleep = try #require(sleeping().first)
    defer { kill(sleep, SIGKILL) }
    service.send(SIGKILL)
    #expect(until { service.switched == ["set 1", "set 0"] })
    _ = scene
  }

  @Test func anEndThatTheConfigurationMovesCounts() throws {
    let (scene, board) = try scene("on = siren", output: "max-on = 1h")
    let service = try start(scene, board)
    let text = scene.bench.read("popbell.conf").replacing("max-on = 1h", with: "max-on = 2h")
    try scene.bench.write("popbell.conf", text)
    service.send(SIGHUP)
    #expect(service.waits(for: "the configuration was read again"))
    #expect(until { service.switched == ["set 1", "set 1"] })
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
  }
}

extension Service {
  /// Its children that block signals.
  var keepers: [Int32] {
    ProcessTable.children(of: identifier).filter { child in
      ProcessTable.field("SigBlk", of: child).map { $0.contains { $0 != "0" } } ?? false
    }
  }

  /// What the siren was told, but for how it was taken.
  fileprivate var switched: [String] {
    printed.split(separator: "\n").map(String.init).filter { $0.hasPrefix("set") }
  }
}
