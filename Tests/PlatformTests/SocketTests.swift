import Bytes
import Glibc
import Platform
import Testing

/// A socket on loopback that listens; it answers only once it is listened to.
private struct Listener: ~Copyable {
  let socket: Descriptor
  let port: UInt16

  init(listening: Bool = true, queue: Int32 = 8) throws {
    socket = Descriptor(owning: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let number = socket.number
    try unsafe withUnsafeMutablePointer(to: &address) { address in
      try unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        try #require(unsafe bind(number, address, length) == 0)
        try #require(unsafe getsockname(number, address, &length) == 0)
      }
    }
    if listening { try #require(listen(number, queue) == 0) }
    port = UInt16(bigEndian: address.sin_port)
  }
}

private func resolve(_ host: String, _ port: UInt16 = 995) throws(ResolveError) -> HostAddresses {
  try HostAddresses(HostAnswer(resolving: Array(host.utf8).span).bytes, port: port)
}

@Suite struct ResolverTests {
  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1:995"), ("::1", "[::1]:995"),
    ("2001:db8::1", "[2001:db8::1]:995"),
    ("2001:0db8:0000:0000:0000:0000:0000:0001", "[2001:db8::1]:995"),
    ("fe80::1%lo", "[fe80::1%lo]:995"),
  ])
  func takesAddressesInDigits(host: String, text: String) throws {
    for isInDigits in [false, true] {
      let answer = HostAnswer(resolving: Array(host.utf8).span, isInDigits: isInDigits)
      let list = try HostAddresses(answer.bytes, port: 995)
      #expect(list.count == 1)
      #expect(string(list[0].text.span) == text)
    }
  }

  @Test func asksNobodyForWhatMustBeInDigits() {
    let answer = HostAnswer(resolving: Array("localhost".utf8).span, isInDigits: true)
    #expect(throws: ResolveError.notFound) { _ = try HostAddresses(answer.bytes, port: 995) }
  }

  /// A process that looks up names and was taken over may answer anything.
  @Test func nothingButUpToEightAddressesIsTaken() throws {
    let host: [UInt8] = [4, 0, 0, 0, 0, 192, 0, 2, 1] + [UInt8](repeating: 0, count: 12)
    func count(_ answer: [UInt8]) -> Int? { try? HostAddresses(answer.span, port: 995).count }
    func hosts(_ count: Int) -> [UInt8] { (0..<count).flatMap { _ in host } }
    for number in 1...8 { #expect(count(hosts(number)) == number) }
    #expect(count(hosts(9)) == nil)
    for cut in [0, 2, 20] { #expect(count(Array(host.prefix(cut))) == nil) }
    #expect(count(host + [4]) == nil)
    #expect(count([5] + host.dropFirst()) == nil)
    #expect(count(host + [0] + host.dropFirst()) == nil)
  }

  @Test func findsLoopbackByName() throws {
    let list = try resolve("localhost", 110)
    let texts = (0..<list.count).map { string(list[$0].text.span) }
    #expect(!texts.isEmpty)
    #expect(texts.allSatisfy { ["127.0.0.1:110", "[::1]:110"].contains($0) })
  }

  @Test(arguments: ["", "a\0b", "1.2.3.4.5.6", String(repeating: "x", count: 300), "a b"])
  func refusesWhatIsNoName(host: String) {
    #expect(throws: ResolveError.notFound) { _ = try resolve(host) }
  }

  @Test func saysWhatFailed() {
    #expect(string(ResolveError.other(EAI_FAIL).text.span).contains("recoverable"))
    #expect(string(ResolveError.tryAgain.text.span) == "the name servers do not answer")
  }
}

@Suite struct ConnectionTests {
  @Test func talksBothWays() throws {
    let listener = try Listener()
    let client = try resolve("127.0.0.1", listener.port)[0].connect(within: .seconds(300))
    let server = Descriptor(owning: accept(listener.socket.number, nil, nil))
    _ = try server.write(Array("+OK\r\n".utf8).span)
    var poll = PollSet<1>()
    poll.add(client)
    try poll.wait(for: .seconds(300))
    var buffer = ByteBuffer<16>()
    var result = try client.read(into: &buffer)
    #expect(result == .bytes(5))
    result = try client.read(into: &buffer)
    #expect(result == .wouldBlock)
    _ = consume server
    try poll.wait(for: .seconds(300))
    result = try client.read(into: &buffer)
    #expect(result == .end)
  }

  @Test func setsWhatMakesFailuresQuick() throws {
    let listener = try Listener()
    let client = try resolve("127.0.0.1", listener.port)[0].connect(within: .seconds(300))
    func option(_ level: Int32, _ name: Int32) -> Int32 {
      var value: Int32 = -1
      var length = socklen_t(4)
      unsafe getsockopt(client.number, level, name, &value, &length)
      return value
    }
    let tcp = Int32(IPPROTO_TCP)
    #expect(option(tcp, TCP_NODELAY) == 1)
    #expect(option(SOL_SOCKET, SO_KEEPALIVE) == 1)
    #expect(option(tcp, TCP_KEEPIDLE) == 30)
    #expect(option(tcp, TCP_USER_TIMEOUT) == 30_000)
    #expect(fcntl(client.number, F_GETFD) == FD_CLOEXEC)
    #expect(fcntl(client.number, F_GETFL) & O_NONBLOCK != 0)
  }

  @Test func namesTheAddressThatRefused() throws {
    let closed = try Listener(listening: false)
    let address = try resolve("127.0.0.1", closed.port)[0]
    do {
      _ = try address.connect(within: .seconds(300))
      Issue.record("it connected")
    } catch {
      #expect(string(error.address.text.span) == "127.0.0.1:\(closed.port)")
      #expect(string(error.cause.text.span) == "connect: Connection refused")
    }
  }

  @Test func triesEachAddress() throws {
    let listener = try Listener()  // On 127.0.0.1 only.
    let list = try resolve("localhost", listener.port)
    var failures = 0
    _ = try list.connect(withinEach: .seconds(300)) { error in
      failures += 1
      #expect(string(error.address.text.span) == "[::1]:\(listener.port)")
    }
    #expect(failures < list.count)
  }

  @Test func throwsTheLastOfAllFailures() throws {
    let closed = try Listener(listening: false)
    let list = try resolve("localhost", closed.port)
    var failures = 0
    #expect(throws: ConnectError.self) {
      _ = try list.connect(withinEach: .seconds(300)) { _ in failures += 1 }
    }
    #expect(failures == list.count - 1)
  }

  @Test func givesUpOnSilence() throws {
    // A queue that is full does not answer.
    let listener = try Listener(queue: 0)
    let address = try resolve("127.0.0.1", listener.port)[0]
    let waiting = try address.connect(within: .seconds(300))
    var error: ConnectError?
    var others = InlineArray<4, Descriptor?> { _ in nil }
    for index in others.indices where error == nil {
      do {
        others[index] = try address.connect(within: .milliseconds(50))
      } catch let failure {
        error = failure
      }
    }
    #expect(error?.cause.number == .timedOut)
    _ = consume others
    _ = consume waiting
  }
}
