import Bytes

/// Why a template is not valid, and the part of it that is to blame.
public struct TemplateError: Error, Equatable, Sendable {
  public enum Reason: Sendable { case unclosedBrace, strayBrace, unknownName }

  public let reason: Reason
  public let offset: Int
  public let length: Int
}

/// An argument of a program: text with placeholders for values.
///
/// A value never splits an argument, and is never parsed.
public struct TextTemplate<Value: Sendable>: Sendable {
  enum Part: Sendable {
    case literal([UInt8])
    case value(Value)
  }

  /// The argument as it was written, without its quotes.
  public let source: [UInt8]
  let parts: [Part]

  // template = *( "{{" / "}}" / "{" name "}" / OCTET )
  /// `value` returns the value of a name; nil if there is no such name.
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

  /// The values in the template, in order.
  public var values: [Value] {
    parts.compactMap { part in
      guard case .value(let value) = part else { return nil }
      return value
    }
  }

  /// The text before the first value; the whole text if there is none.
  public var prefix: [UInt8] {
    guard case .literal(let text)? = parts.first else { return [] }
    return text
  }

  /// Writes the argument to `sink`, with what `write` writes for each value. Returns `false` if it did not
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

  /// Writes the argument for an alert that `rule` took to `sink`. Returns `false` if it did not fit.
  @discardableResult
  public func expand(
    _ values: AlertValues, of rule: Rule, into sink: inout some ByteSink & ~Copyable
  ) -> Bool {
    expand(into: &sink) { value, sink in values.write(value, of: rule, into: &sink) }
  }
}
