public import Bytes

/// An action of a rule, which only the platform can carry out.
public enum Action: Sendable {
  /// Starts a program: its path, followed by its arguments.
  case run([Template])
  /// Changes the output with this index in `Names.outputs`.
  case output(Int, OutputChange)
}

/// A change of an output.
public enum OutputChange: Sendable, Equatable {
  case on, off, toggle
  case pulse(Interval)
  /// On for a time and off for a time, `count` times.
  case blink(on: Interval, off: Interval, count: Int)

  /// True if the change may leave the output on until something else turns it off.
  public var mayLeaveOn: Bool {
    switch self {
    case .on, .toggle: true
    case .off, .pulse, .blink: false
    }
  }

  /// The time for which the output is on without a break; nil if the change does not end it.
  public var onTime: Interval? {
    switch self {
    case .on, .off, .toggle: nil
    case .pulse(let time): time
    case .blink(let on, _, _): on
    }
  }
}

extension Action {
  /// Writes the action in words: `pulse siren 10s`.
  public func describe(_ names: borrowing Names, into sink: inout some ByteSink & ~Copyable) {
    describe(names, into: &sink) { argument in quoted(argument.source) }
  }

  /// Writes the action in words, escaped, with the values of an alert that `rule` took.
  public func describe(
    _ names: borrowing Names, for values: AlertValues, of rule: Rule,
    into sink: inout some ByteSink & ~Copyable
  ) {
    describe(names, into: &sink) { argument in
      var value: [UInt8] = []
      argument.expand(values, of: rule, into: &value)
      var text: [UInt8] = []
      text.append(escaping: quoted(value).span)
      return text
    }
  }

  private func describe(
    _ names: borrowing Names, into sink: inout some ByteSink & ~Copyable,
    _ text: (Template) -> [UInt8]
  ) {
    switch self {
    case .run(let arguments):
      sink.write("run")
      for argument in arguments {
        sink.write(.space)
        sink.write(text(argument))
      }
    case .output(let index, let change):
      sink.write(change.verb)
      sink.write(.space)
      sink.write(names.outputs[index])
      change.describeTimes(into: &sink)
    }
  }
}

private func quoted(_ argument: [UInt8]) -> [UInt8] {
  var text: [UInt8] = []
  text.write(argument: argument.span)
  return text
}

extension OutputChange {
  var verb: StaticString {
    switch self {
    case .on: "on"
    case .off: "off"
    case .toggle: "toggle"
    case .pulse: "pulse"
    case .blink: "blink"
    }
  }

  func describeTimes(into sink: inout some ByteSink & ~Copyable) {
    switch self {
    case .on, .off, .toggle: break
    case .pulse(let time):
      sink.write(.space)
      sink.write(time)
    case .blink(let on, let off, let count):
      sink.write(.space)
      sink.write(on)
      sink.write(.space)
      sink.write(off)
      sink.write(.space)
      sink.write(decimal: count)
    }
  }
}

extension ByteSink where Self: ~Copyable {
  /// Writes an argument so that it can be parsed again: in quotes if it needs them.
  public mutating func write(argument text: Span<UInt8>) {
    guard text.needsQuotes else {
      write(text)
      return
    }
    write(.ascii("\""))
    for index in text.indices {
      if text[index] == .ascii("\"") || text[index] == .ascii("\\") { write(.ascii("\\")) }
      write(text[index])
    }
    write(.ascii("\""))
  }
}

extension Span<UInt8> {
  fileprivate var needsQuotes: Bool {
    guard !isEmpty, self[0] != .ascii(";") else { return true }
    for index in indices {
      switch self[index] {
      case .space, .horizontalTab, .ascii("\""), .ascii("'"), .ascii("\\"), .ascii("#"): return true
      default: continue
      }
    }
    return false
  }
}
