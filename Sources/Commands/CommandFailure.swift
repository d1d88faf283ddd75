import Bytes
import Ledger
import Platform
import Service

/// Why a command ends before it has done anything.
struct CommandFailure: Error {
  let exitCode: Int32
  let message: [UInt8]

  init(_ exitCode: Int32, _ message: [UInt8]) {
    self.exitCode = exitCode
    self.message = message
  }

  init(_ failure: StartFailure) {
    switch failure {
    case .system(let error): self.init(ExitCode.systemError, error.text)
    case .stateDirectory(let path, let error):
      self.init(ExitCode.systemError, path + ": " + describe(folder: error, path))
    case .ledger(let mailbox, let directory, let error):
      self.init(
        ExitCode.systemError, directory + "/" + mailbox + ".ledger: " + words(for: error))
    }
  }
}
