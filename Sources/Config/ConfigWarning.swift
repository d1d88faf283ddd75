public import Rules

/// A doubt about the configuration: allowed, and hardly meant.
public struct ConfigWarning: Finding {
  public indirect enum Reason: Sendable {
    case pattern(PatternDoubt, of: [UInt8])
    /// This end of a line is a comment, and may have been meant for a part of the pattern.
    case comment([UInt8])
    /// This end of a pattern looks like a comment.
    case noComment([UInt8])
    /// Rule `by` is tried before and takes all that this rule takes.
    case neverReached(by: [UInt8])
    case deletesUnmatched
    /// Without a ledger, what `existing` says is not done.
    case existingWithoutLedger
    /// The rule in `line` may leave the output on, and nothing bounds that.
    case leftOn(line: Int)
    case startsOn
    /// The header field is one that servers write, and any sender can.
    case forgeable
  }

  public let place: Place
  public let reason: Reason

  init(at place: Place, _ reason: Reason) {
    self.place = place
    self.reason = reason
  }
}
