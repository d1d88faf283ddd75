import Foundation
import POP3Simulator
import Testing

/// A plain socket to a port on the loopback interface, that waits but never for ever.
final class Client {
  private let socket: Int32

  /// Fails where nobody listens.
  init(_ port: UInt16) throws {
    socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var patience = timeval(tv_sec: 300, tv_usec: 0)
    unsafe setsockopt(
      socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafePointer(to: &address) {
      unsafe connect(socket, UnsafeRawPointer($0).assumingMemoryBound(to: sockaddr.self), size)
    }
    guard result == 0 else { throw Refused() }  // deinit closes it.
  }

  deinit { close(socket) }

  struct Refused: Error {}

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    unsafe Foundation.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Up to and including `end`, or up to where the server ended it.
  func read(through end: String) -> String {
    var bytes: [UInt8] = []
    let end = Array(end.utf8)
    while !bytes.suffix(end.count).elementsEqual(end), let more = readSome(1) { bytes += more }
    return String(decoding: bytes, as: UTF8.self)
  }

  func readLine() -> String { read(through: "\r\n") }

  /// All of it, to the end.
  func readAll() -> String {
    var bytes: [UInt8] = []
    while let more = readSome() { bytes += more }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Nil at the end.
  func readSome(_ size: Int = 65_536) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: size)
    let count = unsafe recv(socket, &bytes, size, 0)
    return count > 0 ? Array(bytes[..<count]) : nil
  }

  /// What `commands`, sent at once, are answered with, to the end; the greeting is the first line.
  func converse(_ commands: String...) -> [String] {
    send(commands.map { $0 + "\r\n" }.joined())
    return readAll().components(separatedBy: "\r\n").dropLast()
  }
}

/// Runs a server, and stops it.
func withServer(
  _ mailbox: Mailbox = Mailbox(), _ behaviour: Behaviour = Behaviour(), locking: Bool = false,
  _ body: (MailboxServer) throws -> Void
) throws {
  var configuration = Configuration()
  configuration.behaviour = behaviour
  configuration.locksMailbox = locking
  let server = try MailboxServer(configuration, mailbox: mailbox)
  defer { server.stop() }
  try body(server)
}

/// Waits, but not for ever, until `condition` holds.
func expectSoon(_ condition: () -> Bool) throws {
  let deadline = ContinuousClock.now + .seconds(300)
  while !condition() {
    try #require(ContinuousClock.now < deadline, "it did not happen")
    poll(nil, 0, 1)
  }
}

let login = "USER alerts@example.net\r\nPASS correct horse"
