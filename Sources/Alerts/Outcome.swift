internal import Bytes
public import Ledger

/// How a poll ended.
public enum Outcome: UInt8, Sendable, CaseIterable {
  /// All was looked at, and QUIT was answered.
  case polled = 0
  /// The name has no address, now (a resolver that is not there yet) or at all.
  case unresolved
  /// No address took the connection.
  case unreachable
  /// TLS failed: a certificate, a name, a version.
  case tlsFailed
  /// The server broke the protocol, or could not do what the configuration demands.
  case protocolError
  /// The server refused the login.
  case loginRefused
  /// Another session has the mailbox: [IN-USE].
  case inUse
  /// Logged in too soon: [LOGIN-DELAY].
  case tooSoon
  /// The server is in trouble, for now: [SYS/TEMP].
  case serverTrouble
  /// The server is in trouble that somebody must mend: [SYS/PERM].
  case serverBroken
  /// The connection ended early.
  case connectionLost
  /// The server hung or hung up when it was asked for its capabilities.
  case capabilitiesHang
  /// The poll was not over by its deadline.
  case deadline
  /// The fetcher died: a bug, or a violation of its sandbox.
  case fetcherDied
  /// The board itself: no memory, no CA file, no sandbox.
  case boardTrouble
  /// The board's clock is not set yet, and no certificate can be valid by it.
  case clockNotSet

  /// What came of TLS that failed, for a certificate that was not valid yet or for another reason,
  /// where the clock says `now` and this program was made at `built`. Boards have no battery: a clock
  /// from before that is wrong, and will be set. It stays a failure in any case.
  public init(tlsFailureForCertificateNotValidYet isTooEarly: Bool, now: Int64, built: Int64) {
    self = isTooEarly && now < built ? .clockNotSet : .tlsFailed
  }

  /// True if the server was polled to the end.
  var isPolled: Bool { self == .polled }

  /// When the next attempt may come.
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

/// The end of a fetcher's process.
public enum ProcessEnd: Sendable, Equatable {
  case exited(status: Int32)
  case killed(signal: Int32)
}

/// What the supervisor says to a match.
public enum Verdict: UInt8, Sendable, CaseIterable {
  /// All was done, and that is on disk: the message may go.
  case delete = 0
  /// It stays, and needs no other look.
  case keep
  /// It stays, and is to be looked at again: something failed, or was not tried.
  case leave
  /// All was done but to archive it: its content is wanted.
  case archive
  /// It stays, as one that could not be read: what was said of it does not hold.
  case unread
}

/// What the supervisor says to messages of a listing: a verdict for each.
public struct ListingAnswer: Sendable, Equatable {
  /// How many verdicts there are, and each: a packet without bytes would be the end of a channel.
  public private(set) var bytes: [UInt8] = [0]

  public init() {
    // A small mailbox needs as much as a large one.
    bytes.reserveCapacity(FetcherFrame.Listed.capacity + 1)
  }

  /// Throws where a byte stands for no verdict, or the number of them is another.
  public init(parsing bytes: Span<UInt8>) throws(FetcherFrame.Flaw) {
    self.init()
    guard !bytes.isEmpty, Int(bytes[0]) == bytes.count - 1 else { throw .length }
    for index in 1..<bytes.count {
      guard let verdict = ListingVerdict(rawValue: bytes[index]) else { throw .range }
      append(verdict)
    }
  }

  /// No more than a frame lists.
  public mutating func append(_ verdict: ListingVerdict) {
    bytes.append(verdict.rawValue)
    bytes[0] += 1
  }

  /// What is to be done about a message; nothing was said of it, so a look.
  subscript(index: Int) -> ListingVerdict {
    index + 1 < bytes.count ? ListingVerdict(rawValue: bytes[index + 1]) ?? .look : .look
  }
}
