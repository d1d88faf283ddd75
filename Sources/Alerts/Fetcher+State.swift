// The states of a poll, and who acts in each.
extension Fetcher where MD5: ~Copyable, SHA256: ~Copyable {
  /// The party whose input the fetcher waits for.
  public enum Turn: Sendable, Equatable {
    /// The server: write `output`, and pass what the server sends to `receive`.
    case server
    /// TLS: perform the handshake, then call `secured`.
    case handshake
    /// The supervisor: pass its verdict to `answered`.
    case verdict
    /// The supervisor: pass its answer to `answeredListing`.
    case listing
    /// None: the poll has ended.
    case nobody
  }

  /// The state of the poll, with the message or the landmark that it is about.
  enum State: Sendable {
    /// From the greeting to the login, in which the session acts by itself.
    case settingUp
    /// The TLS handshake after STLS.
    case securing
    /// STAT was sent.
    case counting
    /// UIDL was sent for the landmark message.
    case comparing(Landmark)
    /// The header of the landmark message was requested, as UIDL did not tell.
    case comparingHeader(Landmark)
    /// UIDL was sent for the whole mailbox.
    case listing
    /// A part of the listing was sent to the supervisor, whose answer is awaited.
    case askingListing(isLast: Bool)
    /// Headers are read, and deletions sent.
    case fetching
    /// A match of this message was sent to the supervisor, whose verdict is awaited.
    case asking(JudgedMessage)
    /// RETR was sent for the content of this message, to archive it.
    case archiving(JudgedMessage)
    /// The content was sent to the supervisor, whose verdict is awaited.
    case askingArchive(JudgedMessage)
    case quitting
    case ended
  }

  /// The party whose turn it is in the current state.
  public var turn: Turn {
    switch state {
    case .settingUp, .counting, .comparing, .comparingHeader, .listing, .fetching, .archiving,
      .quitting:
      .server
    case .securing: .handshake
    case .asking, .askingArchive: .verdict
    case .askingListing: .listing
    case .ended: .nobody
    }
  }

  /// True if bytes of the server may be passed to `receive`.
  public var takesBytes: Bool { turn == .server || turn == .handshake }
}
