import Glibc
import Platform
import TestSupport
import Testing

@Suite struct ServiceManagerTests {
  /// Runs the probe with a socket of this name, and returns what the socket was told.
  private func told(_ name: String, in folder: TemporaryFolder) throws -> String {
    let socket = Descriptor(owning: Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in
      unsafe path.copyBytes(from: bytes)
    }
    let length = socklen_t(2 + bytes.count)
    let bound = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe bind(socket.number, address, length)
      }
    }
    try #require(bound == 0)
    let run = try Run(probe: ["notify", "READY=1"], environment: ["NOTIFY_SOCKET=" + name])
    #expect(run.lines == ["told true", "watchdog -1"])
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = unsafe recv(socket.number, &buffer, 64, Int32(MSG_DONTWAIT))
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  @Test func isToldOverASocketInAFolder() throws {
    let folder = try TemporaryFolder()
    #expect(try told(folder.path + "/s", in: folder) == "READY=1")
  }

  @Test func isToldOverAnAbstractSocket() throws {
    let folder = try TemporaryFolder()
    #expect(try told("@popbell-\(getpid())-test", in: folder) == "READY=1")
  }

  @Test(arguments: [
    ([], ["told false", "watchdog -1"]), (["NOTIFY_SOCKET="], ["told false", "watchdog -1"]),
    (["NOTIFY_SOCKET=/no/such"], ["error: sd_notify: No such file or directory"]),
    (["NOTIFY_SOCKET=vsock:2:1"], ["error: sd_notify: Invalid argument"]),
    (["WATCHDOG_USEC=30000000"], ["told false", "watchdog 30000"]),
    (["WATCHDOG_USEC=30000000", "WATCHDOG_PID=1"], ["told false", "watchdog -1"]),
    (["WATCHDOG_USEC=-5"], ["told false", "watchdog -1"]),
    (["WATCHDOG_USEC=0"], ["told false", "watchdog -1"]),
  ])
  func isOptional(environment: [String], lines: [String]) throws {
    #expect(try Run(probe: ["notify", "READY=1"], environment: environment).lines == lines)
  }
}
