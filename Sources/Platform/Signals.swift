internal import CPlatform

/// A signal that the service acts on.
public enum Signal: Sendable {
  case terminate
  case interrupt
  case hangUp
  case user1
  case child
}

/// The service's signals, as something to wait for. One per process.
public struct Signals: ~Copyable {
  /// Readable when a signal came.
  public let descriptor: Descriptor

  /// From here on signals arrive only here; SIGPIPE is ignored, and so is Ctrl-Z. For a process without
  /// threads.
  public init() throws(SystemError) {
    descriptor = Descriptor(owning: try check(pb_signals_open(), .signalfd))
  }

  /// The next signal; nil when there is none. The same signal twice may count once.
  public func next() throws(SystemError) -> Signal? {
    let result = pb_signals_next(descriptor.number)
    if result == -Int32(PB_EAGAIN) { return nil }
    switch Int(try check(result, .signalfd)) {
    case PB_SIGTERM: return .terminate
    case PB_SIGINT, PB_SIGQUIT: return .interrupt
    case PB_SIGHUP: return .hangUp
    case PB_SIGUSR1: return .user1
    default: return .child
    }
  }
}
