import Foundation
import Glibc
import POP3Simulator
import TestTraits
import Testing

/// The programs that rules run: what reaches them, and what becomes of them.
@Suite(.waits) struct ProgramTests {
  /// Subjects as they stand in the header, and as they reach a program.
  static let subjects = [
    ("$(reboot)", "$(reboot)"), ("; rm -rf / &", "; rm -rf / &"), ("`id` | sh", "`id` | sh"),
    ("\"double\" 'single' \\ back", "\"double\" 'single' \\ back"),
    ("=?utf-8?q?one=0Atwo=0D=0Athree?=", "one two three"), ("--help", "--help"),
    ("-rf *", "-rf *"),
    ("=?utf-8?q?a=00b=1B[2J?=", "a b [2J"), ("%s%n %d", "%s%n %d"),
    ("{from} {{x}}", "{from} {{x}}"),
    ("=?utf-8?b?4oCuZ3BqLmV4ZQ==?=", "gpj.exe"),
  ]

  @Test func valuesArriveWholeAndTheEnvironmentIsBare() throws {
    let messages = Self.subjects.enumerated().map { index, subject in
      Message(
        uid: "\(index)",
        "From: \"Panel; x\" <panel@example.net>\r\nTo: me@example.net\r\n"
          + "Date: Sat, 21 Nov 2026 08:45:33 +0000\r\nMessage-ID: <\(index)@x>\r\n"
          + "Subject: \(subject.0)\r\n\r\n")
    }
    let scene = try Scene(messages: messages, more: "existing = fire") { bench in
      try? bench.write("show", Self.show(bench), mode: 0o755)
      return """
        [rule any]
        subject = {all}
        run = \(bench.path("show")) {uidl} {subject} "two words" x{all}y '' {rule}

        """
    }
    let bench = scene.bench
    let service = try bench.start(
      ["once"], environment: ["SECRET": "1", "PATH": "/nowhere", "POPBELL_X": "1"])
    #expect(service.wait().exitCode == 0)
    for (uid, (_, subject)) in Self.subjects.enumerated() {
      #expect(bench.read("arguments-\(uid)") == "\(uid)|\(subject)|two words|x\(subject)y||any|")
      #expect(
        bench.read("environment-\(uid)").split(separator: "\n").sorted() == [
          "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
          "POPBELL_ALL=\(subject)", "POPBELL_DATE=Sat, 21 Nov 2026 08:45:33 +0000",
          "POPBELL_FROM=panel@example.net", "POPBELL_MESSAGE_ID=<\(uid)@x>", "POPBELL_RULE=any",
          "POPBELL_SUBJECT=\(subject)", "POPBELL_TO=me@example.net", "POPBELL_UIDL=\(uid)",
        ])
      #expect(bench.read("input-\(uid)") == "/dev/null\n\(ProcessTable.highMemoryScore)\n")
    }
    #expect(scene.mailbox.messages.isEmpty)
  }

  private static func show(_ bench: Bench) -> String {
    """
    #!/bin/sh
    printf '%s|' "$@" > \(bench.path("arguments-"))$1
    tr '\\0' '\\n' < /proc/$$/environ > \(bench.path("environment-"))$1
    readlink /proc/$$/fd/0 > \(bench.path("input-"))$1
    cat /proc/$$/oom_score_adj >> \(bench.path("input-"))$1

    """
  }

  @Test func whatProgramsSayIsInTheLog() throws {
    let lines = (1...300).map { "| line \($0)" }
    let scene = try Scene(messages: [Scene.message("1")]) {
      Self.rule(
        $0,
        """
        for i in $(seq 300); do echo line $i; done
        echo wrong >&2
        printf '\\033[2J\\n%01000d\\nwithout end' 0
        """)
    }
    let run = try scene.bench.popbell("once")
    let said = Service.lines(of: run.errors, about: "alarm").filter { $0.hasPrefix("|") }
    let cut = "| " + String(repeating: "0", count: 400) + " …"
    #expect(said == lines + ["| wrong", "| \\x1b[2J", cut, "| without end"])
  }

  /// Nobody reads the log, and a program writes without end: popbell stops as fast as ever.
  @Test func aLogThatIsNotReadHoldsNothingUp() throws {
    let scene = try Scene(messages: [Scene.message("1")]) {
      Self.rule($0, "echo $$ > \($0.path("child"))\nexec yes")
    }
    let pipe = FullPipe()
    let process = Process()
    process.executableURL = Service.binary()
    process.arguments = ["run", "-c", scene.bench.path("popbell.conf")]
    process.standardError = pipe.writer
    try process.start()
    defer { process.terminate() }
    #expect(until { scene.bench.number(in: "child") != nil })
    let program = try #require(scene.bench.number(in: "child"))
    defer { kill(program, SIGKILL) }
    kill(process.processIdentifier, SIGTERM)
    #expect(until { !process.isRunning })
    #expect(until { !ProcessTable.isAlive(program) })
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  @Test func anActionThatFailsIsTriedAgainButNotForEver() throws {
    let scene = try Scene { bench in
      let script = "echo $1 >> \(bench.path("tried"))\n[ $1 != 2 ]"
      return Self.rule(bench, script, more: "retries = 2")
    }
    for attempt in 1...2 {
      let run = try scene.bench.popbell("once")
      let line = "action 1 ended with status 1 (attempt \(attempt)); the message stays"
      #expect(run.errors.contains(line), "\(run.errors)")
      #expect(!run.errors.contains("given up"))
      #expect(scene.mailbox.messages.map(\.uid) == ["6", "2", "7"])
    }
    #expect(try scene.bench.popbell("once").errors.contains("alarm is given up"))
    for _ in 1...2 {
      let run = try scene.bench.popbell("once")
      #expect(run.errors.contains("error: box: 1 message was given up"), "\(run.errors)")
      #expect(!run.errors.contains("action 1"))
    }
    #expect(scene.bench.read("tried") == "1\n2\n3\n2\n2\n")
    #expect(scene.mailbox.messages.map(\.uid) == ["6", "2", "7"])
  }

  /// What the program and its child do about SIGTERM.
  @Test(arguments: ["", "trap '' TERM"], ["", "trap '' TERM;"])
  func aProgramThatIsTooSlowGoesWithAllItsGroup(program: String, child: String) throws {
    let scene = try Scene(messages: [Scene.message("1")]) { bench in
      let script = """
        [ -e \(bench.path("child")) ] && exit
        sh -c "\(child) echo \\$\\$ > \(bench.path("child")); while :; do sleep 1000; done" &
        \(program)
        echo waiting
        while :; do wait; done
        """
      return Self.rule(bench, script, more: "timeout = 5s")
    }
    let run = try scene.bench.popbell("once")
    let process = try #require(scene.bench.number(in: "child"))
    defer { kill(process, SIGKILL) }
    #expect(run.errors.contains("action 1 took longer than its timeout (attempt 1)"))
    #expect(until { !ProcessTable.isAlive(process) })
    #expect(scene.mailbox.deletedUIDs == [])
    #expect(try scene.bench.popbell("once").exitCode == 0)
    #expect(scene.mailbox.deletedUIDs == ["1"])
  }

  @Test func aProgramThatIsNotThereIsReportedAndMissedNoLonger() throws {
    let scene = try Scene()
    let (bench, service) = (scene.bench, try scene.run())
    #expect(service.waits(for: "3 deleted"))
    let script = bench.read("fire")
    for (index, trouble) in ["No such file or directory", "Permission denied"].enumerated() {
      if index == 0 {
        try FileManager.default.removeItem(atPath: bench.path("fire"))
        scene.mailbox.add(Scene.message("4"))
      } else {
        try bench.write("fire", script, mode: 0o600)
      }
      service.send(SIGUSR1)
      #expect(service.waits(for: "alarm failed: action 1 could not be started: \(trouble)"))
    }
    #expect(scene.mailbox.messages.map(\.uid) == ["6", "7", "4"])
    try bench.write("fire", script, mode: 0o755)
    service.send(SIGUSR1)
    #expect(until { scene.mailbox.deletedUIDs.last == "4" })
    #expect(bench.fired == Scene.alarms + ["4"])
  }

  @Test func whatWasDoneIsNotDoneAgainWhenALaterActionFails() throws {
    let scene = try Scene(messages: [Scene.message("1")]) { bench in
      let flaky = "#!/bin/sh\n[ -e \(bench.path("flag")) ] && exec \(bench.path("fire")) second\n"
      try? bench.write("flaky", flaky, mode: 0o755)
      return """
        [output siren]
        chip = simulated
        line = GPIO17
        [rule alarm]
        subject = ALARM {number}
        pulse = siren 10ms
        run = \(bench.path("fire")) first
        run = \(bench.path("flaky"))
        run = \(bench.path("fire")) third

        """
    }
    for attempt in 1...2 {
      let run = try scene.bench.popbell("once")
      #expect(run.errors.contains("action 3 ended with status 1 (attempt \(attempt))"))
      #expect(run.errors.contains("siren: on\n") == (attempt == 1))
      #expect(scene.bench.fired == ["first"])
    }
    try scene.bench.write("flag", "")
    #expect(until { (try? scene.bench.popbell("once"))?.exitCode == 0 })
    #expect(scene.bench.fired == ["first", "second", "third"])
    #expect(scene.mailbox.deletedUIDs == ["1"])
  }

  /// A rule for all alarms that runs a script with the alarm's number.
  private static func rule(_ bench: Bench, _ script: String, more: String = "") -> String {
    try? bench.write("script", "#!/bin/sh\n" + script + "\n", mode: 0o755)
    return """
      [rule alarm]
      subject = ALARM {number}
      run = \(bench.path("script")) {number}
      \(more)

      """
  }
}
