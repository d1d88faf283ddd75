import Bytes
public import Rules

// The text of every warning: where it is, what may not be meant, and how to correct it.
extension ConfigWarning {
  /// Writes the warning as a line of text, without file, line number and line end.
  public func write(into sink: inout some ByteSink & ~Copyable) {
    place.write(into: &sink)
    switch reason {
    case .pattern(let doubt, let text): doubt.write(text.span, into: &sink)
    case .comment(let text):
      sink.write(quoted: text)
      sink.write(" is a comment: put the pattern in double quotes, ")
      sink.write("and this too if it belongs to it")
    case .noComment(let text):
      sink.write(quoted: text)
      sink.write(" belongs to the pattern: write a blank behind '#' for a comment, ")
      sink.write("or put the value in double quotes")
    case .neverReached(let rule):
      sink.write("it is never reached, as [rule ")
      sink.write(rule)
      sink.write("] above it takes all that it takes: put this one first")
    case .deletesUnmatched:
      sink.write("it deletes each message that no rule takes, also an alert that is worded anew: ")
      sink.write("write 'unmatched = leave' unless that is meant")
    case .existingWithoutLedger:
      sink.write("with 'ledger = none' all mail that is there fires after each start: ")
      sink.write("write 'ledger = disk', or 'existing = fire'")
    case .leftOn(let line):
      sink.write("line ", line, " may leave it on for good")
      sink.write(": write a time, as in 'max-on = 10m', unless that is meant")
    case .startsOn:
      sink.write("'initial = active' may leave it on for good")
      sink.write(": write a time, as in 'max-on = 10m', unless that is meant")
    case .forgeable:
      sink.write("any sender can write this field, so it proves nothing: ")
      sink.write("use it only where your mail server removes what senders wrote")
    }
  }
}

extension PatternDoubt {
  /// Writes the doubt in words; `text` is the pattern.
  fileprivate func write(_ text: Span<UInt8>, into sink: inout some ByteSink & ~Copyable) {
    var part: [UInt8] = []
    part.append(showing: text.extracting(offset..<(offset + length)))
    sink.write(quoted: part)
    switch reason {
    case .takesEveryText: sink.write(" is found in any text: write '*' if that is meant")
    case .repeatedInBracket:
      sink.write(", character ", characters(in: text.extracting(..<offset)) + 1, ", ")
      sink.write("is one character of these, and has one of them twice: ")
      sink.write("write '(...)' for a word")
    case .takesNoAddress:
      sink.write(" takes no address: write one alone, as in 'panel@example.net', ")
      sink.write("and a second rule for another")
    case .domainGoesOn:
      sink.write(" also takes addresses of other domains: write the domain in full")
      sink.write(text.hasPrefix("/") ? ", with '$' behind it" : ", as in '*@example.net'")
    case .domainBeginsEarlier where text.hasPrefix("/"):
      sink.write(" also takes addresses of other domains: write '@' right before the domain ")
      sink.write("and '\\.' for a dot, as in '/@example\\.net$/'")
    case .domainBeginsEarlier:
      sink.write(" also ends other domains, as 'evil")
      sink.write(printable: part.span)
      sink.write("': write '*@")
      sink.write(printable: part.span)
      sink.write("', and '*.")
      sink.write(printable: part.span)
      sink.write("' for the domains below it")
    }
  }
}
