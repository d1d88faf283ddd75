import Foundation
import Testing

/// A POP3 server that `Tests/servers` unpacks.
protocol ServerKind: Sendable, CustomTestStringConvertible {
  var port: UInt16 { get }
  /// True if it has a certificate, and offers STLS with it.
  var hasSTLS: Bool { get }
  /// The header fields that it adds to messages that it has in its store.
  var addedFields: [String] { get }
  /// Its configuration.
  func prepare(_ root: ServerRoot) throws
  /// The programs that it consists of.
  func commands(at address: String) -> [ServerCommand]
  /// The local sockets that are there once it is ready.
  var sockets: [String] { get }
  func store(of user: String, in root: ServerRoot) throws -> any MailStore
}

extension ServerKind {
  var hasSTLS: Bool { false }
  var addedFields: [String] { [] }
  var sockets: [String] { [] }
  func prepare(_ root: ServerRoot) throws {}

  /// A program that serves one connection on its standard input and output, for each connection.
  func forEachConnection(at address: String, _ program: String) -> String {
    "/usr/bin/tcpserver -H -R -l localhost \(address) \(port) \(program)"
  }
}

/// What to run in a root folder; neither has a word with a blank in it.
struct ServerCommand {
  var environment = ""
  var line: String
}

struct Popa3d: ServerKind {
  let testDescription = "popa3d"
  let port: UInt16 = 11_101

  func commands(at address: String) -> [ServerCommand] {
    [ServerCommand(line: forEachConnection(at: address, "/usr/sbin/popa3d"))]
  }

  func store(of user: String, in root: ServerRoot) throws -> any MailStore {
    try Mbox(root, user: user)
  }
}

struct Mailutils: ServerKind {
  let testDescription = "mailutils"
  let port: UInt16 = 11_102
  let hasSTLS = true
  let addedFields = ["X-UIDL", "X-UID", "X-IMAPbase", "Status"]

  func prepare(_ root: ServerRoot) throws {
    try root.write(
      "etc/mailutils.conf",
      """
      logging { syslog no; }
      tls {
        ssl-certificate-file /etc/certificate.pem;
        ssl-key-file /etc/key.pem;
      }
      tls-mode ondemand;

      """)
  }

  func commands(at address: String) -> [ServerCommand] {
    [ServerCommand(line: forEachConnection(at: address, "/usr/sbin/pop3d --inetd"))]
  }

  func store(of user: String, in root: ServerRoot) throws -> any MailStore {
    try Mbox(root, user: user)
  }
}

struct Courier: ServerKind {
  let testDescription = "Courier"
  let port: UInt16 = 11_103
  let hasSTLS = true
  let sockets = ["run/courier/authdaemon/socket"]

  func prepare(_ root: ServerRoot) throws { try root.makeFolder("run/courier/authdaemon") }

  func commands(at address: String) -> [ServerCommand] {
    let programs = "/usr/lib/courier/courier"
    return [
      ServerCommand(
        environment: "authmodulelist=authpam authmodulelistorig=authpam daemons=2",
        line: "/usr/lib/courier/courier-authlib/authdaemond"),
      ServerCommand(
        environment: """
          AUTHMODULES=authdaemon POP3AUTH=PLAIN POP3AUTH_TLS=PLAIN POP3_STARTTLS=YES \
          COURIERTLS=/usr/bin/couriertls TLS_CERTFILE=/etc/both.pem TLS_VERIFYPEER=NONE
          """,
        line: forEachConnection(
          at: address, "\(programs)/courierpop3login \(programs)/courierpop3d Maildir")),
    ]
  }

  func store(of user: String, in root: ServerRoot) throws -> any MailStore {
    try MaildirStore(root, user: user)
  }
}

struct Cyrus: ServerKind {
  let testDescription = "Cyrus"
  let port: UInt16 = 11_104
  let hasSTLS = true
  let sockets = ["run/saslauthd/mux", "run/cyrus/lmtp"]

  func prepare(_ root: ServerRoot) throws {
    for folder in ["var/lib/cyrus", "var/spool/cyrus", "run/cyrus"] {
      try root.makeFolder(folder, owner: .cyrus)
    }
    try root.makeFolder("run/saslauthd")
    try root.write(
      "etc/cyrus.conf",
      """
      START {
        recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -r"
      }
      SERVICES {
        pop3 cmd="/usr/lib/cyrus/bin/pop3d" listen="\(root.address):\(port)"
        lmtp cmd="/usr/lib/cyrus/bin/lmtpd" listen="/run/cyrus/lmtp"
      }
      EVENTS {
      }

      """)
    // Without any time zone it does not start.
    try root.write("etc/zoneinfo/zones.tab", "+0000000 +0000000 Etc/UTC\n")
    try root.write(
      "etc/imapd.conf",
      """
      configdirectory: /var/lib/cyrus
      defaultpartition: default
      partition-default: /var/spool/cyrus
      proc_path: /run/cyrus/proc
      mboxname_lockpath: /run/cyrus/lock
      lmtpsocket: /run/cyrus/lmtp
      zoneinfo_dir: /etc/zoneinfo
      sasl_pwcheck_method: saslauthd
      sasl_saslauthd_path: /run/saslauthd/mux
      sasl_mech_list: PLAIN
      allowplaintext: yes
      tls_server_cert: /etc/certificate.pem
      tls_server_key: /etc/key.pem
      autocreate_quota: 0
      autocreate_post: yes
      duplicatesuppression: no
      expunge_mode: immediate

      """)
  }

  func commands(at address: String) -> [ServerCommand] {
    [
      ServerCommand(line: "/usr/sbin/saslauthd -a shadow -m /run/saslauthd -n 1 -d"),
      ServerCommand(line: "/usr/lib/cyrus/bin/master -D"),
    ]
  }

  func store(of user: String, in root: ServerRoot) throws -> any MailStore {
    CyrusSpool(root: root, user: user)
  }
}
