import Bytes

/// A word that a place in the configuration takes; errors list them in the order of cases.
public protocol Word: CaseIterable, Equatable, Sendable where AllCases == [Self] {
  var word: StaticString { get }
}

extension Word {
  static var words: [StaticString] { allCases.map { $0.word } }

  init?(_ text: Span<UInt8>) {
    guard let word = Self.allCases.first(where: { text.equals($0.word) }) else { return nil }
    self = word
  }
}

/// The kinds of section.
public enum SectionKind: Word {
  case mailbox, output, rule, popbell

  public var word: StaticString {
    switch self {
    case .mailbox: "mailbox"
    case .output: "output"
    case .rule: "rule"
    case .popbell: "popbell"
    }
  }

  /// Sections of the kind that a configuration may have.
  var limit: Int {
    switch self {
    case .mailbox: Limits.mailboxes
    case .output: Limits.outputs
    case .rule: Limits.rules
    case .popbell: 1
    }
  }
}
