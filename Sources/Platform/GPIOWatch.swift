internal import CPlatform

/// What happened to a line that is watched, and how it is now.
public struct GPIOChange: Sendable {
  public enum Kind: Sendable {
    case requested, released, reconfigured
  }

  public let kind: Kind
  public let line: GPIOLine
}

extension GPIOChip {
  /// What the kernel says of the line at `offset`; from here on `nextChange` tells what happens to it.
  public func watch(_ offset: UInt32) throws(SystemError) -> GPIOLine {
    var line = pb_gpio_line()
    // SAFETY: the library writes one value, and keeps no pointer.
    try unsafe check(pb_gpio_watch(descriptor.number, offset, &line), .watchLineInfo)
    return GPIOLine(offset, &line)
  }

  /// The next change of a line that is watched; nil when there is none yet. Throws `noDevice` where
  /// the chip is gone.
  public func nextChange() throws(SystemError) -> GPIOChange? {
    var line = pb_gpio_line()
    var offset: UInt32 = 0
    // SAFETY: the library writes two values, and keeps no pointer.
    let result = unsafe pb_gpio_next_change(descriptor.number, &offset, &line)
    if result == -Int32(PB_EAGAIN) { return nil }
    let kind: GPIOChange.Kind =
      switch Int(try check(result, .read)) {
      case PB_GPIO_REQUESTED: .requested
      case PB_GPIO_RELEASED: .released
      default: .reconfigured
      }
    return GPIOChange(kind: kind, line: GPIOLine(offset, &line))
  }
}
