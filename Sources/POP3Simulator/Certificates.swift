import CSimulator
public import Foundation

/// From when to when a certificate is valid.
public struct Validity: Sendable {
  public var notBefore: Date
  public var notAfter: Date

  public init(from notBefore: Date, to notAfter: Date) {
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  private static let day: TimeInterval = 86_400

  /// From yesterday, for a year.
  public static var current: Validity { Validity(from: .now - day, to: .now + 365 * day) }
  /// Until yesterday.
  public static var past: Validity { Validity(from: .now - 365 * day, to: .now - day) }
  /// From tomorrow.
  public static var future: Validity { Validity(from: .now + day, to: .now + 365 * day) }
}

/// What a certificate is for: GeneralName, RFC 5280 section 4.2.1.6.
public enum AlternativeName: Sendable {
  /// Any text, also one with a NUL in it.
  case dns(String)
  /// 4 or 16 octets.
  case address([UInt8])
  case mail(String)

  public static let ipv4Loopback = AlternativeName.address([127, 0, 0, 1])
  public static let ipv6Loopback = AlternativeName.address([UInt8](repeating: 0, count: 15) + [1])

  fileprivate var der: [UInt8] {
    switch self {
    case .dns(let name): derElement(0x82, Array(name.utf8))
    case .mail(let address): derElement(0x81, Array(address.utf8))
    case .address(let octets): derElement(0x87, octets)
    }
  }
}

private func derElement(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
  let count = content.count
  let length: [UInt8] =
    switch count {
    case ..<0x80: [UInt8(count)]
    case ..<0x100: [0x81, UInt8(count)]
    default: [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
    }
  return [tag] + length + content
}

/// The names that an authority may sign for: NameConstraints, RFC 5280 section 4.2.1.10.
public struct NameConstraints: Sendable {
  public var permitted: [AlternativeName]
  public var excluded: [AlternativeName]
  public var isCritical: Bool
  /// The names that a subject has to begin with: directoryName, of a common name alone.
  public var permittedNames: [String] = []

  /// An address has its mask behind it.
  public init(
    permitted: [AlternativeName] = [], excluded: [AlternativeName] = [], isCritical: Bool = false
  ) {
    self.permitted = permitted
    self.excluded = excluded
    self.isCritical = isCritical
  }

  fileprivate var der: [UInt8] {
    func subtrees(_ tag: UInt8, _ names: [[UInt8]]) -> [UInt8] {
      names.isEmpty ? [] : derElement(tag, names.flatMap { derElement(0x30, $0) })
    }
    let directory = permittedNames.map { name in
      let common = derElement(0x06, [0x55, 0x04, 0x03]) + derElement(0x0C, Array(name.utf8))
      return derElement(0xA4, derElement(0x30, derElement(0x31, derElement(0x30, common))))
    }
    return derElement(
      0x30, subtrees(0xA0, permitted.map(\.der) + directory) + subtrees(0xA1, excluded.map(\.der)))
  }
}

/// What stands in a certificate.
public struct CertificateRequest: Sendable {
  public var commonName: String
  public var names: [AlternativeName]
  public var validity: Validity
  /// Its extended key usage lets it be a client only.
  public var isForClients = false
  /// It is signed with SHA-1.
  public var isWeak = false
  /// Of an authority: the names that it may sign for.
  public var constraints: NameConstraints?

  public init(
    commonName: String = "localhost",
    names: [AlternativeName] = [.dns("localhost"), .ipv4Loopback, .ipv6Loopback],
    validity: Validity = .current
  ) {
    self.commonName = commonName
    self.names = names
    self.validity = validity
  }
}

/// A server's key and certificates, its own first.
public struct TLSIdentity: Sendable {
  public var certificates: [[UInt8]]
  let key: [UInt8]

  /// The certificates as PEM.
  public var pem: String { certificates.map { pemText($0) }.joined() }

  /// The key as PEM, for a server of another kind: RFC 5915.
  public var keyPEM: String { pemText(key, "EC PRIVATE KEY") }

  /// A certificate that nobody signed but itself.
  public static func selfSigned(_ request: CertificateRequest = CertificateRequest()) -> TLSIdentity
  {
    let key = newKey()
    let issuer = Issuer(name: request.commonName, key: key)
    return TLSIdentity(certificates: [issuer.sign(request, key: key, options: 0)], key: key)
  }
}

/// An authority that issues certificates; its key is in memory only.
public struct CertificateAuthority: Sendable {
  public let certificate: [UInt8]
  private let issuer: Issuer
  /// The authorities above it that a server sends along.
  private let chain: [[UInt8]]

  public init(
    name: String = "popsim authority", validity: Validity = .current,
    constraints: NameConstraints? = nil
  ) {
    issuer = Issuer(name: name, key: newKey())
    var request = CertificateRequest(commonName: name, names: [], validity: validity)
    request.constraints = constraints
    certificate = issuer.sign(request, key: issuer.key, options: authorityOption)
    chain = []
  }

  /// What signs with the same key, under another name.
  public func renamed(_ name: String) -> CertificateAuthority {
    CertificateAuthority(
      issuer: Issuer(name: name, key: issuer.key), certificate: certificate, chain: chain)
  }

  private init(issuer: Issuer, certificate: [UInt8], chain: [[UInt8]]) {
    self.issuer = issuer
    self.certificate = certificate
    self.chain = chain
  }

  public var pem: String { pemText(certificate) }

  /// `rsa`: the server's key is RSA's, and else one of a curve.
  public func issue(
    _ request: CertificateRequest = CertificateRequest(), rsa: Bool = false
  ) -> TLSIdentity {
    let key = newKey(rsa: rsa)
    return TLSIdentity(certificates: [issuer.sign(request, key: key, options: 0)] + chain, key: key)
  }

  /// An authority below this one, whose servers send its certificate along.
  public func intermediate(
    name: String = "popsim intermediate", validity: Validity = .current,
    isForClients: Bool = false, constraints: NameConstraints? = nil
  ) -> CertificateAuthority {
    let below = Issuer(name: name, key: newKey())
    var request = CertificateRequest(commonName: name, names: [], validity: validity)
    (request.isForClients, request.constraints) = (isForClients, constraints)
    let signed = issuer.sign(request, key: below.key, options: authorityOption)
    return CertificateAuthority(issuer: below, certificate: signed, chain: [signed] + chain)
  }

  /// The same authority, whose servers also send the certificate that `other` gave its key.
  public func crossSigned(by other: CertificateAuthority) -> CertificateAuthority {
    let request = CertificateRequest(commonName: issuer.name, names: [])
    let cross = other.issuer.sign(request, key: issuer.key, options: authorityOption)
    return CertificateAuthority(issuer: issuer, certificate: certificate, chain: [cross])
  }
}

private let authorityOption = UInt32(SIM_AUTHORITY)

private struct Issuer: Sendable {
  let name: String
  let key: [UInt8]

  func sign(_ request: CertificateRequest, key subjectKey: [UInt8], options: UInt32) -> [UInt8] {
    let names = request.names.flatMap(\.der)
    let extensionValue = names.isEmpty ? [] : derElement(0x30, names)
    let constraints = request.constraints?.der ?? []
    let options =
      options | (request.constraints?.isCritical == true ? UInt32(SIM_CRITICAL) : 0)
      | (request.isForClients ? UInt32(SIM_FOR_CLIENTS) : 0)
      | (request.isWeak ? UInt32(SIM_SHA1) : 0)
    var der = [UInt8](repeating: 0, count: 4096)
    // SAFETY: everything is only read but `der`, whose size is given.
    let count = unsafe sim_certificate_write(
      "CN=" + request.commonName, subjectKey, subjectKey.count, "CN=" + name, key, key.count,
      derTime(request.validity.notBefore), derTime(request.validity.notAfter),
      extensionValue, extensionValue.count, constraints, constraints.count, options, &der,
      der.count)
    precondition(count > 0, "certificate not written: \(count)")
    return Array(der[..<Int(count)])
  }
}

private func newKey(rsa: Bool = false) -> [UInt8] {
  var der = [UInt8](repeating: 0, count: 2048)
  // SAFETY: `der` is written to, and its size is given.
  let count = unsafe sim_key_generate(rsa, &der, der.count)
  precondition(count > 0, "key not made: \(count)")
  return Array(der[..<Int(count)])
}

private func pemText(_ der: [UInt8], _ label: String = "CERTIFICATE") -> String {
  let text = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
  return "-----BEGIN \(label)-----\n\(text)\n-----END \(label)-----\n"
}

private func derTime(_ date: Date) -> String {
  var calendar = Calendar(identifier: .gregorian)
  calendar.timeZone = .gmt
  let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
  let rest = [parts.month, parts.day, parts.hour, parts.minute, parts.second]
  return "\(parts.year ?? 1970)"
    + rest.map { ($0 ?? 0) < 10 ? "0\($0 ?? 0)" : "\($0 ?? 0)" }.joined()
}
