import Foundation
import Testing

/// What README shows is what popbell does.
@Suite struct ReadmeTests {
  let readme: String

  init() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
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
}
