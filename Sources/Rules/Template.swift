import Bytes

/// Why a text is no template, and which part of it is to blame.
public struct TemplateError: Error, Equatable, Sendable {
  public enum Reason: Sendable { case unclosedBrace, strayBrace, unknownName }

  public let reason: Reason
  public let offset: Int
  public let length: Int
}

/// One argument of a program: text with the alert's values in it.
///
/// A value never splits an argument, and never is syntax.
public struct Template: Sendable {
  enum Part: Sendable, Equatable {
    case literal([UInt8])
    case value(AlertValue)
  }

  /// The argument as it was written, without its quotes.
  public let source: [UInt8]
  let parts: [Part]

  // template = *( "{{" / "}}" / "{" name "}" / OCTET )
  // name     = reserved / capture / digit
  public init(parsing text: Span<UInt8>, captures: CaptureNames) throws(TemplateError) {
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
        index = try Self.takeValue(text, at: index, captures, &parts)
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
    _ text: Span<UInt8>, at start: Int, _ captures: CaptureNames, _ parts: inout [Part]
  ) throws(TemplateError) -> Int {
    guard let close = text.firstIndex(of: .ascii("}"), from: start) else {
      throw TemplateError(reason: .unclosedBrace, offset: start, length: text.count - start)
    }
    let name = text.extracting((start + 1)..<close)
    if let value = AlertValue(reserved: name) {
      parts.append(.value(value))
    } else if let index = captures.index(of: name) {
      parts.append(.value(.capture(index)))
    } else {
      throw TemplateError(reason: .unknownName, offset: start + 1, length: name.count)
    }
    return close + 1
  }

  /// Adds the argument for an alert that `rule` took to `sink`; returns `false` where it did not fit.
  @discardableResult
  public func expand(
    _ values: borrowing AlertValues, of rule: borrowing Rule,
    into sink: inout some ByteSink & ~Copyable
  ) -> Bool {
    for part in parts {
      switch part {
      case .literal(let text): guard sink.write(text) else { return false }
      case .value(let value): guard values.write(value, of: rule, into: &sink) else { return false }
      }
    }
    return true
  }
}
