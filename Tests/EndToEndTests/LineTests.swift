import Foundation
import POP3Simulator
import TestTraits
import Testing

/// A service whose lines are missing, taken or pulled out.
@Suite(.waits) struct LineTests {
  /// A board, and a mailbox whose alarms pulse a siren on GPIO17.
  private func scene(_ output: String = "", rules: String = "pulse = siren 1h") throws -> (
    Scene, FakeBoard
  ) {
    let scene = try Scene { _ in
      "[output siren]\nline = GPIO17\nmax-on = 1h\n\(output)\n[rule alarm]\nsubject = ALARM 1\n"
        + rules + "\n"
    }
    return (scene, try FakeBoard(scene.bench))
  }

  @Test func aBusyLineIsTakenAsSoonAsItIsFree() throws {
    let (scene, board) = try scene(
      "initial = active\n[output lamp]\nline = relay\nactive = low", rules: "pulse = lamp 20ms")
    try board.hold("GPIO17", as: "gpioset")
    let service = try board.start(["run"])
    #expect(service.waits(for: "lamp: off (its time is over)"))
    #expect(until { scene.mailbox.deletedUIDs == ["1"] })
    // It was tried again, and that is not worth a line each time.
    #expect(until { service.refusals >= 2 })
    try board.remove("held.GPIO17")
    #expect(service.waits(for: "siren: on"))
    service.send(SIGTERM)
    let run = service.wait()
    #expect(run.exitCode == 0)
    #expect(
      Service.lines(of: run.errors, about: "siren") == [
        "GPIO17: 'gpioset' holds it; end that first; it is tried again until it can be had",
        "on (the line could be had at last)", "off (popbell stops)",
      ])
    #expect(run.output.contains("popbell: request pinctrl-rp1 1 flags 0x8 value 1\n"))
    #expect(run.output.hasSuffix("set 0\n"))
  }

  @Test func aLineThatIsLetGoBeforeItsHolderIsSeenIsTakenAtOnce() throws {
    let (_, board) = try scene("initial = active")
    try board.hold("GPIO17", as: "gpioset", isBrief: true)
    let service = try board.start(["run"])
    #expect(service.waits(for: "polls 1 mailbox"))
    service.send(SIGTERM)
    let run = service.wait()
    #expect(
      run.output.hasPrefix(
        "refused pinctrl-rp1 1\npopbell: request pinctrl-rp1 1 flags 0x8 value 1\n"))
    #expect(!run.errors.contains("error: "), "\(run.errors)")
  }

  @Test(arguments: ["no chips", "no such chip"])
  func aMissingChipHoldsNothingUp(trouble: String) throws {
    let (scene, board) = try scene()
    if trouble == "no chips" { try board.remove("gpiochip10") }
    try board.remove("gpiochip0")
    try board.remove("gpiochip4")
    let service = try board.start(["run"])
    #expect(service.waits(for: "failed: action 1 could not drive the output"))
    let words =
      trouble == "no chips"
      ? "this machine has no GPIO chips (/dev/gpiochip*)"
      : "there is no such line; 'popbell gpio list' shows what there is"
    let line = "GPIO17: \(words); it is tried again until it can be had"
    // Once at the start, and once for the alarm that wanted it.
    #expect(service.lines(about: "siren") == [line, line])
    try board.link("gpiochip4", "/dev/null")
    #expect(service.waits(for: "siren: off (the line could be had at last)"))
    service.send(SIGUSR1)
    #expect(until { scene.mailbox.deletedUIDs == ["1"] })
    #expect(until { service.lines(about: "siren").last == "on" })
    #expect(service.isRunning)
  }

  /// New kernels say at once that a chip is gone, old ones when the line is driven.
  @Test(arguments: ["hangs up", "refuses"])
  func aLineWhoseChipIsPulledOutIsTakenWhenItIsBack(way: String) throws {
    let (scene, board) = try scene(
      rules: "on = siren\n[rule quiet]\nsubject = QUIET\noff = siren")
    let plug = way == "refuses" ? nil : try NamedPipe(board.path("plug"))
    let service = try board.start(["run"])
    #expect(until { scene.mailbox.deletedUIDs == ["1"] })
    for name in ["gpiochip0", "gpiochip4", "gpiochip10"] { try board.remove(name) }
    try board.bench.write("dev/looks", "")
    try board.bench.write("dev/unplugged", "")
    plug?.close()
    if way == "refuses" {
      scene.mailbox.add(Message(uid: "4", "Subject: QUIET\r\n\r\n"))
      service.send(SIGUSR1)
    }
    #expect(service.waits(for: "its chip is gone"))
    // It is looked for in vain, and that is no news.
    #expect(until { board.bench.read("dev/looks").hasPrefix("..") })
    try? board.remove("plug")
    try board.remove("unplugged")
    try board.link("gpiochip0", "/dev/null")
    #expect(service.waits(for: "siren: off (the line could be had at last)"))
    #expect(
      service.lines(about: "siren").suffix(2) == [
        "GPIO17: its chip is gone; it is tried again until it can be had",
        "off (the line could be had at last)",
      ])
    service.send(SIGTERM)
    let run = service.wait()
    #expect(run.exitCode == 0)
    // Nobody knows what the siren did meanwhile: it is off, not on again.
    #expect(run.output.hasSuffix("popbell: request pinctrl-rp1 1 flags 0x8 value 0\n"))
  }

  @Test func aNewConfigurationTriesMissingLinesAtOnce() throws {
    let (_, board) = try scene("initial = active")
    try board.hold("GPIO17", as: "gpioset")
    let service = try board.start(["run"])
    // The next try is half a minute away.
    #expect(until { service.refusals >= 6 })
    try board.remove("held.GPIO17")
    service.send(SIGHUP)
    #expect(service.waits(for: "the configuration was read again"))
    #expect(until { service.printed.hasSuffix("request pinctrl-rp1 1 flags 0x8 value 1\n") })
    service.send(SIGTERM)
    let run = service.wait()
    #expect(!run.errors.contains("at last") && run.errors.contains("siren: off (popbell stops)"))
  }

  @Test func checkNamesALineThatIsNotThere() throws {
    let (scene, board) = try scene("[output lamp]\nline = shared")
    try board.remove("gpiochip0")
    try board.remove("gpiochip4")
    let run = try board.popbell("check")
    #expect(run.exitCode == 78)
    #expect(
      run.errors.hasSuffix(
        "[output siren] line: GPIO17: there is no such line; 'popbell gpio list' shows what there"
          + " is\n"), "\(run.errors)")
    _ = scene
  }
}

extension Service {
  /// How often the fake board has refused a line.
  fileprivate var refusals: Int { printed.components(separatedBy: "refused ").count - 1 }
}
