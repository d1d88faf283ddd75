import Service
import TestSupport
import Testing

@testable import Commands

/// What a configuration on disk is found to be.
@Suite struct SettingsFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func lines(_ text: String, mode: Int = 0o600, for use: ConfigurationUse = .here) throws
    -> [String]
  {
    let path = try folder.file("popbell.conf", text, mode: mode)
    let lines =
      switch loadSettings(Array(path.utf8), includingLines: false, for: use) {
      case .success(let loaded): loaded.warnings + loaded.notes.map { Array("note: ".utf8) + $0 }
      case .failure(let refused): refused.lines
      }
    return lines.map { TestSupport.text($0).replacing(folder.path + "/", with: "") }
  }

  private var valid: String {
    """
    [mailbox box]
    server = pop.example.net
    user = u
    password-file = \(folder.path)/password
    [rule r]
    subject = x
    run = \(folder.path)/program
    [popbell]
    user = nobody

    """
  }

  @Test func eachErrorSaysItsLine() throws {
    let found = try lines(valid.replacing("pop.example.net", with: "x y") + "[output o]\n")
    #expect(found.filter { $0.hasPrefix("popbell.conf:2: [mailbox box] server: ") }.count == 1)
    #expect(found.filter { $0.hasPrefix("popbell.conf:10: [output o]") }.count == 1, "\(found)")
  }

  /// On a laptop, `match` only notes what the board will have.
  @Test func whatThisMachineHasNotIsAnErrorHereOnly() throws {
    let problems = [
      "popbell.conf:4: [mailbox box] password-file: password: open: No such file or directory",
      "popbell.conf:7: [rule r] run: program: exec: No such file or directory",
    ]
    let found = try lines(valid)
    #expect(found == problems)
    let noted = try lines(valid, for: .anywhere)
    #expect(noted == problems.map { "note: " + $0 })
  }

  @Test func aSecretThatOthersReadIsRefused() throws {
    _ = try folder.file("password", "secret", mode: 0o644)
    _ = try folder.file("program", "#!/bin/sh\n", mode: 0o755)
    let found = try lines(valid)
    #expect(
      found == [
        "popbell.conf:4: [mailbox box] password-file: password: others may read it (mode 0644); run: "
          + "chmod 640 password"
      ])
  }

  @Test func aFileThatOthersChangeIsRefused() throws {
    #expect(
      try lines(valid, mode: 0o602) == [
        "popbell.conf: others may change it (mode 0602); run: chmod o-w popbell.conf"
      ])
  }
}
