import Foundation
import POP3Simulator
import Synchronization
import TLS
import Testing

/// Waits, but not for ever, until `condition` holds.
func expectSoon(_ condition: () throws -> Bool) throws {
  let deadline = ContinuousClock.now + .seconds(300)
  while try !condition() {
    try #require(ContinuousClock.now < deadline, "it did not happen")
    poll(nil, 0, 1)
  }
}

extension MailboxServer {
  /// By the first connection, once there is one.
  var receivedCount: Int { transcripts.first?.receivedCount ?? 0 }
}

/// A server that shows `identity`, while `body` runs.
func withServer<Result>(
  _ identity: TLSIdentity, _ body: (UInt16) throws -> Result
) throws -> Result {
  var configuration = Configuration()
  configuration.security = .implicitTLS(identity)
  let server = try MailboxServer(configuration)
  defer { server.stop() }
  return try body(server.port)
}

/// How a handshake ends with a server that shows `identity`: nil where it is believed.
func verdict(
  on identity: TLSIdentity, as server: String = "localhost", trusting trust: borrowing TrustStore
) throws -> TLSFailure? {
  try withServer(identity) { port in
    let client = try Client(port: port, server: server, trust: trust)
    do {
      try client.handshake()
      #expect(try client.read(through: "\r\n") == "+OK popsim ready\r\n")
      return nil
    } catch let failure as TLSFailure {
      return failure
    }
  }
}

func send(_ socket: Int32, _ text: String) {
  let bytes = Array(text.utf8)
  #expect(unsafe Foundation.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
}

/// A line from a socket that may not be ready, without a byte of what follows.
func receiveLine(_ socket: Int32) -> String {
  var line: [UInt8] = []
  var byte: UInt8 = 0
  var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
  while line.last != 0x0A, unsafe poll(&descriptor, 1, 20_000) == 1,
    unsafe recv(socket, &byte, 1, 0) == 1
  {
    line.append(byte)
  }
  return String(decoding: line, as: UTF8.self)
}

/// A connection where a closure needs it.
final class Connection {
  var value: TLSConnection
  init(_ value: consuming TLSConnection) { self.value = value }
}

/// What goes to one other thread, and is used by nobody else meanwhile.
struct Sent<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}

final class Outcome: Sendable {
  private let result = Mutex<Result<Void, any Error>?>(nil)
  var value: Result<Void, any Error>? { result.withLock(\.self) }
  func set(_ value: Result<Void, any Error>) { result.withLock { $0 = value } }
}

/// From here on, this thread can open nothing: a seccomp filter, which is for the thread alone.
func forbidOpeningFiles() {
  #if arch(x86_64)
    let numbers: [UInt32] = [2, 257]  // open, openat
  #else
    let numbers: [UInt32] = [56]  // openat
  #endif
  // struct sock_filter, from its last field: k, jf, jt, code.
  func instruction(_ code: UInt64, _ k: UInt32, jf: UInt64 = 0) -> UInt64 {
    UInt64(k) << 32 | jf << 24 | code
  }
  var program = [instruction(0x20, 0)]  // Load the call's number.
  for number in numbers {
    program.append(instruction(0x15, number, jf: 1))  // Another one: skip the next.
    program.append(instruction(0x06, 0x0005_0000 | UInt32(EACCES)))  // SECCOMP_RET_ERRNO
  }
  program.append(instruction(0x06, 0x7FFF_0000))  // SECCOMP_RET_ALLOW

  typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
  // SAFETY: prctl has this form on Linux, where variadic integers go as others do, and reads the
  // program, of struct sock_fprog, before it returns.
  unsafe program.withUnsafeBufferPointer { instructions in
    guard let symbol = unsafe dlsym(nil, "prctl") else { return }
    let prctl = unsafe unsafeBitCast(symbol, to: Control.self)
    let filter = [UInt(instructions.count), UInt(bitPattern: instructions.baseAddress)]
    #expect(prctl(38, 1, 0, 0, 0) == 0)  // PR_SET_NO_NEW_PRIVS
    unsafe filter.withUnsafeBufferPointer { filter in
      let result = prctl(22, 2, UInt(bitPattern: filter.baseAddress), 0, 0)  // PR_SET_SECCOMP
      #expect(result == 0)
    }
  }
}
