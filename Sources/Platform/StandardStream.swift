public import Bytes
internal import CPlatform

/// Standard output and error, which nobody closes.
public enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  public var isTerminal: Bool { pb_is_terminal(rawValue) }

  /// Writes all of `bytes`, however long the reader takes.
  public func write(_ bytes: Span<UInt8>) throws(SystemError) {
    try writeAllBytes(bytes, to: rawValue, within: nil)
  }

  /// Writes all of `bytes` where the reader takes them within `limit`: for a log whose reader may
  /// hang, by a process that may not. Throws `timedOut`, and some may then be written.
  public func write(_ bytes: Span<UInt8>, within limit: Interval) throws(SystemError) {
    try writeAllBytes(bytes, to: rawValue, within: limit)
  }
}
