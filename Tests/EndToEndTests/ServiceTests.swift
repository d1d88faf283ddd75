import Foundation
import Glibc
import POP3Simulator
import TestTraits
import Testing

/// `popbell run` from its start to its end.
@Suite(.waits) struct ServiceTests {
  @Test(
    arguments: [SIGTERM, SIGINT], ["nothing", "program", "stubborn program", "fetcher"])
  func stopsWithItsOutputsOff(signal: Int32, whileBusyWith business: String) throws {
    // Nothing ends by itself before `wait` gives up.
    let scene = try Scene(messages: [Scene.message("1")]) { siren($0, business: business) }
    if business == "fetcher" { scene.server.behaviour.inject(.silence, at: .dele) }
    let bench = scene.bench
    let service = try scene.run()
    #expect(service.waits(for: "siren: on"))
    switch business {
    case "fetcher": #expect(until { scene.server.received("DELE") })
    case "nothing": #expect(until { !scene.mailbox.deletedUIDs.isEmpty })
    default: #expect(until { bench.number(in: "child") != nil })
    }
    let processes = ProcessTable.children(of: service.identifier)
    service.send(signal)
    let run = service.wait()
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(service.lines(about: "siren") == ["on", "off (popbell stops)"])
    for process in processes + [bench.number(in: "child") ?? -1] {
      #expect(until { !ProcessTable.isAlive(process) })
    }
    #expect(scene.mailbox.deletedUIDs == (business == "nothing" ? ["1"] : []))
  }

  /// A rule that switches a siren on, and then perhaps runs a program that does not end.
  private func siren(_ bench: Bench, business: String) -> String {
    let trap = business == "stubborn program" ? "trap '' TERM" : ""
    let script = "#!/bin/sh\n\(trap)\nsleep 1000 & echo $! > \(bench.path("child"))\nwait\n"
    try? bench.write("hold", script, mode: 0o755)
    return """
      [output siren]
      chip = simulated
      line = GPIO17
      max-on = 1h
      [rule alarm]
      subject = ALARM *
      on = siren
      \(business.hasSuffix("program") ? "run = \(bench.path("hold"))" : "")

      """
  }

  /// A service says at its start what `check` warns of; who polls once is not told each time.
  @Test func logsWarningsAtItsStart() throws {
    let scene = try Scene { Scene.rule($0) + "[rule two]\nsubject = ALARM 1\nrun = /bin/true\n" }
    let warning = "[rule two]: it is never reached, as [rule alarm] above it takes all"
    #expect(!(try scene.bench.popbell("once").errors.contains(warning)))
    let service = try scene.run()
    #expect(service.waits(for: warning))
    #expect(service.log.contains(" warning: \(scene.bench.path("popbell.conf")):"))
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
  }

  @Test func aNewConfigurationTakesThePlaceOfTheOld() throws {
    let outputs = ["siren", "lamp"].map { "[output \($0)]\nchip = simulated\nline = \($0)\n" }
    let sections = outputs.map { $0 + "max-on = 1h\n" }
    let scene = try Scene(more: "") { _ in
      sections.joined() + "[rule on]\nsubject = ALARM 1\non = siren\non = lamp\n"
    }
    let service = try scene.run()
    #expect(service.waits(for: "1 deleted"))
    #expect(service.lines(about: "lamp") == ["on"])
    try scene.bench.configure(
      scene.bench.section(port: scene.server.port) + sections[0]
        + "[rule new]\nsubject = ALARM 2\ntoggle = siren\n" + Scene.rule(scene.bench))
    service.send(SIGHUP)
    #expect(service.waits(for: "the configuration was read again"))
    // The siren's state went over: it was on, so it is toggled off. All messages are looked at anew.
    #expect(service.waits(for: "2 deleted"))
    #expect(service.lines(about: "siren") == ["on", "off"])
    #expect(scene.bench.fired == ["3"])
    #expect(service.lines(about: "lamp") == ["on", "off (the configuration has it no more)"])
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
  }

  @Test func aNewLongestTimeOnHoldsAfterAReload() throws {
    let output = "[output siren]\nchip = simulated\nline = GPIO17\n"
    let rule = "[rule on]\nsubject = ALARM {number}\non = siren\n"
    let scene = try Scene { _ in output + "max-on = 1h\n" + rule }
    let service = try scene.run()
    #expect(service.waits(for: "3 deleted"))
    try scene.bench.configure(
      scene.bench.section(port: scene.server.port) + output + "max-on = 200ms\n" + rule)
    service.send(SIGHUP)
    #expect(service.waits(for: "the configuration was read again"))
    #expect(service.waits(for: "siren: off (max-on is reached)"))
  }

