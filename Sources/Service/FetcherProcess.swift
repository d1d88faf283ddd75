public import Alerts
package import Bytes
import Config
import Ledger
public import POP3
package import Platform
import Rules
public import TLS

/// What a fetcher is started with: all of it was decided before.
struct FetcherPlan {
  let settings: FetcherSettings
  let mailbox: MailboxSettings
  let asksCapabilities: Bool
  let mechanism: Mechanism
  /// Who to become; nil where this is not root.
  let user: User?
  let words: (FetcherProblem) -> [UInt8]
}

extension MD5: MD5Digest {}
extension SHA256: SHA256Digest {}

extension Security {
  init(_ mode: TLSMode) {
    switch mode {
    case .implicit: self = .tls
    case .startTLS: self = .startTLS
    case .none: self = .plaintext
    }
  }
}

extension Mechanism {
  init(_ authentication: Authentication) {
    switch authentication {
    case .auto: self = .automatic
    case .plain: self = .plain
    case .plainChallenge: self = .plainChallenge
    case .user: self = .user
    case .apop: self = .apop
    }
  }
}

typealias BoardFetcher = Fetcher<MD5, SHA256>

/// The life of a fetcher's process: it has the server's name looked up, reads its secret, opens the
/// trusted certificates, gives up its user, connects, gives up everything but its socket, its channel,
/// those certificates, memory, the clock and random numbers, and only then listens to the server (L5).
/// Returns its exit code.
func runFetcher(_ plan: FetcherPlan, _ channel: consuming Descriptor) -> Int32 {
  var supervisor = SupervisorChannel(channel)
  do throws(FetcherFailure) {
    try fetch(plan, &supervisor)
  } catch {
    supervisor.send(.ended(error.outcome, plan.words(error.problem)))
  }
  return 0
}

private func fetch(
  _ plan: FetcherPlan, _ supervisor: inout SupervisorChannel
) throws(FetcherFailure) {
  let mailbox = plan.mailbox
  do throws(SystemError) { try Sandbox.silence() } catch { throw FetcherFailure(error) }
  supervisor.send(.stage(.resolving))
  let addresses = try resolve(mailbox, as: plan.user)
  supervisor.send(.stage(.starting))
  let credential = try loadCredential(of: mailbox)
  let trust = try openTrust(of: mailbox)
  let charsets = CharsetFile()
  do throws(SystemError) { try Sandbox.dropPrivileges(to: plan.user) } catch {
    throw FetcherFailure(error)
  }
  supervisor.send(.stage(.connecting))
  let socket = try connect(to: mailbox, at: addresses)
  do throws(SystemError) { try Sandbox.enter() } catch { throw FetcherFailure(error) }

  let configuration = SessionConfiguration(
    security: Security(mailbox.tls), mechanism: plan.mechanism,
    askCapabilities: plan.asksCapabilities)
  var fetcher = BoardFetcher(
    plan.settings, session: configuration, credential: credential, charsets: charsets.tables)
  var wire = Wire(socket)
  if mailbox.tls == .implicit {
    supervisor.send(.stage(.handshake))
    try wire.secure(mailbox, trust)
  }
  supervisor.send(.stage(.greeting))
  do throws(FetcherFailure) {
    try converse(&fetcher, &wire, mailbox, trust, &supervisor)
  } catch {
    guard error.outcome == .connectionLost else { throw error }
    fetcher.receiveEnd(&supervisor, reason: plan.words(error.problem))
  }
}

/// Carries bytes between the server and the fetcher's mind until that has ended.
private func converse(
  _ fetcher: inout BoardFetcher, _ wire: inout Wire, _ mailbox: MailboxSettings,
  _ trust: borrowing OpenTrust, _ supervisor: inout SupervisorChannel
) throws(FetcherFailure) {
  var bytes = InlineArray<4096, UInt8>(repeating: 0)
  var used = 0
  var count = 0
  var wrapUpAt = Clock.now + .milliseconds(mailbox.deadline.milliseconds / 4 * 3)
  while true {
    if Clock.now >= wrapUpAt { fetcher.wrapUp(&supervisor) }
    while !fetcher.output.isEmpty { fetcher.didWrite(try wire.write(fetcher.output)) }
    // What came with the bytes before belongs to the same step: after STLS it is an attack.
    used += fetcher.receive(bytes.span.extracting(used..<count), &supervisor)
    switch fetcher.turn {
    case .nobody: return wire.close()
    case .verdict:
      // What an action takes is not the server's time.
      let asked = Clock.now
      guard let verdict = supervisor.verdict() else { return }
      wrapUpAt = wrapUpAt + (Clock.now - asked)
      fetcher.answered(verdict, &supervisor)
    case .listing:
      guard let answer = supervisor.listingAnswer() else { return }
      fetcher.answeredListing(answer, &supervisor)
    case .handshake:
      supervisor.send(.stage(.handshake))
      try wire.secure(mailbox, trust)
      fetcher.secured(&supervisor)
    case .server where fetcher.output.isEmpty:
      var span = bytes.mutableSpan
      (used, count) = (0, 0)
      let isLate = Clock.now >= wrapUpAt
      guard let read = try wire.read(into: &span, until: isLate ? nil : wrapUpAt) else { continue }
      count = read
      if count == 0 { fetcher.receiveEnd(&supervisor) }
    case .server: continue
    }
  }
}

/// The fetcher's end of the channel.
private struct SupervisorChannel: ~Copyable, FrameSink {
  private let channel: Descriptor

  init(_ channel: consuming Descriptor) { self.channel = channel }

  /// Waits for room: the supervisor reads as fast as it can.
  mutating func send(_ frame: FetcherFrame) {
    try? channel.writeAll(frame.encoded.span, within: nil)
  }

  /// Waits for the supervisor's verdict; nil when it is gone.
  func verdict() -> Verdict? {
    var answer = ByteBuffer<1>()
    return channel.receive(&answer) ? Verdict(rawValue: answer[0]) : nil
  }

  /// Waits for its answer to a listing; nil when it is gone.
  func listingAnswer() -> ListingAnswer? {
    var answer = ByteBuffer<256>()
    return channel.receive(&answer) ? try? ListingAnswer(parsing: answer.bytes) : nil
  }
}

extension Descriptor {
  /// Waits for a packet; false where none can come any more.
  package func receive<let capacity: Int>(_ packet: inout ByteBuffer<capacity>) -> Bool {
    while true {
      var waiting = PollSet<1>()
      waiting.add(self)
      guard (try? waiting.wait(for: nil)) != nil, let result = try? read(into: &packet) else {
        return false
      }
      switch result {
      case .bytes: return true
      case .wouldBlock: continue
      case .end: return false
      }
    }
  }
}
