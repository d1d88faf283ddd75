internal import Bytes

/// Why a user name or a secret is not valid.
public enum CredentialError: Error, Equatable, Sendable {
  case empty(CredentialPart)
  /// Longer than `Limits.userOctets` or `Limits.secretOctets`.
  case tooLong(CredentialPart)
  /// CR or LF would begin a new command, NUL would end a part of the PLAIN response (CVE-2025-15367).
  case forbiddenByte(CredentialPart, at: Int)
}

public enum CredentialPart: Equatable, Sendable { case user, secret }

/// A user name and a secret, which cannot be printed. Both are wiped after the login, and at the end of life.
public struct Credential: ~Copyable {
  /// A class, so that a move leaves no copy behind, and `deinit` can wipe.
  private final class Storage {
    // Arrays, as reading inline storage would copy it, and nothing would wipe the copy.
    var user: [UInt8] = []
    var secret: [UInt8] = []

    func wipe() {
      user.wipe()
      secret.wipe()
    }

    deinit { wipe() }
  }

  private let storage = Storage()

  public init(user: Span<UInt8>, secret: Span<UInt8>) throws(CredentialError) {
    try Self.check(user, .user, limit: Limits.userOctets)
    try Self.check(secret, .secret, limit: Limits.secretOctets)
    storage.user.append(user)
    storage.secret.append(secret)
  }

  mutating func wipe() { storage.wipe() }

  private static func check(_ text: Span<UInt8>, _ part: CredentialPart, limit: Int)
    throws(CredentialError)
  {
    guard !text.isEmpty else { throw .empty(part) }
    guard text.count <= limit else { throw .tooLong(part) }
    for index in text.indices {
      switch text[index] {
      case 0, .carriageReturn, .lineFeed: throw .forbiddenByte(part, at: index)
      default: break
      }
    }
  }
}

// What logins write of a credential. Each function demands a clearance, as law L3 requires.
extension Credential {
  /// Calls `body` with each octet of the user name.
  func forEachUserByte(_: borrowing Clearance, _ body: (UInt8) -> Void) {
    for byte in storage.user { body(byte) }
  }

  /// Calls `body` with each octet of the secret.
  func forEachSecretByte(_: borrowing Clearance, _ body: (UInt8) -> Void) {
    for byte in storage.secret { body(byte) }
  }

  /// Writes the response of PLAIN in base64, and CRLF.
  func writePlainResponse(to output: inout Output, _: borrowing Clearance) {
    output.markSecret()
    forEachPlainDigit { output.append($0) }
    output.append("\r\n")
  }
}

// Properties that do not reveal the credential.
extension Credential {
  /// True if `AUTH PLAIN` with the response fits into one command line: RFC 5034 section 4.
  var fitsInitialResponse: Bool {
    let octets = 2 + storage.user.count + storage.secret.count
    return 11 + (octets + 2) / 3 * 4 + 2 <= Limits.commandOctets
  }

  /// True if `line`, from the server, repeats the secret and thus is not for a log: bare, in base64 at any
  /// offset, or as the response of PLAIN.
  ///
  /// It suffices that the first octets are repeated, as a server may cut off the rest.
  func isRepeated(in line: Span<UInt8>) -> Bool {
    let secret = storage.secret
    var response = ByteBuffer<12>()
    forEachPlainDigit { response.append($0) }
    defer { response.wipe() }
    return line.contains(secret.span.extracting(..<min(8, secret.count)))
      || line.contains(response.bytes) || isEncoded(in: line)
  }

  // base64 has a digit for each 6 bits, so the secret can appear in three encodings, according to its offset.
  // Fewer than 3 digits may occur in any line by chance.
  private func isEncoded(in line: Span<UInt8>) -> Bool {
    let octets = min(8, storage.secret.count)
    for before in 0..<3 {
      var encoder = Base64Encoder()
      var digits = ByteBuffer<16>()
      defer { digits.wipe() }
      for _ in 0..<before { encoder.encode(0) { digits.append($0) } }
      for index in 0..<octets { encoder.encode(storage.secret[index]) { digits.append($0) } }
      let own = digits.bytes.extracting(min((before * 8 + 5) / 6, digits.count)...)
      if own.count > 2, line.contains(own) { return true }
    }
    return false
  }

  // message = [authzid] UTF8NUL authcid UTF8NUL passwd               ; RFC 4616 section 2
  private func forEachPlainDigit(_ body: (UInt8) -> Void) {
    var encoder = Base64Encoder()
    encoder.encode(0, body)
    for byte in storage.user { encoder.encode(byte, body) }
    encoder.encode(0, body)
    for byte in storage.secret { encoder.encode(byte, body) }
    encoder.finish(body)
  }
}

extension Span<UInt8> {
  fileprivate func contains(_ other: Span<UInt8>) -> Bool {
    guard count >= other.count else { return false }
    for start in 0...(count - other.count)
    where extracting(start..<(start + other.count)).equals(other) {
      return true
    }
    return false
  }
}
