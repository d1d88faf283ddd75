import Bytes
import Config
import Platform

// What the kernel says of chips and lines, in words.

/// Why an output's line cannot be had, where, and what to do.
func describe(_ error: GPIOError, _ line: LineAddress) -> [UInt8] {
  var text = line.words
  text.append(": ")
  switch error {
  case .ambiguous(let lines) where line.isNumberedOnChip:
    text.append("more than one chip has this label: ")
    text.append(lines)
    text.append("; name one of them with 'chip ='")
  case .ambiguous(let lines):
    text.append("more than one line has this name: ")
    text.append(lines)
    text.append(
      line.chip == nil ? "; add 'chip =' to say which" : "; say which by its number, 'line ='")
  case .noSuchChip, .noSuchLine:
    text.append(error.words)
    text.append("; 'popbell gpio list' shows what there is")
  case .noChips, .busy, .denied, .lost, .system: text.append(error.words)
  }
  return text
}

extension GPIOError {
  /// What is wrong, whatever was looked for.
  var words: [UInt8] {
    var text: [UInt8] = []
    switch self {
    case .noChips: text.append("this machine has no GPIO chips (/dev/gpiochip*)")
    case .noSuchChip: text.append("there is no such chip")
    case .noSuchLine: text.append("there is no such line")
    case .ambiguous(let all):
      text.append("this may be ")
      text.append(all)
    case .busy(let consumer): text.append(busyWith: consumer)
    case .denied(let path, let number): text.append(deniedPath: path, number)
    case .lost: text.append("its chip is gone")
    case .system(let error) where error.number == .notImplemented:
      text.append("this kernel is too old; GPIO lines need Linux 5.10 or later")
    case .system(let error): text.append(error.text)
    }
    return text
  }

  /// The exit code of a command that this ends.
  var exitCode: Int32 {
    switch self {
    case .noChips, .noSuchChip, .noSuchLine, .lost: ExitCode.unavailable
    case .ambiguous: ExitCode.configuration
    case .busy: ExitCode.tryLater
    case .denied: ExitCode.noPermission
    case .system: ExitCode.systemError
    }
  }
}

extension [UInt8] {
  /// It, as text that does nothing to a terminal.
  var escaped: [UInt8] {
    var text: [UInt8] = []
    text.append(escaping: span)
    return text
  }
}

extension GPIOLine {
  /// Its place on its chip, in digits.
  var number: [UInt8] {
    var text: [UInt8] = []
    text.append(decimal: UInt64(offset))
    return text
  }

  /// How it is set, one word each: "output active-low".
  var settings: [UInt8] {
    var text: [UInt8] = []
    text.append(flags.contains(.output) ? "output" : "input")
    let others: [(GPIOFlags, StaticString)] = [
      (.activeLow, " active-low"), (.openDrain, " open-drain"), (.openSource, " open-source"),
      (.pullUp, " pull-up"), (.pullDown, " pull-down"), (.noPull, " no-pull"),
    ]
    for (flag, word) in others where flags.contains(flag) { text.append(word) }
    return text
  }

  /// Who holds it; empty where nobody does.
  var holder: [UInt8] {
    // A program always has a name: where it gives none the kernel says "?".
    consumer.isEmpty && flags.contains(.used) ? [UInt8]("kernel") : consumer.escaped
  }
}

extension LineAddress {
  /// The line as an owner would say it.
  var words: [UInt8] {
    var text: [UInt8] = []
    switch self {
    case .named(let name, let chip):
      text.append(name)
      if let chip { text.append(onChip: chip) }
    case .offset(let offset, let chip):
      text.append("line ")
      text.append(decimal: UInt64(offset))
      text.append(onChip: chip)
    }
    return text
  }

  fileprivate var isNumberedOnChip: Bool {
    switch self {
    case .named: false
    case .offset: true
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(onChip chip: [UInt8]) {
    append(" on ")
    append(chip.span)
  }

  fileprivate mutating func append(busyWith consumer: [UInt8]?) {
    guard let consumer else {
      append("it is refused, though nobody seems to hold it")
      return
    }
    if consumer.isEmpty {
      append("the kernel uses it, for a driver or a device-tree overlay")
    } else if consumer.span.equals("popbell") {
      append("another popbell holds it; stop that first ('systemctl stop popbell', or Ctrl-C)")
    } else {
      append("'")
      append(escaping: consumer.span)
      append("' holds it; end that first")
    }
  }

  /// A chip's file that may not be opened: who may, and what to do.
  fileprivate mutating func append(deniedPath path: [UInt8], _ number: ErrorNumber) {
    append("no permission for ")
    append(path.span)
    guard number != .notPermitted else {
      append("; the service manager forbids it: the unit needs 'DeviceAllow=char-gpiochip rw'")
      return
    }
    guard let access = try? FileAccess(to: path.span) else { return }
    if access.isForGroup, !access.group.span.equals("root") {
      append(", which is for group ")
      append(access.group.span)
      // Who is in it and still may not: something beside the file's mode says no.
      guard !access.isMember else { return }
      append("; run 'usermod -aG ")
      append(access.group.span)
      append(" ")
      append(access.user.span)
      append("', then log in again or restart the service")
    } else {
      append(", which is root's alone; a udev rule gives it to a group: ")
      append(#"SUBSYSTEM=="gpio", KERNEL=="gpiochip*", GROUP="gpio", MODE="0660""#)
    }
  }
}
