internal import Bytes
internal import CPlatform
internal import Keeping

/// Sees to it that what this process has switched on goes off, whatever becomes of it: by another process,
/// the keeper, which has the lines that are kept, makes each inactive soon after its time, and all of them when
/// this process is gone.
///
/// Signals do nothing to the keeper, but SIGKILL and SIGSTOP. There is one while a line is kept.
public final class Keeper {
  /// Maximum time for an answer.
  private static let answerTime = Interval.milliseconds(300)
  /// Maximum time for the first answers of a keeper that was just started.
  private static let startTime = Interval.milliseconds(700)
  /// Maximum time for the end of a keeper that was killed, in milliseconds.
  private static let endTime = 100
  /// The time after which another is tried.
  private static let pause = Interval.milliseconds(1000)

  private struct Running: ~Copyable {
    let id: Int32
    let channel: Descriptor
  }

  /// The lines, by their descriptors here.
  private var kept = KeptLines()
  private var running: Running?
  /// A keeper that was killed, and has not been reaped.
  private var ended: Int32?
  private var number: UInt64 = 0
  private var nextTry = Instant(milliseconds: .min)

  public init() {}

  /// Keeps a line from now on, until `end` then. Starts a keeper if there is none, and another if it does not
  /// answer: takes up to a second. After an error there is none, and the line is kept as soon as there is one
  /// again.
  func keep(_ line: Int32, until end: Instant) throws(SystemError) {
    let change = KeeperRequest.Change.keep(until: end)
    guard kept.carryOut(change, of: line, line).isDone else {
      throw SystemError(.keeper, .noBufferSpace)
    }
    guard isRunning, (try? ask(change, of: line)) != nil else { return try replace() }
  }

  /// The line is inactive.
  func letGo(_ line: Int32) {
    guard kept.contains(line) else { return }
    kept.carryOut(.letGo, of: line, nil)
    guard isRunning, (try? ask(.letGo, of: line)) == nil else { return }
    try? replace()
  }

  /// Before its descriptor is closed: a line that is kept is made inactive; if that fails, the keeper goes on
  /// trying.
  func drop(_ line: Int32) {
    guard kept.contains(line) else { return }
    let result = pb_gpio_set(line, false)
    if result == 0 || result == -Int32(PB_ENODEV) { return letGo(line) }
    kept.carryOut(.letGo, of: line, nil)
  }

  /// Looks after the keeper, when a process has ended, and when nothing is on: starts another if one that is
  /// needed has died, and ends one that has no lines, unless it is needed soon.
  public func tend(isNeeded: Bool) {
    if let ended, isGone(ended) { self.ended = nil }
    if kept.count == 0, !isNeeded { end() }
    if let id, isGone(id) { running = nil }
    if !isRunning, kept.count > 0, Clock.now >= nextTry { try? replace() }
  }

  private var id: Int32? {
    switch running {
    case .some(let running): running.id
    case nil: nil
    }
  }

  private var isRunning: Bool { id != nil }

  private func isGone(_ process: Int32) -> Bool {
    var value: Int32 = 0
    // SAFETY: the library writes one value, and keeps no pointer.
    return unsafe pb_reap(process, false, false, &value) != Int32(PB_RUNNING)
  }

  private func end() {
    guard let id else { return }
    _ = pb_kill(id, Int32(PB_SIGKILL))
    running = nil
    for _ in 0..<Self.endTime {
      if isGone(id) { return }
      var nothing = PollSet<1>()
      _ = try? nothing.wait(for: .milliseconds(1))
    }
    ended = id
  }

  /// Starts another, for all that is kept. If it cannot be had, there is none.
  private func replace() throws(SystemError) {
    end()
    guard kept.count > 0 else { return }
    defer { nextTry = Clock.now + Self.pause }
    do throws(SystemError) {
      try start()
      for index in 0..<kept.count {
        let (line, end) = kept[index]
        try request(.keep(until: end), of: line)
      }
      try waitForAnswer(within: Self.startTime)
    } catch {
      end()
      throw error
    }
  }

  private func start() throws(SystemError) {
    var channel: Int32 = -1
    // SAFETY: the library writes one value, and keeps no pointer.
    let id = unsafe try check(pb_keeper_fork(&channel), .keeper)
    let end = Descriptor(owning: channel)
    guard id != 0 else { keepLines(askedBy: end) }
    running = Running(id: id, channel: end)
  }

  private func ask(_ change: KeeperRequest.Change, of line: Int32) throws(SystemError) {
    try request(change, of: line)
    try waitForAnswer(within: Self.answerTime)
  }

  private func request(_ change: KeeperRequest.Change, of line: Int32) throws(SystemError) {
    number += 1
    let request = KeeperRequest(change, of: line, number: number)
    switch running {
    case .some(let running):
      try send(request.encoded.bytes, with: change == .letGo ? -1 : line, to: running.channel)
    case nil: throw SystemError(.keeper, .brokenPipe)
    }
  }

  /// Waits for the answer to the last request; the keeper does one after the other.
  private func waitForAnswer(within limit: Interval) throws(SystemError) {
    let end = Clock.now + limit
    while true {
      let answer: KeeperAnswer?
      switch running {
      case .some(let running): answer = try receive(from: running.channel, until: end)
      case nil: throw SystemError(.keeper, .brokenPipe)
      }
      guard let answer, answer.number == number else { continue }
      guard answer.isDone else { throw SystemError(.keeper, .noBufferSpace) }
      return
    }
  }

  /// The next answer; nil if what came is none.
  private func receive(
    from channel: borrowing Descriptor, until end: Instant
  ) throws(SystemError) -> KeeperAnswer? {
    let left = end - Clock.now
    guard left > .zero else { throw SystemError(.keeper, .timedOut) }
    var waiting = PollSet<1>()
    waiting.add(channel)
    try waiting.wait(for: left)
    var answer = KeeperAnswer.Bytes()
    switch try channel.read(into: &answer) {
    case .bytes: return KeeperAnswer(parsing: answer.bytes)
    case .wouldBlock: return nil
    case .end: throw SystemError(.keeper, .brokenPipe)
    }
  }
}
