import Foundation
import POP3Simulator
import Testing

/// Whatever becomes of popbell itself, what it has switched on goes off.
@Suite struct KeeperTests {
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
    (rule: "pulse = siren 3s", output: ""), (rule: "on = siren", output: "max-on = 3s"),
    (rule: "blink = siren 3s 1h 2", output: ""),
  ])
  func itsTimeEndsThoughPopbellHangs(rule: String, output: String) throws {
    let (scene, board) = try scene(rule, output: output)
    let service = try start(scene, board)
    service.send(SIGSTOP)
    #expect(service.switched == ["set 1"])
    #expect(until { service.switched == ["set 1", "set 0"] })
    #expect(service.lines(about: "siren") == ["on"])
    service.send(SIGCONT)
    #expect(service.waits(for: "siren: off"))
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
    #expect(service.switched == ["set 1"])
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
    let (scene, board) = try scene("pulse = siren 2s")
    scene.mailbox.add(Scene.message("2"))
    let service = try board.start(["run"])
    #expect(service.waits(for: "siren: off"))
    #expect(until { service.keepers.isEmpty })
    service.send(SIGTERM)
    let run = service.wait()
    #expect(run.exitCode == 0 && scene.mailbox.deletedUIDs == ["1", "2"])
    #expect(service.switched == ["set 1", "set 1", "set 0"])
  }

  @Test(arguments: [SIGKILL, SIGSTOP])
  func aKeeperThatIsGoneIsReplaced(signal: Int32) throws {
    let (scene, board) = try scene("pulse = siren 1h")
    let service = try start(scene, board)
    let first = try #require(service.keepers.first)
    kill(first, signal)
    scene.mailbox.add(Scene.message("2"))
    service.send(SIGUSR1)
    #expect(until { scene.mailbox.deletedUIDs == ["1", "2"] })
    #expect(until { service.keepers.count == 1 && service.keepers != [first] })
    service.send(SIGKILL)
    #expect(service.wait().output.hasSuffix("set 1\nset 1\nset 0\n"))
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
  /// Its children that wait for no server: they have no socket but the one to their parent.
  fileprivate var keepers: [Int32] {
    ProcessTable.children(of: identifier).filter { child in
      ProcessTable.field("Seccomp", of: child) == "0"
        && ProcessTable.field("SigBlk", of: child).map { $0 != "0000000000000000" } ?? false
    }
  }

  /// What the siren was told, but for how it was taken.
  fileprivate var switched: [String] {
    printed.split(separator: "\n").map(String.init).filter { $0.hasPrefix("set") }
  }
}
