import Foundation
import Glibc
import POP3Simulator
import TestTraits
import Testing

/// What popbell says to the one who types its commands.
@Suite(.waits) struct CommandTests {
  @Test(arguments: [
    (["--help"], "popbell turns e-mail alerts into action"), (["-h"], "popbell turns e-mail"),
    (["run", "--help"], "Usage: popbell run "), (["once", "-h"], "Usage: popbell once "),
    (["check", "--help"], "Usage: popbell check "), (["match", "--help"], "Usage: popbell match "),
    (["gpio", "--help"], "Usage: popbell gpio list"), (["--version"], "popbell 0.1.0\n"),
    (["ledger", "-h"], "Usage: popbell ledger show"),
  ])
  func helps(arguments: [String], beginning: String) throws {
    let run = try Bench().start(arguments).wait()
    #expect(run.exitCode == 0 && run.errors == "")
    #expect(run.output.hasPrefix(beginning), "\(run.output)")
    #expect(run.output.hasSuffix("\n"))
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test func helpNamesEachCommand() throws {
    let help = try Bench().start(["--help"]).wait().output
    for command in ["run", "once", "check", "match", "gpio", "ledger"] {
      #expect(help.contains("\n  \(command) "))
    }
  }

  @Test(arguments: [
    ([], "which command?"), (["--wrong"], "there is no option '--wrong'"),
    (["check", "-x"], "there is no option '-x'"), (["-\u{1B}[2J"], "there is no option '"),
    (["chekc"], "there is no command 'chekc'"),
    (["\u{1B}[2J"], "there is no command '\\x1b[2J'"),
    (["run", "now"], "what is to be done with 'now'"),
    (["run", "--dry-run"], "--dry-run goes with 'once' only"),
    (["check", "-m", "box"], "--mailbox goes with 'match' only"),
    (["match", "--mailbox"], "an argument is missing after '--mailbox'"),
  ])
  func refusesWhatItDoesNotKnow(arguments: [String], reason: String) throws {
    let run = try Bench().start(arguments).wait()
    #expect(run.exitCode == 64 && run.output == "")
    #expect(run.errors.hasPrefix("popbell: " + reason), "\(run.errors)")
    #expect(run.errors.hasSuffix("\nTry 'popbell --help'.\n"))
    #expect(!run.errors.contains("\u{1B}"))
  }

  @Test func checkSaysWhatWasUnderstood() throws {
    let bench = try Bench()
    try bench.configure(
      bench.section(port: 110) + "[output siren]\nchip = simulated\nline = 17\n"
        + "[rule alarm]\nsubject = ALARM {zone}\npulse = siren 10s\nrun = /bin/echo {zone}\n")
    let run = try bench.popbell("check")
    #expect(run.exitCode == 0 && run.errors == "")
    let expected = """
      mailbox box
        server 127.0.0.1, port 110, NO TLS: anyone on the way can read the password
        user alarms, password from \(bench.path("password"))
        login auto
        poll every 5s, for at most 10m
        leave messages that no rule takes
        at the first poll, mail of the last hour fires, and older mail does not
        batch 20, archive none, ledger disk
      output siren
        line 17, simulated: nothing is switched, active high
        off at start
      rule alarm
        subject = ALARM {zone}
        pulse siren 10s
        run /bin/echo {zone}
        fire up to an age of 1d; leave old messages
        then delete the message; after a crash fire again; retry for 1d; \
      programs run at most 30s
      popbell
        state in \(bench.path("state"))
        fetchers run as nobody where popbell runs as root

      """
    #expect(run.output == expected)
  }

  @Test func checkFindsAllErrorsAtOnce() throws {
    let bench = try Bench()
    try bench.write(
      "popbell.conf",
      """
      [popbell]
      user = nobody
      [mailbox box]
      server = pop.example.net
      usr = alarms
      password = secret
      interval = 1s
      tls = yes
      ca = /nonexistent.pem
      [output siren]
      line = 17
      [rule a]
      subject = /(/
      pulse = sirn 10s
      run = /nonexistent/program
      [ruel c]
      nonsense

      """)
    let expected = [
      "5: [mailbox box] usr: there is no such key; did you mean 'user'?",
      "6: [mailbox box] password: no password stands in this file, which many may read: put it in a"
        + " file of its own with mode 600 and write 'password-file = /PATH'",
      "7: [mailbox box] interval: '1s' is not from 5s to 7d",
      "8: [mailbox box] tls: 'yes' is not implicit, starttls or none",
      "9: [mailbox box] ca: /nonexistent.pem: ",
      "11: [output siren] line: '17' counts the lines of a chip: add 'chip = gpiochip0', or name the"
        + " line: 'line = GPIO17'",
      "13: [rule a] subject: '(', character 2, has no ')': write '\\(' for a parenthesis",
      "14: [rule a] pulse: there is no [output sirn]; did you mean 'siren'?",
      "15: [rule a] run: /nonexistent/program: ",
      "16: [ruel c]: there is no such section; did you mean [rule c]?",
      "17: this line is no [SECTION], no KEY = VALUE and no comment",
    ]
    for command in ["check", "match", "run", "once"] {
      let run = try bench.popbell(command)
      #expect(run.exitCode == 78 && run.output == "")
      let lines = run.errors.split(separator: "\n")
      // What only this machine has not is no error for `match`.
      let expected = expected.filter { command != "match" || !$0.contains(": /nonexistent") }
      #expect(lines.count == expected.count, "\(run.errors)")
      for (line, expected) in zip(lines, expected) {
        #expect(line.contains(bench.path("popbell.conf") + ":" + expected), "\(line)")
      }
    }
  }

  @Test func aFileThatIsNotThereIsNamed() throws {
    let bench = try Bench()
    let path = bench.path("popbell.conf")
    let run = try bench.popbell("check")
    #expect(run.exitCode == 78)
    #expect(run.errors == "\(path): open: No such file or directory\n")
  }

  @Test func filesThatOthersMayTouchAreRefused() throws {
    let bench = try Bench()
    try bench.configure(bench.section(port: 110) + Scene.rule(bench))
    let (path, password) = (bench.path("popbell.conf"), bench.path("password"))
    let text = bench.read("popbell.conf")
    let place = "\(path):9: [mailbox box] password-file: \(password): "
    for (mode, words, number) in [
      (0o644, "read", "640"), (0o604, "read", "600"), (0o666, "change", "640"),
      (0o660, "change", "640"),
    ] {
      try bench.write("password", "secret", mode: mode)
      let run = try bench.popbell("check")
      #expect(run.exitCode == 78)
      let octal = "0" + String(mode, radix: 8)
      let why = "others may \(words) it (mode \(octal)); run: chmod \(number) \(password)\n"
      #expect(run.errors == place + why)
    }
    for mode in [0o600, 0o640, 0o400] {
      try bench.write("password", "secret", mode: mode)
      #expect(try bench.popbell("check").exitCode == 0)
    }
    try bench.write("popbell.conf", text, mode: 0o666)
    let run = try bench.popbell("check")
    #expect(run.exitCode == 78)
    #expect(
      run.errors == "\(path): others may change it (mode 0666); run: chmod o-w \(path)\n")
  }

