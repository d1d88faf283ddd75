import Bytes
import CMbedTLS

/// What a message tells of a server's certificate: printable ASCII, cut at 64 bytes.
public struct TLSCertificate: Sendable {
  /// The common name, or the first host name.
  public let subject: [UInt8]

  /// The common name of who signed it.
  public let issuer: [UInt8]

  /// In seconds since 1970.
  public let notBefore: Int64
  public let notAfter: Int64

  init?(of connection: OpaquePointer) {
    // SAFETY: the connection lives, and at most as many bytes are written as there is room for.
    subject = unsafe .filled(64) { unsafe pb_tls_subject(connection, $0, $1) }
    issuer = unsafe .filled(64) { unsafe pb_tls_issuer(connection, $0, $1) }
    notBefore = unsafe pb_tls_not_before(connection)
    notAfter = unsafe pb_tls_not_after(connection)
    guard notAfter != 0 else { return nil }
  }
}

extension [UInt8] {
  /// What `fill` writes to the place that it is given, of `room` bytes: as many as it returns.
  @unsafe static func filled(
    _ room: Int, by fill: (UnsafeMutablePointer<UInt8>?, Int) -> Int
  ) -> Self {
    var bytes = Self(repeating: 0, count: room)
    // SAFETY: the place holds `room` bytes, and is not used after the call.
    let count = unsafe bytes.withUnsafeMutableBufferPointer {
      unsafe fill($0.baseAddress, $0.count)
    }
    bytes.removeLast(room - Swift.min(count, room))
    return bytes
  }
}
