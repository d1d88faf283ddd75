import Bytes
package import Config
package import Platform
import Rules

/// A configuration that holds, and what was made of it.
package final class LoadedSettings: Sendable {
  package let settings: Settings
  /// Whom fetchers become; nil if this process is not root.
  package let user: User?
  /// The warnings: `FILE:LINE: …`.
  package let warnings: [[UInt8]]
  /// The errors that are of this machine alone: notes for `match`.
  package let notes: [[UInt8]]

  package init(_ settings: Settings, user: User?, warnings: [[UInt8]], notes: [[UInt8]]) {
    self.settings = settings
    self.user = user
    self.warnings = warnings
    self.notes = notes
  }

  /// Stands for the rules, and for what becomes of messages that none takes: if it is another, all messages
  /// are looked at again.
  var fingerprint: UInt32 {
    var text: [UInt8] = []
    for mailbox in settings.mailboxes { text.append(mailbox.unmatched.word) }
    for rule in settings.rules.rules { rule.describe(settings.rules.names, into: &text) }
    return crc32(text.span)
  }
}

/// The lines that say why a configuration does not hold: `FILE:LINE: …`.
package struct ConfigurationRefused: Error, Sendable {
  package let lines: [[UInt8]]
  package let warnings: [[UInt8]]

  package init(lines: [[UInt8]], warnings: [[UInt8]] = []) {
    self.lines = lines
    self.warnings = warnings
  }
}
