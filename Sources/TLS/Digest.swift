import Bytes
import CMbedTLS

/// SHA-256, fed in pieces: FIPS 180-4.
public struct SHA256: ~Copyable {
  private var state = pb_sha256()

  public init() {
    // SAFETY: the state is ours, in place, and holds no pointer; so below.
    unsafe pb_sha256_start(&state)
  }

  public mutating func update(_ bytes: Span<UInt8>) {
    // SAFETY: the bytes are only read, before the call returns.
    unsafe bytes.withUnsafeBufferPointer {
      unsafe pb_sha256_update(&state, $0.baseAddress, $0.count)
    }
  }

  public mutating func update(_ byte: UInt8) {
    var byte = byte
    unsafe pb_sha256_update(&state, &byte, 1)
  }

  public consuming func finish() -> [UInt8] {
    // SAFETY: 32 bytes are written to a place of 32.
    unsafe .filled(32) { output, size in
      unsafe pb_sha256_finish(&state, output)
      return size
    }
  }
}

/// MD5, fed in pieces, for APOP and for nothing else: RFC 1939 section 7.
public struct MD5: ~Copyable {
  private var state = pb_md5()

  public init() {
    // SAFETY: the state is ours, in place, and holds no pointer; so below.
    unsafe pb_md5_start(&state)
  }

  public mutating func update(_ bytes: Span<UInt8>) {
    // SAFETY: the bytes are only read, before the call returns.
    unsafe bytes.withUnsafeBufferPointer {
      unsafe pb_md5_update(&state, $0.baseAddress, $0.count)
    }
  }

  public mutating func update(_ byte: UInt8) {
    var byte = byte
    unsafe pb_md5_update(&state, &byte, 1)
  }

  public consuming func finish() -> [UInt8] {
    // SAFETY: 16 bytes are written to a place of 16.
    unsafe .filled(16) { output, size in
      unsafe pb_md5_finish(&state, output)
      return size
    }
  }
}
