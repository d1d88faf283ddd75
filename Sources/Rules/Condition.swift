import Bytes

/// The parts of a message that conditions examine.
public protocol MessageFields: ~Copyable {
  /// The text of the subject; empty if there is none.
  var subject: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get
  }

  /// The sender's address; nil unless there is exactly one, without ambiguity.
  var from: Span<UInt8>? {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get
  }

  /// Calls `body` with each receiver's address, until it returns `false`.
  func forEachTo(_ body: (Span<UInt8>) -> Bool)

  /// The text of the extra header field `index`; nil if there is none.
  @_lifetime(borrow self)
  borrowing func extra(_ index: Int) -> Span<UInt8>?
}

/// What conditions need beside the message, and what they capture.
public struct MatchContext: Sendable {
  /// Index of the message's mailbox in `Names.mailboxes`.
  public let mailbox: Int
  /// The captures of the rule's patterns, in the order of its `CaptureNames`.
  public internal(set) var captures = Captures()
  var matcher: ExpressionMatcher

  /// Allocates the memory that the expressions of `rules` need.
  public init(mailbox: Int, for rules: RuleSet) {
    self.mailbox = mailbox
    matcher = ExpressionMatcher(for: rules.expressions)
  }
}

/// A condition of a rule on a message.
public enum Condition: Sendable {
  case subject(Pattern)
  /// The sender's address.
  case from(Pattern)
  /// Any of the receivers' addresses.
  case to(Pattern)
  /// An extra header field, by its index in `Names.headers`.
  case header(Int, Pattern)

  /// True if the condition holds; its captures are then added to `context`. A part that the message does not
  /// have never matches.
  func holds(
    for message: borrowing some MessageFields & ~Copyable, in context: inout MatchContext
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
        return !found
      }
      return found
    case .header(let index, let pattern):
      guard let text = message.extra(index) else { return false }
      return pattern.match(text, in: &context)
    }
  }

  /// The pattern of the condition.
  public var pattern: Pattern? {
    switch self {
    case .subject(let pattern), .from(let pattern), .to(let pattern), .header(_, let pattern):
      pattern
    }
  }

  /// True if the condition holds for every message.
  var takesEveryMessage: Bool {
    switch self {
    case .subject(let pattern): pattern.takesEveryText
    // A message may have none of them.
    case .from, .to, .header: false
    }
  }

  /// Writes the condition as in the configuration: `subject = ALARM zone {zone} *`.
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
  /// True if the pattern matches: a wildcard the whole of `text`, an expression a part of it. Its captures
  /// are then added to `context`.
  func match(_ text: Span<UInt8>, in context: inout MatchContext) -> Bool {
    switch self {
    case .wildcard(let wildcard): return wildcard.match(text, captures: &context.captures)
    case .expression(let expression):
      guard context.matcher.find(expression, in: text) else { return false }
      context.captures.append(expression.groups, context.matcher, of: text)
      return true
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
