import Bytes
import Config
import Platform
import Rules
import Service

/// `popbell check`: every error of the configuration, or what was understood, and every warning.
func runCheck(_ options: Options) -> Int32 {
  switch loadSettings(options.configFile, includingLines: true) {
  case .failure(let refused):
    writeErrors(refused.lines)
    writeErrors(refused.warnings.map { "warning: " + $0 })
    return ExitCode.configuration
  case .success(let loaded):
    var text: [UInt8] = []
    loaded.settings.describe(into: &text)
    writeOutput(text)
    writeErrors(loaded.warnings.map { "warning: " + $0 })
    return ExitCode.ok
  }
}
