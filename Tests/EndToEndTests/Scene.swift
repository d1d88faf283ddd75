import Foundation
import POP3Simulator
import Synchronization
import Testing

/// Three alarms among five messages, a server for them on the loopback interface, and a popbell
/// that fires once for each alarm.
final class Scene {
  let bench: Bench
  let mailbox: Mailbox
  let server: MailboxServer

  static let alarms = ["1", "2", "3"]
  static let others = ["6", "7"]

  /// `tls`: "none", or "implicit" or "starttls" with certificates of an authority of their own.
  init(
    _ behaviour: Behaviour = Behaviour(), tls: String = "none", deadline: Int = Bench.longDeadline,
    interval: String = "5s", authority: CertificateAuthority? = nil, messages: [Message]? = nil,
    more: String = "", rules: ((Bench) -> String)? = nil,
    onEvent: (@Sendable (Event) -> Void)? = nil
  ) throws {
    bench = try Bench()
    mailbox = Mailbox(messages ?? ["1", "6", "2", "3", "7"].map(Self.message))
    var configuration = Configuration(behaviour: behaviour)
    configuration.onEvent = onEvent
    if tls != "none" {
      let authority = authority ?? CertificateAuthority()
      try bench.write("ca.pem", authority.pem)
      configuration.security =
        tls == "implicit" ? .implicitTLS(authority.issue()) : .startTLS(authority.issue())
    }
    server = try MailboxServer(configuration, mailbox: mailbox)
    let section = bench.section(
      port: server.port, tls: tls, deadline: deadline, interval: interval, more: more)
    try bench.configure(section + (rules ?? Self.rule)(bench))
  }

  deinit { server.stop() }

  static func message(_ uid: String) -> Message {
    Message(uid: uid, "Subject: \(others.contains(uid) ? "news" : "ALARM") \(uid)\r\n\r\n")
  }

  static func rule(_ bench: Bench) -> String {
    """
    [rule alarm]
    subject = ALARM {number}
    run = \(bench.path("fire")) {number}

    """
  }

  /// What is wrong in any case: a message that fired twice, or went without having fired.
  var wrongs: [String] {
    let fired = bench.fired
    let deleted = mailbox.deletedUIDs
    let known = (deleted + mailbox.messages.map(\.uid)).sorted()
    return [
      Set(fired).count == fired.count ? nil : "fired twice: \(fired)",
      Set(deleted).isSubset(of: fired) ? nil : "deleted \(deleted), fired \(fired)",
      known == Self.alarms + Self.others ? nil : "there are \(known)",
    ].compactMap(\.self)
  }

  /// Polls again, a server that does all right now; then all alarms have fired, and are gone.
  func wrongsAfterGoodPolls(_ count: Int = 1) throws -> [String] {
    server.behaviour = Behaviour()
    for _ in 1..<count { try bench.popbell("once") }
    let run = try bench.popbell("once")
    let isDone =
      run.exitCode == 0 && bench.fired.sorted() == Self.alarms
      && mailbox.messages.map(\.uid) == Self.others
    return isDone
      ? wrongs : wrongs + ["at the end, \(run.exitCode), fired \(bench.fired): \(run.errors)"]
  }
}

extension Configuration {
  /// The user and the password of a `Bench`.
  init(behaviour: Behaviour) {
    self.init()
    user = "alarms"
    password = "secret"
    self.behaviour = behaviour
  }
}

extension Bench {
  /// One that no poll reaches, in seconds: a test that waits for the end of one says when that is.
  static let longDeadline = 600

  /// A section for a mailbox on the loopback interface.
  func section(
    _ name: String = "box", port: UInt16, tls: String = "none", deadline: Int = longDeadline,
    interval: String = "5s", more: String = ""
  ) -> String {
    """
    [mailbox \(name)]
    server = \(tls == "none" ? "127.0.0.1" : "localhost")
    port = \(port)
    tls = \(tls)
    user = alarms
    password-file = \(path("password"))
    interval = \(interval)
    deadline = \(deadline)s
    \(tls == "none" ? "" : "ca = \(path("ca.pem"))")
    \(more)

    """
  }
}

/// What `body` says of each number below `count`; it runs for as many at a time as there are cores.
func parallel<Value: Sendable>(_ count: Int, _ body: @Sendable (Int) throws -> Value) -> [Value] {
  let results = Mutex([Int: Value]())
  let errors = Mutex([String]())
  DispatchQueue.concurrentPerform(iterations: count) { index in
    do {
      let value = try body(index)
      results.withLock { $0[index] = value }
    } catch {
      errors.withLock { $0.append("\(error)") }
    }
  }
  #expect(errors.withLock(\.self) == [])
  return results.withLock { results in (0..<count).compactMap { results[$0] } }
}
