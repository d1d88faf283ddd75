public import Bytes
internal import CPlatform

/// An open GPIO chip.
public struct GPIOChip: ~Copyable {
  /// Readable when a line that is watched has changed.
  public let descriptor: Descriptor
  let device: UInt64
  public let path: [UInt8]
  /// The kernel's name for it, such as "gpiochip0", and the driver's, such as "pinctrl-bcm2711". Names
  /// of the GPIO subsystem have up to 31 bytes.
  public let name: [UInt8]
  public let label: [UInt8]
  public let lineCount: UInt32

  /// Throws `noDevice` where the file is not a GPIO chip.
  public init(path: [UInt8]) throws(SystemError) {
    var chip = pb_gpio_chip()
    // SAFETY: the library reads `count` bytes, and keeps no pointer.
    let result = unsafe path.span.withUnsafeBufferPointer { path in
      unsafe pb_gpio_open(path.baseAddress, path.count, &chip)
    }
    descriptor = Descriptor(owning: try check(result, .open))
    self.path = path
    device = chip.device
    name = [UInt8](field: &chip.name)
    label = [UInt8](field: &chip.label)
    lineCount = chip.lines
  }

  /// What the kernel says of the line at `offset`.
  public func line(at offset: UInt32) throws(SystemError) -> GPIOLine {
    var line = pb_gpio_line()
    // SAFETY: the library writes one value, and keeps no pointer.
    try unsafe check(pb_gpio_line(descriptor.number, offset, &line), .getLineInfo)
    return GPIOLine(offset, &line)
  }

  /// Makes a line an output, `active` or not from its first moment, and holds it.
  public func requestOutput(
    _ offset: UInt32, _ settings: GPIOFlags = [], active: Bool, keeper: Keeper
  ) throws(GPIOError) -> GPIOOutput {
    // A line that was let go before its holder could be seen is free: it is asked for again.
    for _ in 1...3 {
      let result = pb_gpio_request(descriptor.number, offset, settings.rawValue, active)
      let holder: GPIOLine
      do {
        guard result == -Int32(PB_EBUSY) else {
          return GPIOOutput(Descriptor(owning: try check(result, .getLine)), keeper)
        }
        holder = try line(at: offset)
      } catch {
        throw .system(error)
      }
      if holder.flags.contains(.used) { throw .busy(consumer: holder.consumer) }
    }
    throw .busy(consumer: nil)
  }
}

/// A line of a chip, and who has it.
public struct GPIOLine: Sendable {
  public let offset: UInt32
  /// Empty where it has none.
  public let name: [UInt8]
  /// Who holds it; empty where nobody does, or where the kernel does not say.
  public let consumer: [UInt8]
  public let flags: GPIOFlags

  init(_ offset: UInt32, _ line: inout pb_gpio_line) {
    self.offset = offset
    name = [UInt8](field: &line.name)
    consumer = [UInt8](field: &line.consumer)
    flags = GPIOFlags(rawValue: line.flags)
  }
}

/// What a line is, or should be.
public struct GPIOFlags: OptionSet, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }
  private init(_ value: Int) { rawValue = UInt64(value) }

  /// Somebody holds it, or the kernel uses it.
  public static let used = GPIOFlags(PB_GPIO_USED)
  public static let input = GPIOFlags(PB_GPIO_INPUT)
  public static let output = GPIOFlags(PB_GPIO_OUTPUT)
  public static let activeLow = GPIOFlags(PB_GPIO_ACTIVE_LOW)
  public static let openDrain = GPIOFlags(PB_GPIO_OPEN_DRAIN)
  public static let openSource = GPIOFlags(PB_GPIO_OPEN_SOURCE)
  public static let pullUp = GPIOFlags(PB_GPIO_PULL_UP)
  public static let pullDown = GPIOFlags(PB_GPIO_PULL_DOWN)
  public static let noPull = GPIOFlags(PB_GPIO_NO_PULL)
}

/// An output that this process holds. When it is dropped, the kernel decides what the line does.
///
/// While it is kept, another process, the keeper, makes it inactive soon after its time, and when this
/// process is gone: a disk that hangs, SIGSTOP or a crash leaves nothing on.
public struct GPIOOutput: ~Copyable {
  /// Hangs up when the chip is gone.
  public let descriptor: Descriptor

  private let keeper: Keeper

  init(_ descriptor: consuming Descriptor, _ keeper: Keeper) {
    self.descriptor = descriptor
    self.keeper = keeper
  }

  deinit { keeper.drop(descriptor.number) }

  /// From when this returns on, the line is made inactive 25 ms after `end`, and again whenever it is
  /// found active then. It need not be active yet. If no keeper can be had, one is looked for when
  /// a process has ended, or another line is kept.
  public func keep(until end: Instant) throws(SystemError) {
    try keeper.keep(descriptor.number, until: end)
  }

  /// It is inactive, and need not be kept.
  public func letGo() { keeper.letGo(descriptor.number) }

  /// Throws `noDevice` where the chip is gone.
  public func set(active: Bool) throws(SystemError) {
    try check(pb_gpio_set(descriptor.number, active), .setValues)
  }

  public func isActive() throws(SystemError) -> Bool {
    try check(pb_gpio_get(descriptor.number), .getValues) == 1
  }
}

/// Why a line cannot be had. What it names is on the heap: errors are carried in registers.
public enum GPIOError: Error, Equatable, Sendable {
  /// This machine has no GPIO character device.
  case noChips
  case noSuchChip
  case noSuchLine
  /// Several lines have the name, or several chips the label; these are they, in words.
  case ambiguous([UInt8])
  /// Empty where the kernel uses it itself; nil where it was refused, and free when looked at, each time.
  case busy(consumer: [UInt8]?)
  /// This user may not open the chip.
  case denied(path: [UInt8], ErrorNumber)
  /// The chip of a line that was held is gone.
  case lost
  case system(SystemError)
}
