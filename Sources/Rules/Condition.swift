import Bytes

/// What rules need to know of a message.
public protocol MessageFields: ~Copyable {
  /// The text of the subject; empty where there is none.
  var subject: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get
  }

  /// The sender's address; nil unless there is exactly one, beyond doubt.
  var from: Span<UInt8>? {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get
  }

  /// Calls `body` with each address that it was sent to, until it returns `false`.
  func forEachTo(_ body: (Span<UInt8>) -> Bool)

  /// The text of the extra header field `index`; nil where there is none.
  @_lifetime(borrow self)
  borrowing func extra(_ index: Int) -> Span<UInt8>?
}

/// A pattern, and the part of a message that must be like it.
public struct Condition: Sendable {
  public enum Field: Sendable, Equatable {
    case subject
    /// The sender's address.
    case from
    /// Any address that it was sent to.
    case to
    /// An extra header field, by its place in `Names.headers`.
    case header(Int)
  }

  public let field: Field
  public let pattern: Pattern

  public init(field: Field, pattern: Pattern) {
    self.field = field
    self.pattern = pattern
  }

  /// Whether it holds; where it does, its captures are added. What is not there is like no pattern.
  func holds(
    for message: borrowing some MessageFields & ~Copyable,
    _ expressions: borrowing some RegularExpressions & ~Copyable, _ captures: inout Captures
  ) -> Bool {
    switch field {
    case .subject:
      return pattern.match(message.subject, expressions, &captures)
    case .from:
      guard let from = message.from else { return false }
      return pattern.match(from, expressions, &captures)
    case .to:
      var found = false
      message.forEachTo { address in
        found = pattern.match(address, expressions, &captures)
        return !found
      }
      return found
    case .header(let index):
      guard let text = message.extra(index) else { return false }
      return pattern.match(text, expressions, &captures)
    }
  }

  /// The condition as the configuration writes it: `subject = ALARM zone {zone} *`.
  public func describe(_ names: borrowing Names, into sink: inout some ByteSink & ~Copyable) {
    switch field {
    case .subject: sink.write("subject")
    case .from: sink.write("from")
    case .to: sink.write("to")
    case .header(let index):
      sink.write("header.")
      sink.write(names.headers[index])
    }
    sink.write(" = ")
    pattern.describe(into: &sink)
  }
}

extension Pattern {
  func match(
    _ text: Span<UInt8>, _ expressions: borrowing some RegularExpressions & ~Copyable,
    _ captures: inout Captures
  ) -> Bool {
    switch self {
    case .wildcard(let wildcard):
      return wildcard.match(text, captures: &captures)
    case .expression(let expression):
      var groups = GroupRanges()
      guard expressions.match(expression: expression.index, text: text, groups: &groups) else {
        return false
      }
      captures.append(groups, of: text, count: expression.groupCount)
      return true
    }
  }
}
