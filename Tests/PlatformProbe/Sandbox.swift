import Bytes
import CProbe
import Glibc
import Platform

private let violations: [String] = {
  var names: [String] = []
  while let name = unsafe probe_violation(Int32(names.count)) {
    names.append(unsafe String(cString: name))
  }
  return names
}()

/// Tries everything, where what is forbidden fails.
func runInSandbox() throws(SystemError) {
  let user = Sandbox.isRoot ? try User(named: Array("nobody".utf8).span) : nil
  let names = violations
  var fork = try ForkedProcess { channel in
    do {
      try Sandbox.dropPrivileges(to: user)
      send("connected \(probe_connect())", channel)
      try Sandbox.enter(.fails)
    } catch {
      send("error: \(describe(error))", channel)
      return 1
    }
    tryAll(names, probe_violate, channel)
    reportWhatWorks(channel)
    reportMemory(channel)
    return 0
  }
  try follow(&fork)
}

private func tryAll(
  _ names: [String], _ run: (Int32) -> Int, _ channel: borrowing Descriptor
) {
  for index in names.indices {
    let result = run(Int32(index))
    send("\(names[index]) \(result == -Int(EPERM) ? "refused" : "\(result)")", channel)
  }
}

/// Takes 64 MiB at once, and then as much in small parts, from the heap and from the kernel.
private func reportMemory(_ channel: borrowing Descriptor) {
  send("too much memory \(unsafe malloc(64 << 20) != nil)", channel)
  let flags = MAP_PRIVATE | MAP_ANONYMOUS
  var pages = 0
  while pages < 16384, unsafe mmap(nil, 4096, PROT_READ | PROT_WRITE, flags, -1, 0) != MAP_FAILED {
    pages += 1
  }
  send("memory in parts \(pages > 512 && pages < 4096)", channel)
}

private func reportWhatWorks(_ channel: borrowing Descriptor) {
  var waiting = PollSet<1>()
  waiting.add(channel)
  send("poll \((try? waiting.wait(for: .milliseconds(1))) == 0)", channel)
  send("clock \(Clock.now > Instant(milliseconds: 0) && Clock.secondsSince1970 > 0)", channel)
  send("date \(Clock.timestamp(of: 0, local: true).count > 0)", channel)
  send("random \((try? Random.number()) != nil)", channel)
  let block = unsafe malloc(8 << 20)
  if let block = unsafe block { unsafe memset(block, 1, 8 << 20) }
  send("malloc \(unsafe block != nil)", channel)
  unsafe free(block)
  var input = InlineArray<1, UInt8>(repeating: 0)
  var span = input.mutableSpan
  send("send \(probe_sends())", channel)
  send("read \((try? Descriptor(owning: 0).read(into: &span)) == .end)", channel)
}

/// Does one thing that is forbidden, where that kills, and prints how the child ended.
func violate(_ name: String) throws(SystemError) {
  guard let index = violations.firstIndex(of: name) else { return }
  var fork = try ForkedProcess { channel in
    guard probe_connect() == 0 else { return 1 }
    do { try Sandbox.enter() } catch { return 1 }
    reportWhatWorks(channel)
    _ = probe_violate(Int32(index))
    return 0
  }
  try follow(&fork)
}

/// Tries everything in the sandbox of a process that looks up a name, and looks one up; `file` is one that
/// this takes no part in.
func runResolver(_ file: String) throws(SystemError) {
  let user = Sandbox.isRoot ? try User(named: Array("nobody".utf8).span) : nil
  var names: [String] = []
  while let name = unsafe probe_refusal(Int32(names.count)) {
    names.append(unsafe String(cString: name))
  }
  let hasLandlock = probe_has_landlock()
  var fork = try ForkedProcess { channel in
    do {
      try Sandbox.dropPrivileges(to: user)
      try Sandbox.enterResolver()
    } catch {
      send("error: \(describe(error))", channel)
      return 1
    }
    tryAll(names, probe_refused, channel)
    let isRead = unsafe open(file, O_RDONLY) >= 0
    send("reads another file \(isRead && hasLandlock)", channel)
    send("reads /etc/hosts \(unsafe open("/etc/hosts", O_RDONLY) >= 0)", channel)
    let answer = HostAnswer(resolving: Array("localhost".utf8).span)
    send("looks up a name \((try? HostAddresses(answer.bytes, port: 110)) != nil)", channel)
    return 0
  }
  try follow(&fork)
}

/// Tries everything in the sandbox of a process that judges.
func runJudge() throws(SystemError) {
  let names = violations
  var fork = try ForkedProcess { channel in
    guard probe_connect() == 0 else { return 1 }
    do { try Sandbox.enterJudge(.fails) } catch { return 1 }
    tryAll(names, probe_violate, channel)
    send("send \(probe_sends())", channel)
    var input = InlineArray<1, UInt8>(repeating: 0)
    var span = input.mutableSpan
    send("read \((try? Descriptor(owning: 0).read(into: &span)) != nil)", channel)
    let block = unsafe malloc(8 << 20)
    if let block = unsafe block { unsafe memset(block, 1, 8 << 20) }
    send("malloc \(unsafe block != nil)", channel)
    return 0
  }
  try follow(&fork)
}
