import Alerts
import Bytes
import Config
import POP3
import Platform

/// A secret as it is read: with room for a line end, which is not part of it.
private typealias SecretText = ByteBuffer<1026>

/// Reads the secret of a mailbox and makes its credential, in the process that logs in.
func loadCredential(of mailbox: MailboxSettings) throws(FetcherFailure) -> Credential {
  var secret = SecretText()
  defer { secret.wipe() }
  switch mailbox.secret {
  case .file(let path): try read(path, into: &secret)
  case .credential(let name):
    guard let folder = Environment.value(of: "CREDENTIALS_DIRECTORY") else {
      throw FetcherFailure(.boardTrouble, .noCredentialsDirectory)
    }
    try read([UInt8](folder.bytes) + "/" + name, into: &secret)
  case .command(let arguments): try run(arguments, into: &secret)
  }
  secret.cutLineEnd()
  let user = mailbox.user
  do throws(CredentialError) {
    return try Credential(user: user.span, secret: secret.bytes)
  } catch {
    throw FetcherFailure(.boardTrouble, .credential(error))
  }
}

private func read(_ path: [UInt8], into secret: inout SecretText) throws(FetcherFailure) {
  do throws(FileError) { try readSecret(path.span, into: &secret) } catch {
    throw FetcherFailure(.boardTrouble, .secretFile(path, error))
  }
}

/// Runs the owner's program, and takes the first line that it writes.
private func run(_ arguments: [[UInt8]], into secret: inout SecretText) throws(FetcherFailure) {
  var list = TextList(limit: 4096)
  for argument in arguments where !list.append(argument.span) {
    throw FetcherFailure(.boardTrouble, .passwordCommandTooLong)
  }
  var environment = TextList(limit: 256)
  environment.appendPath()
  var isDone = false
  do throws(SystemError) {
    var program = try Program(list, environment: environment, isHelper: true)
    var chunk = ByteBuffer<256>()
    defer { chunk.wipe() }
    reading: while true {
      var waiting = PollSet<1>()
      waiting.add(program.output)
      try waiting.wait(for: nil)
      switch try program.output.read(into: &chunk) {
      case .wouldBlock: continue
      case .end: break reading
      case .bytes: secret.appendPrefix(of: chunk.bytes)
      }
    }
    isDone = try program.process.wait() == .exited(0)
  } catch {
    throw FetcherFailure(.boardTrouble, .passwordCommandNotStarted(error))
  }
  guard isDone else { throw FetcherFailure(.boardTrouble, .passwordCommandFailed) }
  if let end = secret.bytes.firstIndex(of: .lineFeed) { secret.truncate(to: end) }
}

extension TextList {
  /// Adds where programs find others: nothing of popbell's own environment reaches them.
  mutating func appendPath() {
    let path = [UInt8]("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    _ = append(path.span)
  }
}

extension ByteBuffer {
  /// Drops one line end from the back.
  fileprivate mutating func cutLineEnd() {
    if let end = bytes.firstIndex(of: .lineFeed), end == count - 1 { truncate(to: end) }
    if count > 0, self[count - 1] == .carriageReturn { truncate(to: count - 1) }
  }
}