  @Test func aConfigurationWithErrorsChangesNothing() throws {
    let scene = try Scene()
    let service = try scene.run()
    #expect(service.waits(for: "3 deleted"))
    try scene.bench.configure("[mailbox box]\nserver = localhost\n[rule alarm]\nsubjekt = x\n")
    service.send(SIGHUP)
    #expect(service.waits(for: "the old one stays in force"))
    let place = scene.bench.path("popbell.conf") + ":7: [rule alarm] subjekt: there is no such key"
    #expect(service.log.contains(place), "\(service.log)")
    scene.mailbox.add(Message(uid: "4", "Subject: ALARM 4\r\n\r\n"))
    service.send(SIGUSR1)
    #expect(until { scene.bench.fired == Scene.alarms + ["4"] })
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
  }

  @Test func pollsWhenAsked() throws {
    let scene = try Scene()
    let hour = scene.bench.read("popbell.conf").replacingOccurrences(of: "= 5s", with: "= 1h")
    try scene.bench.write("popbell.conf", hour)
    let service = try scene.run()
    #expect(service.waits(for: "3 deleted"))
    scene.mailbox.add(Message(uid: "4", "Subject: ALARM 4\r\n\r\n"))
    service.send(SIGUSR1)
    #expect(until { scene.mailbox.deletedUIDs.last == "4" })
    #expect(scene.server.connectionCount == 2)
  }

  /// A server may have asked for a pause, or be about to lock the account.
  @Test func aReloadPollsNothingThatIsAsItWas() throws {
    let scene = try Scene()
    let hour = scene.bench.read("popbell.conf").replacingOccurrences(of: "= 5s", with: "= 1h")
    try scene.bench.write("popbell.conf", hour)
    let service = try scene.run()
    #expect(service.waits(for: "3 deleted"))
    try scene.bench.write("popbell.conf", hour + "[rule more]\nsubject = x\nrun = /bin/true\n")
    service.send(SIGHUP)
    #expect(service.waits(for: "the configuration was read again"))
    scene.mailbox.add(Message(uid: "4", "Subject: ALARM 4\r\n\r\n"))
    service.send(SIGUSR1)
    #expect(until { scene.mailbox.deletedUIDs.last == "4" })
    #expect(scene.server.connectionCount == 2)
  }

  @Test(arguments: ["silent", "absent"])
  func aServerInTroubleHoldsNoOtherUp(trouble: String) throws {
    var silence = Behaviour()
    silence.inject(.silence, at: .greeting)
    let other = try MailboxServer(Configuration(behaviour: silence))
    defer { other.stop() }
    if trouble == "absent" { other.stop() }
    let scene = try Scene { $0.section("other", port: other.port) + Scene.rule($0) }
    let service = try scene.run()
    #expect(service.waits(for: "box: 5 messages, 3 matched, 3 fired, 3 deleted"))
    if trouble == "silent" { #expect(until { other.connectionCount == 1 }) }
    scene.mailbox.add(Message(uid: "4", "Subject: ALARM 4\r\n\r\n"))
    service.send(SIGUSR1)
    #expect(service.waits(for: "box: 3 messages, 1 matched, 1 fired, 1 deleted"))
    if trouble == "silent" {
      #expect(service.lines(about: "other") == [])
    } else {
      let line = service.lines(about: "other").first ?? ""
      #expect(line.hasPrefix("127.0.0.1 at 127.0.0.1 port") || line.contains("refused"), "\(line)")
    }
  }

  @Test func aServerThatAppearsIsFoundWithinSeconds() throws {
    let scene = try Scene()
    scene.server.stop()
    let hour = scene.bench.read("popbell.conf").replacingOccurrences(of: "= 5s", with: "= 1h")
    try scene.bench.write("popbell.conf", hour)
    let service = try scene.run()
    #expect(service.waits(for: "; next try in "))
    let line = service.lines(about: "box").first ?? ""
    #expect(line.hasSuffix("next try in 5 s") || line.hasSuffix("next try in 6 s"), "\(line)")
    var configuration = Configuration(behaviour: Behaviour())
    configuration.port = scene.server.port
    let server = try MailboxServer(configuration, mailbox: scene.mailbox)
    defer { server.stop() }
    #expect(until { scene.mailbox.deletedUIDs == Scene.alarms })
  }

  @Test func outputsDoWhatRulesSayInOrder() throws {
    let names = ["siren", "lamp", "heater", "bell"]
    let outputs = names.map {
      "[output \($0)]\nchip = simulated\nline = \($0)\nmax-on = \($0 == "heater" ? "300ms" : "1h")\n"
    }
    let rules = """
      [rule first]
      subject = ALARM 1
      pulse = siren 100ms
      blink = lamp 50ms 20ms 2
      on = heater
      toggle = bell
      [rule second]
      subject = ALARM 2
      toggle = bell

      """
    let scene = try Scene { _ in outputs.joined() + rules }
    let service = try scene.run()
    for name in ["heater: off", "siren: off", "lamp: off (its time is over)"] {
      #expect(service.waits(for: name))
    }
    #expect(service.lines(about: "siren") == ["on", "off (its time is over)"])
    #expect(
      service.lines(about: "lamp")
        == ["on", "off (blinking)", "on (blinking)", "off (its time is over)"])
    #expect(service.lines(about: "heater") == ["on", "off (max-on is reached)"])
    #expect(service.lines(about: "bell") == ["on", "off"])
  }

