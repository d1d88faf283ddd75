import Bytes

/// MD5, RFC 1321, for APOP.
public protocol MD5Digest: ~Copyable {
  init()
  mutating func update(_ byte: UInt8)
  consuming func finish() -> [UInt8]
}

/// What a server that knows APOP puts into its greeting: RFC 1939 section 7.
struct Stamp: Sendable {
  /// It with its angle brackets.
  let bytes: [UInt8]

  // timestamp = msg-id = "<" left "@" right ">"                     ; RFC 822
  //
  // Without the "@" it is no stamp, and a stamp of other bytes lets an attacker choose the hashed
  // text (CVE-2007-1558).
  init?(in greeting: Span<UInt8>) {
    guard let start = greeting.firstIndex(of: .ascii("<")),
      let end = greeting.firstIndex(of: .ascii(">"), from: start),
      let at = greeting.firstIndex(of: .ascii("@"), from: start), at < end
    else { return nil }
    for index in start...end where !(0x21...0x7E).contains(greeting[index]) { return nil }
    bytes = [UInt8](greeting.extracting(start...end))
  }
}
