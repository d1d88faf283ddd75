import Config
import TestSupport
import Testing

@testable import Service

/// What settings make of what was known under others.
@Suite struct SettingsTests {
  private func fingerprint(_ mailbox: String = "", _ rule: String = "subject = x") throws -> UInt32
  {
    var reader = ConfigReader()
    let text = """
      [mailbox m]
      server = h
      user = u
      password-file = /p
      \(mailbox)
      [rule r]
      \(rule)
      run = /bin/true

      """
    reader.read(Array(text.utf8).span)
    let settings = try #require(reader.finish().settings)
    return LoadedSettings(settings, user: nil, warnings: [], notes: []).fingerprint
  }

  /// Where it is another, all messages are looked at again.
  @Test func otherRulesAreTold() throws {
    #expect(try fingerprint("", "subject = y") != fingerprint())
    #expect(try fingerprint("", "subject = x\nfrom = a@example.net") != fingerprint())
    #expect(try fingerprint("unmatched = delete") != fingerprint())
  }

  @Test func whatRulesDoNotSeeIsNot() throws {
    #expect(try fingerprint("interval = 10m") == fingerprint())
    #expect(try fingerprint("", "subject=x # comment") == fingerprint())
  }
}