  /// What runs, whom to trust and what has fired are not for everybody to change.
  @Test func filesAndFoldersThatEverybodyMayChangeAreRefused() throws {
    let bench = try Bench()
    try bench.write("ca.pem", CertificateAuthority().pem)
    try bench.write("program", "#!/bin/sh\n", mode: 0o755)
    let (program, ca, state) = (bench.path("program"), bench.path("ca.pem"), bench.path("state"))
    try bench.makeState()
    try bench.configure(
      bench.section(port: 110, more: "ca = \(ca)")
        + "[rule r]\nsubject = x\nrun = \(program) x\n")
    #expect(try bench.popbell("check").errors == "")
    for (file, mode, words) in [
      (program, 0o757, "others may change it (mode 0757); run: chmod o-w \(program)"),
      (ca, 0o646, "everybody may change it; run: chmod o-w"),
      (state, 0o770, "others may change it (mode 0770); run: chmod 700 \(state)"),
      (state, 0o755, "others may lock it (mode 0755); run: chmod 700 \(state)"),
    ] {
      let before = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]!
      #expect(unsafe chmod(file, mode_t(mode)) == 0)
      for command in ["check", "once"] {
        let run = try bench.popbell(command)
        #expect(run.exitCode == 78, "\(run)")
        #expect(run.errors.hasSuffix("\(file): \(words)\n"), "\(run.errors)")
      }
      try FileManager.default.setAttributes([.posixPermissions: before], ofItemAtPath: file)
    }
  }

  /// Root writes where the owner said, and not where another user leads it.
  @Test(.enabled(if: geteuid() == 0)) func rootWritesBehindNoLinkOfAnother() throws {
    let scene = try Scene()
    let bench = scene.bench
    let (link, elsewhere) = (bench.path("state"), bench.path("elsewhere"))
    try #require(unsafe mkdir(elsewhere, 0o700) == 0 && symlink(elsewhere, link) == 0)
    try #require(unsafe lchown(link, 65534, 65534) == 0)
    for command in ["check", "once", "run"] {
      let run = try bench.popbell(command)
      #expect(run.exitCode == 78)
      let words =
        "a symbolic link that is not root's is in the way; name the folder that it leads to"
      #expect(run.errors.hasSuffix("\(link): \(words)\n"), "\(run.errors)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere) == [])
    #expect(unsafe lchown(link, 0, 0) == 0)
    #expect(try bench.popbell("once").exitCode == 0)
    #expect(FileManager.default.fileExists(atPath: elsewhere + "/box.ledger"))
  }

  /// What `check` says of an archive, without the file, the line and the key.
  private func problem(of archive: String, _ bench: Bench) throws -> String {
    try bench.configure(
      bench.section(port: 110) + "[rule r]\nsubject = x\nrun = /bin/true\narchive = \(archive)\n")
    let run = try bench.popbell("check")
    #expect(run.exitCode == (run.errors == "" ? 0 : 78))
    let beginning = "\(bench.path("popbell.conf")):17: [rule r] archive: \(archive): "
    #expect(run.errors == "" || run.errors.hasPrefix(beginning), "\(run.errors)")
    // Only `check` looks: an alert does not wait for its archive.
    #expect(try bench.popbell("match", input: "Subject: x\n\n").errors == "")
    return String(run.errors.dropFirst(beginning.count))
  }

  @Test func checkSaysWhyAnArchiveCannotBe() throws {
    let bench = try Bench()
    let user = unsafe String(cString: getpwuid(geteuid()).pointee.pw_name)
    let mail = bench.path("mail")
    #expect(try problem(of: mail, bench) == "")
    #expect(try problem(of: mail + "/", bench) == "")
    #expect(
      try problem(of: mail + "/mine", bench)
        == "neither this folder nor the one above it is there; "
        + "run: install -d -m 700 -o \(user) \(mail)/mine\n")
    let file = "this, or what a Maildir has in it, is not a folder; name another\n"
    #expect(try problem(of: bench.path("password"), bench) == file)
    #expect(try problem(of: bench.path("password/mail"), bench) == file)
    try FileManager.default.createDirectory(
      atPath: mail + "/new", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: bench.path("link"), withDestinationPath: mail)
    #expect(try problem(of: bench.path("link"), bench) == "")
    try FileManager.default.createSymbolicLink(
      atPath: mail + "/cur", withDestinationPath: mail + "/new")
    #expect(
      try problem(of: mail, bench)
        == "a symbolic link is in the way: tmp, new and cur must be folders, and, for root, "
        + "links above them must be root's; name the folder itself\n")
    try FileManager.default.removeItem(atPath: mail + "/cur")
    try bench.write("mail/tmp", "")
    #expect(try problem(of: mail, bench) == file)
  }

  /// Root asks for the user whom the service runs as: the one who has the state directory.
  @Test(.enabled(if: geteuid() == 0)) func checkAsksForTheUserOfTheService() throws {
    let bench = try Bench()
    let nobody = unsafe try #require(unsafe getpwnam("nobody"))
    let (user, group) = unsafe (nobody.pointee.pw_uid, nobody.pointee.pw_gid)
    let mail = bench.path("mail")
    try bench.makeState()
    try FileManager.default.createDirectory(atPath: mail, withIntermediateDirectories: false)
    #expect(unsafe chown(bench.path("state"), user, group) == 0)
    let denied = "user nobody, as which popbell runs, may not write there; "
    #expect(
      try problem(of: mail, bench) == denied + "run: install -d -m 700 -o nobody \(mail)\n")
    #expect(
      try problem(of: bench.path("other"), bench)
        == denied + "run: install -d -m 700 -o nobody \(bench.path("other"))\n")
    #expect(unsafe chown(mail, 0, group) == 0 && chmod(mail, 0o770) == 0)
    #expect(try problem(of: mail, bench) == "")
    #expect(unsafe chown(mail, user, 0) == 0 && chmod(mail, 0o700) == 0)
    #expect(try problem(of: mail, bench) == "")
    #expect(try problem(of: mail + "/mine", bench) == "")
    // Where the owner made all of it, only the parts are popbell's.
    #expect(unsafe chown(mail, 0, 0) == 0 && chmod(mail, 0o755) == 0)
    for part in ["tmp", "new", "cur"] {
      #expect(try problem(of: mail, bench).hasPrefix(denied))
      try FileManager.default.createDirectory(
        atPath: mail + "/" + part, withIntermediateDirectories: false)
      #expect(try problem(of: mail, bench).hasPrefix(denied))
      #expect(unsafe chown(mail + "/" + part, user, group) == 0)
    }
    #expect(try problem(of: mail, bench) == "")
  }

  @Test func withoutALedgerItWarns() throws {
    let scene = try Scene()
    let warning = "ledger = none: after a restart, what is still on the server fires again"
    #expect(!(try scene.bench.popbell("once", "--dry-run").errors.contains(warning)))
    let text = scene.bench.read("popbell.conf")
      .replacingOccurrences(of: "[mailbox box]\n", with: "[mailbox box]\nledger = none\n")
    try scene.bench.write("popbell.conf", text)
    let run = try scene.bench.popbell("once", "--dry-run")
    #expect(run.errors.contains("warning: box: \(warning)\n"), "\(run.errors)")
  }

  @Test func aDryRunTouchesNothing() throws {
    let scene = try Scene()
    let service = try scene.bench.start(["once", "--dry-run"])
    let run = service.wait()
    #expect(run.exitCode == 0)
    #expect(
      Service.lines(of: run.errors, about: "box") == [
        "would fire alarm for \"ALARM 1\"", "no rule takes message 2 \"news 6\"",
        "  rule alarm: subject = ALARM {number} is not met: \"news 6\"",
        "would fire alarm for \"ALARM 2\"", "would fire alarm for \"ALARM 3\"",
        "no rule takes message 5 \"news 7\"",
        "  rule alarm: subject = ALARM {number} is not met: \"news 7\"",
        "5 messages, 3 matched, 0 fired, 0 deleted",
      ])
    #expect(scene.bench.fired == [] && scene.mailbox.deletedUIDs == [])
    #expect(!FileManager.default.fileExists(atPath: scene.bench.path("state")))
    #expect(!scene.server.received("DELE"))
    #expect(try scene.wrongsAfterGoodPolls() == [])
  }

  /// One who wants to know is told once of each message that no rule takes, and of the nearest rule.
  @Test func saysWithVWhatNoRuleTakes() throws {
    let scene = try Scene(rules: { bench in
      "[rule other]\nsubject = x\nrun = /bin/true\n[rule news]\nsubject = news *\n"
        + "from = *@b\nrun = /bin/true\n" + Scene.rule(bench)
    })
    func told(_ arguments: String...) throws -> [String] {
      let run = try scene.bench.start(["once"] + arguments).wait()
      #expect(run.exitCode == 0)
      return Service.lines(of: run.errors, about: "box").filter { $0.contains("no rule") }
    }
    let nearest = "; nearest is rule news: from = *@b is not met: no From field"
    #expect(
      try told("-v") == [
        "no rule takes message 2 \"news 6\"" + nearest,
        "no rule takes message 5 \"news 7\"" + nearest,
      ])
    // What was looked at is not told of again, once no deletion has changed the mailbox.
    #expect(try told() == [] && told("-v") == [])
  }

  @Test func warningsAreNoErrors() throws {
    let bench = try Bench()
    try bench.configure(
      bench.section(port: 110) + "[rule r]\nsubject = x\nfrom = *example.net\nrun = /bin/true\n")
    let run = try bench.popbell("check")
    #expect(run.exitCode == 0 && run.output.hasPrefix("mailbox box\n"))
    let path = bench.path("popbell.conf")
    #expect(
      run.errors.hasPrefix(
        "warning: \(path):16: [rule r] from: 'example.net' also ends other domains"))
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(try bench.popbell("match", input: "Subject: x\n\n").errors == "")
    try bench.configure(bench.read("popbell.conf") + "then = x\n")
    let wrong = try bench.popbell("check")
    #expect(wrong.exitCode == 78 && wrong.output == "")
    let beginnings = wrong.errors.split(separator: "\n").map { $0.prefix(9) }
    #expect(beginnings.last == "warning: " && beginnings.count > 1)
  }

  @Test func aStateDirectoryThatCannotBeIsTheMachinesTrouble() throws {
    let scene = try Scene()
    let text = scene.bench.read("popbell.conf")
      .replacingOccurrences(of: scene.bench.path("state"), with: scene.bench.path("password/state"))
    try scene.bench.write("popbell.conf", text)
    let run = try scene.bench.popbell("once")
    #expect(run.exitCode == 71)
    #expect(run.errors.contains("error: \(scene.bench.path("password/state")): "), "\(run.errors)")
    #expect(scene.server.connectionCount == 0)
  }

  /// The password is the first line of what a program prints, or a file that systemd provides.
  @Test(arguments: ["command", "credential"])
  func thePasswordMayComeFromElsewhere(source: String) throws {
    let scene = try Scene()
    let bench = scene.bench
    try bench.write("print", "#!/bin/sh\necho \"$2\"; echo second line; echo $1 >&2\n", mode: 0o755)
    let value = source == "command" ? bench.path("print") + " 'a b' secret" : "password"
    let text = bench.read("popbell.conf").replacingOccurrences(
      of: "password-file = \(bench.path("password"))", with: "password-\(source) = \(value)")
    try bench.write("popbell.conf", text)
    let folder = source == "command" ? [:] : ["CREDENTIALS_DIRECTORY": bench.path("")]
    let run = try bench.start(["once"], environment: folder).wait()
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(bench.fired == Scene.alarms)
    #expect(!run.errors.contains("secret"))
  }

  @Test func aPasswordCommandThatFailsOrHangsIsReportedAndGoes() throws {
    let scene = try Scene(deadline: 10)
    let (bench, script) = (scene.bench, scene.bench.path("print"))
    let text = bench.read("popbell.conf").replacingOccurrences(
      of: "password-file = \(bench.path("password"))", with: "password-command = \(script)")
    try bench.write("popbell.conf", text)
    try bench.write("print", "#!/bin/sh\necho secret; exit 3\n", mode: 0o755)
    let failed = try bench.popbell("once")
    #expect(failed.exitCode == 71 && failed.errors.contains("box: password-command failed"))
    let hanging = "#!/bin/sh\necho $$ > \(bench.path("child"))\nexec sleep 1000\n"
    try bench.write("print", hanging, mode: 0o755)
    let late = try bench.popbell("once")
    #expect(late.exitCode == 75, "\(late.errors)")
    #expect(late.errors.contains("not done by the deadline while starting"), "\(late.errors)")
    let process = try #require(bench.number(in: "child"))
    defer { kill(process, SIGKILL) }
    #expect(until { !ProcessTable.isAlive(process) })
    #expect(scene.server.connectionCount == 0)
  }
}
