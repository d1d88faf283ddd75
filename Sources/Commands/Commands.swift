import Alerts
import Bytes
import Platform

/// What `--version` says.
let version: StaticString = "0.1.0"

/// The exit codes of sysexits.h that popbell uses.
enum ExitCode {
  static let ok: Int32 = 0
  static let usage: Int32 = 64
  static let dataError: Int32 = 65
  static let noInput: Int32 = 66
  static let unavailable: Int32 = 69
  static let systemError: Int32 = 71
  static let tryLater: Int32 = 75
  static let noPermission: Int32 = 77
  static let configuration: Int32 = 78

  /// Of several, the one that somebody has to look into comes before one that passes by itself.
  static func rank(of code: Int32) -> Int {
    [ok, tryLater, unavailable, noPermission, 76, systemError].firstIndex(of: code) ?? 0
  }
}

/// The program. Returns its exit code.
@c(popbell_main)
public func main() -> Int32 {
  let options: Options
  switch Options.parse() {
  case .success(let parsed): options = parsed
  case .failure(let refusal): return refusal.report()
  }
  guard let command = options.command else { return print(Help.popbell, code: ExitCode.ok) }
  if options.showsHelp { return print(command.help, code: ExitCode.ok) }
  switch command {
  case .run: return runService(options, .service)
  case .once: return runService(options, .once(dryRun: options.isDryRun))
  case .check: return runCheck(options)
  case .match: return runMatch(options)
  case .gpio: return runGPIO(options)
  case .ledger: return runLedger(options)
  case .version:
    writeOutput("popbell " + [UInt8](version) + [.lineFeed])
    return ExitCode.ok
  }
}

/// Prints to standard output, and returns `code`.
func print(_ text: StaticString, code: Int32) -> Int32 {
  writeOutput([UInt8](text))
  return code
}

/// Writes to standard output; where nobody reads it there is nothing to be done.
func writeOutput(_ text: [UInt8]) { try? StandardStream.output.write(text.span) }

/// Writes lines to standard error, each with its end.
func writeErrors(_ lines: [[UInt8]]) {
  for line in lines { try? StandardStream.error.write((line + [.lineFeed]).span) }
}
