import Foundation
import Glibc
import POP3Simulator
import TestTraits
import Testing

/// The program of `on-trouble`: what it is told, how often, and that nothing waits for it.
@Suite(.waits) struct TroubleProgramTests {
  /// A scene in which a script is told of trouble.
  private static func scene(
    _ script: (Bench) -> String = writes, _ rules: (Bench) -> String
  ) throws -> Scene {
    let scene = try Scene()
    let bench = scene.bench
    try bench.write("tell", "#!/bin/sh\n\(script(bench))\n", mode: 0o755)
    try bench.configure(
      "on-trouble = \(bench.path("tell")) {event} {mailbox} \"{text}\" '{{}}'\n"
        + bench.section(port: scene.server.port) + rules(bench))
    return scene
  }

  private static func writes(_ bench: Bench) -> String {
    """
    printf '%s|' "$@" >> \(bench.path("told"))
    echo "$POPBELL_EVENT $POPBELL_MAILBOX $POPBELL_TEXT" >> \(bench.path("told"))
    """
  }

  private static let failing = "[rule alarm]\nsubject = ALARM *\nrun = /bin/false\nretries = 0\n"

  @Test func tellsOfARefusedLoginOnceAnHour() throws {
    let scene = try Self.scene { Scene.rule($0) }
    try scene.bench.write("password", "wrong; $(id)\n", mode: 0o600)
    let service = try scene.run()
    #expect(until { scene.bench.read("told").hasSuffix("\n") })
    let text = "the server refused the login"
    let told = scene.bench.read("told")
    #expect(told.hasPrefix("login-refused|box|\(text)"), "\(told)")
    #expect(told.contains("|{}|login-refused box \(text)"), "\(told)")
    for count in 2...3 {
      service.send(SIGUSR1)
      #expect(until { scene.server.connectionCount >= count })
    }
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
    #expect(scene.bench.read("told").split(separator: "\n").count == 1)
  }

  @Test func tellsOfWhatIsGivenUpAlsoFromCron() throws {
    let scene = try Self.scene { _ in Self.failing }
    let run = try scene.bench.popbell("once")
    #expect(run.exitCode == 75)
    let told = scene.bench.read("told")
    // Three were given up; of the mailbox that is told once.
    #expect(
      told.split(separator: "\n").count == 1 && told.hasPrefix("given-up|box|alarm is given up"))
  }

  @Test func tellsOfAnOutputThatCannotBeSwitched() throws {
    let scene = try Self.scene { _ in
      "[output siren]\nline = none-of-this-machine\n"
        + "[rule alarm]\nsubject = ALARM *\npulse = siren 1s\n"
    }
    try scene.bench.popbell("once")
    #expect(scene.bench.read("told").hasPrefix("output-failed|siren|cannot be switched on|"))
  }

  @Test func aDryRunTellsNothing() throws {
    let scene = try Self.scene { Scene.rule($0) }
    try scene.bench.write("password", "wrong\n", mode: 0o600)
    let run = try scene.bench.popbell("once", "--dry-run")
    #expect(run.exitCode == 77 && scene.bench.read("told") == "")
  }

  @Test(arguments: ["exit 3", "kill -9 $$", "/nowhere"]) func saysWhatBecameOfIt(script: String)
    throws
  {
    let scene = try Self.scene({ _ in script }, { _ in Self.failing })
    let run = try scene.bench.popbell("once")
    let end = [
      "exit 3": "ended with status 3", "kill -9 $$": "was killed by signal 9",
      "/nowhere": "ended with status 127",
    ]
    #expect(run.errors.contains("on-trouble: the program \(end[script]!)"), "\(run.errors)")
  }

  /// One that hangs holds no alert up, and does not outlive the service.
  @Test func nothingWaitsForIt() throws {
    let hangs = { (bench: Bench) in
      "trap '' TERM\necho $$ > \(bench.path("pid"))\nwhile :; do sleep 1; done"
    }
    let scene = try Self.scene(hangs) {
      "[rule bad]\nsubject = ALARM 1\nrun = /bin/false\nretries = 0\n" + Scene.rule($0)
    }
    let service = try scene.run()
    #expect(until { scene.bench.read("pid").hasSuffix("\n") })
    #expect(until { scene.bench.fired == ["2", "3"] })
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
    let pid = Int32(scene.bench.read("pid").dropLast()) ?? 1
    #expect(until { !ProcessTable.isAlive(pid) })
  }
}
