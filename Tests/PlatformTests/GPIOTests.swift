import Foundation
import Platform
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
  }

  @Test func listsEachChipOnce() throws {
    let run = try Run(probe: ["gpio", folder.path])
    #expect(
      run.lines == [
        "gpiochip0 gpiochip0 fake-a 4", "gpiochip10 gpiochip1 fake-b 4", "used busy by somebody",
      ])
  }

  @Test(arguments: [
    (["GPIO17"], "fake-a 1"), (["relay"], "fake-b 0"), (["gpiochip0", "1"], "fake-a 1"),
    (["gpiochip2", "GPIO0"], "fake-a 0"), (["fake-b", "shared"], "fake-b 1"),
    (["gpiochip10", "3"], "fake-b 3"), (["/dev/zero", "0"], "fake-b 0"),
    (["gpiochip1", "0"], "error: noSuchChip"), (["fake-b", "0"], "fake-b 0"),
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
    (["none"], "noSuchLine"), ([""], "noSuchLine"), (["fake-a", "4"], "noSuchLine"),
    (["fake-a", "relay"], "noSuchLine"), (["fake-a", "4294967296"], "noSuchLine"),
    (["fake-c", "0"], "noSuchChip"), (["gpiochip7", "0"], "noSuchChip"),
    (["gpiochip3", "0"], "noSuchChip"), (["/etc/passwd", "0"], "noSuchChip"),
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
        "error: ambiguous: line 2 of gpiochip0 (fake-a), line 1 of gpiochip1 (fake-b)"
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
