import Foundation
import Glibc
import POP3Simulator
import Synchronization
import Testing

/// A root folder in which real servers run, with Debian's programs, and with users, configuration and
/// mail of this run of the tests. The servers see no file of the machine, and end with the tests.
final class ServerRoot: Sendable {
  /// The one that a suite with the trait `.servers` shares.
  @TaskLocal static var shared: ServerRoot?

  static let kinds: [any ServerKind] = [Popa3d(), Mailutils(), Courier(), Cyrus()]

  /// What `Tests/servers` has made.
  private static let packages = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../.build/servers").resolvingSymlinksInPath()
  static let isUnpacked = FileManager.default.fileExists(
    atPath: packages.appending(path: "root").path)

  let folder: URL
  /// An address of the loopback network that no other run of the tests has.
  let address: String
  /// The certificate of its authority, as PEM.
  let ca: String
  private let users = Atomic(0)
  private let guardian = Process()
  private let lifeline = Pipe()

  init() throws {
    folder = Self.packages.appending(path: "run-\(UUID().uuidString.prefix(8))")
    let octets = [127, 64 | getpid() >> 16 & 63, getpid() >> 8 & 255, getpid() & 255]
    address = octets.map(String.init).joined(separator: ".")
    let authority = CertificateAuthority()
    ca = authority.pem
    let copy = try Service(
      ["/usr/bin/cp", "-al", Self.packages.appending(path: "root").path, folder.path]
    ).wait()
    try #require(copy.exitCode == 0, "\(copy.errors)")
    do {
      let identity = authority.issue(
        CertificateRequest(names: [.address(octets.map(UInt8.init))]))
      try write("etc/certificate.pem", identity.pem)
      try write("etc/key.pem", identity.keyPEM, owner: .cyrus, mode: 0o600)
      try write("etc/both.pem", identity.keyPEM + identity.pem, owner: .courier, mode: 0o600)
      try makeMachine()
      for kind in Self.kinds { try kind.prepare(self) }
      try start()
    } catch {
      try? FileManager.default.removeItem(at: folder)
      throw error
    }
    guard until({ Self.kinds.allSatisfy(isReady) }) else {
      let failure = ServersDidNotStart(
        missing: Self.kinds.filter { !isReady($0) }.map { "\($0)" }, log: log)
      stop()
      throw failure
    }
  }

  // MARK: Files

  enum Owner: Int {
    case root = 0
    case cyrus = 102
    case courier = 103
    case mail = 65_534

    var attributes: [FileAttributeKey: Any] {
      [.ownerAccountID: rawValue, .groupOwnerAccountID: rawValue]
    }
  }

  @discardableResult
  func write(_ path: String, _ text: String, owner: Owner = .root, mode: Int = 0o644) throws -> URL
  {
    let file = folder.appending(path: path)
    try makeFolder((path as NSString).deletingLastPathComponent, owner: nil)
    // A file that is there is a link to the one of all roots.
    try? FileManager.default.removeItem(at: file)
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes(
      owner.attributes.merging([.posixPermissions: mode]) { $1 }, ofItemAtPath: file.path)
    return file
  }

  /// `owner` is nil where it is to stay as it is.
  func makeFolder(_ path: String, owner: Owner? = .root, mode: Int = 0o755) throws {
    let folder = folder.appending(path: path)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    guard let owner else { return }
    try FileManager.default.setAttributes(
      owner.attributes.merging([.posixPermissions: mode]) { $1 }, ofItemAtPath: folder.path)
  }

  /// What a machine has besides packages.
  private func makeMachine() throws {
    for folder in ["tmp", "var/mail"] { try makeFolder(folder, mode: 0o1777) }
    try makeFolder("var/empty")
    // Cyrus opens it. A device would take one more right.
    try write("dev/null", "", mode: 0o666)
    try write(
      "etc/passwd",
      """
      root:x:0:0::/:/bin/false
      popa3d:x:101:101::/var/empty:/bin/false
      cyrus:x:102:102::/var/spool/cyrus:/bin/false
      courier:x:103:103::/:/bin/false

      """ + userNames.map { "\($0):x:65534:65534::/home/\($0):/bin/sh\n" }.joined())
    try write(
      "etc/group", "root:x:0:\npopa3d:x:101:\nmail:x:102:\ncourier:x:103:\nusers:x:65534:\n")
    // The password is "secret".
    let hash = "$1$popbell$rF.m9cqAOiBS2XjTckCws0"
    try write(
      "etc/shadow", userNames.map { "\($0):\(hash):20000:0:99999:7:::\n" }.joined(),
      mode: 0o600)
    for service in ["popa3d", "pop3"] {
      try write(
        "etc/pam.d/\(service)", "auth required pam_unix.so\naccount required pam_permit.so\n")
    }
  }

  // MARK: Users

  private var userNames: [String] { (1...100).map { "user-\($0)" } }

  /// A user that no other test has.
  func nextUser() throws -> String {
    let number = users.add(1, ordering: .relaxed).oldValue
    try #require(number < userNames.count)
    return userNames[number]
  }

  // MARK: Processes

  /// Even if we crash, the servers end: when our end of the pipe is gone, the shell ends all processes
  /// that have this root.
  private func start() throws {
    let commands = Self.kinds.flatMap { $0.commands(at: address) }
    guardian.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    guardian.arguments =
      [
        "--default-signal", "sh", "-c",
        """
        while [ $# -gt 0 ]; do
          setsid env -i $1 /usr/sbin/chroot "$0" $2 </dev/null >>"$0/log" 2>&1 &
          shift 2
        done
        exec 2>/dev/null
        read -r _
        processes() { find /proc/[0-9]*/root -maxdepth 0 -lname "$0" | cut -d/ -f3; }
        while found=$(processes); [ -n "$found" ]; do kill -s KILL $found; done
        rm -rf "$0"
        """, folder.path,
      ] + commands.flatMap { [$0.environment, $0.line] }
    guardian.standardInput = lifeline
    try guardian.start()
  }

  /// Ends them, with all their processes and files.
  func stop() {
    try? lifeline.fileHandleForWriting.close()
    guardian.waitUntilExit()
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }

  /// Runs a program of Cyrus's until it ends.
  func run(_ command: [String], input: String? = nil) throws -> Run {
    let owner = Owner.cyrus.rawValue
    return try Service(
      ["/usr/sbin/chroot", "--userspec=\(owner):\(owner)", folder.path] + command, input: input
    ).wait()
  }

  private var log: String {
    (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? ""
  }

  private func isReady(_ kind: any ServerKind) -> Bool {
    let address = self.address.split(separator: ".").reversed().map { hex(UInt8($0)!) }.joined()
    return ProcessTable.text("net/tcp").contains("\(address):\(hex(kind.port)) 00000000:0000 0A")
      && kind.sockets.allSatisfy {
        FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
      }
  }
}

private func hex<Number: FixedWidthInteger>(_ number: Number) -> String {
  let digits = String(number, radix: 16, uppercase: true)
  return String(repeating: "0", count: Number.bitWidth / 4 - digits.count) + digits
}

struct ServersDidNotStart: Error {
  var missing: [String]
  var log: String
}

/// Starts the servers before the tests of a suite, and stops them after them.
struct ServersTrait: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let root = try ServerRoot()
    defer { root.stop() }
    try await ServerRoot.$shared.withValue(root, operation: function)
  }
}

extension Trait where Self == ServersTrait {
  static var servers: ServersTrait { ServersTrait() }
}
