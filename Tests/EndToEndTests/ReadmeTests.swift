import Foundation
import TestTraits
import Testing

/// What README shows is what popbell does.
@Suite(.waits) struct ReadmeTests {
  let root: URL
  let readme: String

  init() throws {
    root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
  }

  /// The fenced blocks of `kind`, in order.
  func blocks(_ kind: String) -> [String] {
    let parts = readme.components(separatedBy: "\n```")
    return stride(from: 1, to: parts.count, by: 2).filter { parts[$0].hasPrefix(kind + "\n") }
      .map { String(parts[$0].dropFirst(kind.count + 1)) }
  }

  @Test func showsTheHelpThatPopbellPrints() throws {
    let help = try Bench().popbell("--help").output
    #expect(blocks("").contains(help.trimmingCharacters(in: .newlines)))
  }

  /// Without a package, as with one.
  @Test func installsTheCharsetTables() throws {
    let package = try String(
      contentsOf: root.appendingPathComponent("board/package"), encoding: .utf8)
    let place = "usr/share/popbell/charsets"
    #expect(package.contains("put 644 board/charset-tables \(place)\n"))
    #expect(blocks("sh").contains { $0.contains("-m 644 board/charset-tables /\(place)\n") })
  }

  @Test func showsAConfigurationThatHolds() throws {
    let configuration = try #require(blocks("ini").first)
    #expect(configuration.split(separator: "\n").count <= 15)
    let bench = try Bench()
    try bench.configure(
      configuration.replacing("/etc/popbell/alarms.password", with: bench.path("password"))
        .replacing("/usr/local/bin/notify", with: bench.path("fire")))
    let run = try bench.popbell(
      "match", input: "From: panel@panel.example.net\nSubject: ALARM zone 7 cellar\n\n")
    #expect(run.errors == "")
    #expect(run.exitCode == 0)
    #expect(
      run.output == """
        -: rule intrusion takes it
          subject: ALARM zone 7 cellar
          from: panel@panel.example.net
          {zone} = 7
          pulse siren 10s
          run \(bench.path("fire")) zone-7
          then delete

        """)
  }

  @Test func showsWhyNoRuleTakesAMessage() throws {
    let command = "$ popbell match -c popbell.conf saved.eml\n"
    let shown = try #require(blocks("sh").first { $0.hasPrefix(command) })
    let bench = try Bench()
    try bench.configure(
      try #require(blocks("ini").first)
        + "\n[rule backup]\nsubject = Backup *\nfrom = *@nas.example.net\nrun = /bin/true\n")
    try bench.write(
      "saved.eml", "Subject: Backup of photos done\nFrom: NAS <nas@example.net>\n\n")
    let run = try bench.popbell("match", bench.path("saved.eml"))
    let output = run.output.replacing(bench.path("saved.eml"), with: "saved.eml")
    #expect(command + output.trimmingCharacters(in: .newlines) == shown)
  }

  /// Each promise names what holds it: a suite, a test, or a command.
  @Test func namesTestsThatAreThere() throws {
    let promises = readme.components(separatedBy: "## What popbell promises").last!
      .components(separatedBy: "\n\n")[1]
    let names = promises.split(separator: "\n").dropFirst(2).flatMap { row in
      row.split(separator: "|").last!.matches(of: #/`([^`]+)`/#).map { String($0.1) }
    }
    #expect(names.count > 10)
    let files = try #require(
      FileManager.default.enumerator(
        at: root.appending(path: "Tests"), includingPropertiesForKeys: nil))
    let tests = files.compactMap {
      ($0 as? URL).flatMap { try? String(contentsOf: $0, encoding: .utf8) }
    }
    .joined()
    for name in names {
      let isThere =
        FileManager.default.isExecutableFile(atPath: root.appending(path: name).path)
        || tests.contains("struct \(name) ") || tests.contains("func \(name)(")
      #expect(isThere, "README names \(name)")
    }
  }
}
