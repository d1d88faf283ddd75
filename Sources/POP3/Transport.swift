// Law L3: no credential is written before the transport that the configuration demands is in place.
//
// `Credential` writes itself only against a `Clearance`, and only this file can make one.

/// The transport that the owner demands.
public enum Security: Equatable, Sendable {
  /// TLS from the first byte on, port 995: RFC 8314 section 3.2.
  case tls
  /// TLS after STLS, and no login without it: RFC 2595.
  case startTLS
  /// No TLS.
  case plaintext
}

/// The demanded transport, and its current state.
struct Transport: Sendable {
  private let demand: Security
  private(set) var isEncrypted: Bool

  init(_ demand: Security) {
    self.demand = demand
    isEncrypted = demand == .tls
  }

  var needsStartTLS: Bool {
    switch demand {
    case .tls, .plaintext: false
    case .startTLS: !isEncrypted
    }
  }

  /// Permission to write a credential. Throws `notSecured` until the demanded transport is in place.
  func clearance() throws(ProtocolError.Reason) -> Clearance {
    guard !needsStartTLS else { throw .notSecured }
    return Clearance()
  }

  mutating func didStartTLS() { isEncrypted = true }
}

/// Proof that the demanded transport is in place.
struct Clearance: ~Copyable {
  fileprivate init() {}
}
