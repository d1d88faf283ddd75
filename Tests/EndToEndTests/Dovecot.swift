import Foundation
import POP3Simulator
import Testing

/// A real mail server, with a configuration, certificates and a folder of its own. It takes any
/// user, each with the password "secret" and a mailbox of its own.
///
/// Works for root and for others: who is not root has all its processes.
final class Dovecot: Sendable {
  /// The one that a suite with the trait `.dovecot` shares.
  @TaskLocal static var shared: Dovecot?

  /// On the first, nothing is special; the others are for one session of a user at a time.
  static let address = "127.0.0.1"
  static let addressThatLocks = "127.0.0.2"
  static let addressThatCounts = "127.0.0.3"

  let folder: URL
  /// The certificate of its authority, as PEM.
  let ca: String
  let port: UInt16
  let tlsPort: UInt16
  private let guardian: Process
  private let lifeline = Pipe()

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("dovecot-\(UUID().uuidString.prefix(8))")
    for part in ["run", "state", "mail"] {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent(part), withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o755])
    }
    let names = ["127.0.0.1", "127.0.0.2", "127.0.0.3"].map { AlternativeName.address(octets($0)) }
    let authority = CertificateAuthority()
    ca = authority.pem
    let identity = authority.issue(CertificateRequest(names: [.dns("localhost")] + names))
    (port, tlsPort) = (try freePort(), try freePort())
    let owner = try MailOwner(of: folder)
    try owner.give(folder.appendingPathComponent("mail"))
    for (name, text) in [
      ("certificate.pem", identity.pem), ("key.pem", identity.keyPEM),
      ("dovecot.conf", configuration(folder.path, owner, port, tlsPort)),
    ] {
      try text.write(to: folder.appendingPathComponent(name), atomically: false, encoding: .utf8)
    }
    // Even if we crash, Dovecot ends: the shell ends it when our end of the pipe is gone. Threads of
    // the test runner block signals, and children inherit that; `env` takes it back.
    guardian = Process()
    guardian.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    guardian.arguments = [
      "--default-signal", "sh", "-c",
      """
      setsid /usr/sbin/dovecot -F -c "$0/dovecot.conf" </dev/null >"$0/errors" 2>&1 &
      exec 2>/dev/null
      read -r _
      kill $!
      wait $!
      kill -s KILL -- -$!
      for _ in $(seq 30000); do rm -rf "$0" && break; sleep 0.01; done
      """, folder.path,
    ]
    guardian.standardInput = lifeline
    try guardian.start()
    guard until({ log.contains("starting up") || !read("errors").isEmpty }), read("errors").isEmpty
    else {
      let errors = read("errors")
      stop()
      throw DovecotDidNotStart(errors: errors)
    }
  }

  /// Ends it, with all its processes and files.
  func stop() {
    let master = Int32(read("run/master.pid").trimmingCharacters(in: .newlines))
    let processes = processesInProc().filter { $0.parent == master }.map(\.identifier)
    try? lifeline.fileHandleForWriting.close()
    guardian.waitUntilExit()
    let areGone = until { processes.allSatisfy { kill($0, 0) != 0 } }
    #expect(areGone, "Dovecot's processes \(processes)")
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }

  private func read(_ name: String) -> String {
    (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
  }

  private var log: String { read("log") }

  /// What each of the user's sessions that have ended did: "top=3 retr=0 del=1".
  func sessions(of user: String) -> [String] {
    log.split(separator: "\n").filter { $0.contains("pop3(\(user))") }.compactMap { line in
      line.range(of: "top=").map { String(line[$0.lowerBound...]) }
    }
  }

  /// How often the user has logged in with what Dovecot calls `method`, under TLS or not.
  func logins(of user: String, method: String, inTLS: Bool) -> Int {
    log.split(separator: "\n").count {
      $0.contains("Login: user=<\(user)>, method=\(method),") && $0.contains(", TLS,") == inTLS
    }
  }

  /// Ends the user's sessions as a crash would. Returns how many there were.
  func killSessions(of user: String) -> Int {
    let sessions = processesInProc().filter {
      $0.title.hasPrefix("dovecot/pop3 [") && $0.title.contains(user)
    }
    return sessions.count { kill($0.identifier, SIGKILL) == 0 }
  }
}

struct DovecotDidNotStart: Error {
  var errors: String
}

/// Starts a Dovecot before the tests of a suite, and stops it after them.
struct DovecotTrait: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let dovecot = try startDovecot()
    defer { dovecot.stop() }
    try await Dovecot.$shared.withValue(dovecot, operation: function)
  }

  /// Somebody else may have taken a port that was free.
  private func startDovecot(attempts: Int = 5) throws -> Dovecot {
    do { return try Dovecot() } catch let error as DovecotDidNotStart {
      guard attempts > 1, error.errors.contains("Address already in use") else { throw error }
      return try startDovecot(attempts: attempts - 1)
    }
  }
}

extension Trait where Self == DovecotTrait {
  static var dovecot: DovecotTrait { DovecotTrait() }
}

/// A user's mailbox, as Dovecot keeps it.
final class Maildir {
  let user = "user-\(UUID().uuidString.prefix(8).lowercased())"
  private let folder: URL
  private var count = 0

