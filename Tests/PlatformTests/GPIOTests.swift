import Foundation
import Platform
import TestSupport
import Testing

/// With two chips that are made up: /dev/null and /dev/zero stand for them.
@Suite struct GPIOTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for (name, device) in [
      ("gpiochip10", "/dev/zero"), ("gpiochip2", "/dev/null"), ("gpiochip0", "/dev/null"),
      ("gpiochip3", "/nowhere"), ("gpiochip4", "/dev/full"), ("other", "/dev/zero"),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/" + name, withDestinationPath: device)
    }
    _ = try folder.file("gpiochip1")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/gpiochip5", withIntermediateDirectories: false)
  }

  @Test func listsEachChipOnce() throws {
    let run = try Run(probe: ["gpio", folder.path])
    #expect(
      run.lines == [
        "gpiochip0 gpiochip0 pinctrl-rp1 4", "gpiochip10 gpiochip1 gpio-brcmstb 4",
        "used busy by somebody",
      ])
  }

  @Test(arguments: [
    (["GPIO17"], "pinctrl-rp1 1"), (["relay"], "gpio-brcmstb 0"),
    (["gpiochip0", "1"], "pinctrl-rp1 1"),
    (["gpiochip2", "GPIO0"], "pinctrl-rp1 0"), (["gpio-brcmstb", "shared"], "gpio-brcmstb 1"),
    (["gpiochip10", "3"], "gpio-brcmstb 3"), (["/dev/zero", "0"], "gpio-brcmstb 0"),
    (["gpiochip1", "0"], "error: noSuchChip"), (["gpio-brcmstb", "0"], "gpio-brcmstb 0"),
  ])
  func findsAndSwitchesALine(address: [String], line: String) throws {
    let run = try Run(probe: ["gpio", folder.path] + address)
    #expect(
      run.lines
        == (line.hasPrefix("error")
          ? [line]
          : ["popbell: request \(line) flags 0x14a value 0", "set 1", "active true", "set 0"]))
  }

  @Test(arguments: [
    (["none"], "noSuchLine"), ([""], "noSuchLine"), (["pinctrl-rp1", "4"], "noSuchLine"),
    (["pinctrl-rp1", "relay"], "noSuchLine"), (["pinctrl-rp1", "4294967296"], "noSuchLine"),
    (["fake-c", "0"], "noSuchChip"), (["gpiochip7", "0"], "noSuchChip"),
    (["gpiochip3", "0"], "noSuchChip"), (["gpiochip5", "0"], "noSuchChip"),
    (["/etc/passwd", "0"], "noSuchChip"),
    (["/dev/full", "0"], "noSuchChip"), (["", "0"], "noSuchChip"), (["busy"], "busy: somebody"),
    (["/no/such/file", "0"], "noSuchChip"),
  ])
  func saysWhyThereIsNoLine(address: [String], reason: String) throws {
    #expect(try Run(probe: ["gpio", folder.path] + address).lines == ["error: " + reason])
  }

  @Test func aNameThatIsNotUniqueIsAnError() throws {
    let run = try Run(probe: ["gpio", folder.path, "shared"])
    #expect(
      run.lines == [
        "error: ambiguous: line 2 of gpiochip0 (pinctrl-rp1), line 1 of gpiochip1 (gpio-brcmstb)"
      ])
  }

  @Test(arguments: [["GPIO17"], ["gpiochip0", "1"]])
  func aMachineWithoutChipsSaysSo(address: [String]) throws {
    let empty = try TemporaryFolder()
    for path in [empty.path, empty.path + "/missing"] {
      #expect(try Run(probe: ["gpio", path] + address).lines == ["error: noChips"])
    }
  }

  @Test func aChipThatMayNotBeOpenedSaysSo() throws {
    let locked = try TemporaryFolder()
    _ = try locked.file("gpiochip0", mode: 0)
    try #require(unsafe chmod(locked.path, 0o755) == 0)
    #expect(try Run(probe: ["gpio-denied", locked.path]).lines == ["error: denied"])
  }
}
