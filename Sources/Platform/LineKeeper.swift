public import Bytes
internal import CPlatform

/// Another process, which makes output lines inactive soon after their time, and when this one is
/// gone: a disk that hangs, SIGSTOP or a crash leaves nothing on.
///
/// It runs while there is a line to keep. What one kept that was killed, and why it was, nobody knows:
/// the next `keep` starts another.
public final class LineKeeper {
  private struct Running: ~Copyable {
    let process: ChildProcess
    let channel: Descriptor

    init() throws(SystemError) {
      var end: Int32 = -1
      // SAFETY: the library writes one value, and keeps no pointer.
      let id = unsafe try check(pb_keeper_start(&end), .fork)
      process = ChildProcess(id: id, isGroup: false)
      channel = Descriptor(owning: end)
    }
  }

  private var running: Running?

  public init() {}

  /// From when this returns on, `line` is made inactive 25 ms after `end`, and when this process is
  /// gone. It need not be active yet.
  public func keep(_ line: borrowing GPIOOutput, until end: Instant) throws(SystemError) {
    let (key, until) = (line.descriptor.number, end.milliseconds)
    if ask(key, key, until) >= 0 { return }
    running = nil
    running = .some(try Running())
    try check(ask(key, key, until), .keeper)
  }

  /// `line` is inactive, or gone.
  public func letGo(of line: borrowing GPIOOutput) {
    if ask(line.descriptor.number, -1, 0) <= 0 { running = nil }
  }

  /// How many lines it keeps now.
  private func ask(_ key: Int32, _ line: Int32, _ until: Int64) -> Int32 {
    switch running {
    case .some(let running): pb_keep(running.channel.number, key, line, until)
    case nil: -1
    }
  }
}
