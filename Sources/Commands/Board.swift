import Alerts
import Bytes
import Config
import Platform

/// Where the kernel has its GPIO chips.
private let deviceFolder: StaticString = "/dev"

/// One output of this board. Its line is held until this is dropped.
final class BoardLine {
  let settings: OutputSettings
  /// nil for a simulated line, and for one that could not be had.
  private var output: GPIOOutput?

  /// A line that is not held yet: to drive it active tries to take it.
  init(_ settings: OutputSettings) { self.settings = settings }

  /// Takes the line, inactive or as the owner says, in one step.
  func take() throws(GPIOError) {
    guard !settings.line.isSimulated else { return }
    let location = try GPIOLocation(settings.line)
    output = try location.chip.requestOutput(
      location.offset, settings.flags, active: settings.isInitiallyActive)
  }

  /// Drives the line inactive and lets it go.
  func release() throws(GPIOError) {
    defer { output = nil }
    try drive(active: false)
  }

  func drive(active: Bool) throws(GPIOError) {
    // What is not held cannot be on by us; only switching on needs the line.
    if output == nil, active { try take() }
    switch output {
    case .some(let output):
      do throws(SystemError) { try output.set(active: active) } catch { throw .system(error) }
    case nil: return
    }
  }
}

extension GPIOLocation {
  /// Finds a line on this machine.
  init(_ line: LineAddress) throws(GPIOError) {
    let folder = [UInt8](deviceFolder)
    switch line {
    case .named(let name, nil): try self.init(line: name.span, in: folder.span)
    case .named(let name, let chip?):
      try self.init(chip: chip.span, line: name.span, in: folder.span)
    case .offset(let offset, let chip):
      var digits: [UInt8] = []
      digits.append(decimal: UInt64(offset))
      try self.init(chip: chip.span, line: digits.span, in: folder.span)
    }
  }
}

extension OutputSettings {
  fileprivate var flags: GPIOFlags {
    var flags: GPIOFlags = isActiveLow ? [.activeLow] : []
    switch bias {
    case .asIs: break
    case .disabled: flags.insert(.noPull)
    case .pullUp: flags.insert(.pullUp)
    case .pullDown: flags.insert(.pullDown)
    }
    switch drive {
    case .pushPull: break
    case .openDrain: flags.insert(.openDrain)
    case .openSource: flags.insert(.openSource)
    }
    return flags
  }

  /// Whether it is the same line, used in the same way.
  func isSameLine(as other: OutputSettings) -> Bool {
    name == other.name && line == other.line && isActiveLow == other.isActiveLow
      && bias == other.bias && drive == other.drive
  }
}

/// All outputs of this board.
struct Board: OutputLines {
  private(set) var lines: [BoardLine]
  let log: Log

  /// Takes the lines; one that cannot be had is logged, and the others go on. Lines of `old` that
  /// are the same are taken over as they are; its others are switched off and let go first.
  init(_ outputs: [OutputSettings], log: Log, replacing old: [BoardLine] = []) {
    self.log = log
    let kept = outputs.map { output in old.first { $0.settings.isSameLine(as: output) } }
    for line in old where !kept.contains(where: { $0 === line }) {
      do throws(GPIOError) { try line.release() } catch {
        log.write(.error, line.settings.name, describe(error, line.settings.line))
      }
    }
    lines = outputs.indices.map { kept[$0] ?? BoardLine(outputs[$0]) }
    for index in lines.indices where kept[index] == nil {
      do throws(GPIOError) { try lines[index].take() } catch {
        log.write(.error, outputs[index].name, describe(error, outputs[index].line))
      }
    }
  }

  /// Logs why a line refused; the supervisor reports what was done.
  mutating func drive(_ output: Int, active: Bool) -> Bool {
    do throws(GPIOError) {
      try lines[output].drive(active: active)
      return true
    } catch {
      let settings = lines[output].settings
      log.write(.error, settings.name, describe(error, settings.line))
      return false
    }
  }
}

/// Why an output cannot be had, where, and what to do.
func describe(_ error: GPIOError, _ line: LineAddress) -> [UInt8] {
  var text: [UInt8] = []
  text.append(line.words.span)
  text.append(": ")
  switch error {
  case .noChips: text.append("this machine has no GPIO chips (/dev/gpiochip*)")
  case .noSuchChip: text.append("there is no such chip")
  case .noSuchLine: text.append("there is no such line")
  case .ambiguous(let chips):
    text.append("more than one chip has it (")
    text.append(chips.bytes)
    text.append("); say which with 'chip ='")
  case .busy(let consumer):
    text.append("another program holds it")
    if !consumer.isEmpty {
      text.append(": ")
      text.append(escaping: consumer.bytes)
    }
  case .denied(let path):
    text.append("no permission for ")
    text.append(path.bytes)
    text.append("; add popbell's user to the group that owns it, often 'gpio'")
  case .system(let error): text.append(error.text.bytes)
  }
  return text
}

extension LineAddress {
  /// The line as an owner would say it.
  var words: [UInt8] {
    var text: [UInt8] = []
    switch self {
    case .named(let name, let chip):
      text.append(name.span)
      if let chip { text.append(onChip: chip) }
    case .offset(let offset, let chip):
      text.append("line ")
      text.append(decimal: UInt64(offset))
      text.append(onChip: chip)
    }
    return text
  }
}

extension [UInt8] {
  fileprivate mutating func append(onChip chip: [UInt8]) {
    append(" on ")
    append(chip.span)
  }
}
