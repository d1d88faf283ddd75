import Bytes
import Foundation
import POP3Simulator
import TLS
import TestSupport
import Testing

private let authority = CertificateAuthority(name: "the authority")

/// How a handshake ends with a server that shows `identity`: nil where it is believed.
private func verdict(
  on identity: TLSIdentity, as server: String, trusting pem: String = authority.pem
) throws -> TLSFailure? {
  try verdict(on: identity, as: server, trusting: try trust(pem))
}

@Suite struct ServerNameTests {
  struct Row: CustomTestStringConvertible {
    var server: String
    var commonName = "elsewhere"
    var names: [AlternativeName] = []
    var isAccepted: Bool

    init(_ server: String, cn: String = "elsewhere", _ names: AlternativeName..., accept: Bool) {
      (self.server, self.commonName, self.names, isAccepted) = (server, cn, names, accept)
    }

    var testDescription: String { "\(server): CN \(commonName), \(names)" }
  }

  static let names = [
    Row("pop.example.net", .dns("pop.example.net"), accept: true),
    Row("POP.example.net", .dns("pop.EXAMPLE.net"), accept: true),
    Row("pop.example.net.", .dns("pop.example.net"), accept: true),
    Row("pop.example.net", .dns("a.example"), .dns("pop.example.net"), accept: true),
    Row("pop.example.net", .dns("imap.example.net"), accept: false),
    Row("pop.example.net", .dns("example.net"), accept: false),
    Row("pop.example.net", .dns("pop.example.net.evil.example"), accept: false),
    Row("pop.example.net", .dns("xpop.example.net"), accept: false),
    Row("pop.example.net", .dns("pop.example.net\0.evil.example"), accept: false),
    Row("pop.example.net", .dns("\0"), accept: false),
  ]

  /// The common name counts only where no alternative name stands, of whatever kind: RFC 9525 section 2 has
  /// it count never, and old servers have nothing else.
  static let commonNames = [
    Row("pop.example.net", cn: "pop.example.net", accept: true),
    Row("pop.example.net", cn: "*.example.net", accept: true),
    Row("pop.example.net", cn: "pop.example.net", .ipv4Loopback, accept: false),
    Row("pop.example.net", cn: "pop.example.net", .mail("post@example.net"), accept: false),
    Row("pop.example.net", cn: "pop.example.net", .dns("imap.example.net"), accept: false),
    Row("pop.example.net", cn: "imap.example.net", accept: false),
  ]

  static let wildcards = [
    Row("pop.example.net", .dns("*.example.net"), accept: true),
    Row("pop.example.net", .dns("*.EXAMPLE.net"), accept: true),
    Row("example.net", .dns("*.example.net"), accept: false),
    Row("a.pop.example.net", .dns("*.example.net"), accept: false),
    Row("pop.example.net", .dns("*.net"), accept: false),
    Row("example.net", .dns("*.net"), accept: false),
    Row("pop.example.net", .dns("p*.example.net"), accept: false),
    Row("pop.example.net", .dns("*p.example.net"), accept: false),
    Row("pop.example.net", .dns("pop.*.net"), accept: false),
    Row("pop.example.net", .dns("*"), accept: false),
    Row("localhost", .dns("*"), accept: false),
    Row("pop.example.net", .dns("*.example.net\0.evil.example"), accept: false),
  ]

  static let addresses = [
    Row("127.0.0.1", .ipv4Loopback, accept: true),
    Row("127.0.0.1", .dns("localhost"), .ipv6Loopback, .ipv4Loopback, accept: true),
    Row("127.0.0.1", .address([127, 0, 0, 2]), accept: false),
    Row("127.0.0.1", .dns("127.0.0.1"), accept: false),
    Row("127.0.0.1", cn: "127.0.0.1", accept: false),
    Row("127.0.0.1", .dns("*.0.0.1"), accept: false),
    Row("127.0.0.1", .ipv6Loopback, accept: false),
    Row("::1", .ipv6Loopback, accept: true),
    Row("0:0:0:0:0:0:0:1", .ipv6Loopback, accept: true),
    Row("::1%lo", .ipv6Loopback, accept: true),
    Row("::2", .ipv6Loopback, accept: false),
    Row("::ffff:127.0.0.1", .ipv4Loopback, accept: false),
  ]

  @Test(arguments: names + commonNames + wildcards + addresses)
  func matches(_ row: Row) throws {
    let request = CertificateRequest(commonName: row.commonName, names: row.names)
    let failure = try verdict(on: authority.issue(request), as: row.server)
    #expect(failure == (row.isAccepted ? nil : .wrongName))
  }

  @Test(arguments: [
    "", ".", "a..b", ".a", "a b", "a\0b", "a/b", "pop.example.net:995", "1.2.3.4%lo",
    "fe80::g", "b\u{FC}ro.example", String(repeating: "a", count: 254),
  ])
  func refusesWhatIsNoServerName(_ name: String) throws {
    let trust = try trust(authority.pem)
    let bytes = Array(name.utf8)
    #expect(throws: TLSFailure.badServerName) {
      _ = try TLSConnection(descriptor: -1, server: bytes.span, trust: trust)
    }
  }
}

