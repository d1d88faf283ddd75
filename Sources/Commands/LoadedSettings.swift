import Bytes
import Config
import Ledger
import Platform
import Rules

/// A configuration that holds, and what was made of it.
final class LoadedSettings {
  let settings: Settings
  /// Whom fetchers become; nil where this is not root.
  let user: User?

  init(_ settings: Settings, _ user: User?) {
    self.settings = settings
    self.user = user
  }

  /// Stands for the rules, and for what becomes of messages that none takes: where it is another,
  /// all messages are looked at again.
  var fingerprint: UInt32 {
    var text: [UInt8] = []
    for mailbox in settings.mailboxes { text.append(mailbox.unmatched.word) }
    for rule in settings.rules.rules { rule.describe(settings.rules.names, into: &text) }
    return crc32(text.span)
  }
}

/// The lines that say why a configuration does not hold: `FILE:LINE: …`.
struct ConfigurationRefused: Error {
  let lines: [[UInt8]]
}

/// How much of a configuration is read.
private let configurationLimit = 64 * 1024

/// Reads and checks a configuration, with the files that it names. `includingLines`: also whether
/// this machine has the GPIO lines and the archives; a service goes on without them.
func loadSettings(
  _ path: [UInt8], includingLines: Bool
) -> Result<LoadedSettings, ConfigurationRefused> {
  var machine = Machine(includingLines: includingLines)
  return readSettings(path) { machine.problem(of: $0) }
    .map { LoadedSettings($0, machine.user) }
}

/// Reads a configuration for its outputs: whether the files that it names are there is no matter.
func loadOutputs(_ path: [UInt8]) -> Result<[OutputSettings], ConfigurationRefused> {
  loadNames(path).map { $0.outputs }
}

/// The same for who only needs to know what there is.
func loadNames(_ path: [UInt8]) -> Result<Settings, ConfigurationRefused> {
  readSettings(path) { _ in nil }
}

/// `problem` says what only this machine can tell.
private func readSettings(
  _ path: [UInt8], _ problem: (MachineCheck.Kind) -> [UInt8]?
) -> Result<Settings, ConfigurationRefused> {
  let text: [UInt8]
  do throws(FileError) {
    text = try readFile(path.span, limit: configurationLimit, trust: .settings)
  } catch {
    return .failure(ConfigurationRefused(lines: [path + ": " + describe(error, path)]))
  }
  var reader = ConfigReader()
  reader.read(text.span)
  var outcome = reader.finish()
  for check in outcome.checks {
    if let problem = problem(check.kind) { outcome.errors.add(check.failed(problem)) }
  }
  guard let settings = outcome.settings, outcome.errors.isEmpty else {
    return .failure(ConfigurationRefused(outcome.errors, path))
  }
  return .success(settings)
}

extension ConfigurationRefused {
  fileprivate init(_ errors: ConfigErrors, _ path: [UInt8]) {
    lines = errors.sorted.map { error in
      var line = path
      if error.place.line > 0 {
        line.append(":")
        line.append(decimal: error.place.line)
      }
      line.append(": ")
      error.write(into: &line)
      return line
    }
  }
}
