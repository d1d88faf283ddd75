/// What a client may say.
public enum Keyword: String, CaseIterable, Sendable {
  case capa, stls, user, pass, apop, auth, stat, list, uidl, top, retr, dele, noop, rset, quit
}

/// Where in a session something may go wrong.
public enum FaultPoint: Hashable, Sendable {
  case greeting
  /// The TLS handshake, also after STLS.
  case handshake
  case command(Keyword)
  /// The server's challenge to AUTH without an initial response.
  case challenge
}

/// What goes wrong there.
public enum Fault: Sendable {
  /// Nothing is answered or done from here on; what arrives is still recorded.
  case silence
  /// The connection ends without an answer.
  case disconnect
  /// The connection is reset without an answer.
  case reset
  /// This, and a CRLF, instead of doing anything; as a challenge, instead of `+ `.
  case reply(String)
  /// These bytes as they are, instead of doing anything.
  case bytes([UInt8])
  /// The greeting or the status line never ends; of a longer reply, the lines never do.
  case endless
  /// The status line, or the first line of a longer reply, has so many more octets.
  case longLine(Int)
}

public enum STLSBehaviour: Sendable {
  case offered
  /// Works, but CAPA does not say so.
  case unannounced
  case refused
}

/// How the server treats a connection. Unchanged, it does what the RFCs say.
public struct Behaviour: Sendable {
  private struct Place: Hashable {
    var step: FaultPoint
    var occurrence: Int?
  }

  private var faults: [Place: Fault] = [:]

  /// Answered with -ERR, and not announced.
  public var unsupported: Set<Keyword> = []
  /// Without it, what arrives together with a command is thrown away, as some servers do.
  public var supportsPipelining = true
  /// CAPA's lines instead of the true ones, while there is no TLS, with TLS, and after the login.
  public var capabilitiesInClear: [String]?
  public var capabilitiesInTLS: [String]?
  public var capabilitiesAfterLogin: [String]?
  /// Any password is wrong.
  public var refusesLogin = false
  public var stls = STLSBehaviour.offered
  /// Sent in clear right behind the reply to STLS: CVE-2021-22947 and its like.
  public var textAfterSTLS = ""
  /// The server is one of TLS 1.1 and older, where mbedTLS still can.
  public var speaksOnlyOldTLS = false
  /// It has no cipher suite with forward secrecy; its key must be RSA's.
  public var speaksOnlyStaticRSA = false
  /// Each byte is sent on its own.
  public var sendsByteByByte = false
  /// The connection ends when it has sent, or received, so many octets of POP3.
  public var closesAfterSent: Int?
  public var closesAfterReceived: Int?

  public init() {}

  /// Puts `fault` at `step`: the n-th time that a connection comes there, or each time.
  public mutating func inject(_ fault: Fault, at step: FaultPoint, occurrence: Int? = nil) {
    faults[Place(step: step, occurrence: occurrence)] = fault
  }

  public mutating func inject(_ fault: Fault, at command: Keyword, occurrence: Int? = nil) {
    inject(fault, at: .command(command), occurrence: occurrence)
  }

  func fault(at step: FaultPoint, occurrence: Int) -> Fault? {
    faults[Place(step: step, occurrence: occurrence)] ?? faults[Place(step: step)]
  }
}
