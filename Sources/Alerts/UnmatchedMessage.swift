/// A message that no rule takes, as it is reported to people.
public struct UnmatchedMessage: Sendable, Equatable {
  /// Number of the message in the session.
  public let number: UInt32
  /// At most as long as `Rules.Limits` allows, without control bytes; empty if the message has none.
  public let subject: [UInt8]
  public let from: [UInt8]
  /// The rule that came nearest to taking the message; nil in a dry run, which reports every rule.
  public let nearest: RuleMiss?

  public init(number: UInt32, subject: [UInt8], from: [UInt8], nearest: RuleMiss?) {
    self.number = number
    self.subject = subject
    self.from = from
    self.nearest = nearest
  }
}
