import Alerts
import Bytes
import Config
import POP3
import Platform
import TLS

/// How long an address may take to answer, before the next one is tried.
private let connectLimit = Interval.seconds(10)

/// Has the server's name looked up by a process that has no secret and can do little else: the answers of
/// name servers are parsed there (L5).
func resolve(_ mailbox: MailboxSettings, as user: User?) throws(FetcherFailure) -> HostAddresses {
  let server = mailbox.server
  // Digits tell nothing that a stranger wrote; and a zone's name is looked up by ioctl.
  let digits = HostAnswer(resolving: server.span, isInDigits: true)
  if let addresses = try? HostAddresses(digits.bytes, port: mailbox.port) { return addresses }
  var answer = HostAnswer.Buffer()
  do throws(SystemError) {
    let resolver = try ForkedProcess { channel in
      do throws(SystemError) {
        try Sandbox.dropPrivileges(to: user)
        try Sandbox.enterResolver()
        try channel.writeAll(HostAnswer(resolving: server.span).bytes, within: nil)
      } catch { return 1 }
      return 0
    }
    _ = resolver.channel.receive(&answer)
  } catch { throw FetcherFailure(error) }
  do throws(ResolveError) { return try HostAddresses(answer.bytes, port: mailbox.port) } catch {
    throw FetcherFailure(.unresolved, .unresolved(server: server, error))
  }
}

/// Connects to the first of the server's addresses that answers.
func connect(
  to mailbox: MailboxSettings, at addresses: HostAddresses
) throws(FetcherFailure) -> Descriptor {
  try attempting { () throws(ConnectError) in
    try addresses.connect(withinEach: connectLimit)
  } orThrow: { error in
    FetcherFailure(.unreachable, .unreachable(server: mailbox.server, error))
  }
}

/// What `body` gives, or its error as another.
package func attempting<Value: ~Copyable, Failure, Other>(
  _ body: () throws(Failure) -> Value, orThrow other: (Failure) -> Other
) throws(Other) -> Value {
  do { return try body() } catch { throw other(error) }
}

/// The certificates that a mailbox trusts; none where it uses no TLS.
struct OpenTrust: ~Copyable {
  fileprivate let store: TrustStore?
}

/// Opens them, while there is a file system.
func openTrust(of mailbox: MailboxSettings) throws(FetcherFailure) -> OpenTrust {
  guard mailbox.tls != .none else { return OpenTrust(store: nil) }
  do throws(TrustFailure) {
    guard let path = mailbox.ca else { return OpenTrust(store: try TrustStore.system()) }
    return OpenTrust(store: try TrustStore(path: path))
  } catch {
    throw FetcherFailure(.boardTrouble, .certificates(error))
  }
}

/// The connection to the server, in the clear or through TLS. Waits where it must: the supervisor
/// ends a wait that is too long.
struct Wire: ~Copyable {
  private let socket: Descriptor
  private var tls: TLSConnection?

  init(_ socket: consuming Descriptor) {
    self.socket = socket
    tls = nil
  }

  /// Does the handshake, and verifies certificate and name.
  mutating func secure(
    _ mailbox: MailboxSettings, _ trust: borrowing OpenTrust
  ) throws(FetcherFailure) {
    do throws(TLSFailure) {
      tls = try trust.connection(socket.number, mailbox)
      while true {
        switch try tls!.handshake() {
        case .done: return
        case .wantsRead: wait(for: .readable)
        case .wantsWrite: wait(for: .writable)
        }
      }
    } catch {
      let now = Clock.secondsSince1970
      let outcome = Outcome(
        tlsFailureForCertificateNotValidYet: error == .notYetValid, now: now,
        built: Clock.buildSecondsSince1970)
      guard outcome == .clockNotSet else {
        throw FetcherFailure(outcome, .tls(server: mailbox.server, error, certificate))
      }
      throw FetcherFailure(
        outcome, .clockNotSet(server: mailbox.server, seconds: now, certificate))
    }
  }

  /// Reads at least one byte; 0 when the connection has ended, nil where nothing came until `limit`.
  mutating func read(
    into bytes: inout MutableSpan<UInt8>, until limit: Instant?
  ) throws(FetcherFailure) -> Int? {
    while true {
      if let limit, limit <= Clock.now { return nil }
      guard tls != nil else {
        do throws(SystemError) {
          switch try socket.read(into: &bytes) {
          case .bytes(let count): return count
          case .end: return 0
          case .wouldBlock: wait(for: .readable, until: limit)
          }
        } catch { throw lost(error) }
        continue
      }
      do throws(TLSFailure) {
        switch try tls!.read(into: &bytes) {
        case .bytes(let count) where count > 0: return count
        case .bytes, .wantsRead: wait(for: .readable, until: limit)
        case .wantsWrite: wait(for: .writable)
        case .closed, .truncated: return 0
        }
      } catch { throw lost(error) }
    }
  }

  /// Writes at least one of `bytes`, which must not be empty, and returns how many.
  mutating func write(_ bytes: Span<UInt8>) throws(FetcherFailure) -> Int {
    while true {
      guard tls != nil else {
        do throws(SystemError) {
          if let count = try socket.write(bytes) { return count }
        } catch { throw lost(error) }
        wait(for: .writable)
        continue
      }
      do throws(TLSFailure) {
        switch try tls!.write(bytes) {
        case .bytes(let count): return count
        case .wantsRead: wait(for: .readable)
        case .wantsWrite: wait(for: .writable)
        }
      } catch { throw lost(error) }
    }
  }

  /// Tells the server that nothing follows; it matters little whether that gets through.
  mutating func close() { if tls != nil { _ = try? tls!.closeNotify() } }

  private func wait(for wish: Readiness, until limit: Instant? = nil) {
    var waiting = PollSet<1>()
    waiting.add(socket, for: wish)
    _ = try? waiting.wait(for: limit.map { $0 - Clock.now })
  }

  private func lost(_ failure: TLSFailure) -> FetcherFailure {
    guard case .system(let code) = failure else {
      return FetcherFailure(.connectionLost, .tlsBroke(failure))
    }
    return lost(SystemError(.tls, ErrorNumber(rawValue: code)))
  }

  private func lost(_ error: SystemError) -> FetcherFailure {
    FetcherFailure(.connectionLost, .connectionBroke(error))
  }

  private var certificate: TLSCertificate? {
    switch tls {
    case .some(let tls): tls.certificate
    case nil: nil
    }
  }
}

extension OpenTrust {
  /// There must be trust: the mailbox uses TLS.
  fileprivate func connection(
    _ socket: Int32, _ mailbox: MailboxSettings
  ) throws(TLSFailure) -> TLSConnection {
    try TLSConnection(
      descriptor: socket, server: mailbox.server.span, takesOld: mailbox.takesOldTLS, trust: store!)
  }
}
