import Foundation
import Glibc
import TestTraits
import Testing

/// `popbell gpio`, on a board that is made up.
@Suite(.waits) struct GPIOCommandTests {
  let board: FakeBoard

  init() throws {
    board = try FakeBoard(
      outputs: """
        [output siren]
        line = GPIO17
        active = low
        drive = open-drain
        bias = pull-up
        max-on = 1h
        [output lamp]
        line = relay
        max-on = 1s
        [output both]
        line = shared
        [output door]
        line = busy
        [output bell]
        chip = fake-c
        line = 3
        [output dummy]
        chip = simulated
        line = 5
        """)
  }

  static let chipA = [
    "chip gpiochip0 pinctrl-rp1 4", "line gpiochip0 0 GPIO0 input -",
    "line gpiochip0 1 GPIO17 input -",
    "line gpiochip0 2 shared input -", "line gpiochip0 3 - input -",
  ]
  static let chipB = [
    "chip gpiochip1 gpio-brcmstb 4", "line gpiochip1 0 relay input -",
    "line gpiochip1 1 shared input -",
    "line gpiochip1 2 busy output active-low|somebody", "line gpiochip1 3 - input -",
  ]

  /// `|` and blanks stand for tabs, but for the blank in "output active-low".
  func tabbed(_ lines: [String]) -> String {
    lines.map { line in
      line.replacing(" ", with: "\t").replacing("output\tactive-low|", with: "output active-low\t")
        + "\n"
    }.joined()
  }

  @Test(arguments: [
    ([], chipA + chipB), (["gpiochip0"], chipA), (["gpiochip4"], chipA), (["gpio-brcmstb"], chipB),
    (["/dev/gpiochip10"], chipB), (["gpiochip10"], chipB),
  ])
  func listsEachChipOnceAndItsLines(chip: [String], lines: [String]) throws {
    let run = try board.start(["gpio", "list"] + chip).wait()
    #expect(run.exitCode == 0 && run.errors == "")
    #expect(run.output == tabbed(lines))
  }

