import Bytes

/// MD5 (RFC 1321), for APOP; `finish` returns 16 bytes.
public protocol MD5Digest: ~Copyable {
  init()
  mutating func update(_ byte: UInt8)
  consuming func finish() -> [UInt8]
}

/// The timestamp in the greeting of a server that supports APOP: RFC 1939 section 7.
struct Stamp: Sendable {
  /// The timestamp with its angle brackets.
  let bytes: [UInt8]

  // timestamp = msg-id = "<" left "@" right ">"                     ; RFC 822
  //
  // Text without "@" is not a timestamp. One with other bytes would let an attacker choose the hashed text
  // (CVE-2007-1558).
  init?(in greeting: Span<UInt8>) {
    guard let start = greeting.firstIndex(of: .ascii("<")),
      let end = greeting.firstIndex(of: .ascii(">"), from: start),
      let at = greeting.firstIndex(of: .ascii("@"), from: start), at < end
    else { return nil }
    for index in start...end where !(0x21...0x7E).contains(greeting[index]) { return nil }
    bytes = [UInt8](greeting.extracting(start...end))
  }
}
