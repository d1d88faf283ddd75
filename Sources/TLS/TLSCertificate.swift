public import Bytes
import CMbedTLS

/// What a message tells of a server's certificate: printable ASCII, cut at 64 bytes.
public struct TLSCertificate: Sendable {
  /// The common name, or the first host name.
  public let subject: ByteBuffer<64>

  /// The common name of who signed it.
  public let issuer: ByteBuffer<64>

  /// In seconds since 1970.
  public let notBefore: Int64
  public let notAfter: Int64

  init?(of connection: OpaquePointer) {
    // SAFETY: the connection lives, and at most as many bytes are written as there is room for.
    subject = unsafe .filled { unsafe pb_tls_subject(connection, $0, $1) }
    issuer = unsafe .filled { unsafe pb_tls_issuer(connection, $0, $1) }
    notBefore = unsafe pb_tls_not_before(connection)
    notAfter = unsafe pb_tls_not_after(connection)
    guard notAfter != 0 else { return nil }
  }
}

extension ByteBuffer {
  /// What `fill` writes to the place it is given: as many bytes as it returns.
  @unsafe static func filled(by fill: (UnsafeMutablePointer<UInt8>?, Int) -> Int) -> Self {
    var bytes = InlineArray<capacity, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    // SAFETY: the place holds `capacity` bytes, and is not used after the call.
    let count = unsafe span.withUnsafeMutableBufferPointer { unsafe fill($0.baseAddress, $0.count) }
    return Self(prefixOf: bytes.span.extracting(..<min(count, capacity)))
  }
}