@Suite struct CertificateTests {
  struct Row: CustomTestStringConvertible {
    var testDescription: String
    var identity: TLSIdentity
    var trusted = authority.pem
    var failure: TLSFailure?
  }

  private static func request(
    _ validity: Validity = .current, name: String = "localhost"
  ) -> CertificateRequest {
    CertificateRequest(commonName: name, names: [.dns(name)], validity: validity)
  }

  private static var forClients: CertificateRequest {
    var request = request()
    request.isForClients = true
    return request
  }

  private static var weak: CertificateRequest {
    var request = request()
    request.isWeak = true
    return request
  }

  private static let stranger = CertificateAuthority(name: "a stranger")
  /// Another one of that name.
  private static let impostor = CertificateAuthority(name: "the authority")
  private static let old = CertificateAuthority(name: "an old authority", validity: .past)
  private static let selfSigned = TLSIdentity.selfSigned(request())
  private static let intermediate = authority.intermediate()

  static let rows: [Row] = [
    Row(testDescription: "good", identity: authority.issue(request())),
    Row(
      testDescription: "expired", identity: authority.issue(request(.past)), failure: .expired),
    Row(
      testDescription: "not yet valid", identity: authority.issue(request(.future)),
      failure: .notYetValid),
    Row(
      testDescription: "unknown authority", identity: stranger.issue(request()),
      failure: .unknownAuthority),
    Row(
      testDescription: "authority of the same name", identity: impostor.issue(request()),
      failure: .unknownAuthority),
    Row(testDescription: "self-signed", identity: selfSigned, failure: .selfSigned),
    Row(testDescription: "self-signed, trusted", identity: selfSigned, trusted: selfSigned.pem),
    Row(
      testDescription: "authority among others of that name", identity: authority.issue(request()),
      trusted: stranger.pem + impostor.pem + authority.pem + impostor.pem),
    Row(
      testDescription: "authority's name in other letters",
      identity: authority.renamed("THE Authority").issue(request())),
    Row(
      testDescription: "authority's name but a letter",
      identity: authority.renamed("the authoritx").issue(request()), failure: .unknownAuthority),
    Row(
      testDescription: "certificates that lead nowhere",
      identity: with((0..<30).map { _ in stranger.certificate }, authority.issue(request()))),
    Row(
      testDescription: "SHA-1", identity: authority.issue(weak), failure: .weakCertificate),
    Row(
      testDescription: "for clients", identity: authority.issue(forClients),
      failure: .unsuitableCertificate),
    Row(testDescription: "intermediate", identity: intermediate.issue(request())),
    Row(
      testDescription: "intermediate for clients",
      identity: authority.intermediate(isForClients: true).issue(request()),
      failure: .unsuitableCertificate),
    Row(
      testDescription: "intermediate not sent",
      identity: withoutChain(intermediate.issue(request())), failure: .unknownAuthority),
    Row(
      testDescription: "intermediate expired",
      identity: authority.intermediate(validity: .past).issue(request()), failure: .expired),
    Row(
      testDescription: "authority expired", identity: old.issue(request()), trusted: old.pem,
      failure: .expired),
    Row(
      testDescription: "authority expired, not trusted", identity: old.issue(request()),
      failure: .unknownAuthority),
    // As Let's Encrypt's chains were in 2021.
    Row(
      testDescription: "cross-signed by an expired one",
      identity: authority.crossSigned(by: old).issue(request())),
    Row(
      testDescription: "cross-signed by an expired one, both trusted",
      identity: authority.crossSigned(by: old).issue(request()), trusted: old.pem + authority.pem),
    Row(
      testDescription: "expired, of an unknown authority",
      identity: stranger.issue(request(.past)), failure: .unknownAuthority),
    Row(
      testDescription: "expired, for another name",
      identity: authority.issue(request(.past, name: "elsewhere")), failure: .wrongName),
  ]

  private static func with(_ more: [[UInt8]], _ identity: TLSIdentity) -> TLSIdentity {
    var identity = identity
    identity.certificates += more
    return identity
  }

  private static func withoutChain(_ identity: TLSIdentity) -> TLSIdentity {
    var identity = identity
    identity.certificates.removeLast()
    return identity
  }

  @Test(arguments: rows)
  func isJudged(_ row: Row) throws {
    let failure = try verdict(on: row.identity, as: "localhost", trusting: row.trusted)
    #expect(failure == row.failure)
  }

