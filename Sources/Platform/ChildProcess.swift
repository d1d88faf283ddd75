internal import CPlatform

/// How a process ended.
public enum Ending: Equatable, Sendable {
  case exited(Int32)
  case killed(signal: Int32)
}

/// A process that this one started. One that is dropped before its end is known is killed.
public struct ChildProcess: ~Copyable {
  public let id: Int32
  /// True if signals go to all of the process group that it leads.
  private let isGroup: Bool
  /// True if it was told to end: then nothing of its group may outlive it.
  private var isTold = false
  public private(set) var ending: Ending?

  init(id: Int32, isGroup: Bool) {
    self.id = id
    self.isGroup = isGroup
  }

  deinit {
    guard ending == nil else { return }
    var value: Int32 = 0
    _ = isGroup ? pb_kill_group(id, Int32(PB_SIGKILL)) : pb_kill(id, Int32(PB_SIGKILL))
    // SAFETY: the library writes one value, and keeps no pointer.
    _ = unsafe pb_reap(id, true, isGroup, &value)
  }

  /// How it ended; nil while it runs. Does not wait: ask again when SIGCHLD came.
  public mutating func reap() throws(SystemError) -> Ending? { try reap(waiting: false) }

  /// Waits until it ends.
  @discardableResult
  public mutating func wait() throws(SystemError) -> Ending? { try reap(waiting: true) }

  private mutating func reap(waiting: Bool) throws(SystemError) -> Ending? {
    guard ending == nil else { return ending }
    var value: Int32 = 0
    // SAFETY: the library writes one value, and keeps no pointer.
    let result = unsafe pb_reap(id, waiting, isGroup && isTold, &value)
    switch Int(try check(result, .waitpid)) {
    case PB_EXITED: ending = .exited(value)
    case PB_KILLED: ending = .killed(signal: value)
    default: break
    }
    return ending
  }

  /// Asks it to end, with SIGTERM; what of its group does not, is killed when it has. Nothing
  /// happens once its end is known.
  public mutating func terminate() {
    isTold = true
    send(PB_SIGTERM)
  }

  /// Ends it, with SIGKILL. Nothing happens once its end is known.
  public func kill() { send(PB_SIGKILL) }

  /// An id whose process was not reaped is not given to another, so the signal finds the right one.
  private func send(_ signal: Int) {
    guard ending == nil else { return }
    _ = isGroup ? pb_kill_group(id, Int32(signal)) : pb_kill(id, Int32(signal))
  }
}

/// A copy of this process that runs a function and ends; it dies when this one does.
public struct ForkedProcess: ~Copyable {
  public var process: ChildProcess
  /// Carries whole packets, both ways, and never blocks.
  public let channel: Descriptor

  /// Runs `body`, with the other end of the channel, in the child, which ends with the code that it
  /// returns. Of the descriptors, the child has 0 (which is empty), 1, 2 and the channel; signals
  /// are as after exec, but SIGPIPE is ignored. Memory that runs out is taken from it before this process,
  /// unless it ends within moments (`isBrief`).
  public init(
    isBrief: Bool = false, running body: (consuming Descriptor) -> Int32
  ) throws(SystemError) {
    try self.init(input: -1, isBrief, body)
  }

  /// The same, where the child, which is brief, has `input` as its standard input.
  public init(
    reading input: borrowing Descriptor, running body: (consuming Descriptor) -> Int32
  ) throws(SystemError) {
    try self.init(input: input.number, true, body)
  }

  /// The same with this process's standard input.
  public static func readingInput(
    running body: (consuming Descriptor) -> Int32
  ) throws(SystemError) -> ForkedProcess {
    try ForkedProcess(input: 0, true, body)
  }

  private init(
    input: Int32, _ isBrief: Bool, _ body: (consuming Descriptor) -> Int32
  ) throws(SystemError) {
    var end: Int32 = -1
    // SAFETY: the library writes one value, and keeps no pointer.
    let id = unsafe try check(pb_fork(input, isBrief, &end), .fork)
    if id == 0 { pb_exit(body(Descriptor(owning: end))) }
    process = ChildProcess(id: id, isGroup: false)
    channel = Descriptor(owning: end)
  }
}
