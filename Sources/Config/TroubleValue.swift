public import Rules

/// A value in an argument of the program of `on-trouble`.
public enum TroubleValue: Sendable, CaseIterable {
  /// The word for the problem: `login-refused`.
  case event
  /// The name of the mailbox, or of the output.
  case mailbox
  /// The text of the log.
  case text

  public var name: StaticString {
    switch self {
    case .event: "event"
    case .mailbox: "mailbox"
    case .text: "text"
    }
  }
}

public typealias TroubleTemplate = TextTemplate<TroubleValue>
