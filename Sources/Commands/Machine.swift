import Bytes
import Config
import Platform
import Rules
import Service
import TLS

/// Checks what only this machine can tell.
struct Machine {
  let includingLines: Bool
  private(set) var user: User?
  // It is checked before any archive.
  private var stateDirectory: [UInt8] = []

  init(includingLines: Bool) { self.includingLines = includingLines }

  /// What is wrong, in words; nil where nothing is.
  mutating func problem(of check: MachineCheck.Kind) -> [UInt8]? {
    switch check {
    case .secretFile(let path): return problem(ofSecret: path)
    case .credential(let name):
      // Only a service has the folder; `check` is also for the owner's shell.
      guard let folder = Environment.value(of: "CREDENTIALS_DIRECTORY") else { return nil }
      return problem(ofSecret: [UInt8](folder.bytes) + "/" + name)
    case .certificates(let path): return problem(ofCertificates: path)
    case .program(let path):
      do throws(FileError) { try checkProgram(path.span) } catch {
        return path + ": " + describe(error, path)
      }
    case .line(let line):
      guard includingLines, !line.isSimulated else { return nil }
      do throws(GPIOError) { _ = try GPIOLocation(line) } catch { return describe(error, line) }
    case .account(let name):
      guard Sandbox.isRoot else { return nil }
      do throws(SystemError) { user = try User(named: name.span) } catch {
        return "there is no such user; create it (useradd --system " + name
          + ") or name another"
      }
      if user?.id == 0 || user?.group == 0 {
        return [UInt8]("what talks to a server must not be root, nor of its group; name another")
      }
    case .stateDirectory(let path):
      stateDirectory = path
      do throws(FileError) { _ = try StateFolder(existing: path.span) } catch {
        // It is made at the start; and who may not look into it is not who runs popbell.
        if case .system(let error) = error, error.number != .symbolicLink { return nil }
        return path + ": " + describe(folder: error, path)
      }
    case .archive(let path):
      // A service goes on without it: the alert is fired, and the message stays on the server.
      guard includingLines else { return nil }
      do throws(MaildirProblem) {
        try checkMaildir(path.span, asOwnerOf: stateDirectory.span)
      } catch {
        return path + ": " + describe(error, path)
      }
    }
    return nil
  }

  private func problem(ofSecret path: [UInt8]) -> [UInt8]? {
    // Only a fetcher reads it; what is read here would be in the memory of all of them.
    do throws(FileError) { try checkSecret(path.span, limit: 1026) } catch {
      return path + ": " + describe(error, path)
    }
    return nil
  }

  private func problem(ofCertificates path: [UInt8]) -> [UInt8]? {
    do throws(TrustFailure) { _ = try TrustStore(path: path) } catch {
      return path + ": " + [UInt8](error.text)
    }
    return nil
  }
}
