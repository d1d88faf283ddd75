import Bytes
import CMbedTLS

/// How far the handshake, or the farewell, is.
public enum TLSProgress: Equatable, Sendable {
  case done
  /// Call again when the socket can be read.
  case wantsRead
  /// Call again when the socket can be written.
  case wantsWrite
}

public enum TLSRead: Equatable, Sendable {
  /// That many bytes were read; there may be more that poll does not know of.
  case bytes(Int)
  case wantsRead
  case wantsWrite
  /// The server has said that nothing follows.
  case closed
  /// The connection ended without that: something may be missing.
  case truncated
}

public enum TLSWrite: Equatable, Sendable {
  /// That many of the first bytes were taken.
  case bytes(Int)
  /// Call again, when the socket can be read, with the same bytes.
  case wantsRead
  /// Call again, when the socket can be written, with the same bytes.
  case wantsWrite
}

/// A TLS client over a connected, non-blocking socket that someone else owns.
///
/// The server's certificate and name are always verified, and nothing older than TLS 1.2 is spoken.
/// No call blocks. Read until `wantsRead` before waiting: what has been decrypted is not in the
/// socket any more. About 55 KB of memory while it shakes hands, whatever the server sends.
@safe public struct TLSConnection: ~Copyable {
  private let handle: OpaquePointer

  /// `server` is a host name, which is also sent as SNI, or an IP address literal. `takesOld`: also cipher
  /// suites without forward secrecy (`TLS_RSA_WITH_…`), where the server has no other.
  public init(
    descriptor: Int32, server: Span<UInt8>, takesOld: Bool = false, trust: borrowing TrustStore
  ) throws(TLSFailure) {
    var opened: OpaquePointer?
    let trust = unsafe trust.handle
    // SAFETY: the bytes outlive the call, which copies them, and fills the pointer on success.
    let result = unsafe server.withUnsafeBufferPointer {
      unsafe pb_tls_open(
        descriptor, $0.baseAddress, $0.count, takesOld, trust, &opened)
    }
    guard result == 0, let handle = unsafe opened else { throw TLSFailure(result, detail: 0) }
    unsafe self.handle = handle
  }

  /// Goes on with the handshake, as far as the socket lets it; `done` also says that the server is
  /// who it should be.
  public mutating func handshake() throws(TLSFailure) -> TLSProgress {
    // SAFETY: the connection is ours until deinit; so in the calls below.
    try progress(unsafe pb_tls_handshake(handle))
  }

  /// Reads as many bytes as there are, into the front of `bytes`.
  public mutating func read(into bytes: inout MutableSpan<UInt8>) throws(TLSFailure) -> TLSRead {
    // SAFETY: at most as many bytes are written as there is room for, before the call returns.
    let result = unsafe bytes.withUnsafeMutableBufferPointer {
      unsafe pb_tls_read(handle, $0.baseAddress, $0.count)
    }
    return switch Int(result) {
    case 0...: .bytes(Int(result))
    case PB_TLS_WANTS_READ: .wantsRead
    case PB_TLS_WANTS_WRITE: .wantsWrite
    case PB_TLS_CLOSED: .closed
    case PB_TLS_TRUNCATED: .truncated
    default: throw failure(result)
    }
  }

  /// Writes what the socket takes of `bytes`.
  public mutating func write(_ bytes: Span<UInt8>) throws(TLSFailure) -> TLSWrite {
    // SAFETY: the bytes are only read, before the call returns.
    let result = unsafe bytes.withUnsafeBufferPointer {
      unsafe pb_tls_write(handle, $0.baseAddress, $0.count)
    }
    return switch Int(result) {
    case 0...: .bytes(Int(result))
    case PB_TLS_WANTS_READ: .wantsRead
    case PB_TLS_WANTS_WRITE: .wantsWrite
    default: throw failure(result)
    }
  }

  /// Tells the server that nothing follows, so that it can tell an end from a cut.
  public mutating func closeNotify() throws(TLSFailure) -> TLSProgress {
    try progress(unsafe pb_tls_close_notify(handle))
  }

  /// The certificate that the failure is about, or the server's; nil before there is one.
  public var certificate: TLSCertificate? { unsafe TLSCertificate(of: handle) }

  /// What was agreed on, such as `TLSv1.2 TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256`; empty before.
  public var agreement: [UInt8] {
    // SAFETY: at most as many bytes are written as there is room for; so below.
    unsafe .filled(96) { unsafe pb_tls_agreed(handle, $0, $1) }
  }

  private func progress(_ result: Int32) throws(TLSFailure) -> TLSProgress {
    switch Int(result) {
    case 0: .done
    case PB_TLS_WANTS_READ: .wantsRead
    case PB_TLS_WANTS_WRITE: .wantsWrite
    default: throw failure(result)
    }
  }

  private func failure(_ result: Int32) -> TLSFailure {
    TLSFailure(result, detail: unsafe pb_tls_detail(handle))
  }

  deinit {
    // SAFETY: nothing else has the pointer.
    unsafe pb_tls_free(handle)
  }
}
