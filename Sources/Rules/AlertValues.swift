import Bytes

/// A value of an alert that can stand in an argument or an environment variable.
public enum AlertValue: Sendable, Equatable {
  case subject, from, to, date, messageID, uniqueID
  /// The name of the rule that took the message.
  case rule
  /// A capture, by its index in the rule's `CaptureNames`.
  case capture(Int)

  /// The values that every alert has.
  public static let reserved: [AlertValue] = [
    .subject, .from, .to, .date, .messageID, .uniqueID, .rule,
  ]

  init?(reserved name: Span<UInt8>) {
    guard let value = Self.reserved.first(where: { $0.isNamed(name) }) else { return nil }
    self = value
  }

  /// The name that a reserved value has in a template; empty for a capture.
  public var name: StaticString {
    switch self {
    case .subject: "subject"
    case .from: "from"
    case .to: "to"
    case .date: "date"
    case .messageID: "message-id"
    case .uniqueID: "uidl"
    case .rule: "rule"
    case .capture: ""
    }
  }

  private func isNamed(_ text: Span<UInt8>) -> Bool {
    let name = name
    guard name.utf8CodeUnitCount == text.count else { return false }
    for index in text.indices where variableByte(text[index]) != variableByte(name.byte(at: index))
    {
      return false
    }
    return true
  }
}

/// The values of a message that a rule takes, for its actions; `Limits` bounds their lengths.
public struct AlertValues: Sendable, Equatable {
  // Arrays, as the values are copied often.
  public var subject: [UInt8] = []
  public var from: [UInt8] = []
  public var to: [UInt8] = []
  public var date: [UInt8] = []
  public var messageID: [UInt8] = []
  public var uniqueID: [UInt8] = []
  public var captures = Captures()

  public init() {}

  /// Writes `value`, of an alert that `rule` took, to `sink`. Returns `false` if it did not fit.
  ///
  /// NUL bytes are left out, as they would end an argument.
  @discardableResult
  public borrowing func write(
    _ value: AlertValue, of rule: borrowing Rule, into sink: inout some ByteSink & ~Copyable
  ) -> Bool {
    switch value {
    case .subject: return writeText(subject.span, into: &sink)
    case .from: return writeText(from.span, into: &sink)
    case .to: return writeText(to.span, into: &sink)
    case .date: return writeText(date.span, into: &sink)
    case .messageID: return writeText(messageID.span, into: &sink)
    case .uniqueID: return writeText(uniqueID.span, into: &sink)
    case .rule:
      let name = rule.name
      return writeText(name.span, into: &sink)
    case .capture(let index): return writeText(captures.value(at: index), into: &sink)
    }
  }
}

private func writeText(_ text: Span<UInt8>, into sink: inout some ByteSink & ~Copyable) -> Bool {
  for index in text.indices where text[index] != 0 {
    guard sink.write(text[index]) else { return false }
  }
  return true
}
