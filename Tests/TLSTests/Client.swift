import Foundation
import POP3Simulator
import TLS

/// A socket to a port on the loopback interface, with TLS over it, that waits but never for ever.
final class Client {
  let socket: Int32
  var connection: TLSConnection
  private let deadline = ContinuousClock.now + .seconds(300)

  init(port: UInt16, ipv6: Bool = false, server: String, trust: borrowing TrustStore) throws {
    let socket = connectToLoopback(port, ipv6: ipv6)
    self.socket = socket
    do {
      connection = try TLSConnection(
        descriptor: socket, server: Array(server.utf8).span, trust: trust)
    } catch {
      close(socket)
      throw error
    }
  }

  deinit { close(socket) }

  var certificate: TLSCertificate? { connection.certificate }

  /// As far as it goes without waiting.
  func beginHandshake() throws -> TLSProgress { try connection.handshake() }

  func handshake() throws {
    try finish { () throws(TLSFailure) in try connection.handshake() }
  }

  func closeNotify() throws {
    try finish { () throws(TLSFailure) in try connection.closeNotify() }
  }

  /// In as many calls as the socket wants.
  func write(_ text: String) throws {
    var rest = Array(text.utf8)
    while !rest.isEmpty {
      switch try connection.write(rest.span) {
      case .bytes(let count): rest.removeFirst(count)
      case .wantsRead: try wait(POLLIN)
      case .wantsWrite: try wait(POLLOUT)
      }
    }
  }

  /// Up to and including `end`.
  func read(through end: String) throws -> String {
    var text = ""
    while !text.hasSuffix(end) {
      guard let more = try readSome(1).text else { throw TLSFailure.ended }
      text += more
    }
    return text
  }

  /// What there is, at most `size` bytes; without text, how the stream ended.
  func readSome(_ size: Int = 65_536) throws -> (text: String?, end: TLSRead) {
    var bytes = [UInt8](repeating: 0, count: size)
    while true {
      var span = bytes.mutableSpan
      let result = try connection.read(into: &span)
      switch result {
      case .bytes(let count): return (String(decoding: bytes[..<count], as: UTF8.self), result)
      case .wantsRead: try wait(POLLIN)
      case .wantsWrite: try wait(POLLOUT)
      case .closed, .truncated: return (nil, result)
      }
    }
  }

  private func finish(_ step: () throws(TLSFailure) -> TLSProgress) throws {
    while true {
      switch try step() {
      case .done: return
      case .wantsRead: try wait(POLLIN)
      case .wantsWrite: try wait(POLLOUT)
      }
    }
  }

  private func wait(_ events: Int32) throws {
    guard ContinuousClock.now < deadline else { throw Late() }
    var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
    unsafe poll(&descriptor, 1, 1000)
  }

  struct Late: Error {}
}

/// A connected, non-blocking socket.
func connectToLoopback(_ port: UInt16, ipv6: Bool = false) -> Int32 {
  let descriptor = socket(ipv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  var four = sockaddr_in()
  four.sin_family = sa_family_t(AF_INET)
  four.sin_port = port.bigEndian
  four.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  var six = sockaddr_in6()
  six.sin6_family = sa_family_t(AF_INET6)
  six.sin6_port = port.bigEndian
  six.sin6_addr = in6addr_loopback
  let result =
    ipv6
    ? unsafe withUnsafeBytes(of: &six) { unsafe connect(descriptor, to: $0) }
    : unsafe withUnsafeBytes(of: &four) { unsafe connect(descriptor, to: $0) }
  precondition(result == 0, "not connected: \(errno)")
  // O_NONBLOCK by way of ioctl, as Swift has no variadic fcntl.
  var yes: Int32 = 1
  precondition(unsafe ioctl(descriptor, UInt(FIONBIO), &yes) == 0)
  return descriptor
}

private func connect(_ descriptor: Int32, to address: UnsafeRawBufferPointer) -> Int32 {
  let pointer = unsafe address.baseAddress?.assumingMemoryBound(to: sockaddr.self)
  return unsafe Foundation.connect(descriptor, pointer, socklen_t(address.count))
}
