import Bytes

/// Why a text is no template, and which part of it is to blame.
public struct TemplateError: Error, Equatable, Sendable {
  public enum Reason: Sendable { case unclosedBrace, strayBrace, unknownName }

  public let reason: Reason
  public let offset: Int
  public let length: Int
}

/// One argument of a program: text with values in it.
///
/// A value never splits an argument, and never is syntax.
public struct TextTemplate<Value: Sendable>: Sendable {
  enum Part: Sendable {
    case literal([UInt8])
    case value(Value)
  }

  /// The argument as it was written, without its quotes.
  public let source: [UInt8]
  let parts: [Part]

  // template = *( "{{" / "}}" / "{" name "}" / OCTET )
  /// `value` gives what a name stands for; nil where there is no such name.
  public init(
    parsing text: Span<UInt8>, _ value: (Span<UInt8>) -> Value?
  ) throws(TemplateError) {
    var parts: [Part] = []
    var literal: [UInt8] = []
    var index = 0
    while index < text.count {
      let byte = text[index]
      let isDoubled = index + 1 < text.count && text[index + 1] == byte
      switch byte {
      case .ascii("{") where !isDoubled:
        if !literal.isEmpty { parts.append(.literal(literal)) }
        literal = []
        index = try Self.takeValue(text, at: index, value, &parts)
      case .ascii("}") where !isDoubled:
        throw TemplateError(reason: .strayBrace, offset: index, length: 1)
      case .ascii("{"), .ascii("}"):
        literal.append(byte)
        index += 2
      default:
        literal.append(byte)
        index += 1
      }
    }
    if !literal.isEmpty { parts.append(.literal(literal)) }
    source = [UInt8](text)
    self.parts = parts
  }

  private static func takeValue(
    _ text: Span<UInt8>, at start: Int, _ value: (Span<UInt8>) -> Value?, _ parts: inout [Part]
  ) throws(TemplateError) -> Int {
    guard let close = text.firstIndex(of: .ascii("}"), from: start) else {
      throw TemplateError(reason: .unclosedBrace, offset: start, length: text.count - start)
    }
    let name = text.extracting((start + 1)..<close)
    guard let value = value(name) else {
      throw TemplateError(reason: .unknownName, offset: start + 1, length: name.count)
    }
    parts.append(.value(value))
    return close + 1
  }

  /// The values in it, in order.
  public var values: [Value] {
    parts.compactMap { part in
      guard case .value(let value) = part else { return nil }
      return value
    }
  }

  /// The text in front of its first value; all of it where there is none.
  public var prefix: [UInt8] {
    guard case .literal(let text)? = parts.first else { return [] }
    return text
  }

  /// Adds the argument to `sink`, with what `write` adds for each value. Returns `false` where it did not
  /// fit.
  @discardableResult
  public func expand<Sink: ByteSink & ~Copyable>(
    into sink: inout Sink, _ write: (Value, inout Sink) -> Bool
  ) -> Bool {
    for part in parts {
      switch part {
      case .literal(let text): guard sink.write(text) else { return false }
      case .value(let value): guard write(value, &sink) else { return false }
      }
    }
    return true
  }
}

/// An argument of a rule's program.
public typealias Template = TextTemplate<AlertValue>

extension TextTemplate<AlertValue> {
  // name = reserved / capture / digit
  public init(parsing text: Span<UInt8>, captures: CaptureNames) throws(TemplateError) {
    try self.init(parsing: text) { name in
      AlertValue(reserved: name) ?? captures.index(of: name).map { .capture($0) }
    }
  }

  /// Adds the argument for an alert that `rule` took to `sink`; returns `false` where it did not fit.
  @discardableResult
  public func expand(
    _ values: AlertValues, of rule: Rule, into sink: inout some ByteSink & ~Copyable
  ) -> Bool {
    expand(into: &sink) { value, sink in values.write(value, of: rule, into: &sink) }
  }
}
