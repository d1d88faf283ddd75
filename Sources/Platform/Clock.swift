public import Bytes
internal import CPlatform

public enum Clock {
  /// Now, on CLOCK_BOOTTIME.
  public static var now: Instant { Instant(milliseconds: pb_clock_milliseconds()) }

  /// Seconds since 1970, as far as the machine knows: a board without a battery starts in the past.
  public static var secondsSince1970: Int64 { pb_wall_seconds() }

  /// When this program was made: nothing that it sees was earlier, unless the clock is not set.
  public static var buildSecondsSince1970: Int64 { pb_build_seconds() }

  /// True if the date is right beyond doubt: the network has set it, or the machine keeps it while it is
  /// off.
  public static var isSure: Bool { pb_clock_is_sure() }

  /// A date and time as ISO 8601 writes it: "2026-11-21T07:02:00Z", or with the zone's difference.
  /// Empty where the year cannot be written.
  public static func timestamp(of secondsSince1970: Int64, local: Bool) -> [UInt8] {
    var text = InlineArray<32, UInt8>(repeating: 0)
    var span = text.mutableSpan
    // SAFETY: the library writes at most `count` bytes, and keeps no pointer.
    let length = unsafe span.withUnsafeMutableBufferPointer { buffer in
      unsafe pb_timestamp(secondsSince1970, local, buffer.baseAddress, buffer.count)
    }
    return [UInt8](text.span.extracting(..<max(0, Int(length))))
  }
}

public enum Random {
  /// Fills `bytes` from the kernel's generator.
  public static func fill(_ bytes: inout MutableSpan<UInt8>) throws(SystemError) {
    // SAFETY: the library writes `count` bytes, and keeps no pointer.
    let result = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      unsafe pb_random(buffer.baseAddress, buffer.count)
    }
    try check(result, .getrandom)
  }

  /// Any number, each as likely as the others.
  public static func number() throws(SystemError) -> UInt64 {
    var bytes = InlineArray<8, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    try fill(&span)
    var number: UInt64 = 0
    for index in bytes.indices { number = number << 8 | UInt64(bytes[index]) }
    return number
  }
}
