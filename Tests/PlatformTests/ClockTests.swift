import Bytes
import Foundation
import Platform
import Testing

@Suite struct ClockTests {
  @Test func clockGoesOn() {
    let start = Clock.now
    #expect(start > Instant(milliseconds: 0))
    #expect(Clock.now >= start)
    let before = Int64(Date().timeIntervalSince1970)
    #expect((before...Int64(Date().timeIntervalSince1970)).contains(Clock.secondsSince1970))
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (1_795_244_523, "2026-11-21T07:02:03Z"),
    (4_102_444_800, "2100-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (Int64.max, ""),
  ])
  func timestampIsISO8601(seconds: Int64, text: String) {
    #expect(string(Clock.timestamp(of: seconds, local: false).span) == text)
  }

  @Test(arguments: [("UTC", "+00:00"), ("XYZ-5:30", "+05:30"), ("XYZ3", "-03:00")])
  func localTimestampHasTheDifference(zone: String, difference: String) throws {
    let run = try Run(probe: ["time"], environment: ["TZ=\(zone)"])
    #expect(run.lines.first?.suffix(6) == difference[...])
    #expect(run.lines.first?.count == 25)
  }

  @Test func randomNumbersDiffer() throws {
    let numbers = try (0..<100).map { _ in try Random.number() }
    #expect(Set(numbers).count == 100)
  }
}

@Suite struct CommandLineTests {
  @Test func readsOptionsInAnyOrder() throws {
    let run = try Run(probe: [
      "options", "a", "-c", "x", "b", "--version", "--config=z", "-vh", "--", "-v",
    ])
    #expect(
      run.lines == [
        "option 99 x", "option 256 -", "option 99 z", "option 118 -", "option 104 -",
        "operand options", "operand a", "operand b", "operand -v",
      ])
  }

  @Test(arguments: [
    (["-q"], "unknown -q"), (["-vq"], "unknown -q"), (["--nothing"], "unknown --nothing"),
    (["--version=1"], "unknown --version=1"), (["-c"], "needs argument -c"),
    (["--config"], "needs argument --config"),
  ])
  func saysWhichOptionIsWrong(arguments: [String], line: String) throws {
    let run = try Run(probe: ["options"] + arguments)
    #expect(run.lines.filter { !$0.hasPrefix("option 118") } == [line, "operand options"])
  }

  @Test func readsTheEnvironment() {
    #expect(
      Environment.value(of: "PATH").map { string($0.bytes) }
        == ProcessInfo.processInfo.environment["PATH"])
    #expect(Environment.value(of: "POPBELL_NOT_SET") == nil)
  }
}
