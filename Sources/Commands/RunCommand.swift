import Alerts
import Platform
import Service

/// `popbell run` and `popbell once`.
func runService(_ options: Options, _ mode: Mode) -> Int32 {
  let log = Log(threshold: options.isVerbose ? .debug : .info)
  // Before anything else: from here on a signal waits until somebody can act on it.
  let signals: Signals
  do throws(SystemError) {
    try Sandbox.shutToOthers()
    signals = try Signals()
  } catch { return log.write(CommandFailure(.system(error))) }
  let path = options.configFile
  switch loadSettings(path, includingLines: false) {
  case .failure(let refused):
    log.write(refused.lines.map { LogLine(.error, [], $0) })
    return ExitCode.configuration
  case .success(let loaded):
    log.write(loaded.warningLines(mode) + CharsetFile().problemLines)
    do throws(StartFailure) {
      var service = try RunningService(
        loaded, mode,
        ServiceSurroundings(
          isVerbose: options.isVerbose,
          report: ServiceReporter { event in
            let lines = event.lines(mode)
            log.write(lines)
            return event.words(lines)
          }, words: { $0.words },
          load: { loadSettings(path, includingLines: false) }),
        signals: signals)
      let end = service.run()
      return mode == .service ? ExitCode.ok : end.exitCode
    } catch { return log.write(CommandFailure(error)) }
  }
}

extension ServiceEnd {
  /// Of the mailboxes' outcomes the worst: what is wrong for good before what may pass.
  var exitCode: Int32 {
    var worst = ledgerFailed ? ExitCode.systemError : ExitCode.ok
    for outcome in outcomes {
      var code = outcome?.exitCode ?? ExitCode.tryLater
      if code == ExitCode.ok && actionsFailed { code = ExitCode.tryLater }
      if ExitCode.rank(of: code) > ExitCode.rank(of: worst) { worst = code }
    }
    return worst
  }
}

extension Log {
  /// Writes why a command ends, and returns its exit code.
  fileprivate func write(_ failure: CommandFailure) -> Int32 {
    write([LogLine(.error, [], failure.message)])
    return failure.exitCode
  }
}
