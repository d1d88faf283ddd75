internal import Bytes
public import Ledger

/// How a poll ended.
public enum Outcome: UInt8, Sendable, CaseIterable {
  /// The poll ended without an error.
  case polled = 0
  /// The server's name has no address, or no resolver can be reached yet.
  case unresolved
  /// No address accepted the connection.
  case unreachable
  /// TLS failed, because of a certificate, a name or a version.
  case tlsFailed
  /// The server violated the protocol, or lacks what the configuration demands.
  case protocolError
  /// The server refused the login.
  case loginRefused
  /// Another session has the mailbox: [IN-USE].
  case inUse
  /// The last login was too recent: [LOGIN-DELAY].
  case tooSoon
  /// Temporary error of the server: [SYS/TEMP].
  case serverTrouble
  /// Permanent error of the server, which somebody must repair: [SYS/PERM].
  case serverBroken
  /// The connection ended early.
  case connectionLost
  /// The server hung, or closed the connection, after CAPA.
  case capabilitiesHang
  /// The poll was not over by its deadline.
  case deadline
  /// The fetcher died, or sent a frame that is not valid.
  case fetcherDied
  /// Local error: no memory, no CA file, no sandbox.
  case boardTrouble
  /// The board's clock is not set yet, so that no certificate can be valid.
  case clockNotSet

  /// The outcome of a TLS handshake that failed: `clockNotSet` if a certificate was not valid yet
  /// (`isTooEarly`) and `now` is before the time at which this program was built, `tlsFailed` otherwise.
  /// Boards have no battery: a clock that is behind the build is wrong and will be set. Both outcomes are
  /// failures.
  public init(tlsFailureForCertificateNotValidYet isTooEarly: Bool, now: Int64, built: Int64) {
    self = isTooEarly && now < built ? .clockNotSet : .tlsFailed
  }

  /// True if the poll ended without an error.
  var isPolled: Bool { self == .polled }

  /// How soon to try again.
  var retry: Schedule.Retry {
    switch self {
    // The server did not hear from us.
    case .unresolved, .unreachable, .capabilitiesHang: .soon
    case .clockNotSet: .steadily
    case .polled, .tlsFailed, .protocolError, .loginRefused, .inUse, .tooSoon, .serverTrouble,
      .serverBroken, .connectionLost, .deadline, .fetcherDied, .boardTrouble:
      .later
    }
  }
}

/// How the process of a fetcher ended.
public enum ProcessEnd: Sendable, Equatable {
  case exited(status: Int32)
  case killed(signal: Int32)
}

/// The supervisor's verdict on a match.
public enum Verdict: UInt8, Sendable, CaseIterable {
  /// Everything is done and on disk: the message may be deleted.
  case delete = 0
  /// The message stays, and needs no other look.
  case keep
  /// The message stays, and must be looked at again: something failed or was not tried.
  case leave
  /// Everything is done but archiving: the content is wanted.
  case archive
  /// The message stays, and counts as one that could not be read: the judge did not confirm the match.
  case unread
}

/// The supervisor's verdicts on the messages of a `listed` frame, one for each.
public struct ListingAnswer: Sendable, Equatable {
  /// The number of verdicts, then one byte for each. Without the number, an empty packet would look like the
  /// end of the channel.
  public private(set) var bytes: [UInt8] = [0]

  public init() {
    // Full size from the start, so that memory does not depend on the size of the mailbox.
    bytes.reserveCapacity(FetcherFrame.Listed.capacity + 1)
  }

  /// Throws if a byte is not a verdict, or if the number of verdicts is wrong.
  public init(parsing bytes: Span<UInt8>) throws(FetcherFrame.Flaw) {
    self.init()
    guard !bytes.isEmpty, Int(bytes[0]) == bytes.count - 1 else { throw .length }
    for index in 1..<bytes.count {
      guard let verdict = ListingVerdict(rawValue: bytes[index]) else { throw .range }
      append(verdict)
    }
  }

  /// Adds a verdict; at most `Listed.capacity` fit.
  public mutating func append(_ verdict: ListingVerdict) {
    bytes.append(verdict.rawValue)
    bytes[0] += 1
  }

  /// The verdict on the message at `index`; `look` if there is none.
  subscript(index: Int) -> ListingVerdict {
    index + 1 < bytes.count ? ListingVerdict(rawValue: bytes[index + 1]) ?? .look : .look
  }
}
