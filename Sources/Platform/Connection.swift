public import Bytes
internal import CPlatform

/// An address that could not be connected to, and why.
public struct ConnectError: Error, Sendable {
  public let address: Address
  public let cause: SystemError
}

/// What is sent and never acknowledged ends a connection after this long, in milliseconds. The
/// kernel's own limit is a quarter of an hour.
private let userTimeout: Int32 = 30_000

extension Address {
  /// A non-blocking TCP connection, with TCP_NODELAY and keep-alive.
  public func connect(within limit: Interval) throws(ConnectError) -> Descriptor {
    do {
      return try connection(within: limit)
    } catch {
      throw ConnectError(address: self, cause: error)
    }
  }

  private func connection(within limit: Interval) throws(SystemError) -> Descriptor {
    // SAFETY: the library reads the address, and keeps no pointer.
    let result = unsafe withUnsafePointer(to: value) { unsafe pb_connect($0, userTimeout) }
    let socket = Descriptor(owning: try check(result, .connect))
    var waiting = PollSet<1>()
    waiting.add(socket, for: .writable)
    guard try waiting.wait(for: limit) > 0 else { throw SystemError(.connect, .timedOut) }
    try check(pb_connect_result(socket.number), .connect)
    return socket
  }
}

extension HostAddresses {
  /// Connects to the first address that answers, and gives each of them `limit`. Calls `failed`
  /// for each that does not, and throws the last.
  public func connect(
    withinEach limit: Interval, failed: (ConnectError) -> Void = { _ in }
  ) throws(ConnectError) -> Descriptor {
    for index in 0..<(count - 1) {
      do {
        return try self[index].connect(within: limit)
      } catch {
        failed(error)
      }
    }
    return try self[count - 1].connect(within: limit)
  }
}