  @Test func refusesServersCertificateAsAuthority() throws {
    let leaf = authority.issue(Self.request())
    #expect(
      try verdict(on: leaf, as: "localhost", trusting: Self.stranger.pem) == .unknownAuthority)
  }

  @Test func tellsOfTheCertificate() throws {
    let first = Date(timeIntervalSince1970: 951_782_400)  // 2000-02-29
    let last = Date(timeIntervalSince1970: 1_078_099_199)  // 2004-02-29 23:59:59
    let request = CertificateRequest(
      commonName: "pop\u{1B}[1m", names: [], validity: Validity(from: first, to: last))
    try withServer(authority.issue(request)) { port in
      let client = try Client(port: port, server: "localhost", trust: try trust(authority.pem))
      #expect(client.certificate == nil)
      #expect(throws: TLSFailure.wrongName) { try client.handshake() }
      let certificate = try #require(client.certificate)
      #expect(text(certificate.subject.span) == "pop?[1m")
      #expect(text(certificate.issuer.span) == "the authority")
      #expect(certificate.notBefore == 951_782_400)
      #expect(certificate.notAfter == 1_078_099_199)
    }
  }

  @Test func tellsOfTheCertificateThatIsPast() throws {
    let intermediate = authority.intermediate(name: "below", validity: .past)
    try withServer(intermediate.issue(Self.request())) { port in
      let client = try Client(port: port, server: "localhost", trust: try trust(authority.pem))
      #expect(throws: TLSFailure.expired) { try client.handshake() }
      let certificate = try #require(client.certificate)
      #expect(text(certificate.subject.span) == "below")
    }
  }
}

/// The names for which an authority may sign: RFC 5280 section 4.2.1.10.
@Suite struct NameConstraintsTests {
  struct Row: CustomTestStringConvertible {
    var testDescription: String
    var constraints: NameConstraints
    var server = "pop.example.net"
    var names: [AlternativeName]
    var isAccepted: Bool

    init(
      _ description: String, _ constraints: NameConstraints, _ names: [AlternativeName],
      as server: String = "pop.example.net", accept: Bool
    ) {
      testDescription = description
      (self.constraints, self.names, self.server) = (constraints, names, server)
      isAccepted = accept
    }
  }

  private static func permitted(_ names: AlternativeName...) -> NameConstraints {
    NameConstraints(permitted: names)
  }
  private static func excluded(_ names: AlternativeName...) -> NameConstraints {
    NameConstraints(excluded: names)
  }
  private static let pop = [AlternativeName.dns("pop.example.net")]
  private static var named: NameConstraints {
    var constraints = NameConstraints()
    constraints.permittedNames = ["elsewhere"]
    return constraints
  }

  static let rows = [
    Row("its domain", permitted(.dns("example.net")), pop, accept: true),
    Row("its domain in other letters", permitted(.dns("EXAMPLE.net")), pop, accept: true),
    Row("its domain with a dot", permitted(.dns(".example.net")), pop, accept: true),
    Row("its very name", permitted(.dns("pop.example.net")), pop, accept: true),
    Row("one of two domains", permitted(.dns("a.example"), .dns("example.net")), pop, accept: true),
    Row("another domain", permitted(.dns("example.org")), pop, accept: false),
    Row("the end of its domain", permitted(.dns("ample.net")), pop, accept: false),
    Row("a name below it", permitted(.dns("a.pop.example.net")), pop, accept: false),
    Row("one name of two", permitted(.dns("example.net")), pop + [.dns("a.org")], accept: false),
    Row("a wildcard", permitted(.dns("example.net")), [.dns("*.example.net")], accept: true),
    Row("its domain, by the common name", permitted(.dns("example.net")), [], accept: true),
    Row("another domain, by the common name", permitted(.dns("a.org")), [], accept: false),
    Row("excluded", excluded(.dns("example.net")), pop, accept: false),
    Row("another one excluded", excluded(.dns("example.org")), pop, accept: true),
    Row(
      "excluded below a wildcard", excluded(.dns("pop.example.net")), [.dns("*.example.net")],
      accept: false),
    Row(
      "permitted and excluded",
      NameConstraints(permitted: [.dns("example.net")], excluded: [.dns("pop.example.net")]), pop,
      accept: false),
    Row(
      "its network", permitted(.address([127, 0, 0, 0, 255, 0, 0, 0])), [.ipv4Loopback],
      as: "127.0.0.1", accept: true),
    Row(
      "another network", permitted(.address([10, 0, 0, 0, 255, 0, 0, 0])), [.ipv4Loopback],
      as: "127.0.0.1", accept: false),
    Row(
      "a network, and a name", permitted(.address([10, 0, 0, 0, 255, 0, 0, 0])), pop, accept: true),
    Row("another subject", named, pop, accept: false),
  ]

  /// Also where it is not critical, in an authority's own certificate and in that of one below it.
  @Test(arguments: rows, [false, true]) func anAuthoritySpeaksForItsNames(
    row: Row, isCritical: Bool
  ) throws {
    var constraints = row.constraints
    constraints.isCritical = isCritical
    let request = CertificateRequest(commonName: "pop.example.net", names: row.names)
    let restricted = CertificateAuthority(name: "a restricted one", constraints: constraints)
    let expected: TLSFailure? = row.isAccepted ? nil : .notPermitted
    #expect(
      try verdict(on: restricted.issue(request), as: row.server, trusting: restricted.pem)
        == expected)
    // mbedTLS refuses a server's certificates with a critical extension that it does not know.
    guard !isCritical else { return }
    let below = authority.intermediate(constraints: constraints)
    #expect(try verdict(on: below.issue(request), as: row.server) == expected)
  }
}
