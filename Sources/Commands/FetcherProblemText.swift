import Bytes
import POP3
import Platform
import Service
import TLS

extension FetcherProblem {
  /// Why a fetcher could not do its work, in a line.
  var words: [UInt8] {
    switch self {
    case .system(let error): error.text
    case .unresolved(let server, let error): server + ": " + error.text
    case .unreachable(let server, let error):
      server + " at " + error.address.text + ": " + error.cause.text
    case .certificates(let failure):
      "trusted certificates: " + failure.path + ": " + [UInt8](failure.text)
    case .secretFile(let path, let error): path + ": " + describe(error, path)
    case .noCredentialsDirectory:
      [UInt8]("password-credential: $CREDENTIALS_DIRECTORY is not set")
    case .passwordCommandTooLong: [UInt8]("password-command is too long")
    case .passwordCommandNotStarted(let error): "password-command: " + error.text
    case .passwordCommandFailed: [UInt8]("password-command failed")
    case .credential(let error): [UInt8](error.words)
    case .tls(let server, let failure, let certificate):
      server + ": " + [UInt8](failure.text) + (certificate?.words ?? [])
    case .clockNotSet(let server, let seconds, let certificate):
      server + ": the clock is not set: it says " + Clock.timestamp(of: seconds, local: false)
        + (certificate?.words ?? [])
    case .connectionBroke(let error): "the connection broke: " + error.text
    case .tlsBroke(let failure): [UInt8](failure.text)
    }
  }
}

extension TLSCertificate {
  /// Whose it is, who signed it, and when it is valid.
  fileprivate var words: [UInt8] {
    var text = [UInt8](" (certificate of ")
    text.append(subject)
    text.append(", signed by ")
    text.append(issuer)
    text.append(", valid from ")
    text.append(Clock.timestamp(of: notBefore, local: false).span)
    text.append(" to ")
    text.append(Clock.timestamp(of: notAfter, local: false).span)
    text.append(")")
    return text
  }
}

extension CredentialError {
  fileprivate var words: StaticString {
    switch self {
    case .empty(.user): "user is empty"
    case .empty(.secret): "the password is empty"
    case .tooLong(.user): "user is longer than 256 bytes"
    case .tooLong(.secret): "the password is longer than 1024 bytes"
    case .forbiddenByte(.user, _): "user has a line end or a NUL in it"
    case .forbiddenByte(.secret, _): "the password has a line end or a NUL in it"
    }
  }
}
