// Law L3: no credential is written before the transport that the configuration demands is in place.
//
// `Credential` writes itself only against a `Clearance`, and only this file can make one.

/// The transport that the owner demands.
public enum Security: Equatable, Sendable {
  /// TLS from the first byte on, port 995: RFC 8314 section 3.2.
  case tls
  /// TLS after STLS, or nothing: RFC 2595.
  case startTLS
  /// No TLS.
  case plaintext
}

/// What is demanded of the transport, and what it has become.
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

  /// Leave to write a credential. Throws `notSecured` until the transport is what was demanded.
  func clearance() throws(ProtocolError.Reason) -> Clearance {
    guard !needsStartTLS else { throw .notSecured }
    return Clearance()
  }

  mutating func didStartTLS() { isEncrypted = true }
}

/// The proof that the transport is in place.
struct Clearance: ~Copyable {
  fileprivate init() {}
}