  @Test func listsAReadableTableOnATerminal() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/script")
    let command = "\(Service.binary("fake-board").path) gpio list"
    process.arguments = ["-qec", command, "/dev/null"]
    process.environment = ["FAKE_BOARD": board.bench.path("dev")]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardInput = FileHandle.nullDevice
    try process.start()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(
      output.replacing("\r\n", with: "\n").replacing("\u{1B}[1m", with: "")
        .replacing("\u{1B}[0m", with: "") == """
          gpiochip0  pinctrl-rp1  4 lines
            0  GPIO0   input
            1  GPIO17  input
            2  shared  input
            3          input
          gpiochip1  gpio-brcmstb  4 lines
            0  relay   input
            1  shared  input
            2  busy    output active-low  somebody
            3          input

          """)
  }

  @Test func namesWhatAKernelUses() throws {
    try board.hold("GPIO0", as: "")
    try board.hold("GPIO17", as: "a\u{1B}[2J")
    let run = try board.popbell("gpio", "list", "gpiochip0")
    #expect(run.output.contains("\tGPIO0\toutput active-low\tkernel\n"))
    #expect(run.output.contains("\tGPIO17\toutput active-low\ta\\x1b[2J\n"))
  }

  /// 0x34e: output, active low, open drain, pull-up.
  @Test(arguments: [
    ("siren off", ["popbell: request pinctrl-rp1 1 flags 0x14a value 0", "siren: off"]),
    (
      "siren pulse 1s",
      [
        "popbell: request pinctrl-rp1 1 flags 0x14a value 0", "set 1",
        "siren: on for 1s, at most 1h",
        "set 0", "siren: off (its time is over)",
      ]
    ),
    (
      "lamp on",
      [
        "popbell: request gpio-brcmstb 0 flags 0x8 value 0", "set 1",
        "lamp: on until Ctrl-C, at most 1s", "set 0", "lamp: off (max-on is reached)",
      ]
    ),
    (
      "lamp pulse 1h",
      [
        "popbell: request gpio-brcmstb 0 flags 0x8 value 0", "set 1",
        "lamp: on for 1h, at most 1s", "set 0", "lamp: off (max-on is reached)",
      ]
    ),
    (
      "dummy pulse 10ms",
      ["dummy: on for 10ms (simulated)", "dummy: off (its time is over) (simulated)"]
    ),
  ])
  func setsAnOutputAsItIsConfigured(words: String, lines: [String]) throws {
    let run = try board.start(["gpio", "set"] + words.split(separator: " ").map(String.init)).wait()
    #expect(run.exitCode == 0 && run.errors == "")
    // Where popbell is late, its keeper has switched off just before it does.
    var output: [Substring] = []
    for line in run.output.split(separator: "\n") where line != "set 0" || output.last != line {
      output.append(line)
    }
    #expect(output == lines.map { $0[...] })
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
  func whateverEndsItTheOutputIsInactiveThen(signal: Int32) throws {
    let service = try board.start(["gpio", "set", "siren", "on"])
    #expect(until { service.printed.hasSuffix("siren: on until Ctrl-C, at most 1h\n") })
    service.send(signal)
    let run = service.wait()
    #expect(run.exitCode == 0 && run.errors == "")
    #expect(run.output.hasSuffix("\nset 0\nsiren: off\n"))
  }

  @Test func noKeyOfATerminalStopsWhatHasToEndAPulse() throws {
    let service = try board.start(["gpio", "set", "siren", "on"])
    #expect(until { service.printed.contains("siren: on until") })
    let ignored = ProcessTable.field("SigIgn", of: service.identifier).flatMap {
      UInt64($0, radix: 16)
    }
    for signal in [SIGTSTP, SIGTTIN, SIGTTOU] {
      #expect(try #require(ignored) & 1 << UInt64(signal - 1) != 0, "\(signal)")
    }
    service.send(SIGTERM)
    #expect(service.wait().exitCode == 0)
  }

  @Test func aChipThatIsPulledOutIsReported() throws {
    let plug = try NamedPipe(board.path("plug"))
    let service = try board.start(["gpio", "set", "siren", "on"])
    #expect(until { service.printed.contains("siren: on until") })
    plug.close()
    let run = service.wait()
    #expect(run.exitCode == 69 && run.errors == "siren: GPIO17: its chip is gone\n")
  }

  @Test(arguments: [
    (
      "set both on", 78,
      "both: shared: more than one line has this name: line 2 of gpiochip0 (pinctrl-rp1), "
        + "line 1 of gpiochip1 (gpio-brcmstb); add 'chip =' to say which"
    ),
    ("set door on", 75, "door: busy: 'somebody' holds it; end that first"),
    (
      "set bell off", 69,
      "bell: line 3 on fake-c: there is no such chip; 'popbell gpio list' shows what there is"
    ),
    ("list fake-c", 69, "popbell: fake-c: there is no such chip"),
    ("watch fake-c", 69, "popbell: there is no output, chip or line 'fake-c'"),
    ("watch pinctrl-rp1 4", 69, "popbell: pinctrl-rp1: there is no such line"),
    ("set sirn on", 64, "popbell: gpio set: there is no such output; did you mean 'siren'?"),
    ("set xyz on", 64, "popbell: gpio set: the configuration has no output 'xyz'"),
    (
      "set siren pulse 3", 64,
      "popbell: gpio set: '3' has no unit: write '3s' for seconds, or one of ms, m, h, d"
    ),
    ("set siren", 64, "popbell: gpio set: write OUTPUT and then on, off or 'pulse 10s'"),
    ("set siren onn", 64, "popbell: gpio set: write OUTPUT and then on, off or 'pulse 10s'"),
    ("set", 64, "popbell: gpio set: which output?"),
    ("list a b", 64, "popbell: gpio list: one chip, or none for all"),
    ("lits", 64, "popbell: gpio: there is no 'lits': it is list, set, off or watch"),
  ])
  func saysWhyNot(words: String, code: Int32, line: String) throws {
    let run = try board.start(["gpio"] + words.split(separator: " ").map(String.init)).wait()
    #expect(run.exitCode == code && run.output == (code == 75 ? "refused gpio-brcmstb 2\n" : ""))
    #expect(run.errors == line + "\n" + (code == 64 ? "Try 'popbell --help'.\n" : ""))
  }

  @Test func saysThatTheServiceHoldsTheLine() throws {
    try board.hold("GPIO17", as: "popbell")
    let run = try board.popbell("gpio", "set", "siren", "on")
    #expect(run.exitCode == 75)
    #expect(
      run.errors == "siren: GPIO17: another popbell holds it; stop that first "
        + "('systemctl stop popbell', or Ctrl-C)\n")
  }

  @Test func aMachineWithoutChipsSaysSo() throws {
    for name in ["gpiochip0", "gpiochip4", "gpiochip10"] { try board.remove(name) }
    let words = "this machine has no GPIO chips (/dev/gpiochip*)\n"
    for (command, subject) in [("list", "popbell: "), ("watch", "popbell: ")] {
      let run = try board.popbell("gpio", command)
      #expect(run.exitCode == 69 && run.errors == subject + words)
    }
    let run = try board.popbell("gpio", "set", "siren", "on")
    #expect(run.exitCode == 69 && run.errors == "siren: GPIO17: " + words)
  }

  /// The fake board refuses a file with no rights for its owner to root, too.
  @Test(.enabled(if: geteuid() == 0))
  func whoMayNotOpenAChipIsToldWhatMendsIt() throws {
    try board.remove("gpiochip0")
    try board.remove("gpiochip4")
    let file = board.path("gpiochip0")
    try board.bench.write("dev/gpiochip0", "", mode: 0o060)
    try #require(unsafe chown(file, 0, 1) == 0)
    try board.link("gpiochip4", "gpiochip0")
    let beginning = "siren: GPIO17: no permission for /dev/gpiochip0, which is "
    let grouped = try board.popbell("gpio", "set", "siren", "on")
    #expect(grouped.exitCode == 77)
    #expect(
      grouped.errors == beginning + "for group daemon; run 'usermod -aG daemon root', "
        + "then log in again or restart the service\n")
    try board.bench.write("dev/gpiochip0", "", mode: 0o000)
    let alone = try board.popbell("gpio", "set", "siren", "on")
    #expect(alone.exitCode == 77)
    #expect(
      alone.errors == beginning + "root's alone; a udev rule gives it to a group: "
        + #"SUBSYSTEM=="gpio", KERNEL=="gpiochip*", GROUP="gpio", MODE="0660""# + "\n")
    let list = try board.popbell("gpio", "list")
    #expect(list.exitCode == 77 && list.output == tabbed(Self.chipB))
    #expect(list.errors.hasPrefix("popbell: no permission for /dev/gpiochip0, "))
  }

  @Test func offEndsAllOutputsAndNamesThoseThatItCannot() throws {
    let run = try board.popbell("gpio", "off")
    #expect(run.exitCode == 69)
    #expect(
      run.output == """
        popbell: request pinctrl-rp1 1 flags 0x14a value 0
        set 0
        popbell: request gpio-brcmstb 0 flags 0x8 value 0
        set 0
        refused gpio-brcmstb 2

        """)
    let names = run.errors.split(separator: "\n").map { $0.prefix { $0 != ":" } }
    #expect(names == ["both", "door", "bell"])
  }

  @Test(arguments: [
    ["GPIO17"], ["siren"], ["pinctrl-rp1", "GPIO17"], ["gpiochip0", "1"], ["pinctrl-rp1"], [],
  ])
  func watchesWhoTakesLines(operands: [String]) throws {
    let events = try NamedPipe(board.path("events"))
    if operands.isEmpty { try board.remove("gpiochip10") }
    let service = try board.start(["gpio", "watch"] + operands)
    let isNamed = operands.last == "GPIO17" || operands.last == "siren" || operands.last == "1"
    if isNamed {
      #expect(until { service.printed.hasSuffix("\tfree\tgpiochip0\t1\tGPIO17\tinput\t-\n") })
    }
    events.write(lineChange(1, line: 1, "GPIO17", by: "gpioset", flags: 1 << 0 | 1 << 3))
    events.write(lineChange(3, line: 1, "GPIO17", by: "gpioset", flags: 1 << 0 | 1 << 3 | 1 << 8))
    events.write(lineChange(2, line: 1, "GPIO17", flags: 1 << 2))
    let place = "gpiochip0\t1\tGPIO17\t"
    let expected = [
      "taken\t\(place)output\tgpioset", "changed\t\(place)output pull-up\tgpioset",
      "released\t\(place)input\tgpioset",
    ]
    #expect(until { service.printed.contains("\treleased\t") })
    let lines = service.printed.split(separator: "\n").suffix(3)
    #expect(lines.map { String($0.drop { $0 != "\t" }.dropFirst()) } == expected)
    #expect(lines.allSatisfy { $0.hasPrefix("20") && $0.prefix { $0 != "\t" }.hasSuffix("Z") })
    service.send(SIGINT)
    let run = service.wait()
    #expect(run.exitCode == 0 && run.errors == "")
  }

  @Test func watchSaysFirstWhoHoldsLines() throws {
    let events = try NamedPipe(board.path("events"))
    defer { events.close() }
    try board.hold("GPIO17", as: "popbell")
    let service = try board.start(["gpio", "watch"])
    #expect(until { service.printed.contains("\theld\tgpiochip1\t2\tbusy\t") })
    let lines = service.printed.split(separator: "\n").map { $0.drop { $0 != "\t" } }
    #expect(
      lines == [
        "\theld\tgpiochip0\t1\tGPIO17\toutput active-low\tpopbell",
        "\theld\tgpiochip1\t2\tbusy\toutput active-low\tsomebody",
      ])
    service.send(SIGTERM)
    _ = service.wait()
  }
}
