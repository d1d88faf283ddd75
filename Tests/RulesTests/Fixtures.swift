import Bytes
import Rules
import TestSupport

func pattern(
  _ source: String, for target: PatternTarget = .text, caseSensitive: Bool = false
) throws(PatternError) -> Pattern {
  try Pattern(parsing: Array(source.utf8).span, for: target, caseSensitive: caseSensitive)
}

func wildcard(
  _ source: String, for target: PatternTarget = .text, caseSensitive: Bool = false
) throws -> Wildcard {
  let pattern = try pattern(source, for: target, caseSensitive: caseSensitive)
  guard case .wildcard(let wildcard) = pattern else { fatalError("an expression") }
  return wildcard
}

/// What the wildcard captures from `text`; nil where it does not match.
func captured(_ wildcard: Wildcard, from text: [UInt8], steps: inout Int) -> [[UInt8]]? {
  var ranges = CaptureRanges()
  guard wildcard.match(text.span, ranges: &ranges, steps: &steps) else { return nil }
  return (0..<ranges.count).map { Array(text[ranges[$0]]) }
}

func captured(_ wildcard: Wildcard, from text: String) -> [String]? {
  var steps = 0
  return captured(wildcard, from: Array(text.utf8), steps: &steps)?.map {
    String(decoding: $0, as: UTF8.self)
  }
}

struct Message: MessageFields {
  var subjectText: [UInt8] = []
  var fromText: [UInt8]?
  var to: [String] = []
  private var extraText: [UInt8] = []
  private var extraRanges: [Range<Int>?] = []

  init(_ subject: String = "", from: String? = nil, to: [String] = [], extras: [String?] = []) {
    subjectText = Array(subject.utf8)
    fromText = from.map { Array($0.utf8) }
    self.to = to
    for extra in extras {
      let start = extraText.count
      extraText += Array((extra ?? "").utf8)
      extraRanges.append(extra == nil ? nil : start..<extraText.count)
    }
  }

  var subject: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { subjectText.span }
  }

  var from: Span<UInt8>? {
    @_lifetime(borrow self)
    borrowing get { fromText?.span }
  }

  func forEachTo(_ body: (Span<UInt8>) -> Bool) {
    for address in to {
      guard with(address, body) else { return }
    }
  }

  @_lifetime(borrow self)
  borrowing func extra(_ index: Int) -> Span<UInt8>? {
    guard let range = extraRanges[index] else { return nil }
    return extraText.span.extracting(range)
  }
}

/// What a condition of the tests looks at.
enum Field {
  case subject, from, to
  case header(Int)

  func condition(_ pattern: Pattern) -> Condition {
    switch self {
    case .subject: .subject(pattern)
    case .from: .from(pattern)
    case .to: .to(pattern)
    case .header(let index): .header(index, pattern)
    }
  }

  var target: PatternTarget {
    switch self {
    case .subject, .header: .text
    case .from, .to: .address
    }
  }
}

func rule(
  named name: String = "r", mailbox: Int? = nil, _ conditions: [(Field, String)],
  caseSensitive: Bool = false, actions: [Action] = [], then disposition: Disposition = .delete,
  archive: Archive = .ofMailbox, onCrash: CrashPolicy = .again, retries: Int? = nil,
  timeout: Interval = .seconds(30)
) throws -> Rule {
  var names = CaptureNames()
  var parsed: [Condition] = []
  for (field, source) in conditions {
    let pattern = try pattern(source, for: field.target, caseSensitive: caseSensitive)
    try names.add(pattern)
    parsed.append(field.condition(pattern))
  }
  var rule = Rule(name: Array(name.utf8), line: 1)
  rule.mailbox = mailbox
  rule.conditions = parsed
  rule.captures = names
  rule.actions = actions
  rule.disposition = disposition
  rule.archive = archive
  rule.onCrash = onCrash
  rule.retries = retries
  rule.timeout = timeout
  return rule
}

func template(_ source: String, _ captures: CaptureNames = CaptureNames()) throws(TemplateError)
  -> Template
{
  try Template(parsing: Array(source.utf8).span, captures: captures)
}

/// What the rule captures from the message; nil where it does not take it.
func captures(_ rule: Rule, _ message: Message, mailbox: Int = 0) -> [String]? {
  var context = MatchContext(mailbox: mailbox, for: RuleSet(rules: [rule], names: Names()))
  guard rule.takes(message, in: &context) else { return nil }
  return strings(context.captures)
}

func strings(_ captures: Captures) -> [String] {
  (0..<captures.count).map { text(captures.value(at: $0)) }
}

func described(_ body: (inout [UInt8]) -> Void) -> String {
  var bytes: [UInt8] = []
  body(&bytes)
  return text(bytes.span)
}
