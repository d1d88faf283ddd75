import Bytes

/// The parts of a message that rules look at.
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

/// All that conditions look at beside the message, and what they captured of it.
public struct MatchContext<Expressions: RegularExpressions> {
  /// The mailbox of the message, by its place in `Names.mailboxes`.
  public let mailbox: Int
  public let expressions: Expressions
  /// The captures of the rule's patterns, in the order of its `CaptureNames`.
  public internal(set) var captures = Captures()
  /// The expression, by its index, that failed, so that nobody knows whether a rule takes the message.
  public internal(set) var failedExpression: Int?

  public init(mailbox: Int, expressions: Expressions) {
    self.mailbox = mailbox
    self.expressions = expressions
  }

  /// Forgets what was captured, and that an expression failed.
  mutating func removeAll() {
    captures.removeAll()
    failedExpression = nil
  }
}

/// A demand on a message.
public enum Condition: Sendable {
  case subject(Pattern)
  /// The sender's address.
  case from(Pattern)
  /// Any address that it was sent to.
  case to(Pattern)
  /// An extra header field, by its place in `Names.headers`.
  case header(Int, Pattern)

  /// True if it holds; then its captures are added. What the message does not have matches nothing.
  /// Means nothing where `context` has a `failedExpression` then.
  func holds<Expressions>(
    for message: borrowing some MessageFields & ~Copyable,
    in context: inout MatchContext<Expressions>
  ) -> Bool {
    switch self {
    case .subject(let pattern):
      return pattern.match(message.subject, in: &context)
    case .from(let pattern):
      guard let from = message.from else { return false }
      return pattern.match(from, in: &context)
    case .to(let pattern):
      var found = false
      message.forEachTo { address in
        found = pattern.match(address, in: &context)
        return !found && context.failedExpression == nil
      }
      return found
    case .header(let index, let pattern):
      guard let text = message.extra(index) else { return false }
      return pattern.match(text, in: &context)
    }
  }

  /// The pattern that it captures with.
  public var pattern: Pattern? {
    switch self {
    case .subject(let pattern), .from(let pattern), .to(let pattern), .header(_, let pattern):
      pattern
    }
  }

  /// True if it holds for every message.
  var takesEveryMessage: Bool {
    switch self {
    case .subject(let pattern): pattern.takesEveryText
    // A message may have none of them.
    case .from, .to, .header: false
    }
  }

  /// The condition as the configuration writes it: `subject = ALARM zone {zone} *`.
  public func describe(_ names: borrowing Names, into sink: inout some ByteSink & ~Copyable) {
    switch self {
    case .subject(let pattern): pattern.describe("subject", into: &sink)
    case .from(let pattern): pattern.describe("from", into: &sink)
    case .to(let pattern): pattern.describe("to", into: &sink)
    case .header(let index, let pattern):
      sink.write("header.")
      pattern.describe(names.headers[index], into: &sink)
    }
  }
}

extension Pattern {
  /// True if `text` is like it; then its captures are added.
  func match<Expressions>(
    _ text: Span<UInt8>, in context: inout MatchContext<Expressions>
  ) -> Bool {
    switch self {
    case .wildcard(let wildcard):
      return wildcard.match(text, captures: &context.captures)
    case .expression(let expression):
      var groups = GroupRanges()
      switch context.expressions.match(
        expression: expression.index, text: text, groups: &groups)
      {
      case .found:
        context.captures.append(groups, of: text, count: expression.groupCount)
        return true
      case .notFound: return false
      case .failed:
        context.failedExpression = expression.index
        return false
      }
    }
  }

  fileprivate func describe(_ key: StaticString, into sink: inout some ByteSink & ~Copyable) {
    describe([UInt8](key), into: &sink)
  }

  fileprivate func describe(_ key: [UInt8], into sink: inout some ByteSink & ~Copyable) {
    sink.write(key)
    sink.write(" = ")
    describe(into: &sink)
    if isCaseSensitive { sink.write(" (case matters)") }
  }
}
