import Bytes

/// A fixed choice of words for a key; errors list them in the order of the cases.
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

  /// Maximum number of sections of this kind.
  var limit: Int {
    switch self {
    case .mailbox: Limits.mailboxes
    case .output: Limits.outputs
    case .rule: Limits.rules
    case .popbell: 1
    }
  }
}
