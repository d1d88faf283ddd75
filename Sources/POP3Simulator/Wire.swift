import CSimulator
import Glibc

/// Why a connection's thread stops.
enum Ended: Error {
  /// The client or the network.
  case byPeer
  /// The session is over, or a fault says so.
  case byServer
}

/// A connection as its thread sees it: a blocking socket, perhaps with TLS, that counts and records.
@safe final class Wire {
  private let socket: Int32
  private let behaviour: Behaviour
  private let recorder: Recorder
  private var tls: OpaquePointer?
  private var handshakeFailed = false
  private var sendable: Int
  private var receivable: Int

  init(socket: Int32, behaviour: Behaviour, recorder: Recorder) {
    self.socket = socket
    self.behaviour = behaviour
    self.recorder = recorder
    unsafe tls = nil
    sendable = behaviour.closesAfterSent ?? .max
    receivable = behaviour.closesAfterReceived ?? .max
  }

  var hasTLS: Bool { unsafe tls != nil }

  func startTLS(_ identity: TLSIdentity) throws(Ended) {
    let started = unsafe sim_tls_new(
      socket, identity.pem, identity.key, identity.key.count,
      UInt32(
        (behaviour.speaksOnlyOldTLS ? SIM_ONLY_1_1 : 0)
          | (behaviour.speaksOnlyStaticRSA ? SIM_ONLY_STATIC_RSA : 0)))
    // SAFETY: the pointer is ours until deinit; so in all calls below.
    unsafe tls = started
    guard let started = unsafe started, unsafe sim_tls_handshake(started) == 0 else {
      handshakeFailed = true
      throw .byPeer
    }
    recorder.hasTLS()
  }

  func send(_ bytes: [UInt8]) throws(Ended) {
    let part = bytes.prefix(sendable)
    sendable -= part.count
    recorder.add(.sent, inTLS: hasTLS, part)
    if behaviour.sendsByteByByte {
      for index in part.indices {
        guard unsafe sendAll(part[index...index], within: tls) else { throw .byPeer }
      }
    } else {
      guard unsafe sendAll(part, within: tls) else { throw .byPeer }
    }
    if sendable == 0 { throw .byServer }
  }

  /// At least one byte.
  func receive() throws(Ended) -> [UInt8] {
    guard receivable > 0 else { throw .byServer }
    var bytes = [UInt8](repeating: 0, count: min(65_536, receivable))
    let count: Int
    // SAFETY: at most as many bytes are written as the array has.
    if let tls = unsafe tls {
      count = Int(unsafe sim_tls_read(tls, &bytes, bytes.count))
    } else {
      count = unsafe recv(socket, &bytes, bytes.count, 0)
    }
    guard count > 0 else { throw .byPeer }
    receivable -= count
    recorder.add(.received, inTLS: hasTLS, bytes[..<count])
    return Array(bytes[..<count])
  }

  /// The client gets a reset, which takes back what was sent and not read.
  func reset() throws(Ended) {
    var linger = linger(l_onoff: 1, l_linger: 0)
    // SAFETY: the option is only read.
    unsafe setsockopt(
      socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    throw .byPeer
  }

  /// Lets all that was sent arrive, and reads on until the client has closed too: a socket that is
  /// closed with bytes unread sends a reset, which takes back what was sent.
  func finish(sayingGoodbye: Bool) {
    if sayingGoodbye, let tls = unsafe tls { unsafe sim_tls_close_notify(tls) }
    shutdown(socket, Int32(SHUT_WR))
    var rest = [UInt8](repeating: 0, count: 4096)
    while case let count = unsafe recv(socket, &rest, rest.count, 0), count > 0 {
      // A client that goes on after that says in clear what it says.
      if handshakeFailed { recorder.add(.received, inTLS: false, rest[..<count]) }
    }
  }

  private func sendAll(_ bytes: ArraySlice<UInt8>, within tls: OpaquePointer?) -> Bool {
    // SAFETY: the bytes are only read, before each call returns.
    unsafe bytes.withUnsafeBufferPointer { bytes in
      if let tls = unsafe tls {
        return unsafe bytes.isEmpty || sim_tls_write(tls, bytes.baseAddress, bytes.count) >= 0
      }
      var sent = 0
      while sent < bytes.count {
        let rest = bytes.extracting(sent...)
        let count = unsafe Glibc.send(socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        if count < 0, errno != EINTR { return false }
        sent += max(count, 0)
      }
      return true
    }
  }

  deinit {
    if let tls = unsafe tls { unsafe sim_tls_free(tls) }
  }
}