  @Test func aPulseEndsWhileAFetcherHangs() throws {
    var behaviour = Behaviour()
    behaviour.inject(.silence, at: .dele)
    let scene = try Scene(behaviour) { _ in
      """
      [output siren]
      chip = simulated
      line = GPIO17
      [rule alarm]
      subject = ALARM *
      pulse = siren 300ms

      """
    }
    let service = try scene.run()
    #expect(service.waits(for: "siren: off (its time is over)"))
    #expect(scene.server.transcripts.map(\.isOpen) == [true])
    #expect(service.lines(about: "box").allSatisfy { !$0.contains("next try") })
  }

  @Test func tellsTheServiceManager() throws {
    let scene = try Scene()
    let path = scene.bench.path("notify")
    let socket = NotifySocket(path)
    let service = try scene.run([
      "NOTIFY_SOCKET": path, "WATCHDOG_USEC": "100000", "JOURNAL_STREAM": "8:1",
    ])
    #expect(until { socket.hasHeard("WATCHDOG=1", times: 3) })
    #expect(until { socket.hasHeard("STATUS=box: 5 messages, 3 matched, 3 fired, 3 deleted") })
    #expect(socket.heard.first == "READY=1")
    #expect(!socket.hasHeard("STOPPING=1"))
    #expect(service.log.contains("<5>box: alarm fired\n"))
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
    #expect(socket.hasHeard("STOPPING=1"))
  }

  @Test func twoDoNotShareAStateDirectory() throws {
    let scene = try Scene()
    let first = try scene.run()
    #expect(first.waits(for: "3 deleted"))
    for command in ["run", "once"] {
      let second = try scene.bench.popbell(command)
      #expect(second.exitCode == 71)
      let words = scene.bench.path("state") + ": another popbell works with it"
      #expect(second.errors.hasSuffix("error: \(words)\n"), "\(second.errors)")
    }
  }

  @Test func aFetcherThatIsKilledIsReportedAndReplaced() throws {
    var behaviour = Behaviour()
    behaviour.inject(.silence, at: .top, occurrence: 2)
    let scene = try Scene(behaviour)
    let service = try scene.run()
    #expect(until { scene.server.received("TOP 2") })
    let fetcher = try #require(ProcessTable.children(of: service.identifier).first)
    scene.server.behaviour = Behaviour()
    kill(fetcher, SIGKILL)
    let words = "the process that talks to the server died while reading the mailbox"
    let reason = "killed by signal 9, as the kernel does when memory runs out"
    #expect(service.waits(for: "error: box: \(words): \(reason); next try"))
    service.send(SIGUSR1)
    #expect(until { scene.mailbox.deletedUIDs.count == 3 })
    #expect(scene.wrongs == [])
  }

  /// The first alarm is done, the second is under way when popbell is killed.
  @Test(arguments: ["again", "never"])
  func afterACrashWhatWasUnderWayIsDoneAsTheOwnerChose(choice: String) throws {
    let scene = try Scene { bench in
      let fire = "echo $1 >> \(bench.path("fired"))"
      let hold = "if [ $1 = 2 ]; then echo $$ > \(bench.path("holding")); exec sleep 1000; fi"
      try? bench.write("fire", "#!/bin/sh\n\(fire)\n\(hold)\n", mode: 0o755)
      return Scene.rule(bench) + "on-crash = \(choice)\n"
    }
    let (bench, mailbox) = (scene.bench, scene.mailbox)
    let service = try scene.run()
    #expect(until { bench.number(in: "holding") != nil })
    let program = try #require(bench.number(in: "holding"))
    defer { kill(program, SIGKILL) }
    let children = ProcessTable.children(of: service.identifier)
    let fetcher = try #require(children.first { $0 != program })
    service.send(SIGKILL)
    #expect(until { !ProcessTable.isAlive(fetcher) })
    #expect(mailbox.deletedUIDs == [])

    try bench.write("fire", "#!/bin/sh\necho $1 >> \(bench.path("fired"))\n", mode: 0o755)
    let run = try bench.popbell("once")
    #expect(run.exitCode == 0)
    let line = "alarm was interrupted before it was known to have fired; on-crash = \(choice)\n"
    #expect(run.errors.contains(line), "\(run.errors)")
    #expect(bench.fired == (choice == "again" ? ["1", "2", "2", "3"] : ["1", "2", "3"]))
    #expect(mailbox.deletedUIDs == Scene.alarms)
  }
}

extension Scene {
  func run(_ environment: [String: String] = [:]) throws -> Service {
    try bench.start(["run", "-v"], environment: environment)
  }
}

extension MailboxServer {
  /// Whether a client has ever said that.
  func received(_ text: String) -> Bool { transcripts.contains { $0.received.contains(text) } }
}