  init(_ dovecot: Dovecot) throws {
    folder = dovecot.folder.appendingPathComponent("mail/\(user)")
    let owner = try MailOwner(of: dovecot.folder)
    for part in ["", "cur", "new", "tmp"] {
      let folder = folder.appendingPathComponent(part)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try owner.give(folder)
    }
  }

  /// Adds a message: one that has just come, or (otherwise Dovecot moves its file at the next
  /// session) that a session has seen before. Returns its number.
  @discardableResult
  func deliver(_ text: String, isNew: Bool = false) throws -> Int {
    count += 1
    let name = "\(1_700_000_000 + count).\(count).test"
    let draft = folder.appendingPathComponent("tmp/" + name)
    try text.write(to: draft, atomically: false, encoding: .utf8)
    let place = isNew ? "new/" + name : "cur/" + name + ":2,"
    try FileManager.default.moveItem(at: draft, to: folder.appendingPathComponent(place))
    return count
  }

  /// The numbers of the messages that are there. Dovecot moves files from "new" to "cur" while we
  /// look, but each only once.
  var numbers: Set<Int> {
    var numbers: Set<Int> = []
    for part in ["new", "cur", "new", "cur"] {
      let names = try? FileManager.default.contentsOfDirectory(
        atPath: folder.appendingPathComponent(part).path)
      numbers.formUnion((names ?? []).compactMap { Int($0.split(separator: ".")[1]) })
    }
    return numbers
  }

  /// Another client deletes a message.
  func remove(_ number: Int) throws {
    for name in files.keys where name.split(separator: ".")[1] == "\(number)" {
      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }

  /// The messages' files. A name ends in the flags: "S" for one that was read.
  var files: [String: Data] {
    var files: [String: Data] = [:]
    // Dovecot moves files from "new" to "cur" while we look.
    for part in ["new", "cur"] {
      let names = try? FileManager.default.contentsOfDirectory(
        atPath: folder.appendingPathComponent(part).path)
      for name in (names ?? []).map({ part + "/" + $0 }) {
        files[name] = try? Data(contentsOf: folder.appendingPathComponent(name))
      }
    }
    return files
  }
}

/// Whom the mail belongs to: ourselves, or nobody where that is root, whom Dovecot refuses.
private struct MailOwner {
  let user: Int
  let group: Int
  /// What we are called.
  let name: String
  let groupName: String

  init(of folder: URL) throws {
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
    name = try #require(attributes[.ownerAccountName] as? String)
    groupName = try #require(attributes[.groupOwnerAccountName] as? String)
    (user, group) = getuid() == 0 ? (65534, 65534) : (Int(getuid()), Int(getgid()))
  }

  func give(_ folder: URL) throws {
    try FileManager.default.setAttributes(
      [.ownerAccountID: user, .groupOwnerAccountID: group], ofItemAtPath: folder.path)
  }
}

private func configuration(
  _ folder: String, _ owner: MailOwner, _ port: UInt16, _ tlsPort: UInt16
) -> String {
  let isRoot = getuid() == 0
  return """
    protocols = pop3
    base_dir = \(folder)/run
    state_dir = \(folder)/state
    log_path = \(folder)/log
    listen = 127.0.0.1, 127.0.0.2, 127.0.0.3
    ssl = yes
    ssl_cert = <\(folder)/certificate.pem
    ssl_key = <\(folder)/key.pem
    default_login_user = \(isRoot ? "dovenull" : owner.name)
    default_internal_user = \(isRoot ? "dovecot" : owner.name)
    default_internal_group = \(isRoot ? "dovecot" : owner.groupName)
    default_process_limit = 50
    default_client_limit = 100
    first_valid_uid = 1
    first_valid_gid = 1
    mail_location = maildir:\(folder)/mail/%n
    auth_mechanisms = plain login apop
    auth_failure_delay = 0 secs
    disable_plaintext_auth = no
    verbose_proctitle = yes
    pop3_logout_format = top=%t retr=%r del=%d
    passdb {
      driver = static
      args = password={PLAIN}secret
    }
    userdb {
      driver = static
      args = uid=\(owner.user) gid=\(owner.group) home=\(folder)/mail/%n
    }
    local 127.0.0.2 {
      protocol pop3 {
        pop3_lock_session = yes
      }
    }
    local 127.0.0.3 {
      mail_max_userip_connections = 1
    }
    service anvil {
      chroot =
      # A wrong password does not slow down other tests.
      unix_listener anvil-auth-penalty {
        mode = 0
      }
    }
    service pop3-login {
      chroot =
      service_count = 0
      process_min_avail = 1
      inet_listener pop3 {
        port = \(port)
      }
      inet_listener pop3s {
        port = \(tlsPort)
        ssl = yes
      }
    }

    """
}

private func octets(_ address: String) -> [UInt8] {
  address.split(separator: ".").compactMap { UInt8($0) }
}

/// One that nobody has a moment later, most likely.
private func freePort() throws -> UInt16 {
  let server = try MailboxServer(POP3Simulator.Configuration())
  server.stop()
  return server.port
}

private func processesInProc() -> [(identifier: Int32, parent: Int32, title: String)] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return names.compactMap { Int32($0) }.compactMap { identifier in
    guard let stat = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8),
      let parent = stat.components(separatedBy: ") ").last?.split(separator: " ").dropFirst().first,
      let title = try? String(contentsOfFile: "/proc/\(identifier)/cmdline", encoding: .utf8)
    else { return nil }
    return (identifier, Int32(parent) ?? 0, title)
  }
}
