import Bytes
import CProbe
import Glibc
import Platform

/// Prints each packet that the child sends, and how it ended.
func follow(_ fork: inout ForkedProcess) throws(SystemError) {
  var waiting = PollSet<1>()
  waiting.add(fork.channel)
  var packet = ByteBuffer<512>()
  loop: while true {
    try waiting.wait(for: .seconds(300))
    switch try fork.channel.read(into: &packet) {
    case .bytes: say(string(packet.bytes))
    case .end: break loop
    case .wouldBlock:
      say("no end")
      return
    }
  }
  while true {
    guard let ending = try fork.process.reap() else {
      usleep(1000)
      continue
    }
    say("\(ending)")
    return
  }
}

func send(_ text: String, _ channel: borrowing Descriptor) {
  _ = try? channel.write(Array(text.utf8).span)
}

func forkAndTalk() throws(SystemError) {
  signal(SIGUSR1, SIG_IGN)
  var set = sigset_t()
  unsafe sigemptyset(&set)
  unsafe sigaddset(&set, SIGTERM)
  unsafe sigprocmask(SIG_BLOCK, &set, nil)
  let secret = unsafe open("/etc/passwd", O_RDONLY)
  var fork = try ForkedProcess { channel in
    send("descriptors \(openDescriptors()) channel \(channel.number)", channel)
    send(signalFacts(), channel)
    var byte: UInt8 = 0
    send("input \(unsafe read(0, &byte, 1))", channel)
    send("memory score \(memoryScore())", channel)
    var packet = ByteBuffer<64>()
    var waiting = PollSet<1>()
    waiting.add(channel)
    _ = try? waiting.wait(for: .seconds(300))
    _ = try? channel.read(into: &packet)
    send("heard \(string(packet.bytes))", channel)
    return 7
  }
  close(secret)
  send("hello", fork.channel)
  try follow(&fork)
}

/// Dies, and leaves a child that has changed its user, and keeps standard output open.
func orphan() throws(SystemError) {
  let user = Sandbox.isRoot ? try User(named: Array("nobody".utf8).span) : nil
  var fork = try ForkedProcess { channel in
    do { try Sandbox.dropPrivileges(to: user) } catch { return 1 }
    send("ready", channel)
    while true { pause() }
  }
  var waiting = PollSet<1>()
  waiting.add(fork.channel)
  try waiting.wait(for: .seconds(300))
  say("child runs \(try fork.process.reap() == nil)")
  kill(getpid(), SIGKILL)
}

func reportPrivileges() throws(SystemError) {
  let user = Sandbox.isRoot ? try User(named: Array("nobody".utf8).span) : nil
  if Sandbox.isRoot {
    unsafe setgroups(2, [1, 2])
    do { try Sandbox.dropPrivileges(to: nil) } catch { say("without a user: \(describe(error))") }
  }
  var fork = try ForkedProcess { channel in
    do { try Sandbox.dropPrivileges(to: user) } catch { return 1 }
    send("root again \(setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0)", channel)
    send(facts("status", "Uid", "Gid", "Groups", "CapPrm", "CapEff", "NoNewPrivs"), channel)
    send(facts("limits", "Max core", "Max file size", "Max processes", "Max open"), channel)
    send(facts("limits", "Max data", "Max address"), channel)
    var status = stat()
    unsafe stat("/proc/self/status", &status)
    send("dumpable \(status.st_uid == getuid())", channel)
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    send("socket \(socket >= 0) fork \(probe_violate(5))", channel)
    return 0
  }
  try follow(&fork)
}

func receiveSignals() throws(SystemError) {
  signal(SIGHUP, SIG_IGN)
  signal(SIGCHLD, SIG_IGN)
  let signals = try Signals()
  for number in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] {
    kill(getpid(), number)
    say("\(number) \(try signals.next().map { "\($0)" } ?? "nothing")")
  }
  var fork = try ForkedProcess { _ in 3 }
  var waiting = PollSet<1>()
  waiting.add(signals.descriptor)
  try waiting.wait(for: .seconds(300))
  say("\(try signals.next().map { "\($0)" } ?? "nothing")")
  try follow(&fork)
  say("\(try signals.next() == nil)")
  var ends: [Int32] = [0, 0]
  unsafe pipe(&ends)
  close(ends[0])
  do {
    _ = try Descriptor(owning: ends[1]).write([1].span)
  } catch {
    say("broken pipe \(error.number == .brokenPipe)")
  }
}
