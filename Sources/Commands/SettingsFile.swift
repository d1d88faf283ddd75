import Bytes
import Config
import Platform
import Rules
import Service

/// The place where a configuration is to hold.
enum ConfigurationUse {
  /// Here: what the machine has not is an error.
  case here
  /// On some machine: what this one has not is noted.
  case anywhere
}

/// A configuration as it was read.
private struct ReadSettings {
  let settings: Settings
  let warnings: [[UInt8]]
  let notes: [[UInt8]]
}

/// How much of a configuration is read.
private let configurationLimit = 64 * 1024

/// Reads and checks a configuration, with the files that it names. `includingLines`: also whether
/// this machine has the GPIO lines and the archives; a service goes on without them.
func loadSettings(
  _ path: [UInt8], includingLines: Bool, for use: ConfigurationUse = .here
) -> Result<LoadedSettings, ConfigurationRefused> {
  var machine = Machine(includingLines: includingLines)
  return readSettings(path, for: use) { machine.problem(of: $0) }
    .map {
      LoadedSettings($0.settings, user: machine.user, warnings: $0.warnings, notes: $0.notes)
    }
}

/// Reads a configuration for its outputs: whether the files that it names are there is no matter.
func loadOutputs(_ path: [UInt8]) -> Result<[OutputSettings], ConfigurationRefused> {
  loadNames(path).map { $0.outputs }
}

/// Reads a configuration for the names in it: whether the files that it names are there does not matter.
func loadNames(_ path: [UInt8]) -> Result<Settings, ConfigurationRefused> {
  readSettings(path, for: .here) { _ in nil }.map { $0.settings }
}

/// `problem` says what only this machine can tell.
private func readSettings(
  _ path: [UInt8], for use: ConfigurationUse, _ problem: (MachineCheck.Kind) -> [UInt8]?
) -> Result<ReadSettings, ConfigurationRefused> {
  let text: [UInt8]
  do throws(FileError) {
    text = try readFile(path.span, limit: configurationLimit, trust: .settings)
  } catch {
    return .failure(ConfigurationRefused(lines: [path + ": " + describe(error, path)]))
  }
  var reader = ConfigReader()
  reader.read(text.span)
  var outcome = reader.finish()
  var notes = ConfigErrors()
  for check in outcome.checks {
    guard let problem = problem(check.kind) else { continue }
    switch use {
    case .here: outcome.errors.add(check.failed(problem))
    case .anywhere: notes.add(check.failed(problem))
    }
  }
  let warnings = outcome.warnings.sorted.map { warning in
    line(about: warning, in: path) { warning.write(into: &$0) }
  }
  guard let settings = outcome.settings, outcome.errors.isEmpty else {
    return .failure(
      ConfigurationRefused(lines: lines(about: outcome.errors, in: path), warnings: warnings))
  }
  return .success(
    ReadSettings(settings: settings, warnings: warnings, notes: lines(about: notes, in: path)))
}

private func lines(about errors: ConfigErrors, in path: [UInt8]) -> [[UInt8]] {
  errors.sorted.map { error in line(about: error, in: path) { error.write(into: &$0) } }
}

private func line(
  about finding: some Finding, in path: [UInt8], _ write: (inout [UInt8]) -> Void
) -> [UInt8] {
  var line = path
  if finding.place.line > 0 {
    line.append(":")
    line.append(decimal: finding.place.line)
  }
  line.append(": ")
  write(&line)
  return line
}
