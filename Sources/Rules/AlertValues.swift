public import Bytes

/// What an argument or an environment variable may be made of.
public enum AlertValue: Sendable, Equatable {
  case subject, from, to, date, messageID, uniqueID
  /// The name of the rule that took the message.
  case rule
  /// A capture, by its place in the rule's `CaptureNames`.
  case capture(Int)

  /// Those that every alert has.
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

/// What a matched message carries to the one who acts on it: bounded, and decided at start.
public struct AlertValues: Sendable, Equatable {
  public var subject = ByteBuffer<512>()
  public var from = ByteBuffer<320>()
  public var to = ByteBuffer<320>()
  public var date = ByteBuffer<64>()
  public var messageID = ByteBuffer<256>()
  /// RFC 1939 section 7: 70 octets.
  public var uniqueID = ByteBuffer<70>()
  public var captures = Captures()

  public init() {}

  public mutating func removeAll() {
    subject.removeAll()
    from.removeAll()
    to.removeAll()
    date.removeAll()
    messageID.removeAll()
    uniqueID.removeAll()
    captures.removeAll()
  }

  /// Sets the subject, cut before the character that does not fit.
  public mutating func setSubject(_ text: Span<UInt8>) {
    subject = ByteBuffer(prefixOf: text.prefix(ofCharactersWithin: 512))
  }

  /// Adds what `value` is, of an alert that `rule` took, to `sink`; returns `false` where it did not fit.
  ///
  /// A NUL is left out: it would end an argument.
  @discardableResult
  public borrowing func write(
    _ value: AlertValue, of rule: borrowing Rule, into sink: inout some ByteSink & ~Copyable
  ) -> Bool {
    switch value {
    case .subject: writeText(subject.bytes, into: &sink)
    case .from: writeText(from.bytes, into: &sink)
    case .to: writeText(to.bytes, into: &sink)
    case .date: writeText(date.bytes, into: &sink)
    case .messageID: writeText(messageID.bytes, into: &sink)
    case .uniqueID: writeText(uniqueID.bytes, into: &sink)
    case .rule: writeText(rule.name.span, into: &sink)
    case .capture(let index): writeText(captures.value(at: index), into: &sink)
    }
  }
}

private func writeText(_ text: Span<UInt8>, into sink: inout some ByteSink & ~Copyable) -> Bool {
  for index in text.indices where text[index] != 0 {
    guard sink.write(text[index]) else { return false }
  }
  return true
}
