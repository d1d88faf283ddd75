public import Bytes
internal import CPlatform

/// systemd, or what speaks like it: sd_notify(3).
public enum ServiceManager {
  /// Tells it a state, such as "READY=1". Returns `false` where nobody asked to be told.
  @discardableResult
  public static func notify(_ state: Span<UInt8>) throws(SystemError) -> Bool {
    guard let socket = Environment.value(of: "NOTIFY_SOCKET"), socket.count > 0 else {
      return false
    }
    // SAFETY: the library reads within the counts, and keeps no pointer.
    let result = unsafe socket.bytes.withUnsafeBufferPointer { name in
      unsafe state.withUnsafeBufferPointer { state in
        unsafe pb_notify(name.baseAddress, name.count, state.baseAddress, state.count)
      }
    }
    try check(result, .sdNotify)
    return true
  }

  /// How often, at least, it wants "WATCHDOG=1" from this process; nil where it does not. Half of
  /// it is a good interval.
  public static var watchdogInterval: Interval? {
    guard let limit = Environment.value(of: "WATCHDOG_USEC"),
      let microseconds = Int64(decimal: limit.bytes), microseconds >= 1000
    else { return nil }
    if let process = Environment.value(of: "WATCHDOG_PID") {
      guard Int32(decimal: process.bytes) == pb_process_id() else { return nil }
    }
    return .milliseconds(microseconds / 1000)
  }
}
