public import Rules

/// A warning about settings that are allowed, but probably not meant.
public struct ConfigWarning: Finding {
  public indirect enum Reason: Sendable {
    case pattern(PatternDoubt, of: [UInt8])
    /// This end of a line is a comment, but may have been meant as part of the pattern.
    case comment([UInt8])
    /// This end of a pattern is not a comment, but looks like one.
    case noComment([UInt8])
    /// Rule `by` comes first and takes every message that this rule takes.
    case neverReached(by: [UInt8])
    case deletesUnmatched
    /// `existing` has no effect, as there is no ledger.
    case existingWithoutLedger
    /// The rule on this line may leave the output on, without a limit.
    case leftOn(line: Int)
    case startsOn
    /// The header field is one that servers write, but that any sender can forge.
    case forgeable
  }

  public let place: Place
  public let reason: Reason

  init(at place: Place, _ reason: Reason) {
    self.place = place
    self.reason = reason
  }
}
