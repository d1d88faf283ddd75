/// A message that no rule takes, for people.
public struct UnmatchedMessage: Sendable, Equatable {
  /// Its number in the session.
  public let number: UInt32
  /// No longer than `Limits` of Rules allow, without control bytes; empty where there is none.
  public let subject: [UInt8]
  public let from: [UInt8]
  /// The rule that came nearest to taking it; nil where that is told of each rule.
  public let nearest: RuleMiss?

  public init(number: UInt32, subject: [UInt8], from: [UInt8], nearest: RuleMiss?) {
    self.number = number
    self.subject = subject
    self.from = from
    self.nearest = nearest
  }
}
