/// The names to which indices in rules refer.
public struct Names: Sendable {
  public var mailboxes: [[UInt8]]
  public var outputs: [[UInt8]]
  /// Names of the extra header fields, which Mail must keep.
  public var headers: [[UInt8]]

  public init(mailboxes: [[UInt8]] = [], outputs: [[UInt8]] = [], headers: [[UInt8]] = []) {
    self.mailboxes = mailboxes
    self.outputs = outputs
    self.headers = headers
  }
}

/// The rules, in the order in which they are tried.
public struct RuleSet: Sendable {
  public var rules: [Rule]
  public var names: Names

  public init(rules: [Rule], names: Names) {
    self.rules = rules
    self.names = names
  }

  /// Index of the first rule that takes the message; nil if none does.
  ///
  /// `context` then has the captures of its patterns.
  public func firstMatch(
    _ message: borrowing some MessageFields & ~Copyable, in context: inout MatchContext
  ) -> Int? {
    for index in rules.indices {
      let takes = rules[index].takes(message, in: &context)
      if takes { return index }
    }
    context.captures.removeAll()
    return nil
  }

  /// The rule of which most conditions held before one failed, the first of several, and its mismatch; nil if
  /// there is none.
  public func nearest(
    to message: borrowing some MessageFields & ~Copyable, in context: inout MatchContext
  ) -> (rule: Int, mismatch: Mismatch)? {
    var nearest: (rule: Int, mismatch: Mismatch)?
    for index in rules.indices {
      guard let mismatch = rules[index].mismatch(with: message, in: &context) else { continue }
      if let known = nearest, !mismatch.isNearer(than: known.mismatch) { continue }
      nearest = (index, mismatch)
    }
    return nearest
  }

  /// The expressions of all rules, in order.
  public var expressions: [Expression] {
    var expressions: [Expression] = []
    for rule in rules {
      for condition in rule.conditions {
        if case .expression(let expression) = condition.pattern { expressions.append(expression) }
      }
    }
    return expressions
  }
}

extension Rule {
  /// Writes the rule in words: a line for each condition, action and choice, indented by two blanks.
  public func describe(_ names: borrowing Names, into sink: inout some ByteSink & ~Copyable) {
    sink.write("rule ")
    sink.write(name)
    sink.write("\n")
    if let mailbox {
      sink.write("  mailbox = ")
      sink.write(names.mailboxes[mailbox])
      sink.write("\n")
    }
    for condition in conditions {
      sink.write("  ")
      condition.describe(names, into: &sink)
      sink.write("\n")
    }
    for action in actions {
      sink.write("  ")
      action.describe(names, into: &sink)
      sink.write("\n")
    }
    describeChoices(into: &sink)
  }

  private func describeChoices(into sink: inout some ByteSink & ~Copyable) {
    if let longestAge {
      sink.write("  fire up to an age of ")
      sink.write(longestAge)
    } else {
      sink.write("  fire at any age")
    }
    switch old {
    case .leave: sink.write("; leave old messages\n")
    case .delete: sink.write("; delete old messages\n")
    }
    switch archive {
    case .ofMailbox: break
    case .none: sink.write("  archive none\n")
    case .folder(let path):
      sink.write("  archive ")
      sink.write(path)
      sink.write("\n")
    }
    sink.write("  then ")
    disposition.describe(" the message", into: &sink)
    switch onCrash {
    case .again: sink.write("; after a crash fire again")
    case .never: sink.write("; after a crash never fire again")
    }
    sink.write("; retry for ")
    sink.write(retryFor)
    if let retries {
      sink.write(", ")
      sink.write(decimal: retries)
      sink.write(retries == 1 ? " time at most" : " times at most")
    }
    sink.write("; programs run at most ")
    sink.write(timeout)
    sink.write("\n")
  }
}
