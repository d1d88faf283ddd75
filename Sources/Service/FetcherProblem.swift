import Alerts
package import POP3
package import Platform
package import TLS

/// Why a fetcher could not do its work.
package indirect enum FetcherProblem: Sendable {
  case system(SystemError)
  /// The server's name has no address.
  case unresolved(server: [UInt8], ResolveError)
  /// No address of the server answers; the error is of the last.
  case unreachable(server: [UInt8], ConnectError)
  case certificates(TrustFailure)
  case secretFile([UInt8], FileError)
  /// There is no `CREDENTIALS_DIRECTORY`: it is systemd's, of a unit with `LoadCredential=`.
  case noCredentialsDirectory
  case passwordCommandTooLong
  case passwordCommandNotStarted(SystemError)
  /// The program ended otherwise than with 0.
  case passwordCommandFailed
  case credential(CredentialError)
  case tls(server: [UInt8], TLSFailure, TLSCertificate?)
  /// A certificate is not valid yet, as the clock is not set; it says so many seconds since 1970.
  case clockNotSet(server: [UInt8], seconds: Int64, TLSCertificate?)
  case connectionBroke(SystemError)
  case tlsBroke(TLSFailure)
}

/// Why a poll has ended in a fetcher, without its server or by its fault.
struct FetcherFailure: Error {
  let outcome: Outcome
  let problem: FetcherProblem

  init(_ outcome: Outcome, _ problem: FetcherProblem) {
    self.outcome = outcome
    self.problem = problem
  }

  init(_ error: SystemError) { self.init(.boardTrouble, .system(error)) }
}
